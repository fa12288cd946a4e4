/* SPDX-License-Identifier: MIT */
/* The source "cloudwatch" as its callers see it, against prepared answers. Periods of one
 * second. */
#include <stdio.h>
#include <stdlib.h>

#include "aws_env.h"
#include "canned_server.h"
#include "cloudwatch_kit.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

static const split_source_field fields[] = {{M_ERROR, "bad", ERRORS}, {M_ERROR, "total", CALLS}};
static const char *const spec = "cloudwatch:eu-west-1?period=1s&settle=0s";

static void
set_up(const canned_server *s)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", s->port);
    setenv("AWS_ENDPOINT_URL", url, 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", 1);
}

static int
open_source(const char *place, const split_source_field *f, size_t n, split_us window_us,
            split_source **out, split_error *e)
{
    split_source_options o;
    *e = (split_error){.size = sizeof *e};
    fill_options(&o, f, n);
    o.spec = place;
    o.window_us = window_us;
    split_http_options http;
    split_http_options_init(&http);
    http.tries = 1;
    http.timeout_us = 1000000;
    o.http = &http;
    return split_source_new(&o, out, e);
}

/* An answer with one point per second around now: 3 errors of 100 calls for the new system, and
 * nothing of the old one. */
static char *
seconds_around_now(void)
{
    char *text = calloc(1, 4096);
    char times[256] = "";
    char bad[64] = "";
    char all[64] = "";
    long now = (long)(split_clock_wall() / 1000000);
    for (long t = now - 6; t < now + 6; t++) {
        const char *comma = t == now - 6 ? "" : ",";
        snprintf(times + strlen(times), sizeof times - strlen(times), "%s%ld", comma, t);
        snprintf(bad + strlen(bad), sizeof bad - strlen(bad), "%s3", comma);
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s100", comma);
    }
    snprintf(text, 4096,
             HEAD "{\"MetricDataResults\":["
                  "{\"Id\":\"q0\",\"Timestamps\":[%s],\"Values\":[%s],\"StatusCode\":\"Complete\"},"
                  "{\"Id\":\"q1\",\"Timestamps\":[%s],\"Values\":[%s],\"StatusCode\":\"Complete\"},"
                  "{\"Id\":\"q2\",\"Timestamps\":[],\"Values\":[],\"StatusCode\":\"Complete\"},"
                  "{\"Id\":\"q3\",\"Timestamps\":[],\"Values\":[],\"StatusCode\":\"Complete\"}]}",
             times, bad, times, all);
    return text;
}

static void
sleep_until(split_us wall)
{
    (void)split_clock_sleep_until(split_clock_now() + wall - split_clock_wall());
}

Test(source_cloudwatch, each_period_is_read_exactly_once)
{
    static split_reading r;
    canned_server s;
    split_source *source;
    split_error e = {.size = sizeof e};
    char *text = seconds_around_now();
    const char *const answers[] = {text, text, text, text, text, text, text, text};
    cr_assert_eq(canned_server_start(&s, answers, 8), 0);
    set_up(&s);
    cr_assert_eq(open_source(spec, fields, 2, 1000000, &source, &e), 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA, "the first read is a mark");
    cr_expect_str_eq(r.note, "no datapoints of AWS/Lambda:Errors{FunctionName=search-legacy}:Sum "
                             "and 1 more");
    split_us begin = split_clock_wall();
    int64_t calls = 0;
    while (split_clock_wall() < begin + 3000000) {
        int rc = split_source_read(source, &r, &e);
        cr_assert(rc == 0 || rc == SPLIT_ERR_NO_DATA, "%s", e.text);
        cr_expect_eq(rc == 0, r.has_arm[0]);
        cr_expect(!r.has_arm[1], "no datapoint is no zero");
        calls += split_arm_get(&r.arm[0], SPLIT_COUNTER_OUTCOMES);
        cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR) * 100,
                     split_arm_get(&r.arm[0], SPLIT_COUNTER_OUTCOMES) * 3);
        sleep_until(split_clock_wall() + 50000);
    }
    cr_expect(calls == 300 || calls == 200 || calls == 400, "%lld calls of 100 in each of 3 s",
              (long long)calls);
    cr_expect_leq(s.n_served, 6, "nothing is asked while no period has ended");
    split_source_free(&source);
    canned_server_stop(&s);
    free(text);
}

