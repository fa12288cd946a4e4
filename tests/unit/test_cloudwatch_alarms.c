/* SPDX-License-Identifier: MIT */
/* Where CloudWatch is asked, and what its alarms say. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/cloudwatch/alarms.h"
#include "net/source/cloudwatch/answer.h"
#include "net/source/cloudwatch/cloudwatch.h"
#include "net/source/cloudwatch/place.h"
#include "net/source/cloudwatch/suspects.h"

#define ALARM(name, state, more) "{\"AlarmName\":\"" name "\",\"StateValue\":\"" state "\"" more "}"

/* Which alarms are doubted; nothing is looked up for them but what `seen` says. */
static int
take_alarms_seen(const char *body, split_reading *r, bool seen, char **token, split_error *e)
{
    const split_http_answer answer = {.body = body, .body_len = strlen(body), .status = 200};
    cw_suspects suspects = {.plan = {.n_series = 0}};
    int rc = split__cw_take_alarms(&answer, r, &suspects, token, e);
    for (size_t i = 0; i < suspects.plan.n_series; i++)
        suspects.plan.series[i].seen = seen;
    split__cw_suspects_close(&suspects, r);
    return rc;
}

static int
take_alarms(const char *body, split_reading *r, char **token, split_error *e)
{
    return take_alarms_seen(body, r, false, token, e);
}

#define NO_DATAPOINTS                                                                              \
    ",\"StateReason\":\"Threshold Crossed: no datapoints were received for 1 period and 1 "        \
    "missing datapoint was treated as [NonBreaching].\""

/* What moto answered, out of tests/vectors/aws. */
static void
recorded(const char *name, char *body, size_t body_size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/../aws/%s", SOURCE_VECTORS, name);
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f);
    size_t n = fread(body, 1, body_size - 1, f);
    body[n] = '\0';
    fclose(f);
}

Test(cloudwatch_alarms, recorded_answers_are_read)
{
    static split_reading r;
    static cw_series series[2];
    cw_plan plan = {.series = series, .n_series = 2};
    cw_points points;
    split_error e = {.size = sizeof e};
    char *token;
    char note[160] = "";
    char body[4096];
    recorded("describe_alarms.json", body, sizeof body);
    split_reading_init(&r);
    cr_assert_eq(take_alarms(body, &r, &token, &e), 0, "%s", e.text);
    cr_expect(r.n_alarms == 1 && strcmp(r.alarm_names[0].name, "err") == 0);
    recorded("get_metric_data.json", body, sizeof body);
    /* our names for the two series in place of "e" and "i" */
    memcpy(strstr(body, "\"Id\": \"e\""), "\"Id\":\"q0\"", 9);
    memcpy(strstr(body, "\"Id\": \"i\""), "\"Id\":\"q1\"", 9);
    const split_http_answer answer = {.body = body, .body_len = strlen(body), .status = 200};
    cr_assert_eq(split__cw_points_new(2, 1795393844000000, 60000000, 2, &points), 0);
    cr_assert_eq(split__cw_take_metrics(&plan, &answer, &points, &token, note, sizeof note, &e), 0,
                 "%s", body);
    cr_expect(points.value[1] == 7 && points.value[3] == 1000);
    cr_expect(series[0].complete && series[1].complete && token == NULL);
    split__cw_points_free(&points);
}

Test(cloudwatch_alarms, a_doubtful_alarm_is_unknown_when_its_metric_has_no_data)
{
    static const char body[] = "{\"MetricAlarms\":[" ALARM(
        "a", "OK",
        NO_DATAPOINTS ",\"Namespace\":\"N\",\"MetricName\":\"M\","
                      "\"Dimensions\":[{\"Name\":\"F\",\"Value\":"
                      "\"x\"}]") "," ALARM("expression", "OK", NO_DATAPOINTS) "]}";
    static split_reading r;
    split_error e = {.size = sizeof e};
    char *token;
    split_reading_init(&r);
    cr_assert_eq(take_alarms_seen(body, &r, false, &token, &e), 0);
    cr_expect(r.n_alarms_unknown == 2 && r.n_alarm_names == 2);
    split_reading_init(&r);
    cr_assert_eq(take_alarms_seen(body, &r, true, &token, &e), 0);
    cr_expect(r.n_alarms_unknown == 1 && strcmp(r.alarm_names[0].name, "expression") == 0);
}

