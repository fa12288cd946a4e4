/* SPDX-License-Identifier: MIT */
/* Both systems over the same time. */
#include "compare/sample.h"

#include "split/evidence.h"

/* Trials and bad events of both arms in one stratum. */
typedef struct pair {
    int64_t n[2];
    int64_t bad[2];
} pair;

typedef bool read_pair(const split_arm arm[2], const split_metric *metric, uint32_t index,
                       pair *out);

static sample_stratum *
stratum_of(sample *s, int64_t percent_e6)
{
    for (size_t i = 0; i < s->n_strata; i++)
        if (s->strata[i].percent_e6 == percent_e6)
            return &s->strata[i];
    if (s->n_strata == SAMPLE_STRATA_MAX)
        return NULL;
    s->strata[s->n_strata].percent_e6 = percent_e6;
    return &s->strata[s->n_strata++];
}

void
sample_add(sample *s, int64_t percent_e6, const split_arm *arm, const split_arm *baseline,
           split_us start_us, split_us window_us)
{
    sample_stratum *stratum = stratum_of(s, percent_e6);
    if (stratum == NULL) {
        s->n_left_out++;
        return;
    }
    split_arm_add(&stratum->arm[0], arm);
    split_arm_add(&stratum->arm[1], baseline);
    split_arm_add(&s->total[0], arm);
    split_arm_add(&s->total[1], baseline);
    if (s->n_windows++ == 0 || start_us < s->first_us)
        s->first_us = start_us;
    if (start_us + window_us > s->last_us)
        s->last_us = start_us + window_us;
    s->span_us += window_us;
}

static bool
metric_pair(const split_arm arm[2], const split_metric *metric, uint32_t index, pair *out)
{
    split_metric_counts counts;
    for (int a = 0; a < 2; a++) {
        if (split_metric_count(metric, index, &arm[a], &counts) != SPLIT_OK || !counts.present)
            return false;
        out->n[a] = counts.n;
        out->bad[a] = counts.bad[SPLIT_BOUND_TARGET];
    }
    return true;
}

static bool
cache_pair(const split_arm arm[2], const split_metric *metric, uint32_t index, pair *out)
{
    (void)metric;
    (void)index;
    for (int a = 0; a < 2; a++) {
        out->n[a] = split_arm_get(&arm[a], SPLIT_COUNTER_LOOKUPS);
        out->bad[a] = split_arm_get(&arm[a], SPLIT_COUNTER_MISSES);
        if (!split_arm_has(&arm[a], SPLIT_COUNTER_MISSES) || out->bad[a] > out->n[a])
            return false;
    }
    return true;
}

static bool
usable(const sample *s, size_t i, read_pair *read, const split_metric *metric, uint32_t index,
       pair *out)
{
    return read(s->strata[i].arm, metric, index, out) && out->n[0] > 0 && out->n[1] > 0;
}

/* One stratum: its weight is its part of all trials. The intervals hold for all strata at once
 * because each has its part of alpha, so a stratum may be read alone, too. */
typedef struct part {
    const pair *pair;
    int64_t percent_e6;
    double weight;
    double alpha;
} part;

static bool
add_stratum(const part *p, difference *d)
{
    double low[2];
    double high[2];
    for (int a = 0; a < 2; a++) {
        if (split_evidence_interval(p->pair->n[a], p->pair->bad[a], p->alpha, &low[a], &high[a]) !=
            SPLIT_OK)
            return false;
        d->share[a] += 100 * p->weight * (double)p->pair->bad[a] / (double)p->pair->n[a];
        d->n[a] += p->pair->n[a];
    }
    d->low += 100 * p->weight * (low[0] - high[1]);
    d->high += 100 * p->weight * (high[0] - low[1]);
    if (p->weight < 1 && low[0] > high[1] && 100 * (low[0] - high[1]) > d->worst_low) {
        d->has_worst = true;
        d->worst_e6 = p->percent_e6;
        d->worst_low = 100 * (low[0] - high[1]);
        d->worst_high = 100 * (high[0] - low[1]);
    }
    return true;
}

static void
measure(const sample *s, read_pair *read, const split_metric *metric, uint32_t index,
        difference *out)
{
    pair p;
    double all = 0;
    double n_usable = 0;
    *out = (difference){0};
    for (size_t i = 0; i < s->n_strata; i++)
        if (usable(s, i, read, metric, index, &p)) {
            all += (double)p.n[0] + (double)p.n[1];
            n_usable++;
        }
    for (size_t i = 0; i < s->n_strata; i++) {
        if (!usable(s, i, read, metric, index, &p))
            continue;
        const part one = {.pair = &p,
                          .percent_e6 = s->strata[i].percent_e6,
                          .weight = ((double)p.n[0] + (double)p.n[1]) / all,
                          .alpha = SAMPLE_ALPHA / n_usable};
        if (!add_stratum(&one, out)) {
            *out = (difference){0};
            return;
        }
        out->known = true;
    }
}

void
sample_metric(const sample *s, const split_metric *metric, uint32_t index, difference *out)
{
    measure(s, metric_pair, metric, index, out);
}

void
sample_cache(const sample *s, difference *out)
{
    measure(s, cache_pair, NULL, 0, out);
}

int64_t
sample_requests(const sample *s, int arm)
{
    static const split_counter by_rank[] = {SPLIT_COUNTER_SENT, SPLIT_COUNTER_OUTCOMES,
                                            SPLIT_COUNTER_EDGE_REQUESTS};
    for (size_t i = 0; i < sizeof by_rank / sizeof by_rank[0]; i++)
        if (split_arm_has(&s->total[arm], by_rank[i]))
            return split_arm_get(&s->total[arm], by_rank[i]);
    return 0;
}
