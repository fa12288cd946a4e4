/* SPDX-License-Identifier: MIT */
/* Seeded random numbers. Binomials: waiting times for small means, else Hormann's BTRS (1993), both
 * exact. */
#include "core/rollout/sample.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/rng.h"

double
split__rng_uniform(split__rng *rng)
{
    return ((double)(split__rng_next(&rng->state) >> 12) + 0.5) * 0x1p-52;
}

/* Jump from success to success; the waiting time is geometric. */
static int64_t
binomial_by_waiting(split__rng *rng, int64_t n, double p)
{
    const double scale = 1.0 / log1p(-p);
    int64_t hits = 0;
    double at = 0.0;
    for (;;) {
        const double gap = log(split__rng_uniform(rng)) * scale;
        if (gap >= (double)n - at)
            return hits;
        at += (double)(int64_t)gap + 1.0;
        hits++;
    }
}

/* What Stirling's formula misses of ln k!. */
static double
stirling_rest(double k)
{
    static const double exact[10] = {0.08106146679532726, 0.04134069595540929, 0.02767792568499834,
                                     0.02079067210376509, 0.01664469118982119, 0.01387612882307075,
                                     0.01189670994589177, 0.01041126526197209, 0.009255462182712733,
                                     0.008330563433362871};
    if (k < 10.0)
        return exact[(int)k];
    const double r2 = 1.0 / ((k + 1.0) * (k + 1.0));
    return (1.0 / 12.0 - (1.0 / 360.0 - r2 / 1260.0) * r2) / (k + 1.0);
}

typedef struct btrs {
    double n, p, a, b, c, alpha, mode, odds, quick;
} btrs;

static btrs
btrs_start(double n, double p)
{
    const double spread = sqrt(n * p * (1.0 - p));
    btrs t = {.n = n, .p = p, .b = 1.15 + 2.53 * spread, .c = n * p + 0.5, .odds = p / (1.0 - p)};
    t.a = -0.0873 + 0.0248 * t.b + 0.01 * p;
    t.alpha = (2.83 + 5.1 / t.b) * spread;
    t.mode = (double)(int64_t)((n + 1.0) * p);
    t.quick = 0.92 - 4.2 / t.b;
    return t;
}

static bool
btrs_accept(const btrs *t, double k, double v)
{
    const double m = t->mode, n = t->n;
    const double limit = (m + 0.5) * log((m + 1.0) / (t->odds * (n - m + 1.0))) +
                         (n + 1.0) * log((n - m + 1.0) / (n - k + 1.0)) +
                         (k + 0.5) * log(t->odds * (n - k + 1.0) / (k + 1.0)) + stirling_rest(m) +
                         stirling_rest(n - m) - stirling_rest(k) - stirling_rest(n - k);
    return v <= limit;
}

static int64_t
binomial_by_rejection(split__rng *rng, int64_t n, double p)
{
    const btrs t = btrs_start((double)n, p);
    for (;;) {
        const double u = split__rng_uniform(rng) - 0.5, v = split__rng_uniform(rng);
        const double us = 0.5 - fabs(u);
        const double at = (2.0 * t.a / us + t.b) * u + t.c;
        if (!(at >= 0.0 && at < t.n + 1.0))
            continue;
        const double k = (double)(int64_t)at;
        if ((us >= 0.07 && v <= t.quick) ||
            btrs_accept(&t, k, log(v * t.alpha / (t.a / (us * us) + t.b))))
            return (int64_t)k;
    }
}

int64_t
split__rng_binomial(split__rng *rng, int64_t n, double p)
{
    if (n <= 0 || !(p > 0.0))
        return 0;
    if (p >= 1.0)
        return n;
    if (p > 0.5)
        return n - split__rng_binomial(rng, n, 1.0 - p);
    return (double)n * p < 30.0 ? binomial_by_waiting(rng, n, p) : binomial_by_rejection(rng, n, p);
}
