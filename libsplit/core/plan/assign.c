/* SPDX-License-Identifier: MIT */
/* Sticky decisions: override, holdout, coverage, hash (design/assignment.md sections 1 and 5). */
#include "common/names.h"
#include "split/assign.h"

#include "core/plan/hash_inline.h"
#include "core/plan/override.h"
#include "split/error.h"

#define BUCKET_MASK (SPLIT_BUCKETS - 1)

SPLIT__NAME_FUNCTION(split_rule_name, SPLIT_RULE_MAP)

static bool
is_usable_key(const char *key, size_t key_len)
{
    return key != NULL && key_len - 1 < SPLIT_KEY_BYTES_MAX;
}

static uint32_t
bucket_of(const split__prefix *prefix, const char *key, size_t key_len)
{
    return (uint32_t)split__hash_unit(prefix, key, key_len) & BUCKET_MASK;
}

/* Rules before the hash. Fills the part of `out` that they decide on; returns whether one
 * decided. */
static bool
gate(const split_plan *plan, uint64_t hash, const char *key, size_t key_len, split_explanation *out)
{
    uint32_t found = split__override_find(plan, hash, key, key_len);
    if (found != SPLIT__NO_OVERRIDE) {
        out->override_index = found;
        out->variant = split__override_at(plan, found).variant;
        out->reason = SPLIT_RULE_OVERRIDE;
        return true;
    }
    out->variant = plan->default_variant;
    if (plan->holdout > 0) {
        out->holdout_bucket = bucket_of(&plan->holdout_prefix, key, key_len);
        out->reason = SPLIT_RULE_HOLDOUT;
        if (out->holdout_bucket < plan->holdout)
            return true;
    }
    if (plan->coverage < SPLIT_BUCKETS) {
        out->coverage_bucket = bucket_of(&plan->coverage_prefix, key, key_len);
        out->reason = SPLIT_RULE_COVERAGE;
        return out->coverage_bucket >= plan->coverage;
    }
    return false;
}

static void
explain(const split_plan *plan, const char *key, size_t key_len, split_explanation *out)
{
    uint64_t hash = split__hash_unit(&plan->unit_prefix, key, key_len);
    *out = (split_explanation){.hash = hash,
                               .bucket = (uint32_t)hash & BUCKET_MASK,
                               .coverage_bucket = SPLIT_NO_BUCKET,
                               .holdout_bucket = SPLIT_NO_BUCKET,
                               .override_index = SPLIT_NO_BUCKET};
    out->range = split__plan_find(plan, out->bucket);
    out->bounds = split__plan_range_at(plan, out->range);
    if (gate(plan, hash, key, key_len, out))
        return;
    out->variant = out->bounds.variant;
    out->reason = SPLIT_RULE_HASH;
}

/* Everything but the plain case: errors, other modes, rules before the hash. */
static int
assign_gated(const split_plan *plan, const char *key, size_t key_len, split_assignment *out)
{
    split_explanation e;
    int err = out == NULL ? SPLIT_ERR_ARG : split_assign_explain(plan, key, key_len, &e);
    if (err == 0)
        *out = (split_assignment){e.variant, e.bucket, e.reason};
    return err;
}

/* The hash alone decides. */
static inline int
answer(const split_plan *plan, uint64_t hash, split_assignment *out)
{
    out->variant = split__plan_variant(plan, hash);
    out->bucket = (uint32_t)hash & BUCKET_MASK;
    out->reason = SPLIT_RULE_HASH;
    return SPLIT_OK;
}

int
split_assign(const split_plan *plan, const char *key, size_t key_len, split_assignment *out)
{
    if (plan == NULL || key == NULL || out == NULL)
        return assign_gated(plan, key, key_len, out);
    if (SPLIT__LIKELY(key_len - SPLIT__STRIPE < plan->bare_span))
        return answer(plan, split__hash_bare(key, key_len), out);
    if (key_len - 1 >= plan->direct_bytes)
        return assign_gated(plan, key, key_len, out);
    if (split__is_long(&plan->unit_prefix, key_len))
        return answer(plan, split__hash_long(&plan->unit_prefix, key, key_len), out);
    return answer(plan, split__hash_short(&plan->unit_prefix, key, key_len), out);
}

int
split_assign_explain(const split_plan *plan, const char *key, size_t key_len,
                     split_explanation *out)
{
    if (plan == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (plan->mode != SPLIT_MODE_STICKY)
        return SPLIT_ERR_MODE;
    if (!is_usable_key(key, key_len))
        return SPLIT_ERR_KEY;
    explain(plan, key, key_len, out);
    return SPLIT_OK;
}

int
split_assign_gate(const split_plan *plan, const char *key, size_t key_len, split_assignment *out,
                  bool *out_decided)
{
    split_explanation e;
    if (plan == NULL || out == NULL || out_decided == NULL)
        return SPLIT_ERR_ARG;
    if (!is_usable_key(key, key_len))
        return SPLIT_ERR_KEY;
    *out_decided = false;
    if (!plan->gated)
        return SPLIT_OK;
    uint64_t hash = split__hash_unit(&plan->unit_prefix, key, key_len);
    if (!gate(plan, hash, key, key_len, &e))
        return SPLIT_OK;
    *out = (split_assignment){e.variant, (uint32_t)hash & BUCKET_MASK, e.reason};
    *out_decided = true;
    return SPLIT_OK;
}

int
split_plan_unit_hash(const split_plan *plan, const char *key, size_t key_len, uint64_t *out)
{
    if (plan == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (!is_usable_key(key, key_len))
        return SPLIT_ERR_KEY;
    *out = split__hash_unit(&plan->unit_prefix, key, key_len);
    return SPLIT_OK;
}
