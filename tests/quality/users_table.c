/* SPDX-License-Identifier: MIT */
/*
 * Users whose requests fail together. Visits come at random; a visit has a heavy-tailed number of
 * requests, and with chance `truth` all of them fail. Counting requests takes one visit for many
 * independent trials; counting users (split_distinct) and the robust form do not. Visits that last
 * many minutes carry their fault from window to window, which no form takes out: those rows are
 * reported, not promised.
 */
#include <math.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quality.h"

#define PROOF 4.605170185988092
#define WINDOWS 240
#define VISITS 100 /* a minute */

enum { BY_REQUEST, BY_USER, ROBUST, WAYS };

typedef struct counts {
    int64_t n, bad, users, bad_users;
} counts;

/* Requests of one visit: Pareto with tail 1.5, at most 2000, mean about 9. */
static int64_t
visit_requests(quality *q)
{
    const double x = 3.0 * pow(split__rng_uniform(&q->rng), -1.0 / 1.5);
    return x < 2000.0 ? (int64_t)x : 2000;
}

/* A place of the running visits; a new visitor takes it with chance 1 / length. */
typedef struct visit {
    uint64_t hash;
    bool bad;
} visit;

static visit visits[VISITS];

static void
play_minute(quality *q, split_distinct *users, double truth, double length, counts *c)
{
    *c = (counts){0};
    split_distinct_reset(users);
    for (int v = 0; v < VISITS; v++) {
        if (visits[v].hash == 0 || split__rng_uniform(&q->rng) * length < 1.0)
            visits[v] = (visit){1 + (uint64_t)(split__rng_uniform(&q->rng) * 0x1p62),
                                split__rng_uniform(&q->rng) < truth};
        const bool bad = visits[v].bad;
        const uint64_t hash = visits[v].hash;
        const int64_t n = visit_requests(q);
        c->n += n;
        c->bad += bad ? n : 0;
        for (int64_t i = 0; i < n; i++) {
            const split_seen seen = split_distinct_note(users, hash, bad);
            c->users += seen == SPLIT_SEEN_FIRST || seen == SPLIT_SEEN_FIRST_BAD;
            c->bad_users += seen == SPLIT_SEEN_BAD || seen == SPLIT_SEEN_FIRST_BAD;
        }
    }
}

static split_evidence *
start(double bound, bool robust)
{
    split_evidence_options o;
    split_evidence *e = NULL;
    split_evidence_options_init(&o);
    o.bound = bound;
    o.form = robust ? SPLIT_EVIDENCE_ROBUST : SPLIT_EVIDENCE_TRIALS;
    quality_must(split_evidence_new(&o, NULL, &e));
    return e;
}

static void
play(quality *q, double bound, double truth, int good, double length, const char *name)
{
    static double minutes[WAYS][100000];
    int alarms[WAYS] = {0};
    split_distinct_options o;
    split_distinct *users = NULL;
    split_distinct_options_init(&o);
    o.n_slots = 1024;
    quality_must(split_distinct_new(&o, NULL, &users));
    const int runs = q->runs / 4 < 100000 ? q->runs / 4 : 100000;
    for (int run = 0; run < runs; run++) {
        split_evidence *e[WAYS] = {start(bound, false), start(bound, false), start(bound, true)};
        bool done[WAYS] = {false};
        memset(visits, 0, sizeof visits);
        for (int k = 1; k <= WINDOWS; k++) {
            counts c;
            play_minute(q, users, k <= good ? 0.2 * bound : truth, length, &c);
            quality_must(split_evidence_step(e[BY_REQUEST], c.n, c.bad));
            quality_must(split_evidence_step(e[BY_USER], c.users, c.bad_users));
            quality_must(split_evidence_step(e[ROBUST], c.n, c.bad));
            for (int w = 0; w < WAYS; w++)
                if (!done[w] && split_evidence_ln(e[w]) >= PROOF) {
                    done[w] = true;
                    minutes[w][alarms[w]++] = k - good;
                }
        }
        for (int w = 0; w < WAYS; w++)
            split_evidence_free(&e[w], NULL);
    }
    split_distinct_free(&users, NULL);
    static const char *const ways[WAYS] = {"by request", "by user", "robust"};
    for (int w = 0; w < WAYS; w++) {
        char measure[64];
        snprintf(measure, sizeof measure, "%s alarm %%", ways[w]);
        quality_row("U", name, VISITS, measure, 100.0 * alarms[w] / (runs > 0 ? runs : 1));
        snprintf(measure, sizeof measure, "%s median minutes", ways[w]);
        quality_row("U", name, VISITS, measure, quality_rank(minutes[w], alarms[w], 500));
    }
}

void
quality_users(quality *q)
{
    play(q, 0.05, 0.008, 0, 1, "healthy 0.8% over 5%");
    play(q, 0.05, 0.04, 0, 1, "healthy 4% over 5%");
    play(q, 0.05, 0.05, 0, 1, "on the bound 5%");
    play(q, 0.05, 0.20, 0, 1, "20% over 5% from start");
    play(q, 0.05, 0.20, 120, 1, "20% over 5% after 2 h");
    play(q, 0.20, 0.15, 0, 1, "healthy 15% over 20%");
    play(q, 0.05, 0.008, 0, 5, "visits of 5 min 0.8% over 5%");
    play(q, 0.05, 0.04, 0, 5, "visits of 5 min 4% over 5%");
}
