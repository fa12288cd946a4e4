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

/* "[REGION][?OPTION=VALUE[&...]]"; SPLIT_ERR_FIELD without a region, SPLIT_ERR_VALUE. */
int split__cw_place_read(const char *place, cw_place *out, split_error *error);

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

/* Region after the "@" at the end of a text, "" for none. */
const char *split__cw_region(const char *text, size_t *out_len);

/* Whether a text speaks of an arm. */
bool split__cw_names_arm(const char *text);

/* Read a text with `arm` in place of each $arm. SPLIT_ERR_VALUE or SPLIT_ERR_NOMEM with a sentence;
 * free() out->own. */
int split__cw_text_read(const char *text, const char *arm, cw_text *out, split_error *error);

/* Text of the statistic in place of the last part of `text`, such as "SampleCount"; NULL without
 * memory. */
char *split__cw_with_statistic(const char *text, const char *statistic);

/* The last part of a text without region and " or 0". */
void split__cw_statistic(const char *text, char *buf, size_t buf_size);

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

/* What to ask for, out of the policy's names; texts that are for another region are left out. */
int split__cw_plan(const split_source_options *o, const char *region, cw_plan *out,
                   split_error *error);
void split__cw_plan_free(cw_plan *plan);

/* What a series may be; a sentence about the cure when not. */
int split__cw_check_series(const cw_text *t, const char *region, split_error *error);

/* Datapoints of all series over a span of whole periods; NaN where there is none. */
typedef struct cw_points {
    double *value; /* [series * n_periods + period] */
    size_t n_periods;
    split_us start; /* wall clock */
    split_us period;
} cw_points;

int split__cw_points_new(size_t n_series, split_us start, split_us period, size_t n_periods,
                         cw_points *out);
void split__cw_points_free(cw_points *points);

/* Bodies of requests; NULL without memory; free() them. `token` is NULL for the first page. */
char *split__cw_ask_metrics(const cw_plan *plan, const cw_points *span, const char *token);
char *split__cw_ask_alarms(const char *prefix, const char *token);

/*
 * Take a page over. *out_token is the next page's, NULL at the end; free() it. `note` receives what
 * CloudWatch itself remarks. SPLIT_ERR_PEER for an answer that cannot be understood.
 */
int split__cw_take_metrics(cw_plan *plan, const split_http_answer *answer, cw_points *points,
                           char **out_token, char *note, size_t note_size, split_error *error);

/* SPLIT_ERR_PEER when a series did not come whole. */
int split__cw_check_whole(const cw_plan *plan, split_error *error);

/* The answer's NextToken, owned; NULL at the end. */
char *split__cw_token(const cJSON *root);

#define CW_SUSPECTS_MAX 64
#define CW_SUSPECT_PERIODS 180
#define CW_SUSPECT_PERIOD_US INT64_C(60000000)

/* Alarms that show OK and had no data when they last changed; their metrics are the plan's series,
 * in the same order. Begins as zeros. */
typedef struct cw_suspects {
    cw_plan plan;
    cJSON *alarm[CW_SUSPECTS_MAX];
} cw_suspects;

/* Alarms as far as a reading shows them; doubtful ones go to the suspects first. */
int split__cw_take_alarms(const split_http_answer *answer, split_reading *out,
                          cw_suspects *suspects, char **out_token, split_error *error);

/* False when it cannot be queried; then it is unknown at once. */
bool split__cw_suspect(cw_suspects *suspects, const cJSON *alarm);

/* Those whose series had no datapoint are unknown; frees all. */
void split__cw_suspects_close(cw_suspects *suspects, split_reading *out);

/* Count an alarm and keep its name. */
void split__cw_keep_alarm(split_reading *out, const cJSON *alarm, split_reading_alarm_state state);

/* Turn datapoints into what is judged and shown; true when an arm has anything that is judged. */
bool split__cw_count(const cw_plan *plan, const cw_points *points, const split_metric *metrics,
                     size_t n_metrics, split_reading *out);

/* Series as people write it, for sentences. */
void split__cw_print(const cw_text *t, char *buf, size_t buf_size);

#endif