Test(source_cloudwatch, what_could_not_be_read_is_read_later)
{
    static split_reading r;
    static const char refusal[] = "HTTP/1.1 403 No\r\nConnection: close\r\n\r\n"
                                  "{\"__type\":\"ExpiredTokenException\",\"message\":\"expired\"}";
    canned_server s;
    split_source *source;
    split_error e = {.size = sizeof e};
    char *text = seconds_around_now();
    const char *const answers[] = {text, refusal, text};
    cr_assert_eq(canned_server_start(&s, answers, 3), 0);
    set_up(&s);
    cr_assert_eq(open_source(spec, fields, 2, 1000000, &source, &e), 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    sleep_until(split_clock_wall() + 1600000);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "the session token has expired"));
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER, "not asked for again at once");
    sleep_until(split_clock_wall() + 1100000);
    cr_expect_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    cr_expect_geq(split_arm_get(&r.arm[0], SPLIT_COUNTER_OUTCOMES), 200);
    split_source_free(&source);
    canned_server_stop(&s);
    free(text);
}

Test(source_cloudwatch, a_mark_leaves_out_the_traffic_before_it)
{
    static split_reading r;
    canned_server s;
    split_source *source;
    split_error e = {.size = sizeof e};
    char *text = seconds_around_now();
    const char *const answers[] = {text, text};
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    set_up(&s);
    cr_assert_eq(open_source(spec, fields, 2, 1000000, &source, &e), 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    sleep_until(split_clock_wall() + 1600000);
    split_source_mark(source);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_expect_eq(s.n_served, 1, "there is nothing to ask for");
    sleep_until(split_clock_wall() + 2300000);
    cr_expect_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    cr_expect_leq(split_arm_get(&r.arm[0], SPLIT_COUNTER_OUTCOMES), 200);
    split_source_free(&source);
    canned_server_stop(&s);
    free(text);
    split_source_mark(NULL);
}

Test(source_cloudwatch, a_zero_that_was_never_seen_as_anything_else_is_doubted)
{
    static const split_source_field sparse[] = {{M_ERROR, "bad", ERRORS " or 0"},
                                                {M_ERROR, "total", CALLS}};
    static split_reading r;
    canned_server s;
    split_source *source;
    split_error e = {.size = sizeof e};
    char text[1024];
    int n = snprintf(text, sizeof text, HEAD "{\"MetricDataResults\":[");
    for (int i = 0; i < 4; i++)
        n +=
            snprintf(text + n, sizeof text - (size_t)n,
                     "%s{\"Id\":\"q%d\",\"Timestamps\":[%.0ld],\"Values\":[%s],"
                     "\"StatusCode\":\"Complete\"}",
                     i > 0 ? "," : "", i, i % 2 == 0 ? 0 : (long)(split_clock_wall() / 1000000) - 3,
                     i % 2 == 0 ? "" : "9");
    strcat(text, "]}");
    const char *const answers[] = {text};
    cr_assert_eq(canned_server_start(&s, answers, 1), 0);
    set_up(&s);
    cr_assert_eq(open_source(spec, sparse, 2, 1000000, &source, &e), 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA, "%s", e.text);
    cr_expect_str_eq(r.note, "AWS/Lambda:Errors{FunctionName=search-new}:Sum had no datapoint yet "
                             "and counts as 0; is its name right?");
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source_cloudwatch, alarms_are_shown_and_their_failure_is_only_a_note)
{
    static split_reading r;
    static const char one[] = HEAD "{\"MetricAlarms\":[{\"AlarmName\":\"a\",\"StateValue\":"
                                   "\"ALARM\"}],\"NextToken\":\"n\"}";
    static const char two[] = HEAD "{\"MetricAlarms\":[],\"CompositeAlarms\":[{\"AlarmName\":\"b\","
                                   "\"StateValue\":\"ALARM\"}]}";
    static const char denied[] = "HTTP/1.1 403 No\r\nConnection: close\r\n\r\n"
                                 "{\"__type\":\"AccessDenied\",\"message\":\"no\"}";
    static const char *const answers[] = {one, two, denied};
    canned_server s;
    split_source *source;
    split_error e = {.size = sizeof e};
    cr_assert_eq(canned_server_start(&s, answers, 3), 0);
    set_up(&s);
    cr_assert_eq(open_source("cloudwatch:eu-west-1?period=1s&settle=0s&alarms=*", NULL, 0, 1000000,
                             &source, &e),
                 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_expect(r.has_alarms && r.n_alarms == 2 && strcmp(r.alarm_names[1].name, "b") == 0);
    sleep_until(split_clock_wall() + 1600000);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_expect(!r.has_alarms && r.n_alarm_names == 0);
    cr_expect_str_eq(r.note, "alarms: CloudWatch: AccessDenied: these credentials may not "
                             "cloudwatch:DescribeAlarms");
    split_source_free(&source);
    canned_server_stop(&s);
    cr_expect_not_null(strstr(s.request, "X-Amz-Target: GraniteServiceVersion20100801.Describe"));
}

Test(source_cloudwatch, pages_without_end_are_an_error)
{
    static split_reading r;
    static const char *answers[80];
    canned_server s;
    split_source *source;
    split_error e = {.size = sizeof e};
    for (size_t i = 0; i < 80; i++)
        answers[i] = HEAD "{\"MetricDataResults\":[],\"NextToken\":\"again\"}";
    cr_assert_eq(canned_server_start(&s, answers, 80), 0);
    set_up(&s);
    cr_assert_eq(open_source(spec, fields, 2, 1000000, &source, &e), 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "more than 64 pages"));
    split_source_free(&source);
    canned_server_stop(&s);
    cr_expect_eq(s.n_served, 64);
    cr_expect_not_null(strstr(s.request, "\"NextToken\":\"again\""));
}

Test(source_cloudwatch, pages_that_take_longer_than_a_window_are_an_error)
{
    static split_reading r;
    static const char again[] = HEAD "{\"MetricDataResults\":[],\"NextToken\":\"again\"}";
    static const char *const answers[] = {again, "", again};
    canned_server s;
    split_source_options o;
    split_source *source;
    split_error e = {.size = sizeof e};
    cr_assert_eq(canned_server_start(&s, answers, 3), 0);
    set_up(&s);
    fill_options(&o, fields, 2);
    o.spec = spec;
    o.window_us = 1000000;
    split_http_options http;
    split_http_options_init(&http);
    http.tries = 2;
    o.http = &http;
    http.backoff_us = 2500000; /* the second page comes after more than a second */
    cr_assert_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NET);
    cr_expect_str_eq(e.text, "CloudWatch: its pages take longer than a window");
    split_source_free(&source);
    canned_server_stop(&s);
    cr_expect_eq(s.n_served, 3);
}

