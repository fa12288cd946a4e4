/* SPDX-License-Identifier: MIT */
/* Distinct users of a window: open addressing over 64-bit hashes, the lowest bit says "failed"
 * (design/verdicts.md M11). */
#include "split/distinct.h"

#include <string.h>

#include "core/base/alloc.h"
#include "common/sized.h"
#include "core/base/memory.h"

struct split_distinct {
    uint32_t n_slots;
    uint32_t n_used;
    int64_t left_out;
};

static uint64_t *
slots_of(split_distinct *d)
{
    return (uint64_t *)(void *)((unsigned char *)d + sizeof *d);
}

void
split_distinct_options_init_sized(split_distinct_options *options, size_t size)
{
    const split_distinct_options own = {.n_slots = 65536};
    split__sized_init(options, size, &own, sizeof own);
}

static int
distinct_options_take(split_distinct_options *own, const split_distinct_options *theirs)
{
    const int err = split__sized_take(own, sizeof *own, SPLIT_DISTINCT_OPTIONS_V1, theirs);
    if (err != SPLIT_OK)
        return err;
    const uint32_t n = own->n_slots;
    return n >= 64 && n <= UINT32_C(1) << 26 && (n & (n - 1)) == 0 ? SPLIT_OK : SPLIT_ERR_VALUE;
}

static size_t
distinct_bytes(uint32_t n_slots)
{
    return sizeof(struct split_distinct) + (size_t)n_slots * sizeof(uint64_t);
}

size_t
split_distinct_size(const split_distinct_options *options)
{
    split_distinct_options own;
    return distinct_options_take(&own, options) == SPLIT_OK ? distinct_bytes(own.n_slots) : 0;
}

int
split_distinct_init(void *mem, size_t mem_bytes, const split_distinct_options *options,
                    split_distinct **out)
{
    split_distinct_options own;
    int err = distinct_options_take(&own, options);
    if (err == SPLIT_OK)
        err = out == NULL ? SPLIT_ERR_ARG
                          : split__memory_check(mem, mem_bytes, distinct_bytes(own.n_slots));
    if (err != SPLIT_OK)
        return err;
    struct split_distinct *d = mem;
    d->n_slots = own.n_slots;
    split_distinct_reset(d);
    *out = d;
    return SPLIT_OK;
}

int
split_distinct_new(const split_distinct_options *options, const split_alloc *alloc,
                   split_distinct **out)
{
    split_distinct_options own;
    const int err = distinct_options_take(&own, options);
    if (err != SPLIT_OK)
        return err;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    void *mem = split__alloc_take(alloc, distinct_bytes(own.n_slots));
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    return split_distinct_init(mem, distinct_bytes(own.n_slots), options, out);
}

void
split_distinct_free(split_distinct **distinct, const split_alloc *alloc)
{
    if (distinct == NULL)
        return;
    split__alloc_give(alloc, *distinct);
    *distinct = NULL;
}

split_seen
split_distinct_note(split_distinct *distinct, uint64_t unit_hash, bool failed)
{
    uint64_t *slots = slots_of(distinct);
    /* Bit 0 of a slot is "failed", bit 1 "in use", so a hash of zero is no empty slot. */
    const uint64_t tag = unit_hash | 3;
    uint32_t at = (uint32_t)(unit_hash >> 32) & (distinct->n_slots - 1);
    while (slots[at] != 0 && (slots[at] | 1) != tag)
        at = (at + 1) & (distinct->n_slots - 1);
    if (slots[at] == 0) {
        if (distinct->n_used >= distinct->n_slots / 4 * 3) {
            distinct->left_out++;
            return SPLIT_SEEN_FULL;
        }
        distinct->n_used++;
        slots[at] = failed ? tag : tag - 1;
        return failed ? SPLIT_SEEN_FIRST_BAD : SPLIT_SEEN_FIRST;
    }
    if (!failed || (slots[at] & 1) != 0)
        return SPLIT_SEEN_AGAIN;
    slots[at] = tag;
    return SPLIT_SEEN_BAD;
}

int64_t
split_distinct_count(const split_distinct *distinct)
{
    return distinct->n_used;
}

int64_t
split_distinct_left_out(const split_distinct *distinct)
{
    return distinct->left_out;
}

void
split_distinct_reset(split_distinct *distinct)
{
    distinct->n_used = 0;
    distinct->left_out = 0;
    memset(slots_of(distinct), 0, (size_t)distinct->n_slots * sizeof(uint64_t));
}
