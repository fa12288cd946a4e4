/* SPDX-License-Identifier: MIT */
/* Leases, tokens and answers: the paperwork of an attempt once its origin is chosen
 * (design/failover.md F14). */
#include "core/failover/issue.h"

#include "core/failover/choose.h"

#include <string.h>

#include "core/failover/move.h"
#include "core/base/num.h"

void
split__fo_lease(split__fo_call *call, uint32_t origin)
{
    split_failover *fo = call->fo;
    split__fo_origin *o = split__fo_at(fo, origin);
    if (o->state == SPLIT_FAILOVER_OPEN)
        split__fo_move(call, origin, SPLIT_FAILOVER_HALF_OPEN, SPLIT_FAILOVER_CAUSE_PROBE_DUE);
    split__fo_ticket *leases = split__fo_leases(fo, o);
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        if (leases[i].seq == 0) {
            leases[i].seq = fo->seq + 1;
            leases[i].expiry = split__add_sat(fo->now, fo->p.probe_lease);
            break;
        }
    o->last_probe = fo->now;
}

static uint32_t
flags_of(const split__fo_ask *ask, uint32_t origin, const split__fo_origin *o,
         split_failover_reason reason)
{
    uint32_t flags = 0;
    if (ask->chain->origin[0] != origin)
        flags |= SPLIT_FAILOVER_FLAG_FALLBACK;
    if (reason == SPLIT_FAILOVER_REASON_DRILL)
        flags |= SPLIT_FAILOVER_FLAG_DRILL;
    if (o->degraded)
        flags |= SPLIT_FAILOVER_FLAG_DEGRADED;
    if (ask->pinned != UINT32_MAX && ask->pinned != origin)
        flags |= SPLIT_FAILOVER_FLAG_REPIN;
    return flags;
}

static void
token_fill(const split_failover *fo, const split__fo_ask *ask, const split__fo_origin *o,
           split_failover_kind kind, split_failover_token *token)
{
    token->seq = fo->seq;
    token->origin_id = o->id;
    token->key = ask->key;
    token->tried = ask->tried | split__fo_bit(o->slot);
    token->issued_at_us = fo->now;
    token->gen = o->gen;
    token->slot = o->slot;
    token->kind = (uint8_t)kind;
    token->chain = ask->chain_index;
    token->n_attempts = (uint8_t)(ask->n_attempts + (kind != SPLIT_FAILOVER_KIND_PROBE &&
                                                     ask->n_attempts < UINT8_MAX));
    token->flags = ask->flags;
    memset(token->reserved, 0, sizeof token->reserved);
}

void
split__fo_issue(split_failover *fo, const split__fo_ask *ask, uint32_t origin,
                split_failover_kind kind, split_failover_reason reason, split_failover_answer *out)
{
    split__fo_origin *o = split__fo_at(fo, origin);
    fo->seq++;
    o->n_issued++;
    token_fill(fo, ask, o, kind, &out->token);
    if (fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF && o->in_flight < UINT32_MAX) {
        o->in_flight++;
        out->token.flags |= SPLIT__FO_COUNTED;
    }
    out->origin = (int32_t)origin;
    out->assigned = ask->chain->origin[0];
    out->kind = kind;
    out->reason = reason;
    out->flags = flags_of(ask, origin, o, reason);
    out->reserved = 0;
}

void
split__fo_refuse(const split_failover *fo, const split__fo_ask *ask, split_failover_reason reason,
                 split_failover_answer *out)
{
    (void)fo;
    memset(out, 0, sizeof *out);
    out->origin = SPLIT_FAILOVER_NONE;
    out->assigned = ask->chain->origin[0];
    out->kind = SPLIT_FAILOVER_KIND_FAIL_FAST;
    out->reason = reason;
}
