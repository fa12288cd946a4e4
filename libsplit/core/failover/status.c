/* SPDX-License-Identifier: MIT */
/* Reading a machine: origins, counts, classes of answers (design/failover.md F6, F7). */
#include <string.h>

#include "core/failover/guard.h"
#include "core/failover/guard_probe.h"
#include "core/failover/service.h"
#include "core/failover/window.h"
#include "core/base/bytes_hash.h"
#include "core/base/num.h"
#include "split/error.h"

static uint32_t
narrow(uint64_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void
status_evidence(const split_failover *fo, const split__fo_origin *o, split_failover_status *out)
{
    split__fo_sums sums = split__fo_window_sums(fo, o);
    out->run = o->run;
    out->hard_run = o->hard_run;
    out->run_keys = o->run != 0 ? split__fo_popcount(o->run_keys) : 0;
    out->total = narrow(sums.total);
    out->bad = narrow(sums.bad);
    out->bad_keys = split__fo_popcount(sums.keys);
    out->probe_ok = o->state == SPLIT_FAILOVER_HALF_OPEN ? o->ok : 0;
    out->lost = o->lost;
    out->n_leases = split__fo_n_leases(fo, o);
}

/* Share of keys that the origin takes as it is now, modes included. */
static uint32_t
admitted_permille(const split_failover *fo, const split__fo_origin *o)
{
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN)
        return 0;
    return o->mode == SPLIT_FAILOVER_MODE_AUTO ? split__fo_permille(fo, o) : 1000;
}

int
split_failover_origin_status(const split_failover *fo, uint32_t origin, split_failover_status *out)
{
    if (fo == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (origin >= fo->n_origins)
        return SPLIT_ERR_INDEX;
    const split__fo_origin *o = split__fo_at(fo, origin);
    memset(out, 0, sizeof *out);
    out->id = o->id;
    out->state = (split_failover_state)o->state;
    out->mode = (split_failover_mode)o->mode;
    out->level = o->level;
    out->gen = o->gen;
    out->epoch = o->epoch;
    out->in_service = split__fo_in_service(o);
    out->degraded = o->degraded;
    out->latched = o->latched;
    out->permille = admitted_permille(fo, o);
    out->step = o->step;
    status_evidence(fo, o, out);
    out->in_flight = o->in_flight;
    out->in_flight_cap =
        fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF ? o->in_flight_limit / 1000 : 0;
    out->in_state_us = split__fo_elapsed(fo, o->since);
    if (o->state == SPLIT_FAILOVER_OPEN && o->open_until > fo->now)
        out->open_left_us = o->open_until - fo->now;
    out->n_issued = o->n_issued;
    out->n_reported = o->n_reported;
    out->n_stale = o->n_stale;
    return SPLIT_OK;
}

int32_t
split_failover_find(const split_failover *fo, const char *name, size_t name_len)
{
    if (fo == NULL || name == NULL)
        return SPLIT_FAILOVER_NONE;
    uint64_t id = split__hash_bytes(name, name_len);
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if (split__fo_at(fo, i)->id == id)
            return (int32_t)i;
    return SPLIT_FAILOVER_NONE;
}

uint32_t
split_failover_n_origins(const split_failover *fo)
{
    return fo->n_origins;
}

uint32_t
split_failover_n_chains(const split_failover *fo)
{
    return fo->n_chains;
}

split_us
split_failover_now(const split_failover *fo)
{
    return fo->now;
}

uint64_t
split_failover_regressions(const split_failover *fo)
{
    return fo->n_regressions;
}

uint32_t
split_failover_budget_milli(const split_failover *fo)
{
    return fo->budget;
}

split_failover_class
split_failover_classify_status(const split_failover *fo, uint32_t status, split_us elapsed_us)
{
    for (uint32_t i = 0; i < fo->p.n_statuses; i++)
        if (fo->p.statuses[i] == status)
            return SPLIT_FAILOVER_CLASS_FAIL_STATUS;
    if (status == 429)
        return SPLIT_FAILOVER_CLASS_BUSY;
    return fo->p.slow != 0 && elapsed_us >= fo->p.slow ? SPLIT_FAILOVER_CLASS_SLOW
                                                       : SPLIT_FAILOVER_CLASS_OK;
}

split_failover_class
split_failover_classify_deadline(const split_failover *fo, split_us elapsed_us)
{
    return elapsed_us >= fo->p.fair ? SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT
                                    : SPLIT_FAILOVER_CLASS_NEUTRAL;
}
