/* SPDX-License-Identifier: MIT */
/* What the records add up to, for each arm. */
#include "logs/tally.h"

#include <stdlib.h>
#include <string.h>

void
tally_init(tally *t)
{
    memset(t, 0, sizeof *t);
    t->first_us = INT64_MAX;
    t->last_us = -1;
}

void
tally_free(tally *t)
{
    for (size_t i = 0; i < t->n_arms; i++) {
        free(t->arms[i].all);
        free(t->arms[i].hit_times);
        free(t->arms[i].misses);
    }
    tally_init(t);
}

void
tally_clear(tally *t)
{
    for (size_t i = 0; i < t->n_arms; i++) {
        tally_arm *a = &t->arms[i];
        tally_arm empty = {.all = a->all, .hit_times = a->hit_times, .misses = a->misses};
        memcpy(empty.name, a->name, sizeof empty.name);
        *a = empty;
        memset(a->all, 0, sizeof *a->all);
        memset(a->hit_times, 0, sizeof *a->hit_times);
        memset(a->misses, 0, sizeof *a->misses);
    }
    t->first_us = INT64_MAX;
    t->last_us = -1;
}

static tally_arm *
add_arm(tally *t, split_log_text name)
{
    static const char other[] = "(other)";
    if (t->n_arms == TALLY_ARMS_MAX - 1) { /* the last place is for the rest */
        t->too_many_arms = true;
        name = (split_log_text){other, sizeof other - 1};
    }
    if (t->n_arms == TALLY_ARMS_MAX)
        return &t->arms[TALLY_ARMS_MAX - 1];
    tally_arm *a = &t->arms[t->n_arms];
    a->all = calloc(1, sizeof *a->all);
    a->hit_times = calloc(1, sizeof *a->hit_times);
    a->misses = calloc(1, sizeof *a->misses);
    if (a->all == NULL || a->hit_times == NULL || a->misses == NULL) {
        free(a->all);
        free(a->hit_times);
        free(a->misses);
        t->no_memory = true;
        return NULL;
    }
    size_t n = name.len < sizeof a->name ? name.len : sizeof a->name - 1;
    memcpy(a->name, name.at, n);
    a->name[n] = '\0';
    t->n_arms++;
    return a;
}

static tally_arm *
find_arm(tally *t, split_log_text name)
{
    for (size_t i = 0; i < t->n_arms; i++)
        if (strlen(t->arms[i].name) == name.len && memcmp(t->arms[i].name, name.at, name.len) == 0)
            return &t->arms[i];
    return add_arm(t, name);
}

void
tally_times_add(tally_times *times, split_us us)
{
    int64_t ms = us / 1000;
    times->n++;
    times->cell[ms < TALLY_MS_MAX ? ms : TALLY_MS_MAX]++;
    if (us > times->largest_us)
        times->largest_us = us;
}

/* Cells above the largest latency are zero. */
static int64_t
highest_cell(const tally_times *times)
{
    int64_t ms = times->largest_us / 1000;
    return ms < TALLY_MS_MAX ? ms : TALLY_MS_MAX;
}

void
tally_times_merge(tally_times *times, const tally_times *other)
{
    for (int64_t i = highest_cell(other); other->n > 0 && i >= 0; i--)
        times->cell[i] += other->cell[i];
    times->n += other->n;
    if (other->largest_us > times->largest_us)
        times->largest_us = other->largest_us;
}

void
tally_times_clear(tally_times *times)
{
    memset(times->cell, 0, (size_t)(highest_cell(times) + 1) * sizeof times->cell[0]);
    times->n = 0;
    times->largest_us = 0;
}

static void
add_lookup(tally_arm *a, const split_log_record *r)
{
    bool missed = r->cache == SPLIT_LOG_CACHE_MISS;
    a->lookups++;
    a->hits += missed ? 0 : 1;
    a->refreshed += r->cache == SPLIT_LOG_CACHE_REFRESH ? 1 : 0;
    if (r->latency_us >= 0)
        tally_times_add(missed ? a->misses : a->hit_times, r->latency_us);
}

void
tally_add(tally *t, split_log_text arm, const split_log_record *r)
{
    tally_arm *a = find_arm(t, arm);
    if (a == NULL)
        return;
    if (r->at_us >= 0 && r->at_us < t->first_us)
        t->first_us = r->at_us;
    if (r->at_us > t->last_us)
        t->last_us = r->at_us;
    /* What another back end made good is still this one's failure. */
    int32_t status = r->first_status != 0 ? r->first_status : r->status;
    if (status == 0) {
        a->left++;
        return;
    }
    a->n++;
    a->n_4xx += status / 100 == 4 ? 1 : 0;
    a->n_5xx += status / 100 == 5 ? 1 : 0;
    if (r->latency_us >= 0)
        tally_times_add(a->all, r->latency_us);
    if (split_log_is_lookup(r))
        add_lookup(a, r);
}

int64_t
tally_percentile_ms(const tally_times *times, int percent)
{
    int64_t rank = (times->n * percent + 99) / 100;
    int64_t seen = 0;
    if (times->n == 0)
        return -1;
    for (int64_t ms = 0; ms < TALLY_MS_MAX; ms++) {
        seen += times->cell[ms];
        if (seen >= rank)
            return ms;
    }
    return times->largest_us / 1000;
}
