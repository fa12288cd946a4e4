/* SPDX-License-Identifier: MIT */
/**
 * @file source.h
 * Metric sources (library split-net): where the counts of a window come from.
 *
 * A source is polled once per window and answers with what was counted since the last poll. Counters
 * that fall to less than a tenth, or a later start time, mean that the peer was restarted, and what
 * it shows was counted since. After a smaller fall that counter has no data. A source without data
 * answers SPLIT_ERR_NO_DATA, and never zeros instead of "unknown". Several sources (a fleet of
 * proxies, or a proxy and a CDN) are summed with split_reading_add().
 */
#ifndef SPLIT_SOURCE_H
#define SPLIT_SOURCE_H

#include "split/log.h"
#include "split/metric.h"
#include "split/net.h"

SPLIT_BEGIN

/** Most bucket edges of a histogram that a source shows, and most origins. @since 0.1 */
#define SPLIT_READING_EDGES_MAX 128
#define SPLIT_READING_ORIGINS_MAX 16
/** Most alarms that a reading names; the rest is counted only. @since 0.1 */
#define SPLIT_READING_ALARMS_MAX 16
/** P50, P95 and P99, in this order. @since 0.1 */
#define SPLIT_READING_PERCENTILES 3

#define SPLIT_READING_ARM_COUNT 2 /**< How many there are. */

/** Arms of a reading, as indices. @since 0.1 */
typedef enum split_reading_arm {
    SPLIT_READING_ARM = 0,      /**< The new system. */
    SPLIT_READING_BASELINE = 1, /**< The one it is compared with. */
} split_reading_arm;

/** Latencies of a window for display; never judged. @since 0.1 */
typedef struct split_reading_latency {
    uint32_t n_edges;                        /**< 0: the source has none. */
    uint32_t reserved;                       /**< 0. */
    split_us le_us[SPLIT_READING_EDGES_MAX]; /**< Upper edges, rising; SPLIT_NEVER for the last. */
    int64_t count[SPLIT_READING_EDGES_MAX];  /**< Latencies in (edge before, this edge]. */
} split_reading_latency;

/** An origin as routers see it. @since 0.1 */
typedef struct split_reading_origin {
    char name[72];
    /** Worst state over the routers: 0 closed, 1 open, 2 half-open, 3 hold, 4 ramp; -1 unknown. */
    int32_t state;
    int32_t mode; /**< 0 auto, 1 force-up, 2 force-down, 3 observe; -1 unknown. */
} split_reading_origin;

/** What is wrong with an alarm. @since 0.1 */
typedef enum split_reading_alarm_state {
    SPLIT_READING_ALARM_RINGS = 0,  /**< In the state ALARM. */
    SPLIT_READING_ALARM_UNKNOWN = 1 /**< It has no data; what it shows means nothing. */
} split_reading_alarm_state;

/** An alarm that rings, or that has no data. @since 0.1 */
typedef struct split_reading_alarm {
    char name[96]; /**< UTF-8 without control characters; cut. */
    split_reading_alarm_state state;
} split_reading_alarm;

/** What was counted since the last poll. Fill with split_reading_init(). @since 0.1 */
typedef struct split_reading {
    size_t size;
    split_us at_us;                         /**< Monotonic clock when the answer came. */
    split_arm arm[SPLIT_READING_ARM_COUNT]; /**< What is judged. */
    bool has_arm[SPLIT_READING_ARM_COUNT];  /**< The arm was reported at all. */
    split_reading_latency latency[SPLIT_READING_ARM_COUNT];
    /** Percentiles in microseconds from a source that knows no buckets, for display; -1 unknown. */
    split_us percentile_us[SPLIT_READING_ARM_COUNT][SPLIT_READING_PERCENTILES];
    split_reading_origin origins[SPLIT_READING_ORIGINS_MAX];
    uint32_t n_origins;
    uint32_t n_sources;        /**< Sources summed here, */
    uint32_t n_restarts;       /**< and how many of them had restarted. */
    uint32_t n_alarms;         /**< Alarms in the state ALARM, */
    uint32_t n_alarms_unknown; /**< and those without data. */
    bool has_alarms;
    uint32_t n_alarm_names;
    split_reading_alarm alarm_names[SPLIT_READING_ALARMS_MAX]; /**< Those that ring come first. */
    bool has_revision;
    uint64_t revision; /**< Lowest route revision that a router of these sources has in force. */
    char note[160]; /**< What is missing from this reading, and why, as a sentence; "" for nothing.
                     */
    int64_t n_rejected; /**< Lines of logs that were not understood. */
} split_reading;

/** Size of split_reading in version 0.1. @since 0.1 */
#define SPLIT_READING_V1 SPLIT_SIZE_TO(split_reading, n_rejected)

/** How a metric is named by a source: text under a field ("" for the plain form). Borrowed. @since
 * 0.1 */
typedef struct split_source_field {
    uint32_t metric; /**< Index of the metric. */
    const char *field;
    const char *text;
} split_source_field;

/** Options of a source. Fill with split_source_options_init(). Pointers are borrowed for the life
 * of the source. @since 0.1 */
