/* SPDX-License-Identifier: MIT */
/* Second pass over a policy: names become indices, and the core is asked whether it takes the
 * options. */
#include "policy/policy/link.h"

#include <stdio.h>
#include <string.h>

#include "policy/policy/data.h"
#include "policy/policy/link_rollout.h"
#include "policy/policy/sink_rules.h"

static size_t
find_variant(const split_policy *policy, const char *name)
{
    const doc_variant *variants = policy->split.variants.items;
    for (size_t i = 0; i < policy->split.variants.n; i++)
        if (variants[i].name != NULL && strcmp(variants[i].name, name) == 0)
            return i;
    return DOC_NO_INDEX;
}

static void
book_no_variant(loader *l, uint32_t node)
{
    split__fault_value(l, SPLIT_ERR_FIELD, node,
                       "No variant of the split has this name; correct it, or add the variant.");
}

/* The index of the variant that the text at `node` names, or a fault and 0. */
static size_t
link_variant(loader *l, const split_policy *policy, uint32_t node, const char *name)
{
    size_t i = find_variant(policy, name);
    if (i != DOC_NO_INDEX)
        return i;
    if (policy->split.variants.n > 0) /* without variants only that fault is reported */
        book_no_variant(l, node);
    return 0;
}

static void
check_variant_names(loader *l, const split_policy *policy)
{
    const doc_variant *variants = policy->split.variants.items;
    for (size_t i = 0; i < policy->split.variants.n; i++)
        if (variants[i].name != NULL && find_variant(policy, variants[i].name) < i)
            split__fault_value(l, SPLIT_ERR_NAME,
                               split__json_member(&l->doc, variants[i].item.node, "name"),
                               "Another variant has this name already; rename one of them.");
}

static void
check_metric_names(loader *l, const split_policy *policy)
{
    const doc_metric *metrics = policy->metrics.items;
    for (size_t i = 0; i < policy->metrics.n; i++)
        for (size_t j = 0; j < i; j++)
            if (metrics[i].name != NULL && metrics[j].name != NULL &&
                strcmp(metrics[i].name, metrics[j].name) == 0) {
                split__fault_value(l, SPLIT_ERR_NAME,
                                   split__json_member(&l->doc, metrics[i].item.node, "name"),
                                   "Another metric has this name already; rename one of them.");
                break;
            }
}

static uint32_t
link_default(loader *l, const split_policy *policy)
{
    const doc_split *split = &policy->split;
    if (split->default_name != NULL)
        return (uint32_t)link_variant(l, policy,
                                      split__json_member(&l->doc, split->item.node, "default"),
                                      split->default_name);
    if (split->variants.n > 1 &&
        split__json_member(&l->doc, split->item.node, "default") == JSON_NONE)
        split__fault_missing(l, split->item.node, "default",
                             "name the variant for requests without a usable key");
    return 0;
}

/* Exact whole weights: micros without the factors of ten that all of them share. */
static const uint64_t *
link_weights(loader *l, const split_policy *policy)
{
    const doc_variant *variants = policy->split.variants.items;
    size_t n = policy->split.variants.n;
    uint64_t *weights = split__arena_take(&l->arena, n * sizeof *weights), divisor = 1000000;
    for (size_t i = 0; weights != NULL && i < n; i++)
        while (variants[i].weight_micros % divisor != 0)
            divisor /= 10;
    for (size_t i = 0; weights != NULL && i < n; i++)
        weights[i] = variants[i].weight_micros / divisor;
    return weights;
}

/* Overrides with the indices of their variants, in place of the loaded list. */
static void
link_overrides(loader *l, split_policy *policy)
{
    const doc_override *loaded = policy->split.overrides.items;
    size_t n = policy->split.overrides.n;
    split_override *linked = n > 0 ? split__arena_take(&l->arena, n * sizeof *linked) : NULL;
    for (size_t i = 0; linked != NULL && i < n; i++) {
        linked[i].key = loaded[i].item.name;
        linked[i].key_len = loaded[i].item.name != NULL ? strlen(loaded[i].item.name) : 0;
        if (loaded[i].variant != NULL)
            linked[i].variant =
                (uint32_t)link_variant(l, policy, loaded[i].item.node, loaded[i].variant);
    }
    policy->split.overrides = (doc_list){linked, linked != NULL ? n : 0};
}

