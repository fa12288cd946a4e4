/* SPDX-License-Identifier: MIT */
/*
 * Both systems over the same time: what they counted, kept apart by the share of traffic that was
 * asked for. Sums over several shares would compare different times with each other: a bad hour in
 * which the new system had half of the traffic would count against it more than against the other.
 */
#ifndef SPLITCTL_COMPARE_SAMPLE_H
#define SPLITCTL_COMPARE_SAMPLE_H

#include "split/metric.h"
#include "split/rollout.h"

/* Of each arm: the difference is right with 95 % however often it is checked. */
#define SAMPLE_ALPHA 0.025
#define SAMPLE_STRATA_MAX 80

typedef struct sample_stratum {
    int64_t percent_e6; /* -1: not known */
    split_arm arm[2];   /* new, baseline */
} sample_stratum;

typedef struct sample {
    sample_stratum strata[SAMPLE_STRATA_MAX];
    size_t n_strata;
    split_arm total[2];
    int64_t n_windows;  /* with both systems */
    int64_t n_alone;    /* windows that only the new system reported */
    int64_t n_left_out; /* windows of more shares than there is room for */
    split_us first_us;  /* wall clock; start of the first window */
    split_us last_us;   /* and end of the last */
    split_us span_us;   /* length of the windows together */
} sample;

/* Shares of bad events, in percent; weighted over the strata where there are several. */
typedef struct difference {
    bool known;
    int64_t n[2];
    double share[2];
    double low; /* of new minus baseline, percentage points */
    double high;
    /* Of several strata, the one in which the new system is proven worse by most. */
    bool has_worst;
    int64_t worst_e6; /* its share of traffic */
    double worst_low;
    double worst_high;
} difference;

void sample_add(sample *s, int64_t percent_e6, const split_arm *arm, const split_arm *baseline,
                split_us start_us, split_us window_us);

void sample_metric(const sample *s, const split_metric *metric, uint32_t index, difference *out);

/* Misses of the lookups. */
void sample_cache(const sample *s, difference *out);

/* Requests sent to an arm; of a source that does not say: those that ended, or that the edge
 * saw. */
int64_t sample_requests(const sample *s, int arm);

#endif
