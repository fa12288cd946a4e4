/* SPDX-License-Identifier: MIT */
/* Life cycle of a rollout: options, start, operator's actions, getters. Windows are judged in
 * rollout/step.c. */
#include <string.h>

#include "core/base/alloc.h"
#include "common/sized.h"
#include "core/base/memory.h"
#include "core/rollout/state.h"

#define DAY_US INT64_C(86400000000)

void
split_rollout_options_init_sized(split_rollout_options *options, size_t size)
{
    const split_rollout_options own = {.window_us = 60000000,
                                       .judgement = SPLIT_JUDGEMENT_STRICT,
                                       .alpha = 0.01,
                                       .gate_alpha = 0.05,
                                       .min_sample = 30,
                                       .relative = 1.25,
                                       .no_data_patience_us = 600000000,
                                       .warning_patience_us = SPLIT_NEVER};
    split__sized_init(options, size, &own, sizeof own);
}

static bool
rollout_values_ok(const split_rollout_options *o)
{
    const bool times = o->window_us > 0 && o->window_us <= DAY_US && o->no_data_patience_us >= 0 &&
                       o->warning_patience_us >= 0;
    const bool levels =
        o->alpha > 0.0 && o->alpha < 1.0 && o->gate_alpha > 0.0 && o->gate_alpha < 1.0;
    const bool sample = o->min_sample >= 1 && o->min_sample <= INT64_C(1) << 31;
    const bool back = o->rollback_to_e6 >= 0 && o->rollback_to_e6 <= SPLIT_PERCENT_ALL_E6;
    return times && levels && sample && back && o->relative >= 1.0 && o->relative <= 100.0 &&
           (unsigned)o->judgement < SPLIT_JUDGEMENT_COUNT;
}

static bool
phases_ok(const split_rollout_options *o)
{
    int64_t before = 0;
    for (uint32_t i = 0; i < o->n_phases; i++) {
        const split_phase *p = &o->phases[i];
        if (p->percent_e6 <= before || p->percent_e6 > SPLIT_PERCENT_ALL_E6 || p->bake_us < 0 ||
            p->bake_us > SPLIT_COUNT_MAX)
            return false;
        before = p->percent_e6;
    }
    return true;
}

static bool
same_name(const char *a, const char *b)
{
    size_t i = 0;
    while (a[i] == b[i] && a[i] != '\0')
        i++;
    return a[i] == b[i];
}

static int
metrics_check(const split_rollout_options *o)
{
    for (uint32_t i = 0; i < o->n_metrics; i++) {
        const int err = split_metric_check(&o->metrics[i]);
        if (err != SPLIT_OK)
            return err;
        for (uint32_t j = 0; j < i; j++)
            if (same_name(o->metrics[i].name, o->metrics[j].name))
                return SPLIT_ERR_NAME;
    }
    return SPLIT_OK;
}

static int
rollout_options_take(split_rollout_options *own, const split_rollout_options *theirs)
{
    const int err = split__sized_take(own, sizeof *own, SPLIT_ROLLOUT_OPTIONS_V1, theirs);
    if (err != SPLIT_OK)
        return err;
    if (own->n_metrics < 1 || own->n_metrics > SPLIT_METRICS_MAX || own->n_phases < 1 ||
        own->n_phases > SPLIT_PHASES_MAX)
        return SPLIT_ERR_LIMIT;
    if (own->metrics == NULL || own->phases == NULL)
        return SPLIT_ERR_ARG;
    if (!rollout_values_ok(own) || !phases_ok(own))
        return SPLIT_ERR_VALUE;
    return metrics_check(own);
}

static size_t
rollout_bytes(uint32_t n_metrics)
{
    return sizeof(struct split_rollout) + (n_metrics - 1) * sizeof(split__metric);
}

size_t
split_rollout_size(const split_rollout_options *options)
{
    split_rollout_options own;
    return rollout_options_take(&own, options) == SPLIT_OK ? rollout_bytes(own.n_metrics) : 0;
}

