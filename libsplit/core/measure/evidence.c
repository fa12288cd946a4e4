/* SPDX-License-Identifier: MIT */
/*
 * The mixture of eight bets, with and without restarts (design/verdicts.md E1-E7). The order of the
 * floating-point operations is part of the contract: bets in table order, the stake is added before
 * the window is multiplied in.
 */
#include <math.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/memory.h"
#include "core/measure/evidence_state.h"
#include "common/sized.h"

#define COUNT_MAX 9007199254740992

/* Odds multipliers of the bets and their logarithms. */
static const double odds[2][SPLIT__BETS] = {{1.2, 1.5, 2, 3, 5, 10, 20, 50},
                                            {.9, .75, .6, .45, .3, .2, .1, .02}};
static const double ln_odds[2][SPLIT__BETS] = {
    {0.1823215567939546, 0.4054651081081644, 0.6931471805599453, 1.0986122886681098,
     1.6094379124341003, 2.302585092994046, 2.995732273553991, 3.912023005428146},
    {-0.10536051565782628, -0.2876820724517809, -0.5108256237659907, -0.7985076962177716,
     -1.2039728043259361, -1.6094379124341003, -2.3025850929940455, -3.912023005428146}};
/* e^-45 is far below half a unit in the last place of 1: such terms change no sum, so they are not
 * computed. */
#define NEGLIGIBLE (-45.0)

/* Fractions of the bounded bets of the robust form. */
static const double fractions[SPLIT__BETS] = {.05, .1, .2, .3, .45, .6, .75, .9};

static double
sum_exp_ln(const double *ln)
{
    double most = ln[0];
    for (int j = 1; j < SPLIT__BETS; j++)
        most = ln[j] > most ? ln[j] : most;
    double sum = 0;
    for (int j = 0; j < SPLIT__BETS; j++)
        sum += ln[j] - most > NEGLIGIBLE ? exp(ln[j] - most) : 0.0;
    return most + log(sum);
}

/* ln(e^a + e^b), b finite. */
static double
add_ln(double a, double b)
{
    const double more = a > b ? a : b, less = a > b ? b : a;
    return less - more > NEGLIGIBLE ? more + log1p(exp(less - more)) : more;
}

/* ln w_k: half at once, a quarter over the planned bake, a quarter over all time after it (E4). */
static double
ln_stake(int64_t k, int64_t bake_windows)
{
    if (k == 1)
        return log(0.5);
    if (k <= bake_windows + 1)
        return -log(4.0 * (double)bake_windows);
    const double i = (double)(k - bake_windows - 1);
    return -log(4.0 * i * (i + 1.0));
}

static void
set_cost(struct split_evidence *e, double bound)
{
    if (e->cost_bound == bound)
        return;
    for (int j = 0; j < SPLIT__BETS; j++)
        e->cost[j] = log1p(bound * (odds[e->side][j] - 1.0));
    e->cost_bound = bound;
}

/* ln of the factor by which bet j grows in a window of n trials, bad of them bad. */
static double
ln_growth(const struct split_evidence *e, int j, double bound, int64_t n, int64_t bad)
{
    if (e->form == SPLIT_EVIDENCE_TRIALS)
        return (double)bad * ln_odds[e->side][j] - (double)n * e->cost[j];
    if (n == 0)
        return 0.0;
    const double x = (double)bad / (double)n;
    const double gain =
        e->side == SPLIT_EVIDENCE_ABOVE ? (x - bound) / bound : (bound - x) / (1.0 - bound);
    return log1p(fractions[j] * gain);
}

void
split__evidence_start(struct split_evidence *e, double bound, split_evidence_side side,
                      split_evidence_form form, bool restarts, int64_t bake_windows)
{
    memset(e, 0, sizeof *e);
    e->bound = bound;
    e->side = (int32_t)side;
    e->form = (int32_t)form;
    e->restarts = restarts;
    e->bake_windows = bake_windows;
    split_evidence_reset(e);
}

