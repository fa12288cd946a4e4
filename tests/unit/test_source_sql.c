/* SPDX-License-Identifier: MIT */
/* Engines that count: ClickHouse and Trino by recorded answers; spans, placeholders, secrets, faults. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canned_server.h"
#include "split/source.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define QUERY                                                                                      \
    "SELECT variant, count() AS sent FROM log WHERE t >= $from AND t < $to GROUP BY variant"
#define NEW "{\"variant\":\"new\",\"sent\":\"10\",\"outcomes\":10,\"error\":2}\n"
#define LEGACY "{\"variant\":\"legacy\",\"sent\":\"90\",\"outcomes\":90,\"error\":0}\n"
#define COLUMNS                                                                                    \
    "\"columns\":[{\"name\":\"variant\",\"type\":\"varchar\"},{\"name\":\"sent\",\"type\":"        \
    "\"bigint\"},"                                                                                 \
    "{\"name\":\"outcomes\",\"type\":\"bigint\"},{\"name\":\"error\",\"type\":\"bigint\"}]"

static split_metric error_rate;
static split_source_options o;
static split_http_options http;
static split_source_field fields[2] = {{0, "query", QUERY}, {0, "lag", "0s"}};
static char spec[128];
static split_source *source;
static split_reading r;
static split_error e;
static canned_server s;

static void
begin(void)
{
    cr_assert_eq(split_metric_init(&error_rate, SPLIT_METRIC_ERROR), 0);
    strcpy(error_rate.name, "error_rate");
    split_source_options_init(&o);
    split_http_options_init(&http);
    http.tries = 1;
    o.http = &http;
    o.spec = spec;
    o.arms[SPLIT_READING_ARM] = "new";
    o.arms[SPLIT_READING_BASELINE] = "legacy";
    o.metrics = &error_rate;
    o.n_metrics = 1;
    o.fields = fields;
    o.n_fields = 2;
    o.window_us = 60000000;
    e.size = sizeof e;
}

static void
end(void)
{
    split_source_free(&source);
}

TestSuite(source_sql, .init = begin, .fini = end);

static void
open_at(const char *kind, const char *const *answers, size_t n)
{
    cr_assert_eq(canned_server_start(&s, answers, n), 0);
    snprintf(spec, sizeof spec, "%s:http://127.0.0.1:%d", kind, s.port);
    cr_assert_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
}

/* Spans are whole seconds: the next one is over in a second at most. */
static int
read_next(void)
{
    int rc;
    split_us until = split_clock_now() + 5000000;
    do {
        rc = split_source_read(source, &r, &e);
        (void)split_clock_sleep_until(split_clock_now() + 20000);
    } while (rc == SPLIT_ERR_NO_DATA && strstr(e.text, "not over") != NULL &&
             split_clock_now() < until);
    return rc;
}

static int64_t
count(int arm, split_counter counter)
{
    return split_arm_get(&r.arm[arm], counter);
}

Test(source_sql, clickhouse_counts_each_span_once)
{
    static const char *const answers[] = {HEAD NEW LEGACY, HEAD NEW LEGACY, HEAD NEW, HEAD};
    setenv("CLICKHOUSE_USER", "ops", 1);
    setenv("CLICKHOUSE_PASSWORD", "hunter2", 1);
    open_at("clickhouse", answers, 4);
    cr_assert_eq(read_next(), SPLIT_ERR_NO_DATA, "the first look is not counted");
    cr_expect(!r.has_arm[0]);
    cr_assert_eq(read_next(), 0, "%s", e.text);
    cr_expect(count(0, SPLIT_COUNTER_SENT) == 10 && count(0, SPLIT_COUNTER_ERROR) == 2 &&
              count(1, SPLIT_COUNTER_SENT) == 90);
    cr_assert_eq(read_next(), 0, "%s", e.text);
    cr_expect(r.has_arm[1] && split_arm_has(&r.arm[1], SPLIT_COUNTER_SENT) &&
                  count(1, SPLIT_COUNTER_SENT) == 0,
              "an arm without a row had no request");
    cr_expect_eq(read_next(), SPLIT_ERR_NO_DATA, "no row at all is no zero");
    canned_server_stop(&s);
    cr_expect_not_null(strstr(s.request, "FORMAT JSONEachRow"));
    cr_expect_not_null(strstr(s.request, "Authorization: Basic b3BzOmh1bnRlcjI="));
    const char *from = strstr(s.request, "t >= '20");
    cr_assert_not_null(from);
    cr_expect(from[10] == '-' && strstr(s.request, "$from") == NULL &&
              strstr(s.request, "AND t < '20") != NULL);
    cr_expect_eq(read_next(), SPLIT_ERR_NET);
    cr_expect_null(strstr(e.text, "hunter2"));
}

Test(source_sql, what_a_failed_span_missed_is_in_the_next)
{
    static const char *const answers[] = {
        HEAD NEW, "HTTP/1.1 500 No\r\nConnection: close\r\n\r\nCode: 60. No table log\nmore\n",
        HEAD NEW};
    open_at("clickhouse", answers, 3);
    cr_assert_eq(read_next(), SPLIT_ERR_NO_DATA);
    cr_assert_eq(read_next(), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "status 500: Code: 60. No table log"), "%s", e.text);
    cr_expect_null(strstr(e.text, "more"));
    cr_expect_eq(read_next(), 0);
    canned_server_stop(&s);
}

