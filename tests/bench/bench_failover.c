/* SPDX-License-Identifier: MIT */
/* Cost of one request, route and report, on a healthy chain against a breaker of two counters. Run
 * pinned. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "bare_breaker.h"
#include "bench.h"
#include "split/split.h"

#define N_ITEMS (1u << 15)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t now; /* 10 us per request: 100,000 requests per second */

static uint64_t
run_bare(void *ctx, size_t n)
{
    uint64_t sum = 0, generation;
    for (size_t i = 0; i < n; i++) {
        now += 10;
        if (bare_breaker_before(ctx, now, &generation))
            bare_breaker_after(ctx, now, generation, true);
        sum += generation;
    }
    return sum;
}

static uint64_t
run_failover(void *ctx, size_t n)
{
    const split_failover_outcome ok = {.klass = SPLIT_FAILOVER_CLASS_OK};
    split_failover_answer a;
    split_failover_followup f;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const split_failover_request req = {.key = i, .safe = true, .replayable = true};
        now += 10;
        if (split_failover_route(ctx, now, &req, &a, NULL) == 0 &&
            split_failover_report(ctx, now, &a.token, &ok, &f, NULL) == 0)
            sum += (uint64_t)f.next + (uint64_t)a.origin;
    }
    return sum;
}

/* The same with a lock around each call: breakers of libraries take one themselves, the machine
 * leaves it to its caller. */
static uint64_t
run_bare_locked(void *ctx, size_t n)
{
    uint64_t sum = 0, generation;
    for (size_t i = 0; i < n; i++) {
        now += 10;
        pthread_mutex_lock(&lock);
        bool admitted = bare_breaker_before(ctx, now, &generation);
        pthread_mutex_unlock(&lock);
        pthread_mutex_lock(&lock);
        if (admitted)
            bare_breaker_after(ctx, now, generation, true);
        pthread_mutex_unlock(&lock);
        sum += generation;
    }
    return sum;
}

static uint64_t
run_failover_locked(void *ctx, size_t n)
{
    const split_failover_outcome ok = {.klass = SPLIT_FAILOVER_CLASS_OK};
    split_failover_answer a;
    split_failover_followup f;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const split_failover_request req = {.key = i, .safe = true, .replayable = true};
        now += 10;
        pthread_mutex_lock(&lock);
        int err = split_failover_route(ctx, now, &req, &a, NULL);
        pthread_mutex_unlock(&lock);
        pthread_mutex_lock(&lock);
        err |= split_failover_report(ctx, now, &a.token, &ok, &f, NULL);
        pthread_mutex_unlock(&lock);
        sum += (uint64_t)f.next + (uint64_t)(err + a.origin);
    }
    return sum;
}

int
main(void)
{
    static const char *const names[] = {"new", "legacy"};
    static const split_failover_chain chains[] = {{2, {0, 1}}, {1, {1}}};
    static bare_breaker bare = {.interval = 10000000};
    split_failover_options o;
    split_failover *fo;
    split_failover_options_init(&o);
    o.origins = names;
    o.n_origins = 2;
    o.chains = chains;
    o.n_chains = 2;
    if (split_failover_new(&o, NULL, &fo) != 0)
        return 2;
    bench_way ways[] = {
        {"breaker of two counters", run_bare, &bare, NULL, 0},
        {"failover: route and report, to the breaker", run_failover, fo, &ways[0], 0},
        {"failover: route and report, ns", run_failover, fo, NULL, 25},
        {"breaker of two counters, with its lock", run_bare_locked, &bare, NULL, 0},
        {"failover: route and report, with the same lock", run_failover_locked, fo, &ways[3], 0},
    };
    bench_run(ways, 5, N_ITEMS);
    const unsigned over = bench_print(ways, 5);
    printf("\n%zu bytes for two origins\n", split_failover_size(&o));
    split_failover_free(&fo, NULL);
    return over != 0;
}