Test(source_cloudwatch, what_is_missing_is_said_before_anything_is_asked)
{
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    aws_env_clear();
    cr_expect_eq(open_source(spec, fields, 2, 1000000, &source, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    cr_expect_eq(open_source(spec, fields, 2, 1000000, &source, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "but AWS_SECRET_ACCESS_KEY is not"));
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    cr_expect_eq(open_source(spec, NULL, 0, 1000000, &source, &e), SPLIT_ERR_FIELD);
    cr_expect_not_null(strstr(e.text, "names nothing at cloudwatch for eu-west-1"));
    cr_expect_eq(open_source("cloudwatch:eu-west-1", fields, 2, 59000000, &source, &e),
                 SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "windows of 59 s are shorter than its period of 60 s"));
    cr_expect_eq(open_source("cloudwatch:Europe", fields, 2, 60000000, &source, &e),
                 SPLIT_ERR_VALUE);
    cr_expect_null(source);
}

Test(source_cloudwatch, readings_of_several_sources_keep_alarms_and_the_greater_percentile)
{
    static split_reading a;
    static split_reading b;
    split_reading_init(&a);
    split_reading_init(&b);
    cr_expect_eq(a.percentile_us[1][2], -1);
    a.percentile_us[0][0] = 5;
    b.percentile_us[0][0] = 7;
    b.has_alarms = true;
    a.n_alarm_names = 1;
    strcpy(a.alarm_names[0].name, "blind");
    a.alarm_names[0].state = SPLIT_READING_ALARM_UNKNOWN;
    b.n_alarm_names = 1;
    strcpy(b.alarm_names[0].name, "rings");
    b.n_alarms = 1;
    split_reading_add(&a, &b);
    cr_expect(a.percentile_us[0][0] == 7 && a.has_alarms && a.n_alarms == 1);
    cr_expect(a.n_alarm_names == 2 && strcmp(a.alarm_names[0].name, "rings") == 0 &&
              strcmp(a.alarm_names[1].name, "blind") == 0);
}