int
split_rollout_init(void *mem, size_t mem_bytes, const split_rollout_options *options,
                   split_rollout **out)
{
    split_rollout_options own;
    int err = rollout_options_take(&own, options);
    if (err == SPLIT_OK)
        err = out == NULL ? SPLIT_ERR_ARG
                          : split__memory_check(mem, mem_bytes, rollout_bytes(own.n_metrics));
    if (err != SPLIT_OK)
        return err;
    struct split_rollout *ro = mem;
    memset(ro, 0, rollout_bytes(own.n_metrics));
    memcpy(ro->phases, own.phases, own.n_phases * sizeof own.phases[0]);
    for (uint32_t i = 0; i < own.n_metrics; i++)
        ro->metrics[i].def = own.metrics[i];
    ro->opt = own;
    ro->opt.metrics = NULL;
    ro->opt.phases = NULL;
    split__rollout_begin_phase(ro);
    *out = ro;
    return SPLIT_OK;
}

int
split_rollout_new(const split_rollout_options *options, const split_alloc *alloc,
                  split_rollout **out)
{
    split_rollout_options own;
    const int err = rollout_options_take(&own, options);
    if (err != SPLIT_OK)
        return err;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    void *mem = split__alloc_take(alloc, rollout_bytes(own.n_metrics));
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    return split_rollout_init(mem, rollout_bytes(own.n_metrics), options, out);
}

void
split_rollout_free(split_rollout **rollout, const split_alloc *alloc)
{
    if (rollout == NULL)
        return;
    split__alloc_give(alloc, *rollout);
    *rollout = NULL;
}

void
split_window_init(split_window *window, int64_t id, int64_t start_us)
{
    memset(window, 0, sizeof *window);
    window->id = id;
    window->start_us = start_us;
    window->share_ppm = -1;
}

int
split_rollout_act(split_rollout *rollout, split_action action)
{
    if (rollout == NULL || (unsigned)action >= SPLIT_ACTION_COUNT)
        return SPLIT_ERR_ARG;
    if (split_rollout_has_ended(rollout))
        return SPLIT_ERR_MODE;
    switch (action) {
    case SPLIT_ACTION_PAUSE:
        rollout->paused = true;
        break;
    case SPLIT_ACTION_RESUME:
        rollout->paused = false;
        break;
    case SPLIT_ACTION_ABORT:
        rollout->abort = true;
        break;
    case SPLIT_ACTION_ADVANCE:
        rollout->advance = true;
        break;
    default:
        rollout->skip_wait = true;
        break;
    }
    return SPLIT_OK;
}

bool
split_rollout_has_ended(const split_rollout *rollout)
{
    return rollout->ended != SPLIT_DECISION_HOLD;
}

uint32_t
split_rollout_phase(const split_rollout *rollout)
{
    return rollout->phase + (rollout->ended == SPLIT_DECISION_COMPLETE ? 1 : 0);
}

int64_t
split_rollout_percent_e6(const split_rollout *rollout)
{
    if (rollout->ended == SPLIT_DECISION_ROLLBACK)
        return rollout->opt.rollback_to_e6;
    return rollout->phases[rollout->phase].percent_e6;
}

bool
split_rollout_is_paused(const split_rollout *rollout)
{
    return rollout->paused;
}

uint32_t
split_rollout_metrics(const split_rollout *rollout)
{
    return rollout->opt.n_metrics;
}

const split_metric *
split_rollout_metric(const split_rollout *rollout, uint32_t index)
{
    return index < rollout->opt.n_metrics ? &rollout->metrics[index].def : NULL;
}

split_rollout_refused
split_rollout_refusals(const split_rollout *rollout)
{
    return rollout->refused;
}

const char *
split_rollout_reason(const split_rollout *rollout, const split_rollout_decision *decision)
{
    if (decision->reason != SPLIT_REASON_METRIC)
        return split_reason_name((int)decision->reason);
    const split_metric *m = split_rollout_metric(rollout, (uint32_t)decision->reason_metric);
    return m != NULL ? m->name : "";
}
