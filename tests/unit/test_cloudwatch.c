/* SPDX-License-Identifier: MIT */
/* Parts of the source "cloudwatch": texts, plan, requests, answers, counts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/source/cloudwatch/answer.h"
#include "net/source/cloudwatch/cloudwatch.h"
#include "cloudwatch_kit.h"
#include "net/source/cloudwatch/counts.h"
#include "net/source/cloudwatch/plan.h"
#include "net/source/cloudwatch/request.h"
#include "net/source/cloudwatch/text.h"
#include "net/source/fields.h"

static void
read_text(const char *text, const char *arm, cw_text *out)
{
    split_error e = {.text = ""};
    cr_assert_eq(split__cw_text_read(text, arm, out, &e), 0, "%s", e.text);
}

Test(cloudwatch, a_text_is_namespace_metric_dimensions_and_statistic)
{
    cw_text t;
    read_text("AWS/ApplicationELB:HTTPCode_Target_5XX_Count{LoadBalancer=app/lb/50dc, "
              "TargetGroup=targetgroup/$arm/1}:Sum@eu-west-1 or 0",
              "new", &t);
    cr_expect_str_eq(t.name_space, "AWS/ApplicationELB");
    cr_expect_str_eq(t.metric, "HTTPCode_Target_5XX_Count");
    cr_expect(t.n_dimensions == 2 && t.sparse);
    cr_expect_str_eq(t.dimension[0].value, "app/lb/50dc");
    cr_expect_str_eq(t.dimension[1].name, "TargetGroup");
    cr_expect_str_eq(t.dimension[1].value, "targetgroup/new/1");
    cr_expect_str_eq(t.statistic, "Sum");
    free(t.own);
    read_text("a\\:b:Page Views:TC(0.005:0.030)", "", &t);
    cr_expect_str_eq(t.name_space, "a:b");
    cr_expect_str_eq(t.metric, "Page Views");
    cr_expect_str_eq(t.statistic, "TC(0.005:0.030)");
    cr_expect(t.n_dimensions == 0 && !t.sparse);
    free(t.own);
    read_text("N:M{}:Sum", "", &t);
    cr_expect_eq(t.n_dimensions, 0);
    free(t.own);
}

Test(cloudwatch, what_an_arm_is_called_is_never_syntax)
{
    cw_text t;
    char line[80];
    read_text("N:M{F=$arm,G=x\\,y}:Sum", "a}b,c=d:e\\", &t);
    cr_expect_str_eq(t.dimension[0].value, "a}b,c=d:e\\");
    cr_expect_str_eq(t.dimension[1].value, "x,y");
    split__cw_print(&t, line, sizeof line);
    cr_expect_str_eq(line, "N:M{F=a}b,c=d:e\\,G=x,y}:Sum");
    split__cw_print(&t, line, 10);
    cr_expect_eq(strlen(line), 9);
    free(t.own);
}

Test(cloudwatch, a_text_that_is_none_says_its_form)
{
    static const char *const wrong[] = {"",
                                        "Errors",
                                        "N:M",
                                        "N:M{A=1}",
                                        "N:M{A}:Sum",
                                        "N:M{=1}:Sum",
                                        "N:M{A=}:Sum",
                                        "N:M{A=1:Sum",
                                        "N:M{A=1}x:Sum",
                                        "N:{A=1}:Sum",
                                        ":M:Sum",
                                        "N:M{A=1,}:Sum",
                                        "N:M:",
                                        "N:M: or 0",
                                        "\\"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cw_text t;
        split_error e = {.size = sizeof e};
        cr_expect_eq(split__cw_text_read(wrong[i], "new", &t, &e), SPLIT_ERR_VALUE, "%s", wrong[i]);
        cr_expect_not_null(strstr(e.text, "NAMESPACE:METRIC{NAME=VALUE}:STATISTIC"));
        cr_expect_null(t.own);
    }
}

Test(cloudwatch, thirty_dimensions_are_read_and_no_more)
{
    char text[512] = "N:M{";
    cw_text t;
    for (int i = 0; i < 30; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%sd%d=v", i > 0 ? "," : "", i);
    size_t n = strlen(text);
    strcpy(text + n, "}:Sum");
    read_text(text, "", &t);
    cr_expect_eq(t.n_dimensions, 30);
    free(t.own);
    strcpy(text + n, ",x=y}:Sum");
    cr_expect_eq(split__cw_text_read(text, "", &t, NULL), SPLIT_ERR_VALUE);
}

static int
plan(const split_source_field *fields, size_t n, const char *region, cw_plan *out, split_error *e)
{
    split_source_options o;
    *e = (split_error){.size = sizeof *e};
    fill_options(&o, fields, n);
    return split__cw_plan(&o, region, out, e);
}

#define PLAN(fields, region, out, e)                                                               \
    plan(fields, sizeof(fields) / sizeof((fields)[0]), region, out, e)

static size_t
find_series(const cw_plan *p, const char *printed)
{
    for (size_t i = 0; i < p->n_series; i++) {
        char line[160];
        split__cw_print(&p->series[i].text, line, sizeof line);
        if (strcmp(line, printed) == 0)
            return i;
    }
    cr_assert_fail("no series %s", printed);
    return 0;
}

Test(cloudwatch, each_series_is_asked_for_once)
{
    static const split_source_field f[] = {{M_ERROR, "bad", ERRORS},
                                           {M_ERROR, "total", CALLS},
                                           {M_RATIO, "bad", ERRORS},
                                           {M_RATIO, "total", CALLS}};
    cw_plan p;
    split_error e = {.size = sizeof e};
    cr_assert_eq(PLAN(f, "eu-west-1", &p, &e), 0, "%s", e.text);
    cr_expect_eq(p.n_series, 4);
    cr_expect_eq(p.n_uses, 8);
    (void)find_series(&p, "AWS/Lambda:Errors{FunctionName=search-new}:Sum");
    (void)find_series(&p, "AWS/Lambda:Invocations{FunctionName=search-legacy}:Sum");
    split__cw_plan_free(&p);
}

Test(cloudwatch, a_latency_becomes_counts_over_the_bounds_of_its_metric)
{
    static const split_source_field f[] = {{M_P95, "", DURATION}, {M_P95, "percentiles", DURATION}};
    static const split_source_field s[] = {{M_P95, "latency", "N:T{A=$arm}:s@eu-west-1"}};
    cw_plan p;
    split_error e = {.size = sizeof e};
    cr_assert_eq(PLAN(f, "eu-west-1", &p, &e), 0, "%s", e.text);
    cr_expect_eq(p.n_series, 2 * (4 + 3));
    /* "< 200ms": 200 ms is over, and the lower bound of TC is left out */
    (void)find_series(&p, "AWS/Lambda:Duration{FunctionName=search-new}:TC(199.999:)");
    (void)find_series(&p, "AWS/Lambda:Duration{FunctionName=search-new}:TC(300.000:)");
    (void)find_series(&p, "AWS/Lambda:Duration{FunctionName=search-legacy}:TC(500.000:)");
    (void)find_series(&p, "AWS/Lambda:Duration{FunctionName=search-legacy}:SampleCount");
    (void)find_series(&p, "AWS/Lambda:Duration{FunctionName=search-legacy}:p99");
    split__cw_plan_free(&p);
    cr_assert_eq(PLAN(s, "eu-west-1", &p, &e), 0, "%s", e.text);
    (void)find_series(&p, "N:T{A=new}:TC(0.199999:)");
    split__cw_plan_free(&p);
}

