/* SPDX-License-Identifier: MIT */
/* What is true of every origin of every machine at any time: bytes that say otherwise are no
 * snapshot (design/failover.md F32). */
#include "core/failover/check.h"

#define LONGEST_US (INT64_C(1) << 53)
#define LATEST_US (2 * LONGEST_US) /* the longest ejection and as much jitter */
#define MOST_LIMIT UINT32_C(1000000000)

static bool
is_past(const split_failover *head, split_us instant)
{
    return instant <= head->now;
}

static bool
serves(const split__fo_origin *o)
{
    return o->state == SPLIT_FAILOVER_CLOSED || o->state == SPLIT_FAILOVER_RAMP;
}

bool
split__fo_head_is_valid(const split_failover *head)
{
    return head->n_origins >= 1 && head->n_origins <= SPLIT_FAILOVER_ORIGINS_MAX &&
           head->p.buckets >= 1 && head->p.buckets <= 16 && head->p.slot_len >= 1 &&
           head->p.slot_len <= LONGEST_US && head->p.probes_in_flight >= 1 &&
           head->p.probes_in_flight <= 8 && head->p.flap_limit <= 8 && head->seq <= INT64_MAX &&
           head->n_regressions <= INT64_MAX;
}

static bool
words_are_valid(const split_failover *head, const split__fo_origin *o)
{
    return o->state < SPLIT_FAILOVER_STATE_COUNT && o->mode < SPLIT_FAILOVER_MODE_COUNT &&
           o->degraded <= 1 && o->latched <= 1 && o->step < SPLIT_FAILOVER_RAMP_MAX &&
           o->n_stamps <= head->p.flap_limit && o->in_flight_limit <= MOST_LIMIT &&
           o->n_stale <= o->n_reported && o->n_reported <= INT64_MAX && o->n_issued <= INT64_MAX;
}

/* Each state has its own evidence; that of the others was cleared on the way in. */
static bool
evidence_fits_state(const split__fo_origin *o)
{
    bool is_closed = o->state == SPLIT_FAILOVER_CLOSED, is_ramp = o->state == SPLIT_FAILOVER_RAMP;
    bool counts_ok = is_ramp || o->state == SPLIT_FAILOVER_HALF_OPEN || (is_closed && o->level > 0);
    return (is_closed || o->level > 0) && (serves(o) || (o->run == 0 && !o->degraded)) &&
           (!serves(o) || !o->latched) && (is_ramp || (o->step == 0 && o->bad == 0)) &&
           (counts_ok || o->ok == 0);
}

/* Nothing has happened that is still to come; only an ejection and a floor reach ahead. */
static bool
snapshot_times_are_valid(const split_failover *head, const split__fo_origin *o)
{
    bool may_be_ahead = o->state == SPLIT_FAILOVER_OPEN || o->state == SPLIT_FAILOVER_CLOSED;
    return is_past(head, o->run_start) && is_past(head, o->since) && is_past(head, o->last_probe) &&
           (is_past(head, o->open_until) ||
            (may_be_ahead && o->open_until - head->now <= LATEST_US));
}

static bool
run_is_valid(const split__fo_origin *o)
{
    uint32_t n_keys = split__fo_popcount(o->run_keys);
    return o->hard_run <= o->run && (o->run == 0 || (n_keys >= 1 && n_keys <= o->run));
}

static bool
window_is_valid(const split_failover *head, const split__fo_origin *o)
{
    for (uint32_t i = 0; i < head->p.buckets; i++) {
        const split__fo_slot *slot = split__fo_slots(o) + i;
        if (slot->bad > slot->total || split__fo_popcount(slot->bad_keys) > slot->bad ||
            (slot->bad_keys == 0) != (slot->bad == 0) || (slot->total != 0 && !serves(o)))
            return false;
    }
    return true;
}

static bool
leases_are_valid(const split_failover *head, const split__fo_origin *o)
{
    const split__fo_ticket *leases = split__fo_leases(head, o);
    uint32_t n = 0;
    for (uint32_t i = 0; i < head->p.probes_in_flight; i++) {
        if (leases[i].seq == 0)
            continue;
        n++;
        if (leases[i].seq > head->seq ||
            (!is_past(head, leases[i].expiry) && leases[i].expiry - head->now > LONGEST_US))
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (leases[j].seq == leases[i].seq)
                return false;
    }
    return n == 0 || o->state == SPLIT_FAILOVER_HALF_OPEN ||
           (n == 1 && o->state == SPLIT_FAILOVER_HOLD);
}

static bool
stamps_are_valid(const split_failover *head, const split__fo_origin *o)
{
    const split_us *stamps = split__fo_stamps(head, o);
    for (uint32_t i = 0; i < o->n_stamps; i++)
        if (!is_past(head, stamps[i]) || (i > 0 && stamps[i] < stamps[i - 1]))
            return false;
    return true;
}

bool
split__fo_origin_is_valid(const split_failover *head, const split__fo_origin *o)
{
    return words_are_valid(head, o) && evidence_fits_state(o) &&
           snapshot_times_are_valid(head, o) && run_is_valid(o) && window_is_valid(head, o) &&
           leases_are_valid(head, o) && stamps_are_valid(head, o);
}
