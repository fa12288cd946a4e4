/* SPDX-License-Identifier: MIT */
/* Closed formulas around the evidence: label bound, time to proof, display interval
 * (design/verdicts.md E7, E9, E10). */
#include <math.h>

#include "split/evidence.h"

#define COUNT_MAX_TRIALS 9007199254740992
#define LN_PI 1.1447298858494002
#define HALF_LN_2PI 0.9189385332046728

double
split_evidence_label_bound(double share, double ratio)
{
    return share * ratio / (share * ratio + 1.0 - share);
}

/* Kullback-Leibler divergence of two coins, with 0 ln 0 = 0. */
static double
divergence(double p, double q)
{
    const double good = p < 1.0 ? (1.0 - p) * (log1p(-p) - log1p(-q)) : 0.0;
    return (p > 0.0 ? p * log(p / q) : 0.0) + good;
}

double
split_evidence_trials(double truth, double bound, double ln_need, double ln_late)
{
    if (!(truth >= 0.0 && truth <= 1.0 && bound > 0.0 && bound < 1.0) || truth == bound)
        return HUGE_VAL;
    const double kl = divergence(truth, bound);
    return kl > 0.0 ? (ln_need + 0.8 + ln_late) / kl : HUGE_VAL;
}

/* ln Gamma(x) for x >= 0.5: Stirling's series after moving x up to 10 or more. */
static double
ln_gamma(double x)
{
    double shift = 0.0;
    while (x < 10.0) {
        shift += log(x);
        x += 1.0;
    }
    const double r = 1.0 / x, r2 = r * r;
    const double series = r * (1.0 / 12.0 - r2 * (1.0 / 360.0 - r2 * (1.0 / 1260.0 - r2 / 1680.0)));
    return (x - 0.5) * log(x) - x + HALF_LN_2PI + series - shift;
}

/* ln of the mixture's evidence against the share p; `ln_mix` does not depend on p. */
static double
against(double p, double n, double bad, double ln_mix)
{
    const double hits = bad > 0.0 ? bad * log(p) : 0.0;
    const double misses = n > bad ? (n - bad) * log1p(-p) : 0.0;
    return ln_mix - hits - misses;
}

/* The share between `in`, which is not refuted, and `off`, which is the end of the range, where the
 * evidence meets need. */
static double
interval_end(double in, double off, double n, double bad, double ln_mix, double need)
{
    for (int i = 0; i < 100; i++) {
        const double mid = 0.5 * (in + off);
        if (mid <= 0.0 || mid >= 1.0 || against(mid, n, bad, ln_mix) >= need)
            off = mid;
        else
            in = mid;
    }
    return off;
}

int
split_evidence_interval(int64_t n, int64_t bad, double alpha, double *out_low, double *out_high)
{
    if (out_low == NULL || out_high == NULL)
        return SPLIT_ERR_ARG;
    if (n < 0 || n > COUNT_MAX_TRIALS || bad < 0 || bad > n)
        return SPLIT_ERR_WINDOW;
    if (!(alpha > 0.0 && alpha < 1.0))
        return SPLIT_ERR_VALUE;
    const double s = (double)bad, t = (double)n, need = -log(alpha);
    const double ln_mix = ln_gamma(s + 0.5) + ln_gamma(t - s + 0.5) - ln_gamma(t + 1.0) - LN_PI;
    const double middle = n > 0 ? s / t : 0.5;
    *out_low = bad > 0 ? interval_end(middle, 0.0, t, s, ln_mix, need) : 0.0;
    *out_high = bad < n ? interval_end(middle, 1.0, t, s, ln_mix, need) : 1.0;
    return SPLIT_OK;
}