Test(cloudwatch, the_two_systems_may_be_named_apart)
{
    static const split_source_field f[] = {
        {M_ERROR, "arm", "v2"},
        {M_ERROR, "bad", ERRORS},
        {M_ERROR, "total", CALLS},
        {M_ERROR, "bad.baseline", "AWS/ApplicationELB:HTTPCode_Target_5XX_Count{L=lb}:Sum or 0"},
        {M_ERROR, "total.baseline", "AWS/ApplicationELB:RequestCount{L=lb}:Sum"}};
    cw_plan p;
    split_error e = {.size = sizeof e};
    cr_assert_eq(PLAN(f, "eu-west-1", &p, &e), 0, "%s", e.text);
    cr_expect_eq(p.n_series, 4);
    (void)find_series(&p, "AWS/Lambda:Errors{FunctionName=search-v2}:Sum");
    (void)find_series(&p, "AWS/ApplicationELB:RequestCount{L=lb}:Sum");
    split__cw_plan_free(&p);
}

Test(cloudwatch, a_text_for_another_region_is_left_out)
{
    static const split_source_field f[] = {
        {M_ERROR, "bad", ERRORS "@eu-west-1"},
        {M_ERROR, "total", CALLS "@eu-west-1"},
        {M_EDGE, "bad_percent",
         "AWS/CloudFront:5xxErrorRate{DistributionId=$arm,Region=Global}:Average@us-east-1 or 0"},
        {M_EDGE, "total",
         "AWS/CloudFront:Requests{DistributionId=$arm,Region=Global}:Sum@us-east-1"}};
    cw_plan p;
    split_error e = {.size = sizeof e};
    cr_assert_eq(PLAN(f, "eu-west-1", &p, &e), 0, "%s", e.text);
    cr_expect_eq(p.n_series, 4);
    split__cw_plan_free(&p);
    cr_assert_eq(PLAN(f, "us-east-1", &p, &e), 0, "%s", e.text);
    (void)find_series(&p, "AWS/CloudFront:5xxErrorRate{DistributionId=new,Region=Global}:Average");
    cr_expect_eq(p.n_series, 4);
    split__cw_plan_free(&p);
    cr_assert_eq(PLAN(f, "ap-south-1", &p, &e), 0);
    cr_expect_eq(p.n_series, 0);
    split__cw_plan_free(&p);
}

