/* SPDX-License-Identifier: MIT */
/**
 * @file failover.h
 * Who serves instead when an origin fails, whether to try another, and when to come back.
 *
 * One breaker for each origin, shared by all chains. A request of a chain asks
 * split_failover_route() where to go, and says with split_failover_report() how it went; the answer
 * may be another attempt. Each call can return the transitions it made. Rules: design/failover.md
 * (F1 to F36).
 *
 * Time: any `now` is accepted; the machine uses the largest one it has seen. Nothing depends on
 * being called in time.
 * Threads: exclusive. Many processes may share one machine in shared memory under a lock of the
 * caller.
 */
#ifndef SPLIT_FAILOVER_H
#define SPLIT_FAILOVER_H

#include "split/failover_types.h"

SPLIT_BEGIN

typedef struct split_failover split_failover;

/**
 * Parameters; split_failover_options_init() fills the defaults shown. 0 turns a rule off where it
 * says so.
 */
typedef struct split_failover_options {
    size_t size;
    const char *const *origins;         /**< Names: their identity. Borrowed for the call. */
    size_t n_origins;                   /**< 1 to 64. */
    const split_failover_chain *chains; /**< Borrowed for the call. */
    size_t n_chains;                    /**< 1 to 64. */
    uint64_t seed;                      /**< 1. Of jitter, ramp cohorts and drill. */

    split_us run_min_span_us;   /**< 100 ms. A run shorter than this trips nothing. */
    split_us window_us;         /**< 10 s. Of the ratio rule. */
    split_us slow_us;           /**< 0 off. From here an OK answer is SLOW. */
    split_us fair_us;           /**< 0: slow_us, else 1 s. A deadline below it is NEUTRAL. */
    split_us base_open_us;      /**< 5 s. First ejection; doubles with each level. */
    split_us max_open_us;       /**< 300 s. */
    split_us probe_interval_us; /**< 500 ms between probes. */
    split_us probe_lease_us;    /**< 10 s; then a probe without a report is lost. */
    split_us half_open_max_us;  /**< 60 s. */
    split_us overdue_us;        /**< 30 s; then unsafe or foreign requests may probe. */
    split_us ramp_hold_us;      /**< 5 s. A step takes at least this. */
    split_us ramp_max_hold_us;  /**< 60 s; then a step without failure needs no count. */
    split_us decay_us;          /**< 60 s in service and min_samples successes lower the level. */
    split_us failback_delay_us; /**< 0. */
    split_us hold_probe_us;     /**< 30 s between keep-alive probes in HOLD. */
    split_us flap_window_us;    /**< 10 min. */
    split_us emergency_us;      /**< 1 s. Peers of a degraded last origin are probed by then. */

    uint32_t consecutive;      /**< 5. 0 off. */
    uint32_t hard_consecutive; /**< 3 connect failures. 0 off. */
    uint32_t min_keys;         /**< 2. Distinct keys a trip needs; 0 to 64. */
    uint32_t buckets;          /**< 10 of the window; 1 to 16. */
    uint32_t min_samples;      /**< 20. */
    uint32_t fail_ppm;         /**< 500000. 0 turns the ratio rule off. */
    uint32_t rel_margin_ppm;   /**< 100000. Of the common-cause guard. */
    uint32_t jitter_ppm;       /**< 200000 of the ejection, always added. */
    uint32_t probes_in_flight; /**< 1. 1 to 8. */
    uint32_t probe_successes;  /**< 3. */
    uint32_t lost_limit;       /**< 3. */
    uint32_t ramp_min_ok;      /**< 5. */
    uint32_t ramp_consecutive; /**< 2. 0 off. */
    uint32_t flap_limit;       /**< 5 trips in flap_window_us latch. 0 off; at most 8. */
    uint32_t max_attempts;     /**< 2: the first and one failover. Probes do not count. 1 to 8. */
    uint32_t retry_deposit_milli; /**< 200 for each routed request; a paid attempt costs 1000. */
    uint32_t retry_cap_milli;     /**< 10000. */
    uint32_t retry_start_milli;   /**< 10000. */
    uint32_t drill_permille;      /**< 0. Of safe, replayable requests. */
    uint32_t in_flight_cap;       /**< 0. Needed when in_flight is not OFF. */
    uint32_t in_flight_min;       /**< 1, and never less. AIMD does not go below. */

    split_failover_failback failback;      /**< AUTO. */
    split_failover_sticky sticky;          /**< RETURN. */
    split_failover_unsafe unsafe_failover; /**< ROUTE. */
    split_failover_in_flight in_flight;    /**< OFF. */

    uint32_t n_ramp;                                 /**< 4. */
    uint32_t ramp_permille[SPLIT_FAILOVER_RAMP_MAX]; /**< 50, 250, 500, 1000. Rising, to 1000. */
    uint32_t n_statuses;                             /**< 4. */
    uint32_t statuses[SPLIT_FAILOVER_STATUSES_MAX];  /**< Failures: 500, 502, 503, 504. */
    uint32_t reserved;                               /**< 0. */
} split_failover_options;