Test(source_sql, a_mark_leaves_out_what_was_before)
{
    static const char *const answers[] = {HEAD NEW, HEAD NEW};
    open_at("clickhouse", answers, 2);
    cr_assert_eq(read_next(), SPLIT_ERR_NO_DATA);
    split_source_mark(source);
    split_us begun = split_clock_wall();
    cr_assert_eq(read_next(), 0);
    canned_server_stop(&s);
    char from[SPLIT_TIME_BYTES];
    cr_assert_eq(split_time_print(begun, from), 0);
    from[10] = ' ';
    from[19] = '\0';
    const char *asked = strstr(s.request, "t >= '");
    cr_assert_not_null(asked);
    cr_expect_geq(strncmp(asked + 6, from, 19), 0, "%.19s is before %s", asked + 6, from);
}

Test(source_sql, trino_is_followed_page_by_page)
{
    static char pages[4][1024];
    static const char *const answers[] = {pages[0], pages[1], pages[2], pages[3]};
    cr_assert_eq(canned_server_start(&s, answers, 4), 0);
    for (int i = 0; i < 4; i += 2) {
        snprintf(pages[i], sizeof pages[i],
                 HEAD "{\"id\":\"1\",\"nextUri\":\"http://127.0.0.1:%d/v1/statement/1/1\"}",
                 s.port);
        snprintf(pages[i + 1], sizeof pages[i + 1],
                 HEAD "{" COLUMNS ",\"data\":[[\"new\",10,10,2],[\"legacy\",90,90,null]]}");
    }
    snprintf(spec, sizeof spec, "trino:http://127.0.0.1:%d/", s.port);
    cr_assert_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
    cr_assert_eq(read_next(), SPLIT_ERR_NO_DATA, "%s", e.text);
    cr_assert_eq(read_next(), 0, "%s", e.text);
    cr_expect(count(0, SPLIT_COUNTER_ERROR) == 2 && count(1, SPLIT_COUNTER_SENT) == 90);
    cr_expect(!split_arm_has(&r.arm[1], SPLIT_COUNTER_ERROR), "NULL is not counted");
    canned_server_stop(&s);
    cr_expect_not_null(strstr(s.request, "GET /v1/statement/1/1"));
    cr_expect_not_null(strstr(s.request, "X-Trino-User: splitctl"));
}

/* Answers that are none, of each engine, and a part of the sentence. */
static const struct {
    const char *kind;
    const char *answer;
    const char *says;
} bad[] = {
    {"clickhouse", HEAD "<html>", "no rows as JSON"},
    {"clickhouse", HEAD NEW "{\"variant\":", "no rows as JSON"},
    {"clickhouse", HEAD NEW "Code: 241. Memory limit", "no rows as JSON"},
    {"clickhouse", HEAD "{\"sent\":1}\n", "neither"},
    {"clickhouse", HEAD "{\"variant\":\"new\",\"sent\":-1}\n", "no whole number"},
    {"clickhouse", HEAD "{\"variant\":\"new\",\"n\":1}\n", "'n' is no counter"},
    {"clickhouse", HEAD "{\"variant\":\"new\",\"sent\":1,\"outcomes\":1,\"error\":2}\n",
     "impossible"},
    {"clickhouse", "HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", "CLICKHOUSE_USER"},
    {"trino", HEAD "hello", "no answer of a Trino"},
    {"trino", HEAD "[]", "no answer of a Trino"},
    {"trino", HEAD "{\"error\":{\"message\":\"Table 'log' does not exist\"}}",
     "Table 'log' does not exist"},
    {"trino", HEAD "{\"nextUri\":\"http://169.254.169.254/latest\"}", "another host"},
    {"trino", HEAD "{\"data\":[[\"new\",1]]}", "without columns"},
    {"trino", HEAD "{" COLUMNS ",\"data\":[[\"new\",1]]}", "without columns"},
    {"trino", HEAD "{" COLUMNS ",\"data\":[[\"new\",1,1,1.5]]}", "no whole number"},
    {"trino", "HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", "TRINO_USER"},
};

Test(source_sql, a_bad_answer_gives_one_sentence_and_no_data)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        open_at(bad[i].kind, &bad[i].answer, 1);
        cr_expect_eq(read_next(), SPLIT_ERR_PEER, "answer %zu", i);
        cr_expect(!r.has_arm[0] && !r.has_arm[1]);
        cr_expect_not_null(strstr(e.text, bad[i].says), "answer %zu: %s", i, e.text);
        canned_server_stop(&s);
        split_source_free(&source);
    }
}

Test(source_sql, names_are_checked_beforehand)
{
    static const struct {
        split_source_field field;
        const char *spec;
        int rc;
    } wrong[] = {{{0, "bad", "x"}, "trino:h", SPLIT_ERR_FIELD},
                 {{0, "query", "SELECT 1"}, "trino:h", SPLIT_ERR_VALUE},
                 {{0, "query", "file:/nowhere"}, "clickhouse:h", SPLIT_ERR_VALUE},
                 {{0, "lag", "1s"}, "clickhouse:h", SPLIT_ERR_FIELD},
                 {{0, "query", QUERY}, "clickhouse:http://u:p@h", SPLIT_ERR_VALUE},
                 {{0, "query", QUERY}, "trino:", SPLIT_ERR_VALUE}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        strcpy(spec, wrong[i].spec);
        o.fields = &wrong[i].field;
        o.n_fields = 1;
        cr_expect_eq(split_source_new(&o, &source, &e), wrong[i].rc, "case %zu", i);
    }
    static const char *const lags[] = {"", "s", "-1s", "5", "5d", "99999999999s"};
    for (size_t i = 0; i < 6; i++) {
        const split_source_field both[] = {{0, "query", QUERY}, {0, "lag", lags[i]}};
        strcpy(spec, "trino:h");
        o.fields = both;
        o.n_fields = 2;
        cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE, "%s", lags[i]);
    }
}
