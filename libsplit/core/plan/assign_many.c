/* SPDX-License-Identifier: MIT */
/* Sticky decisions for many keys, one after another or anywhere (design/assignment.md A20). */
#include "core/plan/hash_inline.h"
#include "core/plan/data.h"
#include "split/assign.h"
#include "split/error.h"

static bool
is_usable_slice(uint32_t start, uint32_t end, size_t keys_len)
{
    return start < end && end <= keys_len && end - start <= SPLIT_KEY_BYTES_MAX;
}

/* Short keys take less time than memory takes to answer, and the processor by itself prefetches too
 * few of them ahead, so their bytes are asked for early. Any address may be asked for, also one
 * behind the last key. Long keys are streams that the machine sees through. */
#define AHEAD_BYTES 2048
#define AHEAD_KEY_BYTES_MAX 128

static inline void
ask_ahead(const char *key, size_t key_len)
{
#if defined(__GNUC__)
    if (SPLIT__LIKELY(key_len <= AHEAD_KEY_BYTES_MAX))
        __builtin_prefetch((const void *)((uintptr_t)key + AHEAD_BYTES));
#else
    (void)key;
    (void)key_len;
#endif
}

/* One loop for each way to decide, so that the plan is not asked again for each key. The compiler
 * has to be made to put the branch into both loops. */
typedef enum batch_way { BATCH_GATED, BATCH_BARE, BATCH_SALTED } batch_way;

static batch_way
way_of(const split_plan *plan)
{
    if (plan->direct_bytes == 0)
        return BATCH_GATED;
    return plan->unit_prefix.len == 0 ? BATCH_BARE : BATCH_SALTED;
}

static uint32_t
decide_gated(const split_plan *plan, const char *key, size_t key_len)
{
    split_assignment a;
    int err = split_assign(plan, key, key_len, &a);
    return err == 0 ? a.variant : plan->default_variant;
}

XXH_FORCE_INLINE uint32_t
decide(const split_plan *plan, batch_way way, const char *key, size_t key_len)
{
    const split__prefix *prefix = &plan->unit_prefix;
    if (way == BATCH_GATED)
        return decide_gated(plan, key, key_len);
    if (way == BATCH_BARE && SPLIT__LIKELY(key_len >= SPLIT__STRIPE))
        return split__plan_variant(plan, split__hash_bare(key, key_len));
    if (way == BATCH_SALTED && split__is_long(prefix, key_len))
        return split__plan_variant(plan, split__hash_long(prefix, key, key_len));
    return split__plan_variant(plan, split__hash_short(prefix, key, key_len));
}

XXH_FORCE_INLINE size_t
decide_columns(const split_plan *plan, batch_way way, const char *keys, size_t keys_len,
               const uint32_t *offsets, size_t n_keys, uint16_t *out)
{
    size_t n_bad = 0;
    for (size_t i = 0; i < n_keys; i++) {
        uint32_t start = offsets[i], end = offsets[i + 1];
        if (is_usable_slice(start, end, keys_len)) {
            ask_ahead(keys + start, end - start);
            out[i] = (uint16_t)decide(plan, way, keys + start, end - start);
        } else {
            out[i] = (uint16_t)plan->default_variant;
            n_bad++;
        }
    }
    return n_bad;
}

XXH_FORCE_INLINE size_t
decide_each(const split_plan *plan, batch_way way, const char *const *keys, const size_t *key_lens,
            size_t n_keys, uint16_t *out)
{
    size_t n_bad = 0;
    for (size_t i = 0; i < n_keys; i++) {
        if (keys[i] != NULL && key_lens[i] - 1 < SPLIT_KEY_BYTES_MAX) {
            out[i] = (uint16_t)decide(plan, way, keys[i], key_lens[i]);
        } else {
            out[i] = (uint16_t)plan->default_variant;
            n_bad++;
        }
    }
    return n_bad;
}

int
split_assign_many(const split_plan *plan, const char *keys, size_t keys_len,
                  const uint32_t *offsets, size_t n_keys, uint16_t *out, size_t *out_n_bad)
{
    size_t n_bad;
    if (plan == NULL || offsets == NULL || out == NULL || (keys == NULL && keys_len > 0))
        return SPLIT_ERR_ARG;
    if (plan->mode != SPLIT_MODE_STICKY)
        return SPLIT_ERR_MODE;
    batch_way way = way_of(plan);
    if (way == BATCH_GATED)
        n_bad = decide_columns(plan, BATCH_GATED, keys, keys_len, offsets, n_keys, out);
    else if (way == BATCH_BARE)
        n_bad = decide_columns(plan, BATCH_BARE, keys, keys_len, offsets, n_keys, out);
    else
        n_bad = decide_columns(plan, BATCH_SALTED, keys, keys_len, offsets, n_keys, out);
    if (out_n_bad != NULL)
        *out_n_bad = n_bad;
    return SPLIT_OK;
}

int
split_assign_each(const split_plan *plan, const char *const *keys, const size_t *key_lens,
                  size_t n_keys, uint16_t *out, size_t *out_n_bad)
{
    size_t n_bad;
    if (plan == NULL || keys == NULL || key_lens == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (plan->mode != SPLIT_MODE_STICKY)
        return SPLIT_ERR_MODE;
    batch_way way = way_of(plan);
    if (way == BATCH_GATED)
        n_bad = decide_each(plan, BATCH_GATED, keys, key_lens, n_keys, out);
    else if (way == BATCH_BARE)
        n_bad = decide_each(plan, BATCH_BARE, keys, key_lens, n_keys, out);
    else
        n_bad = decide_each(plan, BATCH_SALTED, keys, key_lens, n_keys, out);
    if (out_n_bad != NULL)
        *out_n_bad = n_bad;
    return SPLIT_OK;
}
