/* SPDX-License-Identifier: MIT */
/* Field tables of the policy: one row a field. Adding a field is a row here (and a member), a valid
 * and an invalid file. */
#include "policy/policy/table.h"

#include <string.h>

#include "policy/document/form.h"
#include "policy/policy/data.h"
#include "policy/document/number.h"
#include "policy/policy/metric_read.h"
#include "policy/policy/read.h"
#include "policy/document/value.h"

#define AT(type, member) .offset = offsetof(type, member), .bytes = sizeof(((type *)0)->member)
#define WEIGHT_MAX ((uint64_t)SPLIT_WEIGHT_SUM_MAX * MICROS)
#define MONEY_MAX (UINT64_C(1000000000) * MICROS)
#define LONGEST_US ((uint64_t)DOC_DAY_US * 3650)

static const char *const modes[] = {
#define XX(name, number, text) text,
    SPLIT_MODE_MAP(XX)
#undef XX
        NULL};
static const char *const kinds[] = {
#define XX(name, number, text) text,
    SPLIT_METRIC_KIND_MAP(XX)
#undef XX
        NULL};
static const char *const missings[] = {
#define XX(name, number, text) text,
    SPLIT_MISSING_MAP(XX)
#undef XX
        NULL};
static const char *const judgements[] = {
#define XX(name, number, text) text,
    SPLIT_JUDGEMENT_MAP(XX)
#undef XX
        NULL};
const char *const split__notify_types[] = {"webhook", "slack", "sns", "exec", NULL};

static const field variant_fields[] = {
    {"name", FIELD_NAME, FIELD_REQUIRED, AT(doc_variant, name)},
    {"weight", FIELD_MICROS, FIELD_REQUIRED, AT(doc_variant, weight_micros), .max = WEIGHT_MAX},
    {"chain", FIELD_NAMES, AT(doc_variant, chain), .min = 1, .max = DOC_CHAIN_MAX},
};
static const object_table variant_table = TABLE(variant_fields, doc_variant, NULL, NULL);

static const field split_fields[] = {
    {"name", FIELD_NAME, FIELD_REQUIRED, AT(doc_split, name)},
    {"salt", FIELD_TEXT, AT(doc_split, salt), .max = 64, .form = split__form_salt,
     .form_name = "a salt of A-Z a-z 0-9 . _ -, or \"\" for none"},
    {"mode", FIELD_CHOICE, AT(doc_split, mode), .choices = modes},
    {"variants", FIELD_LIST, FIELD_REQUIRED, AT(doc_split, variants), .min = 1,
     .max = SPLIT_VARIANTS_MAX, .table = &variant_table},
    {"default", FIELD_NAME, AT(doc_split, default_name)},
    {"overrides", FIELD_CUSTOM, AT(doc_split, overrides), .max = SPLIT_OVERRIDES_MAX,
     .read = split__read_overrides},
    {"coverage", FIELD_MICROS, AT(doc_split, coverage_e6), .max = DOC_PERCENT_ALL},
    {"holdout", FIELD_MICROS, AT(doc_split, holdout_e6), .max = DOC_PERCENT_ALL},
    {"cookie", FIELD_OBJECT, AT(doc_split, cookie), .table = &split__cookie_table},
};

static void
prepare_split(loader *l, uint32_t node, void *object)
{
    doc_split *split = object;
    split->coverage_e6 = DOC_PERCENT_ALL;
    split__cookie_table.prepare(l, node, &split->cookie);
}

static const object_table split_table = TABLE(split_fields, doc_split, prepare_split, NULL);

