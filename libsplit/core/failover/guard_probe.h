/* SPDX-License-Identifier: MIT */
/* Guards of probes: when one is due, and which request may be one (design/failover.md F12, F13). */
#ifndef SPLIT_CORE_FAILOVER_GUARD_PROBE_H
#define SPLIT_CORE_FAILOVER_GUARD_PROBE_H

#include "core/failover/guard.h"

/* Guards of probes (F12, F13). */
uint32_t split__fo_n_leases(const split_failover *fo, const split__fo_origin *o);
bool split__fo_probe_due(const split_failover *fo, const split__fo_origin *o);
bool split__fo_overdue(const split_failover *fo, const split__fo_origin *o);
bool split__fo_home(const split_failover *fo, const split__fo_chain *chain, uint32_t origin);
bool split__fo_urgent(const split_failover *fo, const split__fo_chain *chain, uint32_t origin);

#endif
