/* SPDX-License-Identifier: MIT */
/**
 * @file failover_types.h
 * Words and values of the failover machine: states, kinds, causes, tokens, answers, events.
 * Functions: failover.h.
 *
 * Each X-macro list is the only place of its words; the enum and split_failover_X_name() come
 * from it.
 */
#ifndef SPLIT_FAILOVER_TYPES_H
#define SPLIT_FAILOVER_TYPES_H

#include "split/base.h"

SPLIT_BEGIN

/** Most origins of one machine, chains of one machine, origins of one chain. @since 0.1 */
#define SPLIT_FAILOVER_ORIGINS_MAX 64
#define SPLIT_FAILOVER_CHAINS_MAX 64
#define SPLIT_FAILOVER_CHAIN_MAX 8
/** Most steps of a ramp, and most HTTP statuses that count as failure. @since 0.1 */
#define SPLIT_FAILOVER_RAMP_MAX 8
#define SPLIT_FAILOVER_STATUSES_MAX 24
/**
 * Room of the caller's event buffer; a call that makes more counts them in n_dropped.
 * @since 0.1
 */
#define SPLIT_FAILOVER_EVENTS_MAX 16
/** "No origin", as an index. @since 0.1 */
#define SPLIT_FAILOVER_NONE (-1)

/** States of an origin: XX(name, number, text). @since 0.1 */
#define SPLIT_FAILOVER_STATE_MAP(XX)                                                               \
    XX(CLOSED, 0, "closed")                                                                        \
    XX(OPEN, 1, "open")                                                                            \
    XX(HALF_OPEN, 2, "half_open")                                                                  \
    XX(HOLD, 3, "hold")                                                                            \
    XX(RAMP, 4, "ramp")

#define SPLIT_FAILOVER_STATE_COUNT 5 /**< How many there are. */

typedef enum split_failover_state {
#define XX(name, number, text) SPLIT_FAILOVER_##name = number,
    SPLIT_FAILOVER_STATE_MAP(XX)
#undef XX
} split_failover_state;

/**
 * Modes an operator sets. OBSERVE records and reports everything but admits as if CLOSED.
 * @since 0.1
 */
#define SPLIT_FAILOVER_MODE_MAP(XX)                                                                \
    XX(AUTO, 0, "auto")                                                                            \
    XX(FORCE_UP, 1, "force_up")                                                                    \
    XX(FORCE_DOWN, 2, "force_down")                                                                \
    XX(OBSERVE, 3, "observe")

#define SPLIT_FAILOVER_MODE_COUNT 4 /**< How many there are. */

typedef enum split_failover_mode {
#define XX(name, number, text) SPLIT_FAILOVER_MODE_##name = number,
    SPLIT_FAILOVER_MODE_MAP(XX)
#undef XX
} split_failover_mode;

/**
 * What an operator can do: the four modes, APPROVE a held origin, RESET one to CLOSED.
 * @since 0.1
 */
#define SPLIT_FAILOVER_ACTION_MAP(XX)                                                              \
    XX(AUTO, 0, "auto")                                                                            \
    XX(FORCE_UP, 1, "force_up")                                                                    \
    XX(FORCE_DOWN, 2, "force_down")                                                                \
    XX(OBSERVE, 3, "observe")                                                                      \
    XX(APPROVE, 4, "approve")                                                                      \
    XX(RESET, 5, "reset")

#define SPLIT_FAILOVER_ACTION_COUNT 6 /**< How many there are. */

typedef enum split_failover_action {
#define XX(name, number, text) SPLIT_FAILOVER_DO_##name = number,
    SPLIT_FAILOVER_ACTION_MAP(XX)
#undef XX
} split_failover_action;

