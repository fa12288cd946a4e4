/* SPDX-License-Identifier: MIT */
/* What the kinds of sink need, and what they cannot express. */
#include <stdio.h>
#include <string.h>

#include "policy/policy/sink_rules.h"

#define KUBERNETES (SINK_NAMESPACE | SINK_KUBECONFIG | SINK_URL | SINK_TOKEN | SINK_CA)
#define ALB_STEP_E6 100000 /* 0.1 %: its weights go from 0 to 999 */

#define RULE_FILE SINK_PATH, 0
#define RULE_EXEC SINK_COMMAND, 0
#define RULE_HTTP SINK_URL, SINK_USER | SINK_PASSWORD | SINK_TOKEN | SINK_CA
#define RULE_ETCD SINK_URL | SINK_KEY, SINK_USER | SINK_PASSWORD | SINK_CA
#define RULE_S3 SINK_BUCKET | SINK_KEY | SINK_REGION, 0
#define RULE_HAPROXY SINK_PATH | SINK_SOCKETS, 0
#define RULE_ENVOY SINK_PATH | SINK_URL, SINK_KEY
#define RULE_CLOUDFRONT_KVS SINK_ARN | SINK_KEY, 0
#define RULE_CONFIGMAP SINK_NAME, KUBERNETES | SINK_KEY
#define RULE_HTTPROUTE SINK_NAME, KUBERNETES | SINK_TARGETS
#define RULE_ALB SINK_ARN | SINK_TARGETS, 0
#define RULE_LAMBDA_ALIAS SINK_FUNCTION | SINK_ALIAS | SINK_REGION | SINK_TARGETS, 0

const sink_rule split__sink_rules[] = {
#define XX(name, number, text, form, help) {text, SPLIT_SINK_##form, RULE_##name},
    SPLIT_SINK_KIND_MAP(XX)
#undef XX
};

const char *const split__sink_settings[SINK_SETTINGS] = {
    "path",       "url",      "user",  "password", "token",   "ca",
    "bucket",     "region",   "key",   "arn",      "name",    "namespace",
    "kubeconfig", "function", "alias", "command",  "sockets", "targets"};

static const char *const *
texts_of(const doc_sink *sink)
{
    return &sink->path;
}

/* The settings as a list of names and texts. */
static void
list_fields(loader *l, doc_sink *sink)
{
    const char *const *texts = texts_of(sink);
    const char *const *command = sink->command.items;
    const char *const *sockets = sink->sockets.items;
    const doc_target *targets = sink->targets.items;
    size_t room = SINK_TEXTS + sink->command.n + sink->sockets.n + sink->targets.n, n = 0;
    split_sink_field *fields = split__arena_take(&l->arena, room * sizeof *fields);
    if (fields == NULL)
        return;
    for (size_t i = 0; i < SINK_TEXTS; i++)
        if (texts[i] != NULL)
            fields[n++] = (split_sink_field){split__sink_settings[i], NULL, texts[i]};
    for (size_t i = 0; i < sink->command.n; i++)
        fields[n++] = (split_sink_field){"command", NULL, command[i]};
    for (size_t i = 0; i < sink->sockets.n; i++)
        fields[n++] = (split_sink_field){"sockets", NULL, sockets[i]};
    for (size_t i = 0; i < sink->targets.n; i++)
        fields[n++] = (split_sink_field){"targets", targets[i].item.name, targets[i].text};
    sink->fields = (doc_list){fields, n};
}

/* Whether "kind" is there and one of the kinds; if not, that is recorded already. */
static bool
has_kind(loader *l, uint32_t node, const doc_sink *sink)
{
    uint32_t kind = split__json_member(&l->doc, node, "kind");
    return kind != JSON_NONE && l->doc.nodes[kind].kind == JSON_STRING &&
           strcmp(split__json_text(&l->doc, kind), split__sink_rules[sink->kind].text) == 0;
}

void
split__check_sink(loader *l, uint32_t node, void *object, bool clean)
{
    doc_sink *sink = object;
    char sentence[160];
    if (!has_kind(l, node, sink))
        return;
    const sink_rule *rule = &split__sink_rules[sink->kind];
    for (size_t i = 0; i < SINK_SETTINGS; i++) {
        uint32_t member = split__json_member(&l->doc, node, split__sink_settings[i]);
        if (member == JSON_NONE && (rule->needed >> i & 1u) != 0)
            split__fault_missing(l, node, split__sink_settings[i], "this kind of sink needs it");
        if (member == JSON_NONE || ((rule->needed | rule->allowed) >> i & 1u) != 0)
            continue;
        snprintf(sentence, sizeof sentence, "A sink of kind \"%s\" has no \"%s\"; remove it.",
                 rule->text, split__sink_settings[i]);
        split__fault_key(l, SPLIT_ERR_FIELD, member, sentence);
    }
    if (clean)
        list_fields(l, sink);
}

