/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a history of windows and actions. Whatever they are: no crash, a refused window
 * changes nothing, critical is never proven without warning, nothing advances with a breach, and
 * what was decided is decided again by a copy.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/split.h"

#define INSIST(what)                                                                               \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "fuzz_rollout: not true: %s\n", #what);                                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
    const uint8_t *at, *end;
} input;

static int64_t
take(input *in)
{
    /* A first byte below 224 is the number; else it says how many bytes follow. */
    if (in->at == in->end)
        return 0;
    const uint8_t first = *in->at++;
    if (first < 224)
        return first;
    uint64_t v = 0;
    for (int i = 0; i < (first & 7) + 1 && in->at < in->end; i++)
        v = v << 8 | *in->at++;
    return (int64_t)v;
}

static void
fill_arm(input *in, split_arm *arm)
{
    split_arm_clear(arm);
    arm->present = (uint32_t)take(in) | 7;
    arm->over_present = arm->ratio_present = (uint32_t)take(in);
    for (int c = 0; c < SPLIT_COUNTER_COUNT; c++)
        arm->counts[c] = take(in);
    for (int i = 0; i < 4 * SPLIT_BOUND_COUNT; i++)
        arm->over[i] = take(in);
    for (int i = 0; i < 8; i++)
        arm->ratio[i] = take(in);
}

static split_rollout *
start(input *in)
{
    static const split_phase phases[2] = {{10000000, 300000000}, {100000000, 600000000}};
    split_metric metrics[4];
    split_rollout_options o;
    split_rollout *ro = NULL;
    split_rollout_options_init(&o);
    for (int i = 0; i < 4; i++) {
        INSIST(split_metric_init(
                   &metrics[i], (split_metric_kind)((uint64_t)take(in) % SPLIT_METRIC_KIND_COUNT)) == 0);
        snprintf(metrics[i].name, sizeof metrics[i].name, "m%d", i);
        metrics[i].gate = take(in) % 4 != 0;
        metrics[i].clustered = take(in) % 4 == 1;
        metrics[i].missing = (split_missing)((uint64_t)take(in) % SPLIT_MISSING_COUNT);
    }
    o.metrics = metrics;
    o.n_metrics = 4;
    o.phases = phases;
    o.n_phases = 2;
    o.judgement = (split_judgement)((uint64_t)take(in) % SPLIT_JUDGEMENT_COUNT);
    return split_rollout_new(&o, NULL, &ro) == 0 ? ro : NULL;
}

static void
check(const split_rollout_decision *d)
{
    for (uint32_t m = 0; m < d->n_metrics; m++) {
        const split_metric_decision *x = &d->metrics[m];
        INSIST(!x->critical_latched || x->warning_latched);
        INSIST(!isnan(x->ln_warning) && !isnan(x->ln_critical) && !isnan(x->ln_compliance) &&
               !isnan(x->ln_relative));
        INSIST(!x->warning_latched || d->override_used ||
               (d->decision != SPLIT_DECISION_ADVANCE && d->decision != SPLIT_DECISION_COMPLETE));
    }
    INSIST(d->covered <= d->windows);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, data + size};
    split_rollout *ro = start(&in), *copy = NULL;
    split_window w;
    split_rollout_decision d, again;
    int64_t id = 0;
    char text[512];
    if (ro == NULL)
        return 0;
    copy = start(&(input){data, data + size});
    while (in.at < in.end) {
        const split_action action = (split_action)((uint64_t)take(&in) % 32);
        INSIST(split_rollout_act(ro, action) == split_rollout_act(copy, action));
        split_window_init(&w, id += take(&in) % 3, 0);
        w.has_baseline = take(&in) % 2 == 1;
        fill_arm(&in, &w.arm);
        fill_arm(&in, &w.baseline);
        memset(&d, 0, sizeof d);
        memset(&again, 0, sizeof again);
        const int err = split_rollout_step(ro, &w, &d);
        INSIST(err == split_rollout_step(copy, &w, &again));
        INSIST(memcmp(&d, &again, sizeof d) == 0);
        if (err != 0)
            continue;
        check(&d);
        (void)split_rollout_detail(ro, &d, text, sizeof text);
    }
    split_rollout_free(&ro, NULL);
    split_rollout_free(&copy, NULL);
    return 0;
}
