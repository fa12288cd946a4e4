/* SPDX-License-Identifier: MIT */
/* Random texts, datapoints and damage for the source "cloudwatch", against naive answers. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/base/error.h"
#include "net/source/cloudwatch/alarms.h"
#include "net/source/cloudwatch/answer.h"
#include "net/source/cloudwatch/cloudwatch.h"
#include "net/source/cloudwatch/counts.h"
#include "net/source/cloudwatch/plan.h"
#include "net/source/cloudwatch/suspects.h"
#include "net/source/cloudwatch/text.h"
#include "plans.h"

#define ROUNDS 20000
#define PERIODS 7

static uint64_t
draw(uint64_t *seed)
{
    return test_random(seed) >> 20;
}

static void
draw_part(uint64_t *seed, char *plain, char *escaped, size_t most)
{
    static const char letters[] = "ab:,{}=@\\ $/.-0";
    size_t n = 1 + draw(seed) % most;
    for (size_t i = 0; i < n; i++) {
        char c = letters[draw(seed) % (sizeof letters - 1)];
        plain[i] = c;
        *escaped++ = '\\';
        *escaped++ = c;
    }
    plain[n] = '\0';
    *escaped = '\0';
}

Test(prop_cloudwatch, what_is_escaped_is_read_back)
{
    uint64_t seed = test_seed("what_is_escaped", 1);
    for (int round = 0; round < ROUNDS; round++) {
        char plain[4][16];
        char escaped[4][40];
        char text[256];
        cw_text t;
        for (int i = 0; i < 4; i++)
            draw_part(&seed, plain[i], escaped[i], 10);
        snprintf(text, sizeof text, "%s:%s{%s = %s, Arm=x-$arm}: Sum@eu-west-1", escaped[0],
                 escaped[1], escaped[2], escaped[3]);
        cr_assert_eq(split__cw_text_read(text, plain[3], &t, NULL), 0, "%s", text);
        cr_assert_str_eq(t.name_space, plain[0]);
        cr_assert_str_eq(t.metric, plain[1]);
        cr_assert_eq(t.n_dimensions, 2);
        cr_assert_str_eq(t.dimension[0].name, plain[2]);
        cr_assert_str_eq(t.dimension[0].value, plain[3]);
        cr_assert_str_eq(t.dimension[1].value + 2, plain[3], "an arm's name is never syntax");
        cr_assert_str_eq(t.statistic, "Sum");
        free(t.own);
    }
}

/* Errors and calls of both systems. */
static void
make_plan(cw_plan *plan, split_metric *metric)
{
    static const split_source_field fields[] = {{0, "bad", "N:E{A=$arm}:Sum"},
                                                {0, "total", "N:T{A=$arm}:Sum"}};
    split_source_options o;
    cr_assert_eq(split_metric_init(metric, SPLIT_METRIC_ERROR), 0);
    strcpy(metric->name, "errors");
    split_source_options_init(&o);
    o.arms[0] = "new";
    o.arms[1] = "legacy";
    o.metrics = metric;
    o.n_metrics = 1;
    o.fields = fields;
    o.n_fields = 2;
    cr_assert_eq(split__cw_plan(&o, "eu-west-1", plan, NULL), 0);
    cr_assert_eq(plan->n_series, 4); /* bad and total of new, then of legacy */
}

/* A body with the datapoints from `first` on, newest or oldest first. */
static char *
make_page(uint64_t *seed, double value[4][PERIODS], int first, int n)
{
    char *body = calloc(1, 8192);
    size_t at = (size_t)snprintf(body, 8192, "{\"MetricDataResults\":[");
    bool turned = draw(seed) % 2 == 0;
    for (int s = 0; s < 4; s++) {
        char times[256] = "";
        char values[256] = "";
        for (int i = 0; i < n; i++) {
            int p = first + (turned ? n - 1 - i : i);
            const char *comma = times[0] != '\0' ? "," : "";
            if (isnan(value[s][p]))
                continue;
            snprintf(times + strlen(times), sizeof times - strlen(times), "%s%d", comma,
                     600 + 60 * p);
            snprintf(values + strlen(values), sizeof values - strlen(values), "%s%g", comma,
                     value[s][p]);
        }
        at += (size_t)snprintf(body + at, 8192 - at,
                               "%s{\"Id\":\"q%d\",\"Timestamps\":[%s],\"Values\":[%s],"
                               "\"StatusCode\":\"Complete\"}",
                               s > 0 ? "," : "", s, times, values);
    }
    snprintf(body + at, 8192 - at, "]}");
    return body;
}

static int
take(cw_plan *plan, cw_points *points, const char *body, size_t body_len)
{
    const split_http_answer answer = {.body = body, .body_len = body_len, .status = 200};
    char note[160] = "";
    char *token;
    int rc = split__cw_take_metrics(plan, &answer, points, &token, note, sizeof note, NULL);
    free(token);
    return rc;
}

