/* SPDX-License-Identifier: MIT */
/* The table of overrides behind a plan: open addressing over the hash of the unit
 * (design/assignment.md A17). */
#include "core/plan/override.h"

#include <string.h>

#include "split/error.h"

typedef struct override_entry {
    uint32_t key_pos; /* in the bytes after the slots */
    uint32_t key_len;
    uint32_t variant;
    uint32_t hash; /* high half: the low one is the bucket */
} override_entry;

/* At least twice as many slots as entries, so that a search always meets an empty one. */
static uint32_t
slots_for(size_t n_overrides)
{
    uint32_t n_slots = 2;
    if (n_overrides == 0)
        return 0;
    while (n_slots < 2 * n_overrides)
        n_slots *= 2;
    return n_slots;
}

static override_entry *
entries_of(split_plan *plan)
{
    return (override_entry *)((unsigned char *)plan + sizeof *plan);
}

static const override_entry *
entries_in(const split_plan *plan)
{
    return (const override_entry *)((const unsigned char *)plan + sizeof *plan);
}

/* Slot i holds the number of an entry plus one, or 0. */
static const uint16_t *
slots_in(const split_plan *plan)
{
    return (const uint16_t *)(entries_in(plan) + plan->n_overrides);
}

static const char *
keys_in(const split_plan *plan)
{
    return (const char *)(slots_in(plan) + plan->n_slots);
}

int
split__override_bytes(const split_override *overrides, size_t n_overrides, size_t *out)
{
    size_t n_bytes = n_overrides * sizeof(override_entry);
    if (n_overrides > SPLIT_OVERRIDES_MAX)
        return SPLIT_ERR_LIMIT;
    if (n_overrides > 0 && overrides == NULL)
        return SPLIT_ERR_ARG;
    n_bytes += slots_for(n_overrides) * sizeof(uint16_t);
    for (size_t i = 0; i < n_overrides; i++) {
        size_t key_len = overrides[i].key_len;
        if (overrides[i].key == NULL || key_len < 1 || key_len > SPLIT_KEY_BYTES_MAX)
            return SPLIT_ERR_KEY;
        n_bytes += key_len;
    }
    *out = (n_bytes + 7) / 8 * 8;
    return SPLIT_OK;
}

int
split__override_fill(split_plan *plan, const split_override *overrides, size_t n_overrides)
{
    plan->n_overrides = (uint32_t)n_overrides;
    plan->n_slots = slots_for(n_overrides);
    plan->key_bytes = 0;
    override_entry *entries = entries_of(plan);
    uint16_t *slots = (uint16_t *)(entries + n_overrides);
    char *keys = (char *)(slots + plan->n_slots);
    memset(slots, 0, plan->n_slots * sizeof *slots);
    for (size_t i = 0; i < n_overrides; i++) {
        const split_override *from = &overrides[i];
        uint64_t hash = split__hash_unit(&plan->unit_prefix, from->key, from->key_len);
        if (from->variant >= plan->n_variants)
            return SPLIT_ERR_INDEX;
        if (split__override_find(plan, hash, from->key, from->key_len) != SPLIT__NO_OVERRIDE)
            return SPLIT_ERR_DUPLICATE;
        uint32_t high = (uint32_t)(hash >> 32), slot = high & (plan->n_slots - 1);
        memcpy(keys + plan->key_bytes, from->key, from->key_len);
        entries[i] =
            (override_entry){plan->key_bytes, (uint32_t)from->key_len, from->variant, high};
        while (slots[slot] != 0)
            slot = (slot + 1) & (plan->n_slots - 1);
        slots[slot] = (uint16_t)(i + 1);
        plan->key_bytes += (uint32_t)from->key_len;
    }
    return SPLIT_OK;
}

uint32_t
split__override_find(const split_plan *plan, uint64_t hash, const char *key, size_t key_len)
{
    const override_entry *entries = entries_in(plan);
    const uint16_t *slots = slots_in(plan);
    uint32_t high = (uint32_t)(hash >> 32);
    if (plan->n_slots == 0)
        return SPLIT__NO_OVERRIDE;
    for (uint32_t slot = high & (plan->n_slots - 1); slots[slot] != 0;
         slot = (slot + 1) & (plan->n_slots - 1)) {
        const override_entry *entry = &entries[slots[slot] - 1];
        if (entry->hash == high && entry->key_len == key_len &&
            memcmp(keys_in(plan) + entry->key_pos, key, key_len) == 0)
            return (uint32_t)slots[slot] - 1;
    }
    return SPLIT__NO_OVERRIDE;
}

split_override
split__override_at(const split_plan *plan, size_t index)
{
    const override_entry *entry = &entries_in(plan)[index];
    return (split_override){keys_in(plan) + entry->key_pos, entry->key_len, entry->variant};
}