/** How an attempt is meant. FAIL_FAST: no attempt, answer the user with an error. @since 0.1 */
#define SPLIT_FAILOVER_KIND_MAP(XX)                                                                \
    XX(FAIL_FAST, 0, "fail_fast")                                                                  \
    XX(NORMAL, 1, "normal")                                                                        \
    XX(RAMP, 2, "ramp")                                                                            \
    XX(FORCED, 3, "forced")                                                                        \
    XX(PROBE, 4, "probe")                                                                          \
    XX(PANIC, 5, "panic")                                                                          \
    XX(OBSERVED, 6, "observed")

#define SPLIT_FAILOVER_KIND_COUNT 7 /**< How many there are. */

typedef enum split_failover_kind {
#define XX(name, number, text) SPLIT_FAILOVER_KIND_##name = number,
    SPLIT_FAILOVER_KIND_MAP(XX)
#undef XX
} split_failover_kind;

/** Why this origin, or why none. @since 0.1 */
#define SPLIT_FAILOVER_REASON_MAP(XX)                                                              \
    XX(ASSIGNED, 0, "assigned") /* the chain's first origin serves */                              \
    XX(DIVERTED, 1, "diverted") /* the origins before it do not admit the request */               \
    XX(COHORT, 2, "cohort")     /* the key belongs to the share that returns */                    \
    XX(PROBE, 3, "probe")       /* a probe is due */                                               \
    XX(PROBE_OVERDUE, 4,                                                                           \
       "probe_overdue")           /* a probe is long overdue, so any request may serve as one */   \
    XX(FORCED, 5, "forced")       /* an operator forced the origin up */                           \
    XX(DRILL, 6, "drill")         /* a drilled request goes straight to the next origin */         \
    XX(PINNED, 7, "pinned")       /* the session stays where it is */                              \
    XX(OBSERVED, 8, "observed")   /* AUTO would have diverted this request */                      \
    XX(LEAST_BAD, 9, "least_bad") /* PANIC: no origin admits, this one is the least bad */         \
    XX(ALL_DOWN, 10, "all_down")  /* FAIL_FAST: every origin is forced down */                     \
    XX(UNSAFE_REFUSED, 11,                                                                         \
       "unsafe_refused") /* FAIL_FAST: unsafe requests do not leave their origin */                \
    XX(IN_FLIGHT_CAP, 12,                                                                          \
       "in_flight_cap")        /* FAIL_FAST: every origin that admits is at its in-flight cap */   \
    XX(NOT_DUE, 13, "not_due") /* FAIL_FAST of split_failover_probe(): no probe is due */

#define SPLIT_FAILOVER_REASON_COUNT 14 /**< How many there are. */

typedef enum split_failover_reason {
#define XX(name, number, text) SPLIT_FAILOVER_REASON_##name = number,
    SPLIT_FAILOVER_REASON_MAP(XX)
#undef XX
} split_failover_reason;

/** Outcome of an attempt; split_failover_classify_status() maps HTTP to classes. @since 0.1 */
#define SPLIT_FAILOVER_CLASS_MAP(XX)                                                               \
    XX(OK, 0, "ok")                                                                                \
    XX(SLOW, 1, "slow")                                                                            \
    XX(FAIL_STATUS, 2, "fail_status")                                                              \
    XX(FAIL_TIMEOUT, 3, "fail_timeout")                                                            \
    XX(FAIL_RESET, 4, "fail_reset")                                                                \
    XX(FAIL_CONNECT, 5, "fail_connect")                                                            \
    XX(BUSY, 6, "busy")                                                                            \
    XX(NEUTRAL, 7, "neutral")

#define SPLIT_FAILOVER_CLASS_COUNT 8 /**< How many there are. */

typedef enum split_failover_class {
#define XX(name, number, text) SPLIT_FAILOVER_CLASS_##name = number,
    SPLIT_FAILOVER_CLASS_MAP(XX)
#undef XX
} split_failover_class;

/**
 * What a report did: scored, too late to matter, or never scored (PANIC, FORCED, OBSERVED).
 * @since 0.1
 */