Test(prop_cloudwatch, counts_are_those_of_periods_that_have_all_of_them)
{
    static split_reading r;
    uint64_t seed = test_seed("counts_are_those", 2);
    split_metric metric;
    cw_plan plan;
    make_plan(&plan, &metric);
    for (int round = 0; round < ROUNDS; round++) {
        double value[4][PERIODS];
        int64_t sum[4] = {0};
        bool any[2] = {false, false};
        for (int p = 0; p < PERIODS; p++)
            for (int a = 0; a < 2; a++) {
                double total = (double)(draw(&seed) % 1000);
                double *bad = &value[2 * a][p];
                value[2 * a + 1][p] = draw(&seed) % 4 == 0 ? NAN : total;
                *bad = draw(&seed) % 4 == 0 ? NAN : floor(total / (double)(1 + draw(&seed) % 9));
                if (isnan(*bad) || isnan(value[2 * a + 1][p]))
                    continue;
                sum[2 * a] += (int64_t)*bad;
                sum[2 * a + 1] += (int64_t)total;
                any[a] = true;
            }
        cw_points points;
        int cut = (int)(draw(&seed) % (PERIODS + 1));
        cr_assert_eq(split__cw_points_new(4, 600000000, 60000000, PERIODS, &points), 0);
        const int pages[2][2] = {{cut, PERIODS - cut}, {0, cut}};
        for (int i = 0; i < 2; i++) {
            char *body = make_page(&seed, value, pages[i][0], pages[i][1]);
            cr_assert_eq(take(&plan, &points, body, strlen(body)), 0, "%s", body);
            free(body);
        }
        split_reading_init(&r);
        cr_assert_eq(split__cw_count(&plan, &points, &metric, 1, &r), any[0] || any[1]);
        for (int a = 0; a < 2; a++) {
            cr_assert_eq(r.has_arm[a], any[a]);
            cr_assert_eq(split_arm_get(&r.arm[a], SPLIT_COUNTER_ERROR), sum[2 * a]);
            cr_assert_eq(split_arm_get(&r.arm[a], SPLIT_COUNTER_OUTCOMES), sum[2 * a + 1]);
        }
        split__cw_points_free(&points);
    }
    split__cw_plan_free(&plan);
}

static const char alarms[] =
    "{\"MetricAlarms\":[{\"AlarmName\":\"a\\u00e4\",\"StateValue\":\"OK\",\"StateReasonData\":\"{"
    "\\\"recentDatapoints\\\":[]}\",\"Namespace\":\"N\",\"MetricName\":\"M\",\"Dimensions\":[{"
    "\"Name\":\"n\",\"Value\":\"v\"}]},{\"AlarmName\":\"b\",\"StateValue\":\"ALARM\"}],"
    "\"CompositeAlarms\":[],\"NextToken\":\"t\"}";
static const char refusal[] =
    "{\"__type\":\"com.amazonaws.cloudwatch#InvalidSignatureException\",\"message\":\"Signature "
    "expired: x\"}<Error><Code>Throttling</Code><Message>m</Message></Error><RequestId>r";

/* Some bytes are others, and the end may be missing. */
static size_t
damage(uint64_t *seed, char *body, size_t n)
{
    for (uint64_t i = draw(seed) % 6; i > 0; i--)
        body[draw(seed) % n] = "\"{}[]:,\\0x<-e9\x01\xff"[draw(seed) % 17];
    if (draw(seed) % 4 == 0)
        n = draw(seed) % n;
    body[n] = '\0';
    return n;
}

static void
take_damaged_alarms(uint64_t *seed, split_reading *r)
{
    char body[sizeof alarms];
    cw_suspects suspects = {.plan = {.n_series = 0}};
    char *token = NULL;
    memcpy(body, alarms, sizeof alarms);
    size_t n = damage(seed, body, sizeof alarms - 1);
    const split_http_answer answer = {.body = body, .body_len = n, .status = 200};
    split_reading_init(r);
    int rc = split__cw_take_alarms(&answer, r, &suspects, &token, NULL);
    split__cw_suspects_close(&suspects, r);
    cr_assert(rc == 0 || rc == SPLIT_ERR_PEER);
    cr_assert_eq(r->n_alarm_names, r->n_alarms + r->n_alarms_unknown);
    for (uint32_t i = 0; i < r->n_alarm_names; i++)
        for (const char *p = r->alarm_names[i].name; *p != '\0'; p++)
            cr_assert((unsigned char)*p >= 0x20 && *p != 0x7f);
    free(token);
}

Test(prop_cloudwatch, damaged_answers_are_refused_or_counted_and_never_more)
{
    static split_reading r;
    uint64_t seed = test_seed("damaged_answers", 3);
    split_metric metric;
    cw_plan plan;
    make_plan(&plan, &metric);
    for (int round = 0; round < ROUNDS; round++) {
        double value[4][PERIODS] = {{1, 2}, {9, 8}, {0, 1}, {5, 5}};
        cw_points points;
        cr_assert_eq(split__cw_points_new(4, 600000000, 60000000, PERIODS, &points), 0);
        char *body = make_page(&seed, value, 0, 2);
        int rc = take(&plan, &points, body, damage(&seed, body, strlen(body)));
        cr_assert(rc == 0 || rc == SPLIT_ERR_PEER);
        split_reading_init(&r);
        (void)split__cw_count(&plan, &points, &metric, 1, &r);
        for (int a = 0; a < 2; a++) {
            split_metric_counts c;
            cr_assert_eq(split_metric_count(&metric, 0, &r.arm[a], &c), 0, "%s", body);
        }
        free(body);
        split__cw_points_free(&points);
        take_damaged_alarms(&seed, &r);
        char text[sizeof refusal];
        aws_error e;
        memcpy(text, refusal, sizeof refusal);
        const split_http_answer answer = {.body = text,
                                          .body_len = damage(&seed, text, sizeof refusal - 1)};
        split__aws_error_read(&answer, &e);
        cr_assert(strlen(e.code) < sizeof e.code && strlen(e.message) < sizeof e.message);
    }
    split__cw_plan_free(&plan);
}
