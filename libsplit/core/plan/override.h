/* SPDX-License-Identifier: MIT */
/* The table of overrides behind a plan: found by the hash of the unit, confirmed by the bytes of
 * the key. */
#ifndef SPLIT_CORE_OVERRIDE_H
#define SPLIT_CORE_OVERRIDE_H

#include "core/plan/data.h"

/* Bytes of the table; 0 for none. Returns SPLIT_ERR_LIMIT, _ARG or _KEY, and then `out` is not
 * written. */
int split__override_bytes(const split_override *overrides, size_t n_overrides, size_t *out);

/* Put the overrides into the table behind the plan, whose prefixes and counts are set. Returns 0,
 * SPLIT_ERR_INDEX or SPLIT_ERR_DUPLICATE. */
int split__override_fill(split_plan *plan, const split_override *overrides, size_t n_overrides);

/* Index of the override of a key whose unit has this hash, or SPLIT__NO_OVERRIDE. */
#define SPLIT__NO_OVERRIDE UINT32_MAX
uint32_t split__override_find(const split_plan *plan, uint64_t hash, const char *key,
                              size_t key_len);

/* Override `index`, whose key points into the plan. */
split_override split__override_at(const split_plan *plan, size_t index);

#endif