#define SPLIT_FAILOVER_CREDIT_MAP(XX)                                                              \
    XX(APPLIED, 0, "applied")                                                                      \
    XX(STALE, 1, "stale")                                                                          \
    XX(UNSCORED, 2, "unscored")

#define SPLIT_FAILOVER_CREDIT_COUNT 3 /**< How many there are. */

typedef enum split_failover_credit {
#define XX(name, number, text) SPLIT_FAILOVER_CREDIT_##name = number,
    SPLIT_FAILOVER_CREDIT_MAP(XX)
#undef XX
} split_failover_credit;

/**
 * What the request does next. ATTEMPT: send it as split_failover_followup.attempt says.
 * @since 0.1
 */
#define SPLIT_FAILOVER_NEXT_MAP(XX)                                                                \
    XX(DONE, 0, "done")                                                                            \
    XX(ATTEMPT, 1, "attempt")                                                                      \
    XX(GIVE_UP_COMMITTED, 2, "give_up_committed")                                                  \
    XX(GIVE_UP_UNSAFE, 3, "give_up_unsafe")                                                        \
    XX(GIVE_UP_PANIC, 4, "give_up_panic")                                                          \
    XX(GIVE_UP_ATTEMPTS, 5, "give_up_attempts")                                                    \
    XX(GIVE_UP_BUDGET, 6, "give_up_budget")                                                        \
    XX(GIVE_UP_NO_ALTERNATIVE, 7, "give_up_no_alternative")

#define SPLIT_FAILOVER_NEXT_COUNT 8 /**< How many there are. */

typedef enum split_failover_next {
#define XX(name, number, text) SPLIT_FAILOVER_NEXT_##name = number,
    SPLIT_FAILOVER_NEXT_MAP(XX)
#undef XX
} split_failover_next;

/**
 * Causes of events. STEP1 to STEP7 are steps inside RAMP; SUPPRESSED_X are trips that did not
 * happen.
 * @since 0.1
 */
#define SPLIT_FAILOVER_CAUSE_MAP(XX)                                                               \
    XX(RUN, 0, "run")                                                                              \
    XX(HARD_RUN, 1, "hard_run")                                                                    \
    XX(RATIO, 2, "ratio")                                                                          \
    XX(RAMP_FAILED, 3, "ramp_failed")                                                              \
    XX(PROBE_DUE, 4, "probe_due")                                                                  \
    XX(PROBE_FAILED, 5, "probe_failed")                                                            \
    XX(PROBE_BUSY, 6, "probe_busy")                                                                \
    XX(PROBES_LOST, 7, "probes_lost")                                                              \
    XX(HALF_OPEN_TIMEOUT, 8, "half_open_timeout")                                                  \
    XX(VERIFIED, 9, "verified")                                                                    \
    XX(APPROVED, 10, "approved")                                                                   \
    XX(FAILBACK_DELAY, 11, "failback_delay")                                                       \
    XX(RAMP_DONE, 12, "ramp_done")                                                                 \
    XX(URGENT_RAMP, 13, "urgent_ramp")                                                             \
    XX(RESET, 14, "reset")                                                                         \
    XX(SUPPRESSED_LAST, 15, "suppressed_last")                                                     \
    XX(SUPPRESSED_COMMON_CAUSE, 16, "suppressed_common_cause")                                     \
    XX(STEP1, 17, "step1")                                                                         \
    XX(STEP2, 18, "step2")                                                                         \
    XX(STEP3, 19, "step3")                                                                         \
    XX(STEP4, 20, "step4")                                                                         \
    XX(STEP5, 21, "step5")                                                                         \
    XX(STEP6, 22, "step6")                                                                         \
    XX(STEP7, 23, "step7")

#define SPLIT_FAILOVER_CAUSE_COUNT 24 /**< How many there are. */

typedef enum split_failover_cause {
#define XX(name, number, text) SPLIT_FAILOVER_CAUSE_##name = number,
    SPLIT_FAILOVER_CAUSE_MAP(XX)
#undef XX
} split_failover_cause;