#define CF "AWS/CloudFront:Requests{DistributionId=$arm,Region=Global}:Sum"

static const struct {
    const char *why;
    split_source_field f[4];
    int rc;
    const char *says;
} refused[] = {
    {"the same counts for both",
     {{M_ERROR, "bad", "N:E:Sum"}, {M_ERROR, "total", "N:T:Sum"}},
     SPLIT_ERR_VALUE,
     "write $arm, or names with .arm and .baseline"},
    {"a percentile is no count",
     {{M_ERROR, "bad", "N:E{A=$arm}:p95"}, {M_ERROR, "total", CALLS}},
     SPLIT_ERR_VALUE,
     "'p95' of E is no count"},
    {"a trimmed share is no count",
     {{M_ERROR, "bad", "N:E{A=$arm}:TC(10%:)"}, {M_ERROR, "total", CALLS}},
     SPLIT_ERR_VALUE,
     "is no count"},
    {"an average is no count",
     {{M_ERROR, "bad", "N:E{A=$arm}:Average"}, {M_ERROR, "total", CALLS}},
     SPLIT_ERR_VALUE,
     "is no count"},
    {"a percentage is an average",
     {{M_ERROR, "bad_percent", "N:E{A=$arm}:Sum"}, {M_ERROR, "total", CALLS}},
     SPLIT_ERR_VALUE,
     "bad_percent is the Average of a rate"},
    {"a hit rate",
     {{M_CACHE, "bad_percent", "N:H{A=$arm}:Average"}, {M_CACHE, "lookups", CALLS}},
     SPLIT_ERR_FIELD,
     "cannot be turned into counts"},
    {"silence is no total",
     {{M_ERROR, "bad", ERRORS}, {M_ERROR, "total", CALLS " or 0"}},
     SPLIT_ERR_VALUE,
     "a total is not 'or 0'"},
    {"half of a metric", {{M_ERROR, "bad", ERRORS}}, SPLIT_ERR_FIELD, "'error_rate' needs bad"},
    {"no such name", {{M_ERROR, "errors", ERRORS}}, SPLIT_ERR_FIELD, "'errors' is no name"},
    {"no histograms", {{M_P95, "histogram", DURATION}}, SPLIT_ERR_FIELD, "has no histograms"},
    {"no unit",
     {{M_P95, "latency", "AWS/Lambda:Duration{F=$arm}:p95"}},
     SPLIT_ERR_VALUE,
     "not ':p95'"},
    {"no unit of percentiles",
     {{M_P95, "percentiles", "N:D{F=$arm}:min"}},
     SPLIT_ERR_VALUE,
     "not ':min'"},
    {"no metric", {{N_METRICS, "bad", ERRORS}}, SPLIT_ERR_FIELD, "of no metric"},
    {"not a text",
     {{M_ERROR, "bad", "Errors $arm"}, {M_ERROR, "total", CALLS}},
     SPLIT_ERR_VALUE,
     "STATISTIC"},
    {"CloudFront elsewhere",
     {{M_EDGE, "bad", ERRORS}, {M_EDGE, "total", CF}},
     SPLIT_ERR_VALUE,
     "in us-east-1 only; append @us-east-1 to it"},
};

