/* SPDX-License-Identifier: MIT */
/* The transition table of design/failover.md section 4 as data. */
#ifndef SPLIT_CORE_FAILOVER_TABLE_H
#define SPLIT_CORE_FAILOVER_TABLE_H

#include "split/failover_types.h"

typedef struct split__fo_row {
    uint8_t number; /* as in design/failover.md section 4 */
    uint8_t from, to, cause;
    uint8_t new_gen; /* 1: gen + 1, and run, window and leases are cleared */
    int8_t level;    /* +1 up, 0 same, -1 to zero */
    uint8_t is_trip; /* 1: counted by the flap latch */
} split__fo_row;

/* The row, or NULL when the table has none: such a transition does not exist. */
const split__fo_row *split__fo_row_find(split_failover_state from, split_failover_state to,
                                        split_failover_cause cause);

#endif