Test(cloudwatch_alarms, of_many_doubtful_alarms_some_are_looked_up)
{
    static char body[40000] = "{\"MetricAlarms\":[";
    static split_reading r;
    split_error e = {.size = sizeof e};
    char *token;
    for (int i = 0; i < 70; i++)
        snprintf(body + strlen(body), sizeof body - strlen(body), "%s%s", i > 0 ? "," : "",
                 ALARM("a", "OK", NO_DATAPOINTS ",\"Namespace\":\"N\",\"MetricName\":\"M\""));
    strcat(body, "]}");
    split_reading_init(&r);
    cr_assert_eq(take_alarms_seen(body, &r, true, &token, &e), 0);
    cr_expect_eq(r.n_alarms_unknown, 70 - CW_SUSPECTS_MAX);
}

/* clang-format off */
static const char doubtful[] = "{\"MetricAlarms\":["
    ALARM("blind", "OK", ",\"StateReason\":\"Threshold Crossed: no datapoints were received for 1 "
                         "period and 1 missing datapoint was treated as [NonBreaching].\"") ","
    ALARM("empty", "OK", ",\"StateReasonData\":\"{\\\"recentDatapoints\\\":[]}\"") ","
    ALARM("fine", "OK", ",\"StateReasonData\":\"{\\\"recentDatapoints\\\":[1.0]}\"") ","
    ALARM("broken", "OK", ",\"EvaluationState\":\"EVALUATION_ERROR\"") ","
    ALARM("part", "OK", ",\"EvaluationState\":\"PARTIAL_DATA\"") ","
    ALARM("young", "INSUFFICIENT_DATA", "") ","
    ALARM("r\\u001bed", "ALARM", "")
    "],\"CompositeAlarms\":[" ALARM("all", "ALARM", "") "],\"NextToken\":\"2\"}";
/* clang-format on */

Test(cloudwatch_alarms, an_alarm_that_never_saw_a_datapoint_is_unknown)
{
    static split_reading r;
    split_error e = {.size = sizeof e};
    char *token;
    split_reading_init(&r);
    cr_assert_eq(take_alarms(doubtful, &r, &token, &e), 0);
    cr_expect_str_eq(token, "2");
    free(token);
    cr_expect(r.has_alarms && r.n_alarms == 2 && r.n_alarms_unknown == 4);
    cr_expect_eq(r.n_alarm_names, 6);
    cr_expect_str_eq(r.alarm_names[0].name, "r ed");
    cr_expect_str_eq(r.alarm_names[1].name, "all");
    cr_expect_str_eq(r.alarm_names[2].name, "blind");
    cr_expect_eq(r.alarm_names[2].state, SPLIT_READING_ALARM_UNKNOWN);
    cr_expect_str_eq(r.alarm_names[5].name, "young");
}

Test(cloudwatch_alarms, of_many_alarms_those_that_ring_are_named)
{
    static split_reading r;
    split_error e = {.size = sizeof e};
    char *token;
    char body[4096] = "{\"MetricAlarms\":[";
    for (int i = 0; i < 40; i++)
        snprintf(body + strlen(body), sizeof body - strlen(body),
                 "%s{\"AlarmName\":\"a%d\",\"StateValue\":\"%s\"}", i > 0 ? "," : "", i,
                 i < 20 ? "INSUFFICIENT_DATA" : "ALARM");
    strcat(body, "]}");
    split_reading_init(&r);
    cr_assert_eq(take_alarms(body, &r, &token, &e), 0);
    cr_expect_null(token);
    cr_expect(r.n_alarms == 20 && r.n_alarms_unknown == 20);
    cr_expect_eq(r.n_alarm_names, SPLIT_READING_ALARMS_MAX);
    for (uint32_t i = 0; i < r.n_alarm_names; i++)
        cr_expect_eq(r.alarm_names[i].state, SPLIT_READING_ALARM_RINGS);
    cr_expect_str_eq(r.alarm_names[0].name, "a20");
}

