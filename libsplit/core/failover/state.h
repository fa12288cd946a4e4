/* SPDX-License-Identifier: MIT */
/* Layout of a failover machine: header, chains, then origins of one stride, all in one block
 * without pointers (F1). */
#ifndef SPLIT_CORE_FAILOVER_STATE_H
#define SPLIT_CORE_FAILOVER_STATE_H

#include "split/failover.h"

#define SPLIT__FO_SAFE 1u
#define SPLIT__FO_REPLAYABLE 2u
#define SPLIT__FO_COUNTED 4u
#define SPLIT__FO_SYNTHETIC 8u

/* Parameters as the machine keeps them: the options without pointers, off values made harmless. */
typedef struct split__fo_params {
    uint64_t seed;
    split_us run_min_span, slot_len, slow, fair, base_open, max_open, probe_interval, probe_lease;
    split_us half_open_max, overdue, ramp_hold, ramp_max_hold, decay, failback_delay, hold_probe;
    split_us flap_window, emergency;
    uint32_t consecutive, hard_consecutive, min_keys, buckets, min_samples, fail_ppm,
        rel_margin_ppm;
    uint32_t jitter_ppm, probes_in_flight, probe_successes, lost_limit, ramp_min_ok,
        ramp_consecutive;
    uint32_t flap_limit, retry_deposit, retry_cap, in_flight_cap, in_flight_min;
    uint16_t ramp_permille[SPLIT_FAILOVER_RAMP_MAX];
    uint16_t statuses[SPLIT_FAILOVER_STATUSES_MAX];
    uint16_t drill_permille;
    uint8_t n_ramp, n_statuses, max_attempts, failback, sticky, refuse_unsafe, in_flight, reserved;
} split__fo_params;

/* One slot of the window ring; which one is current is in the origin. */
typedef struct split__fo_slot {
    uint64_t bad_keys;
    uint32_t total, bad;
} split__fo_slot;

/* A probe's lease; seq 0 is free. */
typedef struct split__fo_ticket {
    uint64_t seq;
    split_us expiry;
} split__fo_ticket;

/* One origin; buckets slots, probes_in_flight leases and flap_limit stamps follow it. */
typedef struct split__fo_origin {
    uint64_t id;
    uint64_t run_keys;
    split_us run_start;
    split_us slot_index, slot_end; /* current slot of the window, and when it is over */
    split_us open_until, floor, since, last_probe;
    uint32_t run, hard_run;
    uint32_t gen, epoch;
    uint32_t ok, bad; /* successes of probes, step or decay; failures of the step */
    uint32_t lost;
    uint32_t in_flight, in_flight_limit; /* the limit is in thousandths */
    uint8_t state, mode, level, degraded, latched, step, slot, n_stamps;
    uint8_t slot_at; /* ring position of slot_index */
    uint8_t reserved[3];
    uint64_t n_issued, n_reported, n_stale; /* statistics: no decision reads them */
} split__fo_origin;

typedef struct split__fo_chain {
    uint64_t members; /* bits of origin indices */
    uint8_t origin[SPLIT_FAILOVER_CHAIN_MAX];
    uint8_t n;
    uint8_t reserved[7];
} split__fo_chain;

struct split_failover {
    split_us now;
    uint64_t seq;
    uint64_t unsettled; /* bits of origins that are not CLOSED and AUTO */
    uint64_t n_regressions;
    uint32_t budget;
    uint32_t stride; /* bytes of an origin with what follows it */
    uint32_t lease_offset, stamp_offset;
    uint32_t n_origins, n_chains;
    split__fo_params p;
    /* split__fo_chain[n_chains], then n_origins strides */
};

/* What one call carries along. */
typedef struct split__fo_call {
    split_failover *fo;
    uint64_t moved; /* bits of origins that made their transition in this call */
    split_failover_events *events;
} split__fo_call;

static inline split__fo_chain *
split__fo_chain_at(const split_failover *fo, uint32_t chain)
{
    return (split__fo_chain *)(uintptr_t)(fo + 1) + chain;
}

static inline split__fo_origin *
split__fo_at(const split_failover *fo, uint32_t origin)
{
    char *first = (char *)(uintptr_t)split__fo_chain_at(fo, fo->n_chains);
    return (split__fo_origin *)(void *)(first + (size_t)origin * fo->stride);
}

static inline split__fo_slot *
split__fo_slots(const split__fo_origin *o)
{
    return (split__fo_slot *)(uintptr_t)(o + 1);
}

static inline split__fo_ticket *
split__fo_leases(const split_failover *fo, const split__fo_origin *o)
{
    return (split__fo_ticket *)((uintptr_t)o + fo->lease_offset);
}

static inline split_us *
split__fo_stamps(const split_failover *fo, const split__fo_origin *o)
{
    return (split_us *)((uintptr_t)o + fo->stamp_offset);
}

static inline uint64_t
split__fo_bit(uint32_t index)
{
    return UINT64_C(1) << (index & 63);
}

/* Time since an instant; a restored instant may be negative, so the difference may not fit. */
static inline split_us
split__fo_elapsed(const split_failover *fo, split_us instant)
{
    return instant < 0 && fo->now > INT64_MAX + instant ? INT64_MAX : fo->now - instant;
}

/* Distinct keys in a map. */
static inline uint32_t
split__fo_popcount(uint64_t map)
{
    uint32_t n = 0;
    for (; map != 0; map &= map - 1)
        n++;
    return n;
}

#endif