void
split__evidence_take(struct split_evidence *e, double bound, int64_t n, int64_t bad)
{
    e->windows++;
    if (e->form == SPLIT_EVIDENCE_TRIALS)
        set_cost(e, bound);
    if (e->restarts) {
        const double stake = ln_stake(e->windows, e->bake_windows);
        for (int j = 0; j < SPLIT__BETS; j++)
            e->ln_m[j] = e->windows == 1 ? stake : add_ln(e->ln_m[j], stake);
    }
    for (int j = 0; j < SPLIT__BETS; j++)
        e->ln_m[j] += ln_growth(e, j, bound, n, bad);
    e->ln = sum_exp_ln(e->ln_m) - log((double)SPLIT__BETS);
}

void
split_evidence_options_init_sized(split_evidence_options *options, size_t size)
{
    const split_evidence_options own = {.bound = 0.01,
                                        .side = SPLIT_EVIDENCE_ABOVE,
                                        .form = SPLIT_EVIDENCE_TRIALS,
                                        .restarts = true,
                                        .bake_windows = 240};
    split__sized_init(options, size, &own, sizeof own);
}

static int
evidence_options_take(split_evidence_options *own, const split_evidence_options *theirs)
{
    const int err = split__sized_take(own, sizeof *own, SPLIT_EVIDENCE_OPTIONS_V1, theirs);
    if (err != SPLIT_OK)
        return err;
    const bool bound_ok = own->bound > 0.0 && own->bound < 1.0;
    const bool enums_ok =
        (unsigned)own->side <= SPLIT_EVIDENCE_BELOW && (unsigned)own->form <= SPLIT_EVIDENCE_ROBUST;
    const bool bake_ok = own->bake_windows >= 1 && own->bake_windows <= INT64_C(1) << 40;
    return bound_ok && enums_ok && bake_ok ? SPLIT_OK : SPLIT_ERR_VALUE;
}

size_t
split_evidence_size(const split_evidence_options *options)
{
    split_evidence_options own;
    return evidence_options_take(&own, options) == SPLIT_OK ? sizeof(struct split_evidence) : 0;
}

int
split_evidence_init(void *mem, size_t mem_bytes, const split_evidence_options *options,
                    split_evidence **out)
{
    split_evidence_options own;
    int err = evidence_options_take(&own, options);
    if (err == SPLIT_OK)
        err = out == NULL ? SPLIT_ERR_ARG
                          : split__memory_check(mem, mem_bytes, sizeof(struct split_evidence));
    if (err != SPLIT_OK)
        return err;
    struct split_evidence *e = mem;
    split__evidence_start(e, own.bound, own.side, own.form, own.restarts, own.bake_windows);
    *out = e;
    return SPLIT_OK;
}

int
split_evidence_new(const split_evidence_options *options, const split_alloc *alloc,
                   split_evidence **out)
{
    split_evidence_options own;
    const int err = evidence_options_take(&own, options);
    if (err != SPLIT_OK)
        return err;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    void *mem = split__alloc_take(alloc, sizeof(struct split_evidence));
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    return split_evidence_init(mem, sizeof(struct split_evidence), options, out);
}

void
split_evidence_free(split_evidence **evidence, const split_alloc *alloc)
{
    if (evidence == NULL)
        return;
    split__alloc_give(alloc, *evidence);
    *evidence = NULL;
}

int
split_evidence_step_at(split_evidence *evidence, double bound, int64_t n, int64_t bad)
{
    if (evidence == NULL)
        return SPLIT_ERR_ARG;
    if (!(bound > 0.0 && bound < 1.0))
        return SPLIT_ERR_VALUE;
    if (n < 0 || n > COUNT_MAX || bad < 0 || bad > n)
        return SPLIT_ERR_WINDOW;
    split__evidence_take(evidence, bound, n, bad);
    return SPLIT_OK;
}

int
split_evidence_step(split_evidence *evidence, int64_t n, int64_t bad)
{
    return evidence == NULL ? SPLIT_ERR_ARG
                            : split_evidence_step_at(evidence, evidence->bound, n, bad);
}

double
split_evidence_ln(const split_evidence *evidence)
{
    return evidence == NULL ? 0.0 : evidence->ln;
}

int64_t
split_evidence_windows(const split_evidence *evidence)
{
    return evidence == NULL ? 0 : evidence->windows;
}

void
split_evidence_reset(split_evidence *evidence)
{
    memset(evidence->ln_m, 0, sizeof evidence->ln_m);
    evidence->ln = 0.0;
    evidence->windows = 0;
}
