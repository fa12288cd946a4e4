/* SPDX-License-Identifier: MIT */
/* Questions about an origin at fo->now, one small predicate for each guard of design/failover.md.
 * None changes anything. */
#ifndef SPLIT_CORE_FAILOVER_GUARD_H
#define SPLIT_CORE_FAILOVER_GUARD_H

#include "core/failover/state.h"

/* Guards of a trip (F20-F23). */
bool split__fo_ramp_failed(const split_failover *fo, const split__fo_origin *o);
bool split__fo_run_is_broad(const split_failover *fo, const split__fo_origin *o);
bool split__fo_hard_run(const split_failover *fo, const split__fo_origin *o);
bool split__fo_soft_run(const split_failover *fo, const split__fo_origin *o);
bool split__fo_ratio(const split_failover *fo, const split__fo_origin *o);
bool split__fo_common_cause(const split_failover *fo, uint32_t origin);
bool split__fo_may_trip(const split_failover *fo, uint32_t origin);

/* Guards of timers (F9), and of the decay of a level that is not 0 (F25). */
bool split__fo_half_open_over(const split_failover *fo, const split__fo_origin *o);
bool split__fo_failback_due(const split_failover *fo, const split__fo_origin *o);
bool split__fo_step_due(const split_failover *fo, const split__fo_origin *o);
bool split__fo_decay_due(const split_failover *fo, const split__fo_origin *o);

/* Share of keys that the ramp admits, and whether this key is in it (F15). */
uint32_t split__fo_permille(const split_failover *fo, const split__fo_origin *o);
bool split__fo_admits_key(const split_failover *fo, const split__fo_origin *o, uint64_t key);

/* The in-flight cap is reached (F28). */
bool split__fo_full(const split_failover *fo, const split__fo_origin *o);

#endif