Test(cloudwatch, names_that_cannot_be_judged_say_why)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        cw_plan p;
        split_error e = {.size = sizeof e};
        size_t n = 0;
        while (n < 4 && refused[i].f[n].field != NULL)
            n++;
        cr_expect_eq(plan(refused[i].f, n, "eu-west-1", &p, &e), refused[i].rc, "%s",
                     refused[i].why);
        cr_expect_not_null(strstr(e.text, refused[i].says), "%s: %s", refused[i].why, e.text);
    }
}

Test(cloudwatch, cloudfront_needs_its_dimensions)
{
    static const split_source_field no_global[] = {
        {M_EDGE, "bad", ERRORS},
        {M_EDGE, "total", "AWS/CloudFront:Requests{DistributionId=$arm}:Sum"}};
    static const split_source_field no_id[] = {
        {M_EDGE, "bad", ERRORS},
        {M_EDGE, "total", "AWS/CloudFront:Requests{X=$arm,Region=Global}:Sum"}};
    static const split_source_field shown[] = {
        {M_P95, "percentiles", "AWS/CloudFront:OriginLatency{DistributionId=$arm}:ms"}};
    cw_plan p;
    split_error e = {.size = sizeof e};
    cr_expect_eq(PLAN(no_global, "us-east-1", &p, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "needs the dimension Region=Global"));
    cr_expect_eq(PLAN(no_id, "us-east-1", &p, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "needs the dimension DistributionId"));
    cr_expect_eq(PLAN(shown, "us-east-1", &p, &e), SPLIT_ERR_VALUE);
}

Test(cloudwatch, the_most_metrics_fit_into_one_request)
{
    static char texts[SPLIT_METRICS_MAX][64];
    static split_source_field f[SPLIT_METRICS_MAX + 1];
    static split_metric many[SPLIT_METRICS_MAX];
    split_source_options o;
    cw_plan p;
    split_error e = {.text = ""};
    fill_options(&o, f, 0);
    for (uint32_t i = 0; i < SPLIT_METRICS_MAX; i++) {
        many[i] = metrics[M_P95];
        many[i].target.value = 1000 + 10 * i;
        snprintf(many[i].name, sizeof many[i].name, "p%u", i);
        snprintf(texts[i], sizeof texts[i], "N:M{A=$arm}:ms");
        f[o.n_fields++] = (split_source_field){i, "latency", texts[i]};
    }
    f[o.n_fields++] = (split_source_field){0, "percentiles", "N:M{A=$arm}:ms"};
    o.metrics = many;
    o.n_metrics = SPLIT_METRICS_MAX;
    cr_assert_eq(split__cw_plan(&o, "eu-west-1", &p, &e), 0, "%s", e.text);
    cr_expect_eq(p.n_series, 2 * (32 + 2 + 1 + 3), "what bounds share is asked for once");
    split__cw_plan_free(&p);
}

Test(cloudwatch, a_request_asks_in_json_1_0)
{
    static const split_source_field f[] = {{M_ERROR, "bad", ERRORS}, {M_ERROR, "total", CALLS}};
    cw_plan p;
    split_error e = {.size = sizeof e};
    cw_points span = {.n_periods = 2, .start = 1795393860000000, .period = 60000000};
    cr_assert_eq(PLAN(f, "eu-west-1", &p, &e), 0);
    char *body = split__cw_ask_metrics(&p, &span, "tok\"en");
    cr_assert_not_null(body);
    cr_expect_not_null(strstr(body, "\"StartTime\":1795393860,\"EndTime\":1795393980,"));
    cr_expect_not_null(strstr(
        body,
        "{\"MetricStat\":{\"Metric\":{\"Dimensions\":[{\"Name\":\"FunctionName\",\"Value\":"
        "\"search-new\"}],\"Namespace\":\"AWS/Lambda\",\"MetricName\":\"Errors\"},\"Period\":60,"
        "\"Stat\":\"Sum\"},\"Id\":\"q0\"}"));
    cr_expect_not_null(strstr(body, "\"NextToken\":\"tok\\\"en\"}"));
    free(body);
    split__cw_plan_free(&p);
    body = split__cw_ask_alarms("search-", NULL);
    cr_expect_str_eq(body,
                     "{\"AlarmTypes\":[\"MetricAlarm\",\"CompositeAlarm\"],\"MaxRecords\":100,"
                     "\"AlarmNamePrefix\":\"search-\"}");
    free(body);
    body = split__cw_ask_alarms("", NULL);
    cr_expect_null(strstr(body, "AlarmNamePrefix"), "an empty prefix is not allowed: all alarms");
    free(body);
}

