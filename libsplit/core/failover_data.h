/* SPDX-License-Identifier: MIT */
/* What a failover machine remembers (DESIGN.md 3.1), and the pieces its files call in one another. */
#ifndef SPLIT_CORE_FAILOVER_DATA_H
#define SPLIT_CORE_FAILOVER_DATA_H

#include "split/failover.h"

#define FO_SLOTS_MAX 16
#define FO_LEASES_MAX 8
#define FO_FLAPS_MAX 8

typedef struct fo_slot {
    uint32_t total, bad;
    uint64_t keys;
} fo_slot;

typedef struct fo_lease {
    split_us expiry;
    uint64_t seq; /* 0: free */
} fo_lease;

typedef struct fo_origin {
    uint64_t id;
    uint64_t chains; /* bit for each chain it is in */
    uint64_t heads;  /* bit for each chain it heads */
    split_us open_until, floor_us;
    split_us since;       /* entry of the state, or of the ramp's step */
    split_us last_probe, run_start;
    split_us good_since;  /* CLOSED: start of the decay count */
    uint64_t run_keys;
    int64_t slot_start;   /* start of the newest window slot */
    uint64_t n_issued, n_reported, n_stale;
    uint32_t gen, epoch, level, run, hard_run;
    uint32_t n_good;      /* CLOSED: successes since good_since */
    uint32_t probe_ok, lost, ramp_ok, ramp_fail;
    uint32_t in_flight, in_flight_cap, cap_credit;
    uint8_t state, mode, step, newest;
    bool degraded, latched, probed, moved;
    uint8_t n_flaps, next_flap;
    uint8_t reserved[2];
    split_us flaps[FO_FLAPS_MAX];
    fo_lease leases[FO_LEASES_MAX];
    fo_slot slots[FO_SLOTS_MAX];
} fo_origin;

_Static_assert(sizeof(fo_origin) <= 640, "an origin stays within 640 bytes");

struct split_failover {
    split_failover_options p; /* its pointers are cleared */
    split_us now;
    split_us slot_us;
    uint64_t n_regressions, seq;
    uint32_t budget_milli;
    uint32_t n_unsettled; /* origins that are not CLOSED */
    bool any_moved; /* some origin moved in the last call */
    uint8_t reserved[7];
    uint32_t n_origins, n_chains;
    /* then n_origins fo_origin, then n_chains split_failover_chain */
};

static inline fo_origin *
fo_origin_at(const split_failover *fo, uint32_t index)
{
    return (fo_origin *)(uintptr_t)((const char *)fo + sizeof *fo) + index;
}

static inline const split_failover_chain *
fo_chain_at(const split_failover *fo, uint32_t index)
{
    return (const split_failover_chain *)(const void *)fo_origin_at(fo, fo->n_origins) + index;
}

/* Time since a stamp; exact for all 64-bit values because a stamp is never later than now. */
static inline uint64_t
fo_age(const split_failover *fo, split_us stamp)
{
    return (uint64_t)fo->now - (uint64_t)stamp;
}

static inline bool
fo_aged(const split_failover *fo, split_us stamp, split_us span)
{
    return fo_age(fo, stamp) >= (uint64_t)span;
}

static inline bool
fo_in_service(const fo_origin *o)
{
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_UP)
        return true;
    return o->state == SPLIT_FAILOVER_CLOSED && o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN;
}

static inline bool
fo_is_auto(const fo_origin *o)
{
    return o->mode == SPLIT_FAILOVER_MODE_AUTO || o->mode == SPLIT_FAILOVER_MODE_OBSERVE;
}

/* failover_mix.c */
uint64_t split__failover_mix(const uint64_t *words, size_t n_words);
uint32_t split__failover_cohort(const split_failover *fo, const fo_origin *o, uint64_t key);
split_us split__failover_jitter(const split_failover *fo, const fo_origin *o);
uint32_t split__failover_count_keys(uint64_t keys);

/* failover_window.c */
void split__failover_window_clear(fo_origin *o);
void split__failover_window_book(const split_failover *fo, fo_origin *o, bool bad, uint64_t key_bit);
fo_slot split__failover_window_sum(const split_failover *fo, const fo_origin *o);

/* failover_lease.c */
uint32_t split__failover_lease_count(const fo_origin *o);
void split__failover_lease_take(split_failover *fo, fo_origin *o, uint64_t seq);
bool split__failover_lease_drop(fo_origin *o, uint64_t seq);
bool split__failover_lease_holds(const fo_origin *o, uint64_t seq);
uint32_t split__failover_lease_reap(const split_failover *fo, fo_origin *o);

/* failover_move.c */
void split__failover_move(split_failover *fo, uint32_t index, split_failover_cause cause, split_failover_events *events);
void split__failover_note(split_failover *fo, uint32_t index, split_failover_cause cause, split_failover_events *events);

/* failover_timer.c */
void split__failover_begin(split_failover *fo, split_us now, split_failover_events *events);
void split__failover_timer(split_failover *fo, uint32_t index, split_failover_events *events);
void split__failover_ramp_step(split_failover *fo, uint32_t index, split_failover_events *events);

/* failover_trip.c */
void split__failover_trip(split_failover *fo, uint32_t index, split_failover_events *events);

/* failover_score.c */
void split__failover_score(split_failover *fo, uint32_t index, const split_failover_token *token,
                           const split_failover_outcome *outcome, split_failover_events *events);

/* One attempt of a request. */
typedef struct fo_ask {
    const split_failover_chain *chain;
    uint64_t key, tried;
    uint32_t chain_index;
    bool safe, replayable;
    bool first;  /* the request's first attempt */
    bool capped; /* out: a member was passed over because of its in-flight cap */
} fo_ask;

/* failover_choose.c */
bool split__failover_choose(split_failover *fo, fo_ask *ask, split_failover_answer *out, split_failover_events *events);
bool split__failover_due(const split_failover *fo, const fo_origin *o);
bool split__failover_admits(const split_failover *fo, const fo_origin *o, uint64_t key, split_failover_answer *out);
bool split__failover_capped(const split_failover *fo, const fo_origin *o);
uint64_t split__failover_lease_out(split_failover *fo, uint32_t index, split_failover_events *events);

/* failover_issue.c */
void split__failover_issue(split_failover *fo, const fo_ask *ask, uint64_t seq, uint8_t n_attempts, split_failover_answer *out);

#endif
