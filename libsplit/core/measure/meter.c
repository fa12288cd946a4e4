/* SPDX-License-Identifier: MIT */
/* Exact counters of the window in progress, one set and one histogram for each arm
 * (design/verdicts.md M1-M3). */
#include "split/meter.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/base/memory.h"
#include "core/measure/histogram_state.h"
#include "core/measure/meter_state.h"
#include "common/sized.h"

#define BIT(counter) (UINT32_C(1) << SPLIT_COUNTER_##counter)
#define DEFAULT_REPORTS                                                                            \
    (BIT(SENT) | BIT(OUTCOMES) | BIT(ERROR) | BIT(TIMED) | BIT(DIVERTED) | BIT(LEFT_OUT) |         \
     BIT(USER_ERRORS))

void
split_meter_options_init_sized(split_meter_options *options, size_t size)
{
    const split_meter_options own = {.n_arms = 2, .reports = DEFAULT_REPORTS, .histograms = true};
    split__sized_init(options, size, &own, sizeof own);
}

static int
meter_options_take(split_meter_options *own, const split_meter_options *theirs)
{
    int err = split__sized_take(own, sizeof *own, SPLIT_METER_OPTIONS_V1, theirs);
    if (err != SPLIT_OK)
        return err;
    if (own->n_arms < 1 || own->n_arms > SPLIT_ARMS_MAX || own->n_metrics > SPLIT_METRICS_MAX)
        return SPLIT_ERR_LIMIT;
    if (own->n_metrics > 0 && own->metrics == NULL)
        return SPLIT_ERR_ARG;
    for (uint32_t i = 0; i < own->n_metrics && err == SPLIT_OK; i++)
        err = split_metric_check(&own->metrics[i]);
    return err;
}

static size_t
meter_bytes(const split_meter_options *own)
{
    const size_t histogram = own->histograms ? sizeof(struct split_histogram) : 0;
    return sizeof(struct split_meter) + own->n_arms * (sizeof(split_arm) + histogram);
}

size_t
split_meter_size(const split_meter_options *options)
{
    split_meter_options own;
    return meter_options_take(&own, options) == SPLIT_OK ? meter_bytes(&own) : 0;
}

static void
take_metrics(struct split_meter *m, const split_meter_options *own)
{
    for (uint32_t i = 0; i < own->n_metrics; i++) {
        const split_metric *def = &own->metrics[i];
        if (split_metric_kind_get((int)def->kind)->form == SPLIT_METRIC_FORM_OWN)
            m->ratio_present |= UINT32_C(1) << i;
        if (!split_metric_is_latency(def))
            continue;
        m->over_present |= UINT32_C(1) << i;
        for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
            m->over_us[m->n_latency][b] = split_metric_over_us(def, (split_bound_index)b);
        m->latency_index[m->n_latency++] = i;
    }
}

/* Bounds of the first metrics are exact edges, as many as a histogram takes. */
static int
start_histograms(struct split_meter *m)
{
    split_us edges[SPLIT_EDGES_MAX];
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_latency && n + SPLIT_BOUND_COUNT <= SPLIT_EDGES_MAX; i++)
        for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
            if (m->over_us[i][b] < INT64_C(1) << SPLIT__VALUE_BITS)
                edges[n++] = m->over_us[i][b];
    int err = SPLIT_OK;
    for (uint32_t arm = 0; arm < m->n_arms && err == SPLIT_OK; arm++)
        err = split__histogram_start(split__meter_histogram(m, arm), edges, n);
    return err;
}

int
split_meter_init(void *mem, size_t mem_bytes, const split_meter_options *options, split_meter **out)
{
    split_meter_options own;
    int err = meter_options_take(&own, options);
    if (err == SPLIT_OK)
        err = out == NULL ? SPLIT_ERR_ARG : split__memory_check(mem, mem_bytes, meter_bytes(&own));
    if (err != SPLIT_OK)
        return err;
    struct split_meter *m = mem;
    memset(m, 0, sizeof *m);
    m->n_arms = own.n_arms;
    m->n_metrics = own.n_metrics;
    m->reports = own.reports & ((UINT32_C(1) << SPLIT_COUNTER_COUNT) - 1);
    m->histograms = own.histograms;
    take_metrics(m, &own);
    if (m->histograms)
        err = start_histograms(m);
    split_meter_reset(m);
    *out = m;
    return err;
}

int
split_meter_new(const split_meter_options *options, const split_alloc *alloc, split_meter **out)
{
    split_meter_options own;
    const int err = meter_options_take(&own, options);
    if (err != SPLIT_OK)
        return err;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    void *mem = split__alloc_take(alloc, meter_bytes(&own));
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    return split_meter_init(mem, meter_bytes(&own), options, out);
}

void
split_meter_free(split_meter **meter, const split_alloc *alloc)
{
    if (meter == NULL)
        return;
    split__alloc_give(alloc, *meter);
    *meter = NULL;
}

int
split_meter_merge(split_meter *meter, const split_meter *other)
{
    if (meter == NULL || other == NULL)
        return SPLIT_ERR_ARG;
    if (meter->n_arms != other->n_arms || meter->n_metrics != other->n_metrics ||
        meter->ratio_present != other->ratio_present || meter->histograms != other->histograms ||
        memcmp(meter->over_us, other->over_us, sizeof other->over_us) != 0 ||
        memcmp(meter->latency_index, other->latency_index, sizeof other->latency_index) != 0)
        return SPLIT_ERR_MODE;
    int err = SPLIT_OK;
    for (uint32_t arm = 0; arm < meter->n_arms && err == SPLIT_OK; arm++) {
        split_arm_add(split__meter_arm(meter, arm), split__meter_arm_const(other, arm));
        if (meter->histograms)
            err = split_histogram_merge(split__meter_histogram(meter, arm),
                                        split_meter_histogram(other, arm));
    }
    return err;
}

void
split_meter_reset(split_meter *meter)
{
    for (uint32_t i = 0; i < meter->n_arms; i++) {
        split_arm *arm = split__meter_arm(meter, i);
        split_arm_clear(arm);
        arm->present = meter->reports;
        arm->over_present = meter->over_present;
        arm->ratio_present = meter->ratio_present;
        if (meter->histograms)
            split_histogram_reset(split__meter_histogram(meter, i));
    }
}

uint32_t
split_meter_arms(const split_meter *meter)
{
    return meter->n_arms;
}

int
split_meter_read(const split_meter *meter, uint32_t arm, split_arm *out)
{
    if (meter == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (arm >= meter->n_arms)
        return SPLIT_ERR_INDEX;
    memcpy(out, split__meter_arm_const(meter, arm), sizeof *out);
    return SPLIT_OK;
}

const split_histogram *
split_meter_histogram(const split_meter *meter, uint32_t arm)
{
    if (arm >= meter->n_arms || !meter->histograms)
        return NULL;
    const unsigned char *first =
        (const unsigned char *)(meter + 1) + meter->n_arms * sizeof(split_arm);
    return (const split_histogram *)(const void *)first + arm;
}