/* A plan of errors and calls of both arms, its points over two minutes, and what a page said. */
typedef struct page {
    cw_plan plan;
    cw_points points;
    char *token;
    char note[160];
    split_error e;
} page;

static void
page_open(page *g)
{
    static const split_source_field f[] = {{M_ERROR, "bad", ERRORS}, {M_ERROR, "total", CALLS}};
    *g = (page){.e = {.size = sizeof g->e}};
    cr_assert_eq(PLAN(f, "eu-west-1", &g->plan, &g->e), 0);
    cr_assert_eq(split__cw_points_new(g->plan.n_series, 1795393860000000, 60000000, 2, &g->points),
                 0);
}

static int
page_take(page *g, const char *body)
{
    const split_http_answer answer = {.body = body, .body_len = strlen(body), .status = 200};
    free(g->token);
    return split__cw_take_metrics(&g->plan, &answer, &g->points, &g->token, g->note, sizeof g->note,
                                  &g->e);
}

static void
page_close(page *g)
{
    free(g->token);
    split__cw_points_free(&g->points);
    split__cw_plan_free(&g->plan);
}

#define RESULT(id, times, values, status)                                                          \
    "{\"Id\":\"" id "\",\"Label\":\"x\",\"Timestamps\":[" times "],\"Values\":[" values            \
    "],\"StatusCode\":\"" status "\"}"

Test(cloudwatch, pages_go_together_and_the_last_one_says_what_is_whole)
{
    page g;
    page_open(&g);
    cr_expect_eq(
        page_take(&g, "{\"MetricDataResults\":[" RESULT("q0", "1795393860", "1.0",
                                                        "PartialData") "],"
                                                                       "\"NextToken\":\"more\"}"),
        0);
    cr_expect_str_eq(g.token, "more");
    cr_expect_eq(split__cw_check_whole(&g.plan, &g.e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(g.e.text, "has not all of the data of AWS/Lambda:Errors{Function"));
    cr_expect_eq(
        page_take(
            &g, "{\"MetricDataResults\":[" RESULT(
                    "q0", "1795393920,1795393860", "2.0,9.0",
                    "Complete") "," RESULT("q1", "", "",
                                           "Complete") "," RESULT("q2", "", "",
                                                                  "Complete") "," RESULT("q3",
                                                                                         "1."
                                                                                         "7953939"
                                                                                         "2E9",
                                                                                         "\"NaN"
                                                                                         "\"",
                                                                                         "Complet"
                                                                                         "e") "]"
                                                                                              "}"),
        0);
    cr_expect_null(g.token);
    cr_expect_eq(split__cw_check_whole(&g.plan, &g.e), 0);
    cr_expect(g.points.value[0] == 1 && g.points.value[1] == 2, "the first of two stays");
    cr_expect(isnan(g.points.value[2]) && isnan(g.points.value[7]));
    cr_expect(g.plan.series[0].seen && !g.plan.series[1].seen && !g.plan.series[3].seen);
    page_close(&g);
}

Test(cloudwatch, times_outside_of_the_span_are_none_of_ours)
{
    page g;
    page_open(&g);
    cr_expect_eq(page_take(&g, "{\"MetricDataResults\":[" RESULT(
                                   "q0", "1795393859,1795393980,-5,1e300,1795393919.5", "1,2,3,4,5",
                                   "Complete") "]}"),
                 0);
    cr_expect(g.points.value[0] == 5 && isnan(g.points.value[1]));
    page_close(&g);
}

Test(cloudwatch, remarks_and_refused_series_are_told)
{
    page g;
    page_open(&g);
    cr_expect_eq(
        page_take(
            &g, "{\"MetricDataResults\":[" RESULT(
                    "q0", "", "",
                    "Forbidden") "],"
                                 "\"Messages\":[{\"Code\":\"MaxMetricsExceeded\",\"Value\":\"only "
                                 "the first\\n100\"}]}"),
        0);
    cr_expect_str_eq(g.note, "CloudWatch remarks: MaxMetricsExceeded: only the first 100");
    cr_expect_eq(split__cw_check_whole(&g.plan, &g.e), SPLIT_ERR_PEER);
    page_close(&g);
}

Test(cloudwatch, answers_that_are_none_say_so)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{",
        "{\"MetricDataResults\":{}}",
        "<html>",
        "null",
        "{\"MetricDataResults\":[" RESULT("q99", "", "", "Complete") "]}",
        "{\"MetricDataResults\":[" RESULT("x0", "", "", "Complete") "]}",
        "{\"MetricDataResults\":[" RESULT("q", "", "", "Complete") "]}",
        "{\"MetricDataResults\":[" RESULT("q0", "1795393860", "", "Complete") "]}",
        "{\"MetricDataResults\":[{\"Id\":\"q0\",\"Timestamps\":[1795393860],\"Values\":{\"a\":1},"
        "\"StatusCode\":\"Complete\"}]}",
        "{\"MetricDataResults\":[" RESULT("q0", "\"now\"", "1", "Complete") "]}",
        "{\"MetricDataResults\":[7]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        page g;
        page_open(&g);
        cr_expect_eq(page_take(&g, wrong[i]), SPLIT_ERR_PEER, "%s", wrong[i]);
        cr_expect_not_null(strstr(g.e.text, "cannot be understood"));
        page_close(&g);
    }
}