/** Size of split_failover_options in version 0.1. @since 0.1 */
#define SPLIT_FAILOVER_OPTIONS_V1 SPLIT_SIZE_TO(split_failover_options, reserved)

/**
 * Fill options with the defaults.
 *
 * @param o Options; origins and chains are NULL afterwards.
 * @note Source: design/failover.md F3. Threads: pure. Since 0.1.
 */
#define split_failover_options_init(o) split_failover_options_init_sized((o), sizeof *(o))
SPLIT_API void split_failover_options_init_sized(split_failover_options *o, size_t size);

/** Presets: XX(name, number, text). @since 0.1 */
#define SPLIT_FAILOVER_PRESET_MAP(XX)                                                              \
    XX(DEFAULT, 0, "default")                                                                      \
    XX(CLOUDFRONT, 1, "cloudfront")                                                                \
    XX(ENVOY5XX, 2, "envoy5xx")                                                                    \
    XX(NGINX, 3, "nginx")                                                                          \
    XX(STRICT_MANUAL, 4, "strict-manual")

#define SPLIT_FAILOVER_PRESET_COUNT 5 /**< How many there are. */

/**
 * Set every parameter to those of a preset; origins, chains and seed stay.
 *
 * @param o    Options that split_failover_options_init() filled.
 * @param name "default", "cloudfront", "envoy5xx", "nginx" or "strict-manual".
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_NAME for any other name.
 * @note Source: design/failover.md F34. Threads: pure. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_options_preset(split_failover_options *o,
                                                          const char *name);

/** Name of a preset; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_preset_name(int preset);

/**
 * Bytes of a machine with these options.
 *
 * @param o Options.
 * @return 0 when the options are not valid; split_failover_init() says why.
 * @note Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API size_t split_failover_size(const split_failover_options *o);

/**
 * Make a machine in the caller's memory: every origin CLOSED and AUTO, time 0.
 *
 * @param mem       8-byte aligned; may be shared memory. The object is @p mem itself.
 * @param mem_bytes At least split_failover_size().
 * @param o         Options.
 * @param out       Receives the machine.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_STRUCT, SPLIT_ERR_NEWER for the struct;
 *         SPLIT_ERR_LIMIT for a bad count of origins, chains or chain members; SPLIT_ERR_NAME for a
 *         bad or duplicate name; SPLIT_ERR_INDEX for a chain with an unknown or duplicate origin;
 *         SPLIT_ERR_VALUE for a parameter out of range; SPLIT_ERR_ALIGN; SPLIT_ERR_MEMORY_SIZE.
 * @note Source: design/failover.md F1-F3. Threads: pure. Cost: O(size). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_init(void *mem, size_t mem_bytes,
                                                const split_failover_options *o,
                                                split_failover **out);

/**
 * Make a machine in memory of an allocator.
 *
 * @param o     Options.
 * @param alloc Allocator; NULL means malloc().
 * @param out   Receives the machine.
 * @return As split_failover_init(); SPLIT_ERR_NOMEM.
 * @note Threads: pure. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_new(const split_failover_options *o,
                                               const split_alloc *alloc, split_failover **out);

/**
 * Free what split_failover_new() made and set the pointer to NULL.
 *
 * @param fo    Pointer to the machine; both may be NULL.
 * @param alloc The allocator it came from.
 * @note Threads: exclusive. Since 0.1.
 */
SPLIT_API void split_failover_free(split_failover **fo, const split_alloc *alloc);