Test(cloudwatch_alarms, a_long_name_is_cut_at_a_whole_character)
{
    static split_reading r;
    split_error e = {.size = sizeof e};
    char *token;
    char body[600];
    snprintf(body, sizeof body,
             "{\"MetricAlarms\":[{\"AlarmName\":\"%094d\xC3\xA4\xC3\xA4\","
             "\"StateValue\":\"ALARM\"}]}",
             0);
    split_reading_init(&r);
    cr_assert_eq(take_alarms(body, &r, &token, &e), 0);
    cr_expect_eq(strlen(r.alarm_names[0].name), 94, "%s", r.alarm_names[0].name);
    cr_expect_eq(take_alarms("{\"CompositeAlarms\":[]}", &r, &token, &e), SPLIT_ERR_PEER);
    cr_expect_eq(take_alarms("{\"MetricAlarms\":[{\"AlarmName\":\"x\"}]}", &r, &token, &e),
                 SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "DescribeAlarms cannot be understood"));
}

Test(cloudwatch_alarms, a_place_is_a_region_and_options)
{
    cw_place p;
    split_error e = {.size = sizeof e};
    setenv("AWS_REGION", "eu-central-1", 1);
    cr_assert_eq(split__cw_place_read("", &p, &e), 0);
    cr_expect_str_eq(p.region, "eu-central-1");
    cr_expect(p.period == 60000000 && p.settle == 120000000 && !p.wants_alarms);
    cr_assert_eq(split__cw_place_read("us-gov-east-1?period=5m&settle=90s&alarms=search-", &p, &e),
                 0);
    cr_expect_str_eq(p.region, "us-gov-east-1");
    cr_expect(p.period == 300000000 && p.settle == 90000000 && p.wants_alarms);
    cr_expect_str_eq(p.prefix, "search-");
    cr_assert_eq(split__cw_place_read("?alarms=*", &p, &e), 0);
    cr_expect(p.wants_alarms && p.prefix[0] == '\0');
    unsetenv("AWS_REGION");
    setenv("AWS_DEFAULT_REGION", "eu-north-1", 1);
    cr_assert_eq(split__cw_place_read("", &p, &e), 0);
    cr_expect_str_eq(p.region, "eu-north-1");
    unsetenv("AWS_DEFAULT_REGION");
    cr_expect_eq(split__cw_place_read("", &p, &e), SPLIT_ERR_FIELD);
    cr_expect_not_null(strstr(e.text, "AWS_REGION"));
}

Test(cloudwatch_alarms, a_wrong_region_or_option_is_refused)
{
    static const char *const wrong[] = {"EU!",
                                        "eu-west-1:x",
                                        "eu-west-1?",
                                        "r?period=90s",
                                        "r?period=2s",
                                        "r?period=0s",
                                        "r?period=60",
                                        "r?period=m",
                                        "r?settle=25h",
                                        "r?settle=-1s",
                                        "r?settle=",
                                        "r?alarms=",
                                        "r?x=1",
                                        "r?period=1m&",
                                        "r?period=1m&&settle=1m",
                                        "r?period=1ms",
                                        "a-region-name-that-is-far-too-long-to-be"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cw_place p;
        split_error e = {.size = sizeof e};
        cr_expect_eq(split__cw_place_read(wrong[i], &p, &e), SPLIT_ERR_VALUE, "%s", wrong[i]);
        cr_expect_not_null(strstr(e.text, "cloudwatch: '"));
    }
}