/* Sets a value of the error metric: of arm a, bad (0) or total (1), in period p. */
static void
set_point(page *g, int a, int which, size_t p, double value)
{
    static const char *const names[2][2] = {
        {"AWS/Lambda:Errors{FunctionName=search-new}:Sum",
         "AWS/Lambda:Invocations{FunctionName=search-new}:Sum"},
        {"AWS/Lambda:Errors{FunctionName=search-legacy}:Sum",
         "AWS/Lambda:Invocations{FunctionName=search-legacy}:Sum"}};
    g->points.value[find_series(&g->plan, names[a][which]) * g->points.n_periods + p] = value;
}

static bool
count(page *g, split_reading *r)
{
    split_reading_init(r);
    return split__cw_count(&g->plan, &g->points, metrics, N_METRICS, r);
}

Test(cloudwatch, a_period_counts_when_all_of_its_counts_are_there)
{
    static split_reading r;
    page g;
    page_open(&g);
    set_point(&g, 0, 0, 0, 3);
    set_point(&g, 0, 1, 0, 100);
    set_point(&g, 0, 1, 1, 50); /* errors of this minute are missing: 50 calls without a verdict */
    cr_expect(count(&g, &r));
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR), 3);
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_OUTCOMES), 100);
    cr_expect_str_eq(r.note,
                     "error_rate: periods in which one of its counts is missing are left out");
    cr_expect(r.has_arm[0] && !r.has_arm[1]);
    cr_expect(!split_arm_has(&r.arm[1], SPLIT_COUNTER_OUTCOMES), "no datapoint is no zero");
    set_point(&g, 0, 0, 1, 1);
    cr_expect(count(&g, &r));
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR), 4);
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_SENT), 150);
    cr_expect_str_eq(r.note, "");
    page_close(&g);
}

Test(cloudwatch, what_is_no_count_is_not_judged)
{
    static const double strange[] = {-1, 0.5, INFINITY, 1e17};
    static split_reading r;
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        page g;
        page_open(&g);
        set_point(&g, 0, 0, 0, strange[i]);
        set_point(&g, 0, 1, 0, 100);
        cr_expect(!count(&g, &r) && !r.has_arm[0], "%g", strange[i]);
        cr_expect_str_eq(r.note, "error_rate: CloudWatch answers what is no count");
        page_close(&g);
    }
    page g;
    page_open(&g);
    set_point(&g, 0, 0, 0, 101);
    set_point(&g, 0, 1, 0, 100);
    cr_expect(!count(&g, &r));
    cr_expect_str_eq(r.note, "error_rate: its counts contradict each other");
    page_close(&g);
}

/* CloudFront's rate and requests; the rate's series, then the requests'. */
static int64_t
edge_count(double percent, double requests, int64_t *out_n)
{
    static const split_source_field f[] = {
        {M_EDGE, "bad_percent.arm",
         "AWS/CloudFront:5xxErrorRate{DistributionId=E1,Region=Global}:Average"},
        {M_EDGE, "total.arm", "AWS/CloudFront:Requests{DistributionId=E1,Region=Global}:Sum"}};
    static split_reading r;
    page g = {.note = ""};
    cr_assert_eq(PLAN(f, "us-east-1", &g.plan, &g.e), 0, "%s", g.e.text);
    cr_assert_eq(split__cw_points_new(2, 0, 60000000, 1, &g.points), 0);
    g.points.value[0] = percent;
    g.points.value[1] = requests;
    bool any = count(&g, &r);
    page_close(&g);
    *out_n = split_arm_get(&r.arm[0], SPLIT_COUNTER_EDGE_REQUESTS);
    return any ? split_arm_get(&r.arm[0], SPLIT_COUNTER_EDGE_5XX) : -1;
}