/**
 * Choose the origin of a request's first attempt.
 *
 * @param fo     Machine.
 * @param now    Caller's monotonic clock.
 * @param req    Request.
 * @param out    Receives origin, kind, reason, token. Send the attempt, then report the token.
 * @param events Receives the transitions made; may be NULL.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_INDEX for an unknown chain or pinned origin.
 * @note Source: design/failover.md F10-F16. Threads: exclusive. Cost: O(origins), a few ns when all
 * are well. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_route(split_failover *fo, split_us now,
                                                 const split_failover_request *req,
                                                 split_failover_answer *out,
                                                 split_failover_events *events);

/**
 * Ask for a synthetic probe of an origin: a request of the caller's own, such as a health check.
 *
 * Useful where no user's request can be a probe. It takes a lease like any probe, and has no
 * follow-up.
 *
 * @param fo     Machine.
 * @param now    Caller's monotonic clock.
 * @param origin Index.
 * @param out    Kind PROBE when a probe is due, else FAIL_FAST with reason NOT_DUE.
 * @param events Receives the transitions made; may be NULL.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_INDEX.
 * @note Source: design/failover.md F17. Threads: exclusive. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_probe(split_failover *fo, split_us now, uint32_t origin,
                                                 split_failover_answer *out,
                                                 split_failover_events *events);

/**
 * Report how an attempt ended, and get what the request does next.
 *
 * @param fo      Machine; may be a reloaded one.
 * @param now     Caller's monotonic clock.
 * @param token   Of the answer or follow-up that started the attempt. A probe's second report is
 *                STALE; a second report of another token counts twice.
 * @param outcome How it ended.
 * @param out     Receives credit and what to do next, with a new attempt when next is ATTEMPT.
 * @param events  Receives the transitions made; may be NULL.
 * @return 0; SPLIT_ERR_ARG for NULL or an unknown class.
 * @note Source: design/failover.md F18-F29. Threads: exclusive. Cost: O(origins), a few ns when all
 * are well. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_report(split_failover *fo, split_us now,
                                                  const split_failover_token *token,
                                                  const split_failover_outcome *outcome,
                                                  split_failover_followup *out,
                                                  split_failover_events *events);

/**
 * What an operator does: set a mode, approve a held origin, or reset one to CLOSED. APPROVE outside
 * HOLD does nothing.
 *
 * @param fo     Machine.
 * @param now    Caller's monotonic clock.
 * @param origin Index.
 * @param action What to do.
 * @param events Receives the transition made; may be NULL.
 * @return 0; SPLIT_ERR_ARG for NULL or an unknown action; SPLIT_ERR_INDEX.
 * @note Source: design/failover.md F30. Threads: exclusive. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_admin(split_failover *fo, split_us now, uint32_t origin,
                                                 split_failover_action action,
                                                 split_failover_events *events);

/**
 * Run the due timers of all origins, at most one transition each. Never needed for correctness;
 * keeps displays fresh.
 *
 * @param fo     Machine.
 * @param now    Caller's monotonic clock.
 * @param events Receives the transitions made; may be NULL.
 * @return 0; SPLIT_ERR_ARG for NULL.
 * @note Source: design/failover.md F9. Threads: exclusive. Cost: O(origins). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_tick(split_failover *fo, split_us now,
                                                split_failover_events *events);

/**
 * Next instant at which time alone can change an answer or a state.
 *
 * @param fo Machine.
 * @return Instant; the machine's time when a timer is due now; SPLIT_NEVER when all origins are
 *         settled.
 * @note Source: design/failover.md F31. Threads: const-safe. Cost: O(origins not CLOSED). Since
 * 0.1.
 */
SPLIT_API split_us split_failover_deadline(const split_failover *fo);

/**
 * Read one origin.
 *
 * @param fo     Machine.
 * @param origin Index.
 * @param out    Receives its state, evidence and counters.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_INDEX.
 * @note Threads: const-safe. Cost: O(buckets). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_origin_status(const split_failover *fo, uint32_t origin,
                                                         split_failover_status *out);

/**
 * Index of an origin by its name.
 *
 * @param fo       Machine.
 * @param name     Name, of name_len bytes.
 * @param name_len Bytes of the name.
 * @return The index, or SPLIT_FAILOVER_NONE.
 * @note Threads: const-safe. Cost: O(origins). Since 0.1.
 */
