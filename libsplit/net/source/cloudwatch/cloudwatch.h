/* SPDX-License-Identifier: MIT */
/*
 * The parts of the source "cloudwatch": text -> plan -> request -> answer -> counts.
 * A series is one metric and statistic at CloudWatch, asked for once; a use says which count of
 * which metric and arm a series is.
 */
#ifndef SPLIT_NET_CLOUDWATCH_H
#define SPLIT_NET_CLOUDWATCH_H

#include <cjson/cJSON.h>

#include "net/aws/aws.h"
#include "split/source.h"

#define CW_PREFIX_BYTES 256
#define CW_DIMENSIONS_MAX 30
#define CW_SERIES_MAX 500    /* of one GetMetricData */
#define CW_POINTS_MAX 100800 /* of one GetMetricData */
#define CW_PAGES_MAX 64

/* What follows "cloudwatch:". */
typedef struct cw_place {
    char region[AWS_REGION_BYTES];
    split_us period;
    split_us settle; /* a period is read when it ended so long ago */
    bool wants_alarms;
    char prefix[CW_PREFIX_BYTES]; /* of alarms' names; "" for all */
} cw_place;

/* "NAMESPACE:METRIC{NAME=VALUE,...}:STATISTIC", read. */
typedef struct cw_text {
    char *own; /* what the rest points into */
    const char *name_space;
    const char *metric;
    const char *statistic; /* or a unit, where the field calls for one */
    struct {
        const char *name;
        const char *value;
    } dimension[CW_DIMENSIONS_MAX];
    size_t n_dimensions;
    bool sparse; /* " or 0": no datapoint is a zero */
} cw_text;

typedef struct cw_series {
    cw_text text;
    bool seen;     /* ever had a datapoint */
    bool complete; /* the answer has all of it */
} cw_series;

enum { CW_P50, CW_P95, CW_P99, CW_PERCENTILES };

typedef struct cw_use {
    uint32_t series;
    uint32_t metric; /* of the rollout */
    int32_t arm;
    int32_t role;   /* field_role, or -1 for a percentile */
    int32_t shown;  /* which percentile */
    bool percent;   /* an average in percent, to be turned into a count */
    double unit_us; /* of a percentile */
} cw_use;

typedef struct cw_plan {
    cw_series *series;
    size_t n_series;
    cw_use *uses;
    size_t n_uses;
    size_t uses_room;
} cw_plan;

/* Datapoints of all series over a span of whole periods; NaN where there is none. */
typedef struct cw_points {
    double *value; /* [series * n_periods + period] */
    size_t n_periods;
    split_us start; /* wall clock */
    split_us period;
} cw_points;

#define CW_SUSPECTS_MAX 64
#define CW_SUSPECT_PERIODS 180
#define CW_SUSPECT_PERIOD_US INT64_C(60000000)

/* Alarms that show OK and had no data when they last changed; their metrics are the plan's series,
 * in the same order. Begins as zeros. */
typedef struct cw_suspects {
    cw_plan plan;
    cJSON *alarm[CW_SUSPECTS_MAX];
} cw_suspects;

/* The last whole step at or before t. */
static inline split_us
split__cw_floor(split_us t, split_us step)
{
    return t - t % step;
}

#endif