/**
 * When a verified origin returns: at once, after failback_delay_us, or when an operator approves.
 * @since 0.1
 */
typedef enum split_failover_failback {
    SPLIT_FAILOVER_FAILBACK_AUTO,
    SPLIT_FAILOVER_FAILBACK_DELAY,
    SPLIT_FAILOVER_FAILBACK_MANUAL
} split_failover_failback;

/**
 * Sessions with a pinned origin follow the ramp home, or stay on the fallback until they end.
 * @since 0.1
 */
typedef enum split_failover_sticky {
    SPLIT_FAILOVER_STICKY_RETURN,
    SPLIT_FAILOVER_STICKY_STAY
} split_failover_sticky;

/**
 * Unsafe requests of an ejected origin: routed to the fallback, or refused because the systems
 * would diverge.
 * @since 0.1
 */
typedef enum split_failover_unsafe {
    SPLIT_FAILOVER_UNSAFE_ROUTE,
    SPLIT_FAILOVER_UNSAFE_REFUSE
} split_failover_unsafe;

/**
 * Cap on requests in flight for each origin. AIMD: from the cap down x 0.9 on failure, up + 1 on
 * success.
 * @since 0.1
 */
typedef enum split_failover_in_flight {
    SPLIT_FAILOVER_IN_FLIGHT_OFF,
    SPLIT_FAILOVER_IN_FLIGHT_FIXED,
    SPLIT_FAILOVER_IN_FLIGHT_AIMD
} split_failover_in_flight;

/** Bits of split_failover_answer.flags. @since 0.1 */
typedef enum split_failover_flag {
    SPLIT_FAILOVER_FLAG_FALLBACK = 1, /**< Served by another origin than the assigned one. */
    SPLIT_FAILOVER_FLAG_DRILL = 2,    /**< Sent to the fallback although its own origin is well. */
    SPLIT_FAILOVER_FLAG_DEGRADED = 4, /**< To be ejected, but the last of a chain. */
    SPLIT_FAILOVER_FLAG_REPIN = 8     /**< Not the pinned origin: pin the session to it. */
} split_failover_flag;

/** Ordered origins of one chain, by index; the first is the assigned one. @since 0.1 */
typedef struct split_failover_chain {
    uint32_t n_origins;
    uint32_t origins[SPLIT_FAILOVER_CHAIN_MAX];
} split_failover_chain;

/** A request that wants an origin. Zero is a fine default for what is not known. @since 0.1 */
typedef struct split_failover_request {
    uint64_t key;    /**< Any stable number of the user, as split_plan_unit_hash(). */
    uint32_t chain;  /**< Index of the chain. */
    uint32_t pinned; /**< Origin index of the session, when has_pin. */
    bool safe;       /**< GET, HEAD, OPTIONS, TRACE, or declared idempotent. */
    bool replayable; /**< No body, or all of it is still held. */
    bool has_pin;
} split_failover_request;

/**
 * An attempt's ticket: a plain value of the caller, given back once with the outcome. Copy it, do
 * not change it; a made-up token is at worst STALE. Report every token, with NEUTRAL when nothing
 * is known.
 */
typedef struct split_failover_token {
    uint64_t seq;       /**< Number of the attempt, from 1. */
    uint64_t origin_id; /**< XXH64 of the origin's name. */
    uint64_t key;
    uint64_t tried; /**< Origins this request has visited, this one included. */
    split_us issued_at_us;
    uint32_t gen; /**< The origin's generation at issue. */
    uint8_t slot; /**< The origin's bit in tried. */
    uint8_t kind; /**< split_failover_kind. */
    uint8_t chain;
    uint8_t n_attempts; /**< Attempts so far that were not probes. */
    uint8_t flags;      /**< 1 safe, 2 replayable, 4 counted in flight, 8 synthetic. */
    uint8_t reserved[7];
} split_failover_token;