static void
link_plan(loader *l, split_policy *policy)
{
    split_plan_options *o = &policy->plan_options;
    split_plan_options_init(o);
    o->default_variant = link_default(l, policy);
    o->weights = link_weights(l, policy);
    link_overrides(l, policy);
    o->name = policy->split.name;
    o->salt = policy->split.salt;
    o->n_variants = policy->split.variants.n;
    o->overrides = policy->split.overrides.items;
    o->n_overrides = policy->split.overrides.n;
    o->mode = (uint32_t)policy->split.mode;
    o->coverage_e6 = (uint32_t)policy->split.coverage_e6;
    o->holdout_e6 = (uint32_t)policy->split.holdout_e6;
}

/* Origins by name for the chains; a variant without a chain has the origin of its own name. */
static void
link_chains(loader *l, split_policy *policy, doc_list *chains)
{
    doc_variant *variants = policy->split.variants.items;
    for (size_t i = 0; i < policy->split.variants.n; i++) {
        if (variants[i].chain.n == 0 &&
            split__json_member(&l->doc, variants[i].item.node, "chain") == JSON_NONE) {
            doc_name *own = split__arena_take(&l->arena, sizeof *own);
            if (own != NULL)
                *own =
                    (doc_name){{split__json_member(&l->doc, variants[i].item.node, "name"), NULL},
                               variants[i].name,
                               0};
            variants[i].chain = (doc_list){own, own != NULL};
        }
        chains[i] = variants[i].chain;
    }
}

static void
find_origin(loader *l, const doc_list *origins, doc_name *name)
{
    const doc_origin *items = origins->items;
    for (size_t i = 0; i < origins->n; i++)
        if (name->text != NULL && strcmp(items[i].item.name, name->text) == 0) {
            name->index = i;
            return;
        }
    if (name->text != NULL && name->item.node != JSON_NONE)
        split__fault_value(l, SPLIT_ERR_FIELD, name->item.node,
                           "No origin has this name; add it to \"origins\", or correct the name or "
                           "the variant's chain.");
}

static void
link_failover(loader *l, split_policy *policy)
{
    size_t n = policy->split.variants.n;
    doc_list *chains = split__arena_take(&l->arena, n * sizeof *chains);
    if (chains == NULL)
        return;
    link_chains(l, policy, chains);
    /* Without origins only that fault is reported, not one more for each chain. */
    for (size_t i = 0; i < n && policy->origins.n > 0; i++)
        for (size_t j = 0; j < chains[i].n; j++)
            find_origin(l, &policy->origins, (doc_name *)chains[i].items + j);
    if (l->faults.n == 0 && !l->arena.failed)
        split__failover_link(l, &policy->failover, &policy->origins, chains, n,
                             &policy->failover_options);
}

/* The core has the last word: what it refuses is a fault of the object. */
static void
offer_plan(loader *l, split_policy *policy)
{
    split_plan *plan = NULL;
    int err = split_plan_new(&policy->plan_options, l->arena.alloc, &plan);
    split_plan_free(&plan, l->arena.alloc);
    uint32_t variants = split__json_member(&l->doc, policy->split.item.node, "variants");
    if (err == SPLIT_ERR_NOMEM)
        l->arena.failed = true;
    else if (err == SPLIT_ERR_WEIGHTS)
        split__fault_value(
            l, err, variants,
            "The weights must not all be zero, and their sum must stay below 2^43; correct them.");
    else if (err != SPLIT_OK)
        split__fault_value(l, err, policy->split.item.node, split_strerror(err));
}

void
split__policy_link(loader *l, split_policy *policy)
{
    check_variant_names(l, policy);
    check_metric_names(l, policy);
    link_plan(l, policy);
    link_failover(l, policy);
    if (policy->rollout.present)
        split__policy_link_rollout(l, policy);
    split__policy_link_sinks(l, policy);
    if (l->faults.n == 0 && !l->arena.failed)
        offer_plan(l, policy);
}
