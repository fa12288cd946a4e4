/* SPDX-License-Identifier: MIT */
/* The transition table of design/failover.md section 4 as data; guards and effects are
 * elsewhere. */
#include "core/failover/table.h"

#define ROW(number, from, to, cause, gen, level, trip)                                             \
    {                                                                                              \
        number, SPLIT_FAILOVER_##from, SPLIT_FAILOVER_##to, SPLIT_FAILOVER_CAUSE_##cause, gen,     \
            level, trip                                                                            \
    }

static const split__fo_row rows[] = {
    ROW(1, CLOSED, OPEN, HARD_RUN, 1, 1, 1),
    ROW(2, CLOSED, OPEN, RUN, 1, 1, 1),
    ROW(3, CLOSED, OPEN, RATIO, 1, 1, 1),
    ROW(4, RAMP, OPEN, RAMP_FAILED, 1, 1, 1),
    ROW(5, RAMP, OPEN, HARD_RUN, 1, 1, 1),
    ROW(6, RAMP, OPEN, RUN, 1, 1, 1),
    ROW(7, RAMP, OPEN, RATIO, 1, 1, 1),
    ROW(8, OPEN, HALF_OPEN, PROBE_DUE, 1, 0, 0),
    ROW(9, HALF_OPEN, OPEN, PROBE_FAILED, 1, 1, 0),
    ROW(10, HALF_OPEN, OPEN, PROBE_BUSY, 1, 0, 0),
    ROW(11, HALF_OPEN, OPEN, PROBES_LOST, 1, 0, 0),
    ROW(12, HALF_OPEN, OPEN, HALF_OPEN_TIMEOUT, 1, 0, 0),
    ROW(13, HALF_OPEN, RAMP, VERIFIED, 1, 0, 0),
    ROW(14, HALF_OPEN, HOLD, VERIFIED, 1, 0, 0),
    ROW(15, HOLD, RAMP, APPROVED, 1, 0, 0),
    ROW(16, HOLD, RAMP, FAILBACK_DELAY, 1, 0, 0),
    ROW(17, HOLD, OPEN, PROBE_FAILED, 1, 1, 0),
    ROW(18, HOLD, OPEN, PROBE_BUSY, 1, 0, 0),
    ROW(19, HOLD, OPEN, PROBES_LOST, 1, 0, 0),
    ROW(20, RAMP, CLOSED, RAMP_DONE, 0, 0, 0),
    ROW(21, RAMP, CLOSED, URGENT_RAMP, 0, 0, 0),
    ROW(22, CLOSED, CLOSED, RESET, 1, -1, 0),
    ROW(23, OPEN, CLOSED, RESET, 1, -1, 0),
    ROW(24, HALF_OPEN, CLOSED, RESET, 1, -1, 0),
    ROW(25, HOLD, CLOSED, RESET, 1, -1, 0),
    ROW(26, RAMP, CLOSED, RESET, 1, -1, 0),
};

const split__fo_row *
split__fo_row_find(split_failover_state from, split_failover_state to, split_failover_cause cause)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].from == from && rows[i].to == to && rows[i].cause == cause)
            return &rows[i];
    return NULL;
}