SPLIT_API int32_t split_failover_find(const split_failover *fo, const char *name, size_t name_len);

/** Number of origins. @note Threads: const-safe. Since 0.1. */
SPLIT_API uint32_t split_failover_n_origins(const split_failover *fo);
/** Number of chains. @note Threads: const-safe. Since 0.1. */
SPLIT_API uint32_t split_failover_n_chains(const split_failover *fo);
/** Effective time: the largest `now` seen. @note Threads: const-safe. Since 0.1. */
SPLIT_API split_us split_failover_now(const split_failover *fo);
/** Calls whose `now` was before the machine's time. @note Threads: const-safe. Since 0.1. */
SPLIT_API uint64_t split_failover_regressions(const split_failover *fo);
/** Retry budget left, in thousandths of an attempt. @note Threads: const-safe. Since 0.1. */
SPLIT_API uint32_t split_failover_budget_milli(const split_failover *fo);

/**
 * Class of an HTTP answer: statuses of the options are FAIL_STATUS, 429 is BUSY, the rest OK or
 * SLOW.
 *
 * @param fo         Machine, for its parameters.
 * @param status     HTTP status.
 * @param elapsed_us From sending to the answer's headers.
 * @return The class.
 * @note Source: design/failover.md F6. Threads: const-safe. Since 0.1.
 */
SPLIT_API split_failover_class split_failover_classify_status(const split_failover *fo,
                                                              uint32_t status, split_us elapsed_us);

/**
 * Class of an attempt that the caller's own deadline or budget ended: FAIL_TIMEOUT when the origin
 * had a fair chance, else NEUTRAL.
 *
 * @param fo         Machine, for its parameters.
 * @param elapsed_us How long the origin had.
 * @return The class.
 * @note Source: design/failover.md F7. Threads: const-safe. Since 0.1.
 */
SPLIT_API split_failover_class split_failover_classify_deadline(const split_failover *fo,
                                                                split_us elapsed_us);

/**
 * Bytes a snapshot of this machine takes.
 *
 * @param fo Machine.
 * @return Bytes.
 * @note Threads: const-safe. Since 0.1.
 */
SPLIT_API size_t split_failover_snapshot_size(const split_failover *fo);

/**
 * Write the state as bytes that another process, machine or later start can restore: durations from
 * now, never instants.
 *
 * @param fo    Machine.
 * @param now   Caller's monotonic clock; the state itself is not changed.
 * @param buf   Receives the bytes.
 * @param buf_bytes Room.
 * @param out_bytes Receives the number of bytes written.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_SPACE.
 * @note Source: design/failover.md F32. Threads: const-safe. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_snapshot(const split_failover *fo, split_us now,
                                                    void *buf, size_t buf_bytes, size_t *out_bytes);

/**
 * Take over the state of a snapshot for every origin of the same name.
 *
 * @param fo    Machine made with its own options; origins that the snapshot lacks stay as they are.
 * @param now   Caller's monotonic clock.
 * @param bytes Snapshot, of n_bytes bytes.
 * @param n_bytes Number of bytes.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_SNAPSHOT when it is damaged or of another version.
 * @note Source: design/failover.md F32. Threads: exclusive. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_restore(split_failover *fo, split_us now,
                                                   const void *bytes, size_t n_bytes);

/**
 * Take over the state of a machine with older options: every origin of the same name keeps its
 * state, time and budget go on, tokens of the old machine may be reported to the new one.
 *
 * @param fo  Fresh machine with the new options.
 * @param old Machine it replaces; not changed.
 * @return 0; SPLIT_ERR_ARG for NULL.
 * @note Source: design/failover.md F33. Threads: exclusive (both). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_failover_reload(split_failover *fo, const split_failover *old);

/** Name of a state, such as "half_open"; "?" for a number outside the registry. @note Threads:
 * pure. Since 0.1. */
SPLIT_API const char *split_failover_state_name(int state);
/** Name of a mode. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_mode_name(int mode);
/** Name of an action. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_action_name(int action);
/** Name of a kind. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_kind_name(int kind);
/** Name of a reason. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_reason_name(int reason);
/** Name of a class. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_class_name(int klass);
/** Name of a credit. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_credit_name(int credit);
/** Name of a follow-up. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_next_name(int next);
/** Name of a cause. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_failover_cause_name(int cause);

SPLIT_END

#endif