Test(cloudwatch, a_rate_in_percent_becomes_a_count_that_is_never_too_small)
{
    int64_t n;
    cr_expect_eq(edge_count(0.5, 600, &n), 3);
    cr_expect_eq(n, 600);
    cr_expect_eq(edge_count(100.0 / 3, 600, &n), 200, "what the double lost is no failure");
    cr_expect_eq(edge_count(0.1, 600, &n), 1, "not rounded away");
    cr_expect_eq(edge_count(0, 600, &n), 0);
    cr_expect_eq(edge_count(100, 600, &n), 600);
    cr_expect_eq(edge_count(100.5, 600, &n), -1);
    cr_expect_eq(edge_count(-0.1, 600, &n), -1);
    cr_expect_eq(edge_count(NAN, 600, &n), -1);
}

Test(cloudwatch, a_sparse_count_is_zero_where_the_total_is_there)
{
    static const split_source_field f[] = {{M_ERROR, "bad", ERRORS " or 0"},
                                           {M_ERROR, "total", CALLS}};
    static split_reading r;
    page g = {.note = ""};
    cr_assert_eq(PLAN(f, "eu-west-1", &g.plan, &g.e), 0);
    cr_assert_eq(split__cw_points_new(g.plan.n_series, 0, 60000000, 2, &g.points), 0);
    set_point(&g, 0, 1, 0, 100);
    set_point(&g, 1, 0, 0, 2); /* errors, but no calls: not a zero either */
    cr_expect(count(&g, &r));
    cr_expect(split_arm_has(&r.arm[0], SPLIT_COUNTER_ERROR) &&
              split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR) == 0 &&
              split_arm_get(&r.arm[0], SPLIT_COUNTER_OUTCOMES) == 100);
    cr_expect(!r.has_arm[1]);
    page_close(&g);
}

Test(cloudwatch, latency_is_judged_by_counts_and_percentiles_are_only_shown)
{
    static const split_source_field f[] = {{M_P95, "latency.arm", "N:D{F=x}:ms"},
                                           {M_P95, "percentiles.arm", "N:D{F=x}:ms"}};
    static split_reading r;
    page g = {.note = ""};
    cr_assert_eq(PLAN(f, "eu-west-1", &g.plan, &g.e), 0, "%s", g.e.text);
    cr_assert_eq(split__cw_points_new(g.plan.n_series, 0, 60000000, 2, &g.points), 0);
    static const struct {
        const char *series;
        double value[2];
    } points[] = {{"N:D{F=x}:TC(199.999:)", {9, 1}}, {"N:D{F=x}:TC(300.000:)", {4, 1}},
                  {"N:D{F=x}:TC(500.000:)", {0, 1}}, {"N:D{F=x}:SampleCount", {90, 10}},
                  {"N:D{F=x}:p50", {80, 100.5}},     {"N:D{F=x}:p95", {250, NAN}}};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        memcpy(&g.points.value[2 * find_series(&g.plan, points[i].series)], points[i].value,
               sizeof points[i].value);
    cr_expect(count(&g, &r));
    cr_expect(r.arm[0].over[3] == 10 && r.arm[0].over[4] == 5 && r.arm[0].over[5] == 1);
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_TIMED), 100);
    cr_expect_eq(r.percentile_us[0][0], 100500, "of the newest period");
    cr_expect_eq(r.percentile_us[0][1], 250000, "of the newest period that has one");
    cr_expect_eq(r.percentile_us[0][2], -1);
    cr_expect_eq(r.percentile_us[1][0], -1);
    for (size_t i = 0; i < 2 * g.plan.n_series; i++)
        if (i / 2 != find_series(&g.plan, "N:D{F=x}:p50"))
            g.points.value[i] = NAN;
    cr_expect(!count(&g, &r), "percentiles alone are no data for a gate");
    cr_expect_eq(r.percentile_us[0][0], 100500);
    page_close(&g);
}