static const field metric_fields[] = {
    {"name", FIELD_NAME, FIELD_REQUIRED, AT(doc_metric, name)},
    {"kind", FIELD_CHOICE, FIELD_REQUIRED, AT(doc_metric, kind), .choices = kinds},
    {"percentile", FIELD_MICROS, FIELD_OPEN_LOW | FIELD_OPEN_HIGH, AT(doc_metric, percentile_e6),
     .max = DOC_PERCENT_ALL},
    {"bad", FIELD_NAME, AT(doc_metric, bad)},
    {"of", FIELD_NAME, AT(doc_metric, of)},
    {"target", FIELD_CUSTOM, FIELD_REQUIRED, AT(doc_metric, core.target),
     .read = split__read_condition},
    {"warning", FIELD_CUSTOM, FIELD_REQUIRED, AT(doc_metric, core.warning),
     .read = split__read_condition},
    {"critical", FIELD_CUSTOM, FIELD_REQUIRED, AT(doc_metric, core.critical),
     .read = split__read_condition},
    {"gate", FIELD_BOOL, AT(doc_metric, core.gate)},
    {"clustered", FIELD_BOOL, AT(doc_metric, core.clustered)},
    {"missing", FIELD_CHOICE, AT(doc_metric, missing), .choices = missings},
    {"sources", FIELD_CUSTOM, AT(doc_metric, sources), .max = DOC_SOURCES_MAX,
     .read = split__read_sources},
};
const object_table split__metric_table =
    TABLE(metric_fields, doc_metric, split__prepare_metric, split__check_metric);

static const field phase_fields[] = {
    {"percent", FIELD_MICROS, FIELD_REQUIRED | FIELD_OPEN_LOW, AT(doc_phase, percent_e6),
     .max = DOC_PERCENT_ALL},
    {"bake", FIELD_DURATION, FIELD_REQUIRED, AT(doc_phase, bake_us), .max = LONGEST_US},
};
static const object_table phase_table = TABLE(phase_fields, doc_phase, NULL, NULL);

static const field rollout_fields[] = {
    {"variant", FIELD_NAME, FIELD_REQUIRED, AT(doc_rollout, variant)},
    {"baseline", FIELD_CUSTOM, AT(doc_rollout, baseline), .read = split__read_baseline},
    {"phases", FIELD_LIST, FIELD_REQUIRED, AT(doc_rollout, phases), .min = 1,
     .max = SPLIT_PHASES_MAX, .table = &phase_table},
    {"window", FIELD_DURATION, AT(doc_rollout, window_us), .min = 1000, .max = DOC_DAY_US},
    {"judgement", FIELD_CHOICE, AT(doc_rollout, judgement), .choices = judgements},
    {"alpha", FIELD_MICROS, FIELD_OPEN_LOW | FIELD_OPEN_HIGH, AT(doc_rollout, alpha_micros),
     .max = MICROS},
    {"gate_alpha", FIELD_MICROS, FIELD_OPEN_LOW | FIELD_OPEN_HIGH,
     AT(doc_rollout, gate_alpha_micros), .max = MICROS},
    {"min_sample", FIELD_WHOLE, AT(doc_rollout, min_sample), .min = 1, .max = INT32_MAX},
    {"relative", FIELD_MICROS, AT(doc_rollout, relative_micros), .min = MICROS,
     .max = 100 * MICROS},
    {"no_data_patience", FIELD_DURATION, FIELD_NULLABLE, AT(doc_rollout, no_data_patience_us),
     .max = LONGEST_US},
    {"warning_patience", FIELD_DURATION, FIELD_NULLABLE, AT(doc_rollout, warning_patience_us),
     .max = LONGEST_US},
    {"rollback_to", FIELD_MICROS, FIELD_OPEN_HIGH, AT(doc_rollout, rollback_to_e6),
     .max = DOC_PERCENT_ALL},
};

/* null has the meaning "never" here, while a missing no_data_patience has its default. */
static bool
is_null(const loader *l, uint32_t object, const char *name)
{
    uint32_t node = split__json_member(&l->doc, object, name);
    return node != JSON_NONE && l->doc.nodes[node].kind == JSON_NULL;
}

static void
prepare_rollout(loader *l, uint32_t node, void *object)
{
    doc_rollout *rollout = object;
    split_rollout_options core;
    split_rollout_options_init(&core);
    rollout->present = true;
    rollout->judgement = (int)core.judgement;
    rollout->window_us = core.window_us;
    rollout->alpha_micros = 10000;
    rollout->gate_alpha_micros = 50000;
    rollout->min_sample = (uint64_t)core.min_sample;
    rollout->relative_micros = 1250000;
    rollout->no_data_patience_us =
        is_null(l, node, "no_data_patience") ? SPLIT_NEVER : core.no_data_patience_us;
    rollout->warning_patience_us = SPLIT_NEVER;
}

