/* SPDX-License-Identifier: MIT */
/* Tables A, B and D: the evidence alone, window by window, against ln 100. */
#include <math.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "quality.h"

#define PROOF 4.605170185988092 /* ln 100 */
#define HOURS4 240
#define EVIDENCE_BYTES 512

typedef struct evidence_box {
    alignas(8) unsigned char mem[EVIDENCE_BYTES];
    split_evidence *e;
} evidence_box;

static void
open_box(evidence_box *box, double bound, bool restarts)
{
    split_evidence_options o;
    split_evidence_options_init(&o);
    o.bound = bound;
    o.restarts = restarts;
    quality_must(split_evidence_init(box->mem, sizeof box->mem, &o, &box->e));
}

static const double traffic[3] = {1, 10, 100};

/* A: alarms within four hours at a constant truth. */
void
quality_false_alarms(quality *q)
{
    static const double truths[] = {0.005, 0.008, 0.0095, 0.01};
    for (int restarts = 0; restarts < 2; restarts++)
        for (int t = 0; t < 4; t++)
            for (int r = 0; r < 3; r++) {
                int alarms = 0;
                for (int run = 0; run < q->runs; run++) {
                    evidence_box box;
                    bool alarm = false;
                    open_box(&box, 0.01, restarts != 0);
                    for (int k = 0; k < HOURS4 && !alarm; k++) {
                        const int64_t n = (int64_t)(60 * traffic[r]);
                        quality_must(split_evidence_step(
                            box.e, n, split__rng_binomial(&q->rng, n, truths[t])));
                        alarm = split_evidence_ln(box.e) >= PROOF;
                    }
                    alarms += alarm;
                }
                char name[64];
                snprintf(name, sizeof name, "truth %g%%", truths[t] * 100);
                quality_row("A", name, traffic[r],
                            restarts ? "AV restarts > 1%" : "AV cumulative > 1%",
                            100.0 * alarms / q->runs);
            }
}

/* Requests of a window until the evidence, checked after each request, is proof; 0 when it is not
 * in this window. */
static int64_t
requests_to_proof(quality *q, const evidence_box *before, int64_t n, double truth, int64_t *out_bad)
{
    int64_t bad = 0;
    for (int64_t i = 1; i <= n; i++) {
        if (split__rng_uniform(&q->rng) >= truth)
            continue;
        bad++;
        evidence_box look = *before;
        look.e = (split_evidence *)(void *)look.mem;
        quality_must(split_evidence_step(look.e, i, bad));
        if (split_evidence_ln(look.e) >= PROOF)
            return i;
    }
    *out_bad = bad;
    return 0;
}

typedef struct proof {
    double minutes, requests;
} proof;

/* One fault after `good` windows at 0.8 %. A proof is seen at the next refresh, every 60 s. */
static bool
one_fault(quality *q, double bound, double truth, int good, int64_t n, proof *out)
{
    evidence_box box;
    open_box(&box, bound, true);
    for (int k = 0; k < good; k++)
        quality_must(split_evidence_step(box.e, n, split__rng_binomial(&q->rng, n, 0.008)));
    for (int k = 1; k <= HOURS4; k++) {
        int64_t bad = 0;
        const int64_t at = requests_to_proof(q, &box, n, truth, &bad);
        if (at > 0) {
            out->minutes = k;
            out->requests = (double)((k - 1) * n + at);
            return true;
        }
        quality_must(split_evidence_step(box.e, n, bad));
    }
    return false;
}

static void
detection_rows(quality *q, const char *when, double bound, double truth, int good, double rps)
{
    static double minutes[100000], requests[100000];
    int n = 0, runs = q->runs < 100000 ? q->runs : 100000;
    for (int run = 0; run < runs; run++) {
        proof p;
        if (one_fault(q, bound, truth, good, (int64_t)(60 * rps), &p)) {
            minutes[n] = p.minutes;
            requests[n++] = p.requests;
        }
    }
    char name[64];
    snprintf(name, sizeof name, "%s %g%% over %g%%", when, truth * 100, bound * 100);
    quality_row("B", name, rps, "caught %", 100.0 * n / runs);
    quality_row("B", name, rps, "median minutes", quality_rank(minutes, n, 500));
    quality_row("B", name, rps, "p95 minutes", quality_rank(minutes, n, 950));
    quality_row("B", name, rps, "median requests", quality_rank(requests, n, 500));
}

void
quality_detection(quality *q)
{
    static const double truths[] = {0.02, 0.05, 0.20};
    for (int late = 0; late < 2; late++)
        for (int r = 0; r < 3; r++) {
            const char *when = late ? "after 2 h" : "from start";
            for (int t = 0; t < 3; t++)
                detection_rows(q, when, 0.01, truths[t], late ? 120 : 0, traffic[r]);
            detection_rows(q, when, 0.05, 0.20, late ? 120 : 0, traffic[r]);
        }
}

/* D: arm labels of bad events; the legacy system at 0.8 %. */
static void
relative_rows(quality *q, double share, double truth, double rps)
{
    static double minutes[100000];
    const double theta = split_evidence_label_bound(share, 1.25);
    const int64_t all =
        (int64_t)(60 * rps / share + 0.5); /* rps is the traffic of the new system */
    const int runs = q->runs < 100000 ? q->runs : 100000;
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
        evidence_box box;
        open_box(&box, theta, true);
        for (int k = 1; k <= HOURS4; k++) {
            const int64_t own = split__rng_binomial(&q->rng, all, share);
            const int64_t bad = split__rng_binomial(&q->rng, own, truth);
            const int64_t legacy = split__rng_binomial(&q->rng, all - own, 0.008);
            quality_must(split_evidence_step(box.e, bad + legacy, bad));
            if (split_evidence_ln(box.e) >= PROOF) {
                minutes[alarms++] = k;
                break;
            }
        }
    }
    char name[64];
    snprintf(name, sizeof name, "%g/%g new %g%%", share * 100, 100 - share * 100, truth * 100);
    quality_row("D", name, rps, "alarm %", 100.0 * alarms / runs);
    quality_row("D", name, rps, "median minutes", quality_rank(minutes, alarms, 500));
}

void
quality_relative(quality *q)
{
    static const double truths[] = {0.008, 0.0096, 0.012, 0.02, 0.05, 0.20};
    for (int r = 0; r < 3; r++)
        for (int t = 0; t < 6; t++)
            relative_rows(q, 0.1, truths[t], traffic[r]);
    for (int t = 0; t < 6; t++)
        relative_rows(q, 0.5, truths[t], 10);
}
