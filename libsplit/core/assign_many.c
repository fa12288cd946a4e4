/* SPDX-License-Identifier: MIT */
/* Sticky decisions for many keys in columnar buffers (DESIGN.md A20). */
#include "override.h"
#include "split/assign.h"
#include "split/error.h"

static bool
is_usable_slice(uint32_t start, uint32_t end, size_t keys_len)
{
    return start < end && end <= keys_len && end - start <= SPLIT_KEY_BYTES_MAX;
}

static uint16_t
decide(const split_plan *plan, const char *key, size_t key_len)
{
    if (plan->gated) {
        split_assignment a;
        int err = split_assign(plan, key, key_len, &a);
        return (uint16_t)(err == 0 ? a.variant : plan->default_variant);
    }
    uint32_t bucket = (uint32_t)split__hash_unit(&plan->unit_prefix, key, key_len);
    return plan->owner[split__plan_find(plan, bucket & (SPLIT_BUCKETS - 1))];
}

int
split_assign_many(const split_plan *plan, const char *keys, size_t keys_len, const uint32_t *offsets,
                  size_t n_keys, uint16_t *out, size_t *out_n_bad)
{
    size_t n_bad = 0;
    if (plan == NULL || offsets == NULL || out == NULL || (keys == NULL && keys_len > 0))
        return SPLIT_ERR_ARG;
    if (plan->mode != SPLIT_MODE_STICKY)
        return SPLIT_ERR_MODE;
    for (size_t i = 0; i < n_keys; i++) {
        uint32_t start = offsets[i], end = offsets[i + 1];
        bool usable = is_usable_slice(start, end, keys_len);
        out[i] = usable ? decide(plan, keys + start, end - start) : (uint16_t)plan->default_variant;
        n_bad += !usable;
    }
    if (out_n_bad != NULL)
        *out_n_bad = n_bad;
    return SPLIT_OK;
}
