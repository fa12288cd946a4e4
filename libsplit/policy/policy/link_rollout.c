/* SPDX-License-Identifier: MIT */
/* The rollout of a policy: its arms as indices, its numbers as the core's options. */
#include "policy/policy/link_rollout.h"

#include <string.h>

#include "policy/policy/data.h"
#include "policy/document/number.h"

static size_t
find_arm(loader *l, const split_policy *policy, const char *name, uint32_t node)
{
    const doc_variant *variants = policy->split.variants.items;
    for (size_t i = 0; i < policy->split.variants.n; i++)
        if (variants[i].name != NULL && strcmp(variants[i].name, name) == 0)
            return i;
    if (policy->split.variants.n > 0) /* without variants only that fault is reported */
        split__fault_value(
            l, SPLIT_ERR_FIELD, node,
            "No variant of the split has this name; correct it, or add the variant.");
    return DOC_NO_INDEX;
}

/* The baseline is the split's default unless said otherwise; a split of one variant has none. */
static size_t
link_baseline(loader *l, const split_policy *policy, size_t variant)
{
    const doc_rollout *rollout = &policy->rollout;
    uint32_t node = split__json_member(&l->doc, rollout->item.node, "baseline");
    size_t baseline = policy->plan_options.default_variant;
    if (rollout->no_baseline || (node == JSON_NONE && policy->split.variants.n == 1))
        return DOC_NO_INDEX;
    if (rollout->baseline != NULL)
        baseline = find_arm(l, policy, rollout->baseline, node);
    if (baseline != variant || baseline == DOC_NO_INDEX)
        return baseline;
    split__fault_value(
        l, SPLIT_ERR_FIELD,
        node != JSON_NONE ? node : split__json_member(&l->doc, rollout->item.node, "variant"),
        node != JSON_NONE
            ? "A variant cannot be its own baseline; name another one, or write null for none."
            : "The split's default is the baseline, and it is this variant; name a \"baseline\".");
    return DOC_NO_INDEX;
}

static void
link_arms(loader *l, split_policy *policy)
{
    const doc_rollout *rollout = &policy->rollout;
    if (rollout->variant == NULL)
        return;
    policy->variant = find_arm(l, policy, rollout->variant,
                               split__json_member(&l->doc, rollout->item.node, "variant"));
    policy->baseline = link_baseline(l, policy, policy->variant);
}

static const split_metric *
copy_metrics(loader *l, const split_policy *policy)
{
    const doc_metric *metrics = policy->metrics.items;
    split_metric *copy = split__arena_take(&l->arena, (policy->metrics.n + 1) * sizeof *copy);
    for (size_t i = 0; copy != NULL && i < policy->metrics.n; i++)
        copy[i] = metrics[i].core;
    return copy;
}

static const split_phase *
copy_phases(loader *l, const split_policy *policy)
{
    const doc_phase *phases = policy->rollout.phases.items;
    split_phase *copy = split__arena_take(&l->arena, (policy->rollout.phases.n + 1) * sizeof *copy);
    for (size_t i = 0; copy != NULL && i < policy->rollout.phases.n; i++)
        copy[i] = (split_phase){(int64_t)phases[i].percent_e6, phases[i].bake_us};
    return copy;
}

static void
fill_options(loader *l, split_policy *policy)
{
    const doc_rollout *rollout = &policy->rollout;
    split_rollout_options *o = &policy->rollout_options;
    split_rollout_options_init(o);
    o->metrics = copy_metrics(l, policy);
    o->phases = copy_phases(l, policy);
    o->n_metrics = (uint32_t)policy->metrics.n;
    o->n_phases = (uint32_t)rollout->phases.n;
    o->window_us = rollout->window_us;
    o->judgement = (split_judgement)rollout->judgement;
    o->alpha = (double)rollout->alpha_micros / MICROS;
    o->gate_alpha = (double)rollout->gate_alpha_micros / MICROS;
    o->min_sample = (int64_t)rollout->min_sample;
    o->relative = (double)rollout->relative_micros / MICROS;
    o->no_data_patience_us = rollout->no_data_patience_us;
    o->warning_patience_us = rollout->warning_patience_us;
}

void
split__policy_link_rollout(loader *l, split_policy *policy)
{
    split_rollout *probe = NULL;
    uint32_t node = policy->rollout.item.node;
    link_arms(l, policy);
    uint32_t metrics = split__json_member(&l->doc, 0, "metrics");
    if (metrics == JSON_NONE)
        split__fault_missing(l, 0, "metrics",
                             "a rollout needs at least one metric to be judged by");
    else if (split__json_child(&l->doc, metrics) == JSON_NONE)
        split__fault_value(l, SPLIT_ERR_LIMIT, metrics,
                           "A rollout needs at least one metric to be judged by; add it.");
    fill_options(l, policy);
    if (l->faults.n > 0 || l->arena.failed)
        return;
    int err = split_rollout_new(&policy->rollout_options, l->arena.alloc, &probe);
    split_rollout_free(&probe, l->arena.alloc);
    if (err == SPLIT_ERR_NOMEM)
        l->arena.failed = true;
    else if (err != SPLIT_OK)
        split__fault_value(l, err, node, split_strerror(err));
}