/** Where to send the request now. @since 0.1 */
typedef struct split_failover_answer {
    int32_t origin;   /**< Index, or SPLIT_FAILOVER_NONE with kind FAIL_FAST. */
    int32_t assigned; /**< First of the chain: whose request it is in any analysis. */
    split_failover_kind kind;
    split_failover_reason reason;
    uint32_t flags; /**< split_failover_flag bits. */
    uint32_t reserved;
    split_us deadline_us; /**< As split_failover_deadline(). */
    split_failover_token token;
} split_failover_answer;

/** How an attempt ended. @since 0.1 */
typedef struct split_failover_outcome {
    split_failover_class klass;
    bool committed;        /**< A byte went to the user: no other attempt is possible. */
    split_us push_back_us; /**< Retry-After of a failure or BUSY; 0 for none. */
} split_failover_outcome;

/** What a report did and what the request does next. @since 0.1 */
typedef struct split_failover_followup {
    split_failover_credit credit;
    split_failover_next next;
    split_us deadline_us;          /**< As split_failover_deadline(). */
    split_failover_answer attempt; /**< Written only when next is ATTEMPT. */
} split_failover_followup;

/**
 * One transition (or step of a ramp, or suppressed trip) with the evidence it rests on, as it was
 * just before.
 *
 * From these numbers alone a log line can say why.
 */
typedef struct split_failover_event {
    split_us at_us;       /**< Effective time of the machine. */
    split_us run_span_us; /**< From the run's first failure to now. */
    split_us open_us;     /**< To OPEN: how long from now; else 0. */
    uint32_t origin;
    split_failover_state from;
    split_failover_state to;
    split_failover_cause cause;
    uint32_t gen;      /**< After. */
    uint32_t epoch;    /**< After. */
    uint32_t level;    /**< After. */
    uint32_t run;      /**< Failures in a row. */
    uint32_t hard_run; /**< Connect failures in a row. */
    uint32_t run_keys; /**< Distinct key bits among them. */
    uint32_t total;    /**< Outcomes in the window. */
    uint32_t bad;      /**< Bad ones among them. */
    uint32_t bad_keys; /**< Distinct key bits among the bad ones. */
    uint32_t probe_ok; /**< Good probes (HALF_OPEN), or good answers in this step (RAMP). */
    uint32_t lost;     /**< Probes lost. */
    uint32_t permille; /**< Share of keys admitted after. */
    uint32_t latched;  /**< 1 when the origin flapped and waits for an operator. */
    /** Row of the table in design/failover.md section 4; 0 when the state stays. */
    uint32_t transition;
} split_failover_event;

/**
 * The events of one call. The call sets n and n_dropped; pass NULL when nobody reads them.
 * @since 0.1
 */
typedef struct split_failover_events {
    uint32_t n;
    uint32_t n_dropped;
    split_failover_event items[SPLIT_FAILOVER_EVENTS_MAX];
} split_failover_events;

/** One origin as seen from outside, at the machine's effective time. @since 0.1 */
typedef struct split_failover_status {
    uint64_t id; /**< XXH64 of the name. */
    split_failover_state state;
    split_failover_mode mode;
    uint32_t level, gen, epoch;
    bool in_service; /**< FORCE_UP, or CLOSED and not forced down. */
    bool degraded, latched;
    uint32_t permille; /**< Share of keys admitted: 1000 CLOSED, 0 when ejected. */
    uint32_t step;     /**< Index of the ramp's step. */
    uint32_t run, hard_run, run_keys;
    uint32_t total, bad, bad_keys;
    uint32_t probe_ok, lost, n_leases;
    uint32_t in_flight, in_flight_cap; /**< 0 when the cap is off. */
    split_us in_state_us;              /**< Since the state, or the ramp's step, was entered. */
    split_us open_left_us;             /**< OPEN: until a probe is due, 0 when it is; else 0. */
    uint64_t n_issued, n_reported, n_stale;
} split_failover_status;

SPLIT_END

#endif