const object_table split__rollout_table =
    TABLE(rollout_fields, doc_rollout, prepare_rollout, split__check_rollout);

static const field notify_fields[] = {
    {"type", FIELD_CHOICE, FIELD_REQUIRED, AT(doc_notify, type), .choices = split__notify_types},
    {"url", FIELD_TEXT, AT(doc_notify, url), .min = 1, .max = 2048,
     .form = split__form_url_or_secret,
     .form_name = "an http or https URL without user, or \"env:NAME\" or \"file:PATH\""},
    {"topic", FIELD_TEXT, AT(doc_notify, topic), .min = 1, .max = 1024, .form = split__form_topic,
     .form_name = "the ARN of an SNS topic, or \"env:NAME\" or \"file:PATH\""},
    {"command", FIELD_CUSTOM, AT(doc_notify, command), .min = 1, .max = DOC_ARGS_MAX,
     .read = split__read_command},
    {"token", FIELD_TEXT, AT(doc_notify, token), .min = 5, .max = 1024, .form = split__form_secret,
     .form_name = FORM_SECRET},
    {"on", FIELD_CUSTOM, AT(doc_notify, on), .min = 1, .max = 5, .read = split__read_events},
};

static void
prepare_notify(loader *l, uint32_t node, void *object)
{
    (void)l;
    (void)node;
    ((doc_notify *)object)->on = SPLIT_NOTIFY_ON_LEVEL | SPLIT_NOTIFY_ON_HOLD |
                                 SPLIT_NOTIFY_ON_ADVANCE | SPLIT_NOTIFY_ON_ROLLBACK |
                                 SPLIT_NOTIFY_ON_COMPLETE;
}

const object_table split__notify_table =
    TABLE(notify_fields, doc_notify, prepare_notify, split__check_notify);

static const field money_fields[] = {
    {"prices", FIELD_TEXT, AT(doc_money, prices), .min = 1, .max = 1024,
     .form = split__form_printable, .form_name = "the path of a file"},
    {"budget_monthly", FIELD_MICROS, AT(doc_money, budget_monthly_micros), .max = MONEY_MAX},
};
static const object_table money_table = TABLE(money_fields, doc_money, NULL, NULL);

static const field policy_fields[] = {
    {"schema", FIELD_CUSTOM, FIELD_REQUIRED, AT(split_policy, schema), .min = 1, .max = 1,
     .read = split__read_schema},
    {"split", FIELD_OBJECT, FIELD_REQUIRED, AT(split_policy, split), .table = &split_table},
    {"origins", FIELD_MAP, FIELD_REQUIRED, AT(split_policy, origins), .min = 1,
     .max = DOC_ORIGINS_MAX, .table = &split__origin_table},
    {"failover", FIELD_OBJECT, AT(split_policy, failover), .table = &split__failover_table},
    {"metrics", FIELD_LIST, AT(split_policy, metrics), .max = SPLIT_METRICS_MAX,
     .table = &split__metric_table},
    {"rollout", FIELD_OBJECT, AT(split_policy, rollout), .table = &split__rollout_table},
    {"notify", FIELD_LIST, AT(split_policy, notify), .max = DOC_NOTIFY_MAX,
     .table = &split__notify_table},
    {"publish", FIELD_LIST, AT(split_policy, sinks), .min = 1, .max = DOC_SINKS_MAX,
     .table = &split__sink_table},
    {"cost", FIELD_OBJECT, AT(split_policy, cost), .table = &money_table},
};

const object_table split__policy_table = TABLE(policy_fields, split_policy, NULL, NULL);

void
split__prepare_policy(loader *l, split_policy *policy)
{
    split__failover_table.prepare(l, JSON_NONE, &policy->failover);
}
