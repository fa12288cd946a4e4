/* SPDX-License-Identifier: MIT */
/* What is counted: arms as the verdict judges them, and attempts and answers as people look at
 * them. */
#ifndef PROXY_COUNTERS_H
#define PROXY_COUNTERS_H

#include <curl/curl.h>
#include <split/failover.h>
#include <split/meter.h>
#include <split/policy.h>
#include <split/token.h>
#include <stdint.h>

#define COUNTERS_NAMES 64
#define COUNTERS_EDGES 64

struct request;

/* Why a request does not count for its arm. */
enum left_out {
    LEFT_RAMP,
    LEFT_HOLD,
    LEFT_OPERATOR,
    LEFT_DRILL,
    LEFT_FOREIGN_PROBE, /* The request was a probe of another origin although its own one is well.
                         */
    LEFT_CAP,           /* Its own origin has as many requests in flight as it may. */
    LEFT_NEUTRAL, /* The attempt proved nothing: the visitor left, or a limit of this process was
                     hit. */
    LEFT_REASONS
};

/* Attempts of one variant at one origin. */
struct pair_counters {
    uint64_t attempts[SPLIT_FAILOVER_KIND_COUNT];
    uint64_t outcomes[SPLIT_FAILOVER_CLASS_COUNT];
    uint64_t latency[COUNTERS_EDGES + 1];
    uint64_t latency_sum_us;
};

struct counters {
    split_us since_us;  /* Wall clock of the start, from which everything counts. */
    split_meter *meter; /* Cumulative: never reset. */
    split_metric metrics[SPLIT_METRICS_MAX];
    uint32_t n_metrics;
    split_us edges_us[COUNTERS_EDGES]; /* Rising; the policy's latency bounds are among them. */
    uint32_t n_edges;
    char variants[COUNTERS_NAMES][65];
    uint32_t n_variants;
    char origins[COUNTERS_NAMES][65];
    uint32_t n_origins;
    struct pair_counters
        *pairs[COUNTERS_NAMES][COUNTERS_NAMES]; /* [variant][origin], made when first used. */
    uint64_t left_out[COUNTERS_NAMES][LEFT_REASONS];
    uint64_t answers[COUNTERS_NAMES][COUNTERS_NAMES + 1]
                    [6]; /* [..][..][status / 100, 0 = aborted]; last origin: none. */
    uint64_t user_errors[COUNTERS_NAMES][2]; /* [..][replayable]. */
    uint64_t give_ups[SPLIT_FAILOVER_NEXT_COUNT];
    uint64_t events[COUNTERS_NAMES][SPLIT_FAILOVER_CAUSE_COUNT]; /* [origin][cause]. */
    uint64_t reloads[2];                                         /* Rejected, ok. */
    uint64_t stored[SPLIT_TOKEN_STATUS_COUNT];
    uint64_t key_reads[2]; /* Failed, done. */
};

/* Ready for a policy. 0, or a negative SPLIT_ERR_*. */
int counters_open(struct counters *counters, const split_policy *policy);
void counters_close(struct counters *counters);

/* The place of a name, made when it is new; the last place is shared when there are too many. */
uint32_t counters_variant(struct counters *counters, const char *name);
uint32_t counters_origin(struct counters *counters, const char *name);

/* The first attempt of a request is decided, or that there is none. */
void counters_first(struct counters *counters, struct request *r);

/* An attempt is over. */
void counters_attempt(struct counters *counters, struct request *r, split_failover_class outcome);

/* An origin's answer may say what its cache did. */
void counters_cache(struct counters *counters, struct request *r, CURL *easy);

/* A request is over. */
void counters_answer(struct counters *counters, const struct request *r, bool complete);

#endif
