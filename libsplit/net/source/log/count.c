/* SPDX-License-Identifier: MIT */
/* What a request counts for in the report of its arm. */
#include "net/source/log/format.h"

/* A cache is only asked for these, and only counts where the answer is no error. */
bool
split_log_is_lookup(const split_log_record *r)
{
    if (r->cache == SPLIT_LOG_CACHE_NONE || r->status >= 400)
        return false;
    return r->method.len == 0 || split__log_is(r->method, "GET") ||
           split__log_is(r->method, "HEAD") || split__log_is(r->method, "OPTIONS");
}

static bool
is_failure(const split_log_rules *rules, int32_t status)
{
    for (size_t i = 0; i < rules->n_statuses; i++)
        if (rules->statuses[i] == (uint32_t)status)
            return true;
    return rules->n_statuses == 0 && status / 100 == 5;
}

static void
bump(split_arm *arm, split_counter counter, bool counts)
{
    arm->present |= UINT32_C(1) << counter;
    arm->counts[counter] += counts ? 1 : 0;
}

static void
count_latency(const split_log_rules *rules, split_arm *arm, split_us latency_us)
{
    bump(arm, SPLIT_COUNTER_TIMED, true);
    for (uint32_t m = 0; m < rules->n_metrics; m++) {
        if (!split_metric_is_latency(&rules->metrics[m]))
            continue;
        arm->over_present |= UINT32_C(1) << m;
        for (uint32_t b = 0; b < SPLIT_BOUND_COUNT; b++)
            arm->over[SPLIT_BOUND_COUNT * m + b] +=
                latency_us >= split_metric_over_us(&rules->metrics[m], (split_bound_index)b) ? 1
                                                                                             : 0;
    }
}

static void
count_outcome(const split_log_rules *rules, int32_t status, split_arm *arm)
{
    bump(arm, SPLIT_COUNTER_SENT, true);
    bump(arm, SPLIT_COUNTER_OUTCOMES, true);
    bump(arm, SPLIT_COUNTER_ERROR, is_failure(rules, status));
}

void
split_log_count_attempt(const split_log_rules *rules, const split_log_record *record,
                        uint32_t attempt, split_arm *arm)
{
    if (attempt > 0 && attempt < record->n_attempts && record->attempts[attempt].status != 0)
        count_outcome(rules, record->attempts[attempt].status, arm);
}

void
split_log_count(const split_log_rules *rules, const split_log_record *record, split_arm *arm)
{
    /* L5. What another back end made good is still this one's failure. */
    int32_t first = record->first_status != 0 ? record->first_status : record->status;
    if (first == 0)
        return;
    count_outcome(rules, first, arm);
    if (record->status == 0)
        return; /* its visitor left after an attempt had failed */
    bump(arm, SPLIT_COUNTER_USER_ERRORS, is_failure(rules, record->status));
    bump(arm, SPLIT_COUNTER_EDGE_REQUESTS, true);
    bump(arm, SPLIT_COUNTER_EDGE_5XX, record->status / 100 == 5);
    if (record->latency_us >= 0)
        count_latency(rules, arm, record->latency_us);
    if (split_log_is_lookup(record)) {
        bump(arm, SPLIT_COUNTER_LOOKUPS, true);
        bump(arm, SPLIT_COUNTER_MISSES, record->cache == SPLIT_LOG_CACHE_MISS);
    }
}