static void
refuse(loader *l, const doc_sink *sink, const char *sentence)
{
    char whole[240];
    snprintf(whole, sizeof whole, "A sink of kind \"%s\" %s", split__sink_rules[sink->kind].text,
             sentence);
    split__fault_value(l, SPLIT_ERR_MODE, sink->item.node, whole);
}

static bool
has_target(const doc_sink *sink, const char *variant)
{
    const doc_target *targets = sink->targets.items;
    for (size_t i = 0; i < sink->targets.n; i++)
        if (variant != NULL && strcmp(targets[i].item.name, variant) == 0)
            return true;
    return false;
}

/* Every variant has a target, and every target is of a variant. */
static void
check_targets(loader *l, const doc_sink *sink, const split_policy *policy)
{
    const doc_variant *variants = policy->split.variants.items;
    const doc_target *targets = sink->targets.items;
    char sentence[160];
    for (size_t v = 0; sink->targets.n > 0 && v < policy->split.variants.n; v++)
        if (variants[v].name != NULL && !has_target(sink, variants[v].name)) {
            snprintf(sentence, sizeof sentence, "Variant \"%.64s\" has no target; add it.",
                     variants[v].name);
            split__fault_value(l, SPLIT_ERR_FIELD,
                               split__json_member(&l->doc, sink->item.node, "targets"), sentence);
        }
    for (size_t i = 0; i < sink->targets.n; i++) {
        bool found = false;
        for (size_t v = 0; v < policy->split.variants.n; v++)
            found = found || (variants[v].name != NULL &&
                              strcmp(targets[i].item.name, variants[v].name) == 0);
        if (!found)
            split__fault_key(l, SPLIT_ERR_FIELD, targets[i].item.node,
                             "No variant of the split has this name; correct it, or remove it.");
    }
}

/* The phases of the rollout in steps that the sink has. */
static void
check_steps(loader *l, const doc_sink *sink, const split_policy *policy)
{
    const doc_phase *phases = policy->rollout.phases.items;
    bool fine = policy->rollout.rollback_to_e6 % ALB_STEP_E6 == 0;
    for (size_t i = 0; i < policy->rollout.phases.n; i++)
        fine = fine && phases[i].percent_e6 % ALB_STEP_E6 == 0;
    if (!fine)
        refuse(l, sink, "has steps of 0.1 %; make the percents of the phases whole tenths.");
}

/* What the kind cannot say is refused, never rounded. */
static void
check_expressible(loader *l, const doc_sink *sink, const split_policy *policy)
{
    unsigned form = split__sink_rules[sink->kind].form;
    const doc_split *split = &policy->split;
    bool gated = split->coverage_e6 != DOC_PERCENT_ALL || split->holdout_e6 != 0;
    if (form == SPLIT_SINK_ROUTE)
        return;
    if (gated)
        refuse(l, sink, "knows no coverage and no holdout; remove them, or the sink.");
    if (form == SPLIT_SINK_WEIGHTS && split->overrides.n > 0)
        refuse(l, sink, "has percentages only, and no overrides; remove them, or the sink.");
    if (form == SPLIT_SINK_RANGES && split->mode == SPLIT_MODE_EVEN)
        refuse(l, sink, "cannot do the mode \"even\"; write \"sticky\" or \"random\".");
    if (sink->kind == SPLIT_SINK_HAPROXY && split->overrides.n > 0)
        refuse(l, sink, "has ranges only, and no overrides; remove them, or the sink.");
    if (sink->kind == SPLIT_SINK_LAMBDA_ALIAS && split->variants.n > 2)
        refuse(l, sink, "divides between two versions; the split has more variants.");
    if (sink->kind == SPLIT_SINK_ALB && policy->rollout.present)
        check_steps(l, sink, policy);
    if (sink->targets.n > 0)
        check_targets(l, sink, policy);
}

void
split__policy_link_sinks(loader *l, split_policy *policy)
{
    doc_sink *sinks = policy->sinks.items;
    size_t n_primary = 0;
    for (size_t i = 0; i < policy->sinks.n; i++) {
        if (!has_kind(l, sinks[i].item.node, &sinks[i]))
            continue;
        if (policy->sinks.n == 1)
            sinks[i].primary = true;
        n_primary += sinks[i].primary ? 1 : 0;
        check_expressible(l, &sinks[i], policy);
        if (sinks[i].primary && split__sink_rules[sinks[i].kind].form != SPLIT_SINK_ROUTE)
            refuse(l, &sinks[i],
                   "does not keep the whole route, so it cannot be primary; add another sink, "
                   "such as a file.");
        if (sinks[i].primary && n_primary > 1)
            split__fault_value(l, SPLIT_ERR_FIELD,
                               split__json_member(&l->doc, sinks[i].item.node, "primary"),
                               "Another sink is primary already; one decides who may write.");
    }
    if (policy->sinks.n > 1 && n_primary == 0)
        split__fault_value(
            l, SPLIT_ERR_FIELD, split__json_member(&l->doc, 0, "publish"),
            "One of several sinks decides who may write; give it \"primary\": true.");
}