typedef struct split_source_options {
    size_t size;
    const char *spec; /**< "KIND:PLACE", or a bare URL for a proxy's admin port. */
    const char *arms[SPLIT_READING_ARM_COUNT]; /**< Names of the variants; NULL for none. */
    const split_metric *metrics; /**< n_metrics definitions in the order of the rollout. */
    size_t n_metrics;
    const split_source_field *fields; /**< n_fields names for this kind of source. */
    size_t n_fields;
    split_us window_us; /**< Length of a window, for sources that ask for a period. */
    /** How to talk to peers; copied. NULL: two tries, else the defaults. */
    const split_http_options *http;
    /* Of logs: */
    const uint32_t *statuses; /**< n_statuses that are failures; 500 to 599 when there are none. */
    size_t n_statuses;
    /** Of one read, at least 1; the rest is for the next one. Default 256 MiB. */
    uint64_t max_read_bytes;
    const char *cookie;      /**< Cookie with a visitor's id; NULL for none. */
    split_log_assign assign; /**< Assigns visitors' ids again; NULL for none. */
    void *assign_ctx;
} split_source_options;

/** Size of split_source_options in version 0.1. @since 0.1 */
#define SPLIT_SOURCE_OPTIONS_V1 SPLIT_SIZE_TO(split_source_options, assign_ctx)

/** A kind of source, as help, completion and checks show it. Texts are static. @since 0.1 */
typedef struct split_source_kind {
    const char *name;  /**< What a spec begins with, and the name in a policy's sources. */
    const char *place; /**< What follows the colon, such as "URL". */
    const char *help;  /**< What it reads, in a few words. */
} split_source_kind;

/** A source. Thread rule: exclusive. @since 0.1 */
typedef struct split_source split_source;

/** The kind with this index, in the order that help shows; NULL beyond the last. @note Threads:
 * pure. Since 0.1. */
SPLIT_API const split_source_kind *split_source_kind_at(size_t index);

/**
 * The kind that a spec names: "KIND:PLACE"; a bare URL is a proxy.
 *
 * @param spec      The spec; NULL counts as unknown.
 * @param out_place Receives where the place begins in @p spec; may be NULL.
 * @return The kind; NULL for none, and then @p out_place is left alone.
 * @note Threads: pure. Cost: O(kinds). Since 0.1.
 */
SPLIT_API const split_source_kind *split_source_kind_find(const char *spec, const char **out_place);

/** Make a reading that reports nothing. @note Threads: pure. Since 0.1. */
#define split_reading_init(reading) split_reading_init_sized((reading), sizeof *(reading))
SPLIT_API void split_reading_init_sized(split_reading *reading, size_t size);

/**
 * Add what another source reported in the same window.
 *
 * @param reading Grows by @p other; alarms and origins are merged, the lower revision stays.
 * @param other   Borrowed.
 * @note Threads: exclusive in @p reading. Cost: O(size of a reading). Since 0.1.
 */
SPLIT_API void split_reading_add(split_reading *reading, const split_reading *other);

/**
 * Percentile of a reading's latencies by nearest rank, to the precision of its buckets.
 *
 * @param latency        Of an arm.
 * @param percentile_e6  In millionths of a percent, (0, 100000000].
 * @return Upper edge of the bucket that holds the rank, in microseconds; -1 without latencies;
 * SPLIT_NEVER beyond the last finite edge.
 * @note Threads: pure. Cost: O(edges). Since 0.1.
 */
SPLIT_API split_us split_reading_percentile(const split_reading_latency *latency,
                                            int64_t percentile_e6);

/** Fill with the defaults; time-outs are shorter than a window. @note Threads: pure. Since 0.1. */
#define split_source_options_init(options)                                                         \
    split_source_options_init_sized((options), sizeof *(options))
SPLIT_API void split_source_options_init_sized(split_source_options *options, size_t size);

/**
 * Make a source.
 *
 * @param options What to read; split_source_kind_at() lists the kinds of spec.
 * @param out     The source; free it with split_source_free().
 * @param error   Receives a sentence; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_FIELD for an unknown kind,
 * or a kind that lacks a name it needs; SPLIT_ERR_VALUE for an option out of its range, or a
 * variable of the environment that is not set; SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: allocates; nothing is asked of the peer yet. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_source_new(const split_source_options *options,
                                             split_source **out, split_error *error);

/**
 * Read what was counted since the last poll. The first poll of counters only sets the mark and
 * answers NO_DATA.
 *
 * @param source The source.
 * @param out    The reading. With SPLIT_ERR_NO_DATA it is valid, too: revision and origins may be
 * known.
 * @param error  Receives a sentence; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NO_DATA; SPLIT_ERR_NET; SPLIT_ERR_PEER for
 * an error answer or one that cannot be understood; SPLIT_ERR_IO for a file that cannot be read;
 * SPLIT_ERR_SPACE; SPLIT_ERR_NOMEM.
 * @note Threads: exclusive. Cost: blocks up to the time-outs of the options. Since 0.1.
 */
#define split_source_read(source, out, error)                                                      \
    split_source_read_sized((source), (out), sizeof *(out), (error))
SPLIT_API SPLIT_CHECKED int split_source_read_sized(split_source *source, split_reading *out,
                                                    size_t size, split_error *error);

/**
 * Leave out what happened before now: the traffic has changed, and the next window begins.
 *
 * A source that counts up to the moment of its poll does not need this. One whose counts come late
 * would otherwise put them into the wrong window.
 *
 * @param source The source; NULL does nothing.
 * @note Threads: exclusive. Cost: O(1), nothing is asked of the peer. Since 0.1.
 */
SPLIT_API void split_source_mark(split_source *source);

/** The spec that the source was made from. @note Threads: const-safe. Since 0.1. */
SPLIT_API const char *split_source_spec(const split_source *source);

/** Free a source and set the handle to NULL; NULL is allowed. @since 0.1 */
SPLIT_API void split_source_free(split_source **source);

SPLIT_END

#endif
