/* SPDX-License-Identifier: MIT */
/* A Prometheus server as a source: differences of counters, what is no data, and answers that are
 * faults. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canned_server.h"
#include "split/source.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define VECTOR HEAD "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
#define END "]}}"
/* A series of a slot, with further labels and its value. */
#define S(slot, labels, value)                                                                     \
    "{\"metric\":{" labels "\"split_slot\":\"" slot "\"},\"value\":[1795394761.8,\"" value "\"]}"
#define A "\"instance\":\"a:1\",\"job\":\"p\","
#define B "\"instance\":\"b:1\",\"job\":\"p\","
#define LE(edge) A "\"le\":\"" edge "\","

/* Slots: 0 and 1 are "bad" of the new and the old system, 2 and 3 "total". */
static const split_source_field error_fields[] = {
    {0, "bad", "errors{v=\"$arm\"}"}, {0, "total", "sum by (instance) (all{v=\"$arm\"})"}};
static const split_source_field latency_fields[] = {{1, "histogram", "took_bucket{v=\"$arm\"}"}};
static split_metric metrics[2];

/* One try: a peer that is not there fails the test at once. */
static split_http_options once;

static void
fill(split_source_options *o, char spec[64], int port)
{
    cr_assert_eq(split_metric_init(&metrics[0], SPLIT_METRIC_ERROR), 0);
    cr_assert_eq(split_metric_init(&metrics[1], SPLIT_METRIC_LATENCY), 0);
    strcpy(metrics[0].name, "error_rate");
    strcpy(metrics[1].name, "p95");
    snprintf(spec, 64, "promql:127.0.0.1:%d", port);
    split_source_options_init(o);
    o->spec = spec;
    o->arms[SPLIT_READING_ARM] = "new";
    o->metrics = metrics;
    o->n_metrics = 2;
    o->fields = error_fields;
    o->n_fields = 2;
    split_http_options_init(&once);
    once.tries = 1;
    o->http = &once;
}

/* Reads as often as there are answers; the result, reading and error of the last one. */
static int
read_all(const split_source_field *fields, size_t n_fields, const char *const *answers, size_t n,
         split_reading *r, split_error *e, char request[8192])
{
    split_source_options o;
    split_source *source = NULL;
    char spec[64];
    int rc = -1;
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, n), 0);
    fill(&o, spec, s.port);
    o.fields = fields;
    o.n_fields = n_fields;
    cr_assert_eq(split_source_new(&o, &source, e), 0, "%s", e->text);
    for (size_t i = 0; i < n; i++)
        rc = split_source_read(source, r, e);
    split_source_free(&source);
    canned_server_stop(&s);
    if (request != NULL)
        memcpy(request, s.request, sizeof s.request);
    return rc;
}

static split_source *
open_both(int port)
{
    split_source_options o;
    split_source *source = NULL;
    char spec[64];
    fill(&o, spec, port);
    o.arms[SPLIT_READING_BASELINE] = "legacy";
    cr_assert_eq(split_source_new(&o, &source, NULL), 0);
    return source;
}

/* The second of two reads of the error rate. */
static int
read_two(const char *one, const char *two, split_reading *r)
{
    const char *const answers[] = {one, two};
    split_error e = {.size = sizeof e};
    return read_all(error_fields, 2, answers, 2, r, &e, NULL);
}

static int
read_one(const char *answer, split_error *e)
{
    static split_reading r;
    return read_all(error_fields, 2, &answer, 1, &r, e, NULL);
}

/* A recorded answer behind a status line. */
static char *
recorded(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/promql/%s", SOURCE_VECTORS, name);
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 4096);
    cr_assert(f != NULL && text != NULL);
    strcpy(text, HEAD);
    cr_assert_gt(fread(text + strlen(HEAD), 1, 4000, f), 40);
    fclose(f);
    return text;
}

static int
count(const split_reading *r, int arm, split_counter counter)
{
    return split_arm_has(&r->arm[arm], counter) ? (int)split_arm_get(&r->arm[arm], counter) : -1;
}

static int
errors(const split_reading *r)
{
    return count(r, 0, SPLIT_COUNTER_ERROR);
}

static int
outcomes(const split_reading *r)
{
    return count(r, 0, SPLIT_COUNTER_OUTCOMES);
}

Test(source_promql, counters_of_all_instances_are_counted_between_two_looks)
{
    static split_reading r;
    static char request[8192];
    static const char one[] = VECTOR S("0", A, "5") "," S("0", B, "0") "," S("2", A, "100") "," S(
        "2", B, "9007199254740000") "," S("t0", "", "1795394761.2") END;
    static const char two[] = VECTOR S("0", A, "7") "," S("0", B, "1") "," S("2", A, "150") "," S(
        "2", B, "9007199254740020") "," S("t0", "", "1795394821.2") END;
    const char *const answers[] = {one, two};
    split_error e = {.size = sizeof e};
    cr_assert_eq(read_all(error_fields, 2, answers, 2, &r, &e, request), 0, "%s", e.text);
    cr_expect_eq(errors(&r), 3);
    cr_expect_eq(outcomes(&r), 70);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_SENT), 70);
    cr_expect(r.has_arm[0] && !r.has_arm[1] && r.n_restarts == 0);
    cr_expect_str_eq(r.note, "");
    cr_expect_eq(strncmp(request, "POST /api/v1/query HTTP/1.1\r\n", 29), 0);
    cr_expect_not_null(strstr(request, "Content-Type: application/x-www-form-urlencoded\r\n"));
    cr_expect_null(strstr(request, "time="), "the server's own clock counts");
    cr_expect_null(strstr(request, "Authorization"));
    /* label_replace(\nerrors{v="new"}\n,"split_slot","0","","") */
    const char *query =
        strstr(request, "timeout=10000ms&query=label_replace%28%0Aerrors%7Bv%3D%22new%22"
                        "%7D%0A%2C%22split_slot%22%2C%220%22%2C%22%22%2C%22%22%29%0Aor");
    cr_assert_not_null(query);
    const char *age = strstr(query, "timestamp");
    cr_assert_not_null(age, "a plain selector says when its samples came");
    cr_expect_null(strstr(age + 1, "timestamp"), "a sum cannot say it");
}

Test(source_promql, both_systems_are_asked_for_under_the_names_of_the_policy)
{
    static split_reading r;
    static char request[8192];
    static const split_source_field fields[] = {{0, "bad", "e{v='$arm',w=~'$arm.*'}"},
                                                {0, "total", "n{v='$arm'} # all of $arm"},
                                                {0, "arm", "green"},
                                                {1, "baseline", "blue"}};
    static const char one[] =
        VECTOR S("0", A, "0") "," S("1", A, "0") "," S("2", A, "0") "," S("3", A, "0") END;
    static const char two[] =
        VECTOR S("0", A, "1") "," S("1", A, "2") "," S("2", A, "30") "," S("3", A, "40") END;
    static const char *const answers[] = {one, two};
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    char spec[64];
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    fill(&o, spec, s.port);
    o.arms[SPLIT_READING_BASELINE] = "legacy";
    o.fields = fields;
    o.n_fields = 4;
    cr_assert_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_expect_not_null(strstr(e.text, "first poll of http://127.0.0.1"));
    cr_expect_eq(split_source_read(source, &r, &e), 0);
    cr_expect(errors(&r) == 1 && outcomes(&r) == 30);
    cr_expect(count(&r, 1, SPLIT_COUNTER_ERROR) == 2 && count(&r, 1, SPLIT_COUNTER_SENT) == 40);
    split_source_free(&source);
    canned_server_stop(&s);
    memcpy(request, s.request, sizeof request);
    cr_expect_not_null(strstr(request, "e%7Bv%3D%27green%27%2Cw%3D%7E%27green.%2A%27%7D"));
    cr_expect_not_null(strstr(request, "n%7Bv%3D%27blue%27%7D%20%23%20all%20of%20blue%0A%2C"));
}

Test(source_promql, a_series_that_fell_counts_from_zero)
{
    static split_reading r;
    static const char one[] =
        VECTOR S("0", A, "5") "," S("0", B, "9") "," S("2", A, "100") "," S("2", B, "200") END;
    static const char two[] =
        VECTOR S("0", A, "2") "," S("0", B, "10") "," S("2", A, "8") "," S("2", B, "210") END;
    cr_assert_eq(read_two(one, two, &r), 0);
    cr_expect(errors(&r) == 3 && outcomes(&r) == 18 && r.n_restarts == 1);
}

/* A replica that lags: every other look shows one less, on both arms. */
Test(source_promql, a_series_that_is_one_lower_invents_nothing)
{
    enum { WINDOWS = 200, STEP = 4 };
    static char text[WINDOWS + 1][1024];
    static const char *answers[WINDOWS + 1];
    static split_reading r;
    canned_server s;
    int64_t sum[2] = {0, 0};
    int n_no_data = 0;
    for (int i = 0; i <= WINDOWS; i++) {
        int at = 7757756 + STEP * (i / 2) - i % 2;
        snprintf(text[i], sizeof text[i],
                 VECTOR "{\"metric\":{%s\"split_slot\":\"0\"},\"value\":[1795393020.5,\"%d\"]},"
                        "{\"metric\":{%s\"split_slot\":\"2\"},\"value\":[1795393020.5,\"%d\"]},"
                        "{\"metric\":{%s\"split_slot\":\"3\"},\"value\":[1795393020.5,\"%d\"]},"
                        "{\"metric\":{%s\"split_slot\":\"1\"},\"value\":[1795393020.5,\"0\"]}" END,
                 A, 1 - i % 2, A, at, A, at, A);
        answers[i] = text[i];
    }
    cr_assert_eq(canned_server_start(&s, answers, WINDOWS + 1), 0);
    split_source *source = open_both(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    for (int i = 1; i <= WINDOWS; i++) {
        int rc = split_source_read(source, &r, NULL);
        cr_assert(rc == 0 || rc == SPLIT_ERR_NO_DATA);
        n_no_data += split_arm_has(&r.arm[0], SPLIT_COUNTER_OUTCOMES) ? 0 : 1;
        for (int a = 0; a < 2; a++)
            sum[a] += split_arm_get(&r.arm[a], SPLIT_COUNTER_OUTCOMES);
        cr_expect_leq(errors(&r), 0, "window %d", i);
    }
    cr_expect(sum[0] == STEP * WINDOWS / 2 && sum[1] == STEP * WINDOWS / 2, "%lld and %lld",
              (long long)sum[0], (long long)sum[1]);
    cr_expect_eq(n_no_data, WINDOWS / 2);
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source_promql, a_series_that_stays_lower_is_the_new_mark)
{
    static const char *const answers[] = {VECTOR S("0", A, "0") "," S("2", A, "1000") END,
                                          VECTOR S("0", A, "0") "," S("2", A, "700") END,
                                          VECTOR S("0", A, "1") "," S("2", A, "710") END,
                                          VECTOR S("0", A, "1") "," S("2", A, "720") END,
                                          VECTOR S("0", A, "2") "," S("2", A, "735") END};
    static split_reading r;
    split_error e = {.size = sizeof e};
    cr_assert_eq(read_all(error_fields, 2, answers, 2, &r, &e, NULL), SPLIT_ERR_NO_DATA);
    cr_expect_not_null(strstr(r.note, "total is lower than before"), "%s", r.note);
    cr_assert_eq(read_all(error_fields, 2, answers, 4, &r, &e, NULL), SPLIT_ERR_NO_DATA);
    cr_assert_eq(read_all(error_fields, 2, answers, 5, &r, &e, NULL), 0);
    cr_expect(errors(&r) == 1 && outcomes(&r) == 15 && r.n_restarts == 0);
}

Test(source_promql, a_new_series_counts_from_zero_only_where_its_instance_is_known)
{
    static split_reading r;
    static const char one[] = VECTOR S("0", A, "0") "," S("2", A, "100") END;
    static const char code[] =
        VECTOR S("0", A, "0") "," S("0", A "\"code\":\"502\",", "4") "," S("2", A, "110") END;
    static const char joined[] =
        VECTOR S("0", A, "1") "," S("0", B, "1000") "," S("2", A, "110") "," S("2", B, "50000") END;
    static const char renamed[] =
        VECTOR S("0", A "\"env\":\"x\",", "1000") "," S("2", A "\"env\":\"x\",", "50000") END;
    cr_assert_eq(read_two(one, code, &r), 0);
    cr_expect(errors(&r) == 4 && outcomes(&r) == 10);
    cr_assert_eq(read_two(one, joined, &r), 0);
    cr_expect(errors(&r) == 1 && outcomes(&r) == 10, "nobody knows since when b:1 counts");
    cr_assert_eq(read_two(one, renamed, &r), SPLIT_ERR_NO_DATA, "old counts under new labels");
    cr_expect_str_eq(r.note, "error_rate of new: bad has new series only");
}

Test(source_promql, a_series_that_was_missing_for_a_look_goes_on_where_it_was)
{
    static const char one[] = VECTOR S("0", A, "1000") "," S("2", A, "9000") END;
    static const char gap[] = VECTOR S("2", A, "9100") END;
    static const char nan[] = VECTOR S("0", A, "NaN") "," S("2", A, "9100") END;
    static const char back[] = VECTOR S("0", A, "1001") "," S("2", A, "9200") END;
    static const char *const gaps[] = {gap, nan};
    for (int i = 0; i < 2; i++) {
        const char *const answers[] = {one, gaps[i], back};
        static split_reading r;
        split_error e = {.size = sizeof e};
        cr_assert_eq(read_all(error_fields, 2, answers, 3, &r, &e, NULL), 0, "%s", e.text);
        cr_expect_eq(errors(&r), 1);
        cr_expect_eq(outcomes(&r), 100);
    }
}

Test(source_promql, a_sum_that_fell_or_appeared_is_no_data)
{
    static split_reading r;
    static const char one[] = VECTOR S("0", "", "5") "," S("2", "", "300") END;
    static const char two[] = VECTOR S("0", "", "6") "," S("2", "", "20") END;
    static const char three[] = VECTOR S("0", "", "7") "," S("2", "", "40") END;
    static const char *const answers[] = {one, two, three};
    split_error e = {.size = sizeof e};
    cr_assert_eq(read_two(one, two, &r), SPLIT_ERR_NO_DATA);
    cr_expect_not_null(strstr(r.note, "total restarted, and without the label instance"));
    cr_assert_eq(read_all(error_fields, 2, answers, 3, &r, &e, NULL), 0);
    cr_expect(errors(&r) == 1 && outcomes(&r) == 20 && r.note[0] == '\0');
    cr_assert_eq(read_two(VECTOR S("2", "", "300") END, two, &r), SPLIT_ERR_NO_DATA);
    cr_expect_not_null(strstr(r.note, "bad restarted"));
}

Test(source_promql, what_a_failed_look_missed_is_in_the_next)
{
    static split_reading r;
    static const char one[] = VECTOR S("0", A, "0") "," S("2", A, "100") END;
    static const char three[] = VECTOR S("0", A, "2") "," S("2", A, "180") END;
    static const char *const answers[] = {one, "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n",
                                          three};
    split_error e = {.size = sizeof e};
    cr_assert_eq(read_all(error_fields, 2, answers, 3, &r, &e, NULL), 0);
    cr_expect(errors(&r) == 2 && outcomes(&r) == 80);
}

Test(source_promql, no_series_and_no_new_sample_are_no_data_and_not_zero)
{
    static split_reading r;
    char *empty = recorded("prom_query_empty.json");
    static const char one[] = VECTOR S("0", A, "0") "," S("2", A, "100") "," S("t0", "", "1.5") END;
    static const char later[] =
        VECTOR S("0", A, "0") "," S("2", A, "100") "," S("t0", "", "9.5") END;
    static const char half[] = VECTOR S("2", A, "100") "," S("t0", "", "2.5") END;
    cr_expect_eq(read_two(one, empty, &r), SPLIT_ERR_NO_DATA);
    cr_expect_str_eq(r.note, "error_rate of new: bad has no series");
    cr_expect_eq(read_two(one, half, &r), SPLIT_ERR_NO_DATA);
    cr_expect_eq(read_two(one, one, &r), SPLIT_ERR_NO_DATA);
    cr_expect_str_eq(r.note, "error_rate of new: bad has no sample since the last poll");
    cr_expect_eq(read_two(one, later, &r), 0);
    cr_expect(errors(&r) == 0 && outcomes(&r) == 0, "scraped, and there was no traffic");
    cr_expect_eq(read_two(empty, one, &r), SPLIT_ERR_NO_DATA);
    cr_expect_str_eq(r.note, "error_rate of new: bad has new series only");
    free(empty);
}

Test(source_promql, values_that_are_no_counts_are_no_data)
{
    static split_reading r;
    static const char one[] = VECTOR S("0", A, "0") "," S("2", A, "1") END;
    static const struct {
        const char *two;
        const char *said;
    } cases[] = {
        {VECTOR S("0", A, "NaN") "," S("2", A, "1") END, "bad is NaN or infinite"},
        {VECTOR S("0", A, "+Inf") "," S("2", A, "1") END, "bad is NaN or infinite"},
        {VECTOR S("0", A, "-1") "," S("2", A, "1") END, "bad is negative"},
        {VECTOR S("0", A, "0") "," S("2", A, "1.25") END, "total is no whole number"},
        {VECTOR S("0", A, "0") "," S("2", A, "9007199254740994") END, "total is above 2^53"},
        {VECTOR S("0", A, "9") "," S("2", A, "1") END, "its counts contradict each other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(read_two(one, cases[i].two, &r), SPLIT_ERR_NO_DATA);
        cr_expect_not_null(strstr(r.note, cases[i].said), "%s", r.note);
        cr_expect_eq(r.arm[0].present, 0);
    }
}

#define BUCKETS(n1, n2, n3, n4, n5)                                                                \
    S("0", LE("0.1"), n1)                                                                          \
    "," S("0", LE("0.2"), n2) "," S("0", LE("0.3"), n3) "," S("0", LE("+Inf"),                     \
                                                              n5) "," S("0", LE("0.5"), n4)
#define NONE BUCKETS("10", "10", "10", "10", "10")

static int
read_histogram(const char *one, const char *two, split_reading *r)
{
    const char *const answers[] = {one, two};
    split_error e = {.size = sizeof e};
    return read_all(latency_fields, 1, answers, 2, r, &e, NULL);
}

Test(source_promql, a_histogram_counts_beyond_each_bound)
{
    static split_reading r;
    cr_assert_eq(
        read_histogram(VECTOR NONE END, VECTOR BUCKETS("30", "50", "53", "57", "58") END, &r), 0);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_TIMED), 48);
    cr_expect(r.arm[0].over[3] == 8 && r.arm[0].over[4] == 5 && r.arm[0].over[5] == 1);
    cr_expect_eq(r.arm[0].over_present, 2);
    cr_expect_eq(split_reading_percentile(&r.latency[0], 50000000), 200000);
    cr_expect(r.latency[0].n_edges == 5 && r.latency[0].le_us[4] == SPLIT_NEVER);
}

Test(source_promql, a_histogram_that_begins_anew_does_so_as_a_whole)
{
    static split_reading r;
    cr_assert_eq(read_histogram(VECTOR BUCKETS("2", "900", "900", "900", "900") END,
                                VECTOR BUCKETS("30", "50", "53", "57", "58") END, &r),
                 0);
    cr_expect(count(&r, 0, SPLIT_COUNTER_TIMED) == 58 && r.latency[0].count[0] == 30 &&
              r.n_restarts == 1);
}

Test(source_promql, a_histogram_that_cannot_tell_is_no_data)
{
    static split_reading r;
    static const struct {
        const char *one;
        const char *two;
        const char *said;
    } cases[] = {
        {VECTOR S("0", LE("0.3"), "1") "," S("0", LE("+Inf"), "1") END,
         VECTOR S("0", LE("0.3"), "2") "," S("0", LE("+Inf"), "2") END,
         "no bucket with the target as its edge"},
        {VECTOR S("0", LE("0.2"), "1") "," S("0", LE("+Inf"), "1") END,
         VECTOR S("0", LE("0.2"), "2") "," S("0", LE("+Inf"), "2") END,
         "with the warning bound as its edge"},
        {VECTOR S("0", LE("0.2"), "1") "," S("0", LE("0.3"), "1") "," S("0", LE("+Inf"), "1") END,
         VECTOR S("0", LE("0.2"), "2") "," S("0", LE("0.3"), "2") "," S("0", LE("+Inf"), "2") END,
         "with the critical bound as its edge"},
        {VECTOR S("0", LE("0.2"), "1") END, VECTOR S("0", LE("0.2"), "2") END,
         "no bucket up to +Inf"},
        {VECTOR NONE END, VECTOR BUCKETS("30", "20", "53", "57", "58") END,
         "buckets that do not rise"},
        {VECTOR NONE END, VECTOR NONE "," S("0", A, "3") END, "a series without the label le"},
        {VECTOR NONE END, VECTOR NONE "," S("0", B "\"le\":\"0.2\",", "3") END, "different edges"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(read_histogram(cases[i].one, cases[i].two, &r), SPLIT_ERR_NO_DATA);
        cr_expect_not_null(strstr(r.note, cases[i].said), "%zu: %s", i, r.note);
        cr_expect_eq(r.arm[0].present, 0);
    }
}

Test(source_promql, a_warning_of_the_server_is_handed_on_as_one_clean_line)
{
    static split_reading r;
    static const char one[] = VECTOR S("0", A, "0") "," S("2", A, "1") END;
    static const char two[] = HEAD "{\"status\":\"success\",\"warnings\":[\"store "
                                   "\\u001b[2Jaway\\nx\"],\"data\":{\"resultType\":"
                                   "\"vector\",\"result\":[" S("0", A, "0") "," S("2", A, "2") END;
    cr_assert_eq(read_two(one, two, &r), 0);
    cr_expect_str_eq(r.note, "warning: store  [2Jaway x");
}

Test(source_promql, the_expression_at_fault_is_found)
{
    static const char fine[] = VECTOR END;
    static split_reading r;
    char *refused = recorded("prom_query_error.json");
    char *scalar = recorded("prom_query_nan.json");
    char *matrix = recorded("prom_query_range.json");
    const char *const parse[] = {refused, fine, refused};
    const char *const kind[] = {refused, scalar};
    const char *const range[] = {refused, fine, matrix};
    const char *const neither[] = {refused, fine, fine};
    static const struct {
        const char *said;
    } cases[] = {{"'total' of 'error_rate': invalid parameter \"query\": 1:5: parse error"},
                 {"'bad' of 'error_rate' is a scalar where series"},
                 {"'total' of 'error_rate' is a matrix where series"},
                 {": bad_data: invalid parameter"}};
    const char *const *const answers[] = {parse, kind, range, neither};
    for (size_t i = 0; i < 4; i++) {
        split_source_options o;
        split_source *source = NULL;
        split_error e = {.size = sizeof e};
        char spec[64];
        canned_server s;
        cr_assert_eq(canned_server_start(&s, answers[i], i == 1 ? 2 : 3), 0);
        fill(&o, spec, s.port);
        cr_assert_eq(split_source_new(&o, &source, &e), 0);
        cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
        cr_expect_not_null(strstr(e.text, cases[i].said), "%s", e.text);
        split_source_free(&source);
        canned_server_stop(&s);
        cr_expect_eq(s.n_served, i == 1 ? 2 : 3);
    }
    free(refused);
    free(scalar);
    free(matrix);
}

Test(source_promql, answers_that_are_none_say_so)
{
    split_error e = {.size = sizeof e};
    char *vector = recorded("prom_query_vector.json");
    char *scalar = recorded("prom_query_nan.json");
    const struct {
        const char *answer;
        const char *said;
    } cases[] = {
        {vector, "series that were not asked for"},
        {scalar, "answers a scalar where series were asked for"},
        {HEAD "<html>Prometheus</html>", "nothing that a Prometheus server says"},
        {HEAD, "nothing that a Prometheus server says"},
        {HEAD "{\"status\":\"success\"}", "nothing that a Prometheus server says"},
        {HEAD "{\"status\":\"error\"}", "nothing that a Prometheus server says"},
        {HEAD "{\"status\":\"fine\",\"errorType\":\"x\",\"error\":\"y\"}",
         "nothing that a Prometheus"},
        {VECTOR S("9", A, "1") END, "series that were not asked for"},
        {VECTOR S("t", A, "1") END, "series that were not asked for"},
        {VECTOR S("0x", A, "1") END, "series that were not asked for"},
        {VECTOR "{\"metric\":{\"split_slot\":0},\"value\":[1,\"1\"]}" END, "not asked for"},
        {VECTOR "{\"metric\":{\"split_slot\":\"0\"},\"value\":[1,\"1x\"]}" END, "not asked for"},
        {VECTOR "{\"metric\":{\"split_slot\":\"0\"},\"value\":[1]}" END, "not asked for"},
        {VECTOR "7" END, "not asked for"},
        {"HTTP/1.1 404 No\r\nConnection: close\r\n\r\n404 page not found",
         "answers status 404; give the address"},
        {"HTTP/1.1 302 Found\r\nLocation: /graph\r\nConnection: close\r\n\r\n",
         "answers status 302; give the address"},
        {"HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", "answers status 500"},
        {"HTTP/1.1 503 No\r\nConnection: "
         "close\r\n\r\n{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":"
         "\"query timed out in expression evaluation\"}",
         ": timeout: query timed out in expression evaluation"},
        {"HTTP/1.1 401 No\r\nConnection: close\r\n\r\n",
         "refuses a visitor without a token or password (status 401)"},
        {"HTTP/1.1 403 No\r\nConnection: "
         "close\r\n\r\n{\"status\":\"error\",\"errorType\":\"x\",\"error\":\"y\"}",
         "(status 403)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(read_one(cases[i].answer, &e), SPLIT_ERR_PEER, "%zu", i);
        cr_expect_not_null(strstr(e.text, cases[i].said), "%zu: %s", i, e.text);
    }
    free(vector);
    free(scalar);
}

Test(source_promql, an_answer_that_is_too_large_is_refused)
{
    enum { ROOM = 9 << 20 };
    split_error e = {.size = sizeof e};
    char *text = malloc(ROOM);
    cr_assert_not_null(text);
    size_t n = (size_t)snprintf(text, ROOM, "%s", VECTOR);
    for (int i = 0; i <= 20000; i++)
        n += (size_t)snprintf(
            text + n, ROOM - n,
            "%s{\"metric\":{\"split_slot\":\"0\",\"i\":\"%d\"},\"value\":[1,\"1\"]}",
            i > 0 ? "," : "", i);
    snprintf(text + n, ROOM - n, END);
    cr_expect_eq(read_one(text, &e), SPLIT_ERR_SPACE);
    cr_expect_not_null(strstr(e.text, "more than 20000 series"));
    memset(text + n, ' ', ROOM - n - 1);
    text[ROOM - 1] = '\0';
    cr_expect_eq(read_one(text, &e), SPLIT_ERR_SPACE);
    cr_expect_not_null(strstr(e.text, "more than 8 MiB"));
    free(text);
}

Test(source_promql, a_dead_server_is_a_network_error)
{
    static split_reading r;
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    char spec[64];
    canned_server s;
    cr_assert_eq(canned_server_start(&s, NULL, 0), 0);
    canned_server_stop(&s);
    fill(&o, spec, s.port);
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NET);
    split_source_free(&source);
}

/* Opens with these fields and spec, and gives the sentence of the refusal. */
static void
expect_refused(const split_source_field *fields, size_t n, const char *place, int code,
               const char *said)
{
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    char spec[64];
    fill(&o, spec, 1);
    o.arms[SPLIT_READING_BASELINE] = "legacy";
    o.fields = fields;
    o.n_fields = n;
    if (place != NULL)
        o.spec = place;
    cr_expect_eq(split_source_new(&o, &source, &e), code, "%s", said);
    cr_expect_not_null(strstr(e.text, said), "%s", e.text);
    cr_expect_null(strstr(e.text, "hunter2"));
    cr_expect_null(source);
}

Test(source_promql, names_that_cannot_work_are_refused_before_anything_is_asked)
{
    static const split_source_field plain[] = {{0, "", "up"}};
    static const split_source_field half[] = {{0, "bad", "up{v='$arm'}"}};
    static const split_source_field rate[] = {{0, "bad", "rate(e{v='$arm',p='[/a]'}[1m])"},
                                              {0, "total", "n{v='$arm'}"}};
    static const split_source_field same[] = {{0, "bad", "e{v='new'}"},
                                              {0, "total", "n{v='$arm'}"}};
    static const split_source_field token[] = {
        {0, "bad", "e{v='$arm'}"}, {0, "total", "n{v='$arm'}"}, {0, "token", "hunter2"}};
    static const split_source_field unset[] = {{0, "bad", "e{v='$arm'}"},
                                               {0, "total", "n{v='$arm'}"},
                                               {0, "token", "env:SPLIT_NO_SUCH_TOKEN"}};
    static const split_source_field gone[] = {{0, "bad", "e{v='$arm'}"},
                                              {0, "total", "n{v='$arm'}"},
                                              {0, "user", "u"},
                                              {0, "password", "file:/no/such"}};
    expect_refused(NULL, 0, NULL, SPLIT_ERR_FIELD, "no metric has expressions");
    expect_refused(plain, 1, NULL, SPLIT_ERR_FIELD, "needs bad and total");
    expect_refused(half, 1, NULL, SPLIT_ERR_FIELD, "'error_rate' needs bad and total");
    expect_refused(rate, 2, NULL, SPLIT_ERR_VALUE, "without rate() or increase()");
    expect_refused(same, 2, NULL, SPLIT_ERR_VALUE, "'bad' of 'error_rate' lacks $arm");
    expect_refused(token, 3, NULL, SPLIT_ERR_VALUE, "\"env:NAME\" or \"file:PATH\"");
    expect_refused(unset, 3, NULL, SPLIT_ERR_VALUE, "env:SPLIT_NO_SUCH_TOKEN is not set");
    expect_refused(gone, 4, NULL, SPLIT_ERR_VALUE, "file:/no/such cannot be read");
}

Test(source_promql, a_bracket_in_quotes_or_a_comment_is_no_range)
{
    static const split_source_field fields[] = {{0, "bad", "e{v='$arm',p=~\"[a\\\"]\"} # x[1m]\n"},
                                                {0, "total", "n{v='$arm',p=~`\\`,q=~`[b`}"}};
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    char spec[64];
    fill(&o, spec, 1);
    o.arms[SPLIT_READING_BASELINE] = "legacy";
    o.fields = fields;
    cr_expect_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
    split_source_free(&source);
}

Test(source_promql, an_address_that_is_none_is_refused)
{
    expect_refused(error_fields, 2, "promql:", SPLIT_ERR_VALUE,
                   "no address of a Prometheus server");
    expect_refused(error_fields, 2, "promql:http://", SPLIT_ERR_VALUE, "no address");
    expect_refused(error_fields, 2, "promql:http://h/p?x=1", SPLIT_ERR_VALUE, "no address");
    expect_refused(error_fields, 2, "promql:http://ops:hunter2@h", SPLIT_ERR_VALUE,
                   "no password in the address");
}

/* The request of a source with these fields. */
static void
ask_with(const split_source_field *fields, size_t n, char request[8192])
{
    static split_reading r;
    static const char *const answers[] = {VECTOR END};
    split_error e = {.size = sizeof e};
    cr_expect_eq(read_all(fields, n, answers, 1, &r, &e, request), SPLIT_ERR_NO_DATA);
}

Test(source_promql, secrets_come_from_the_policys_references_or_the_environment)
{
    static char request[8192];
    static const split_source_field token[] = {
        {0, "bad", "e"}, {0, "total", "n"}, {0, "token", "env:SPLIT_TEST_TOKEN"}};
    static const split_source_field user[] = {{0, "bad", "e"},
                                              {0, "total", "n"},
                                              {0, "user", "ops"},
                                              {0, "password", "env:SPLIT_TEST_TOKEN"}};
    setenv("SPLIT_TEST_TOKEN", "hunter2", 1);
    ask_with(token, 3, request);
    cr_expect_not_null(strstr(request, "\r\nAuthorization: Bearer hunter2\r\n"));
    ask_with(user, 4, request);
    cr_expect_not_null(strstr(request, "\r\nAuthorization: Basic b3BzOmh1bnRlcjI=\r\n"));
    setenv("PROMQL_USER", "ops", 1);
    setenv("PROMQL_PASSWORD", "hunter2", 1);
    ask_with(error_fields, 2, request);
    cr_expect_not_null(strstr(request, "\r\nAuthorization: Basic b3BzOmh1bnRlcjI=\r\n"));
    setenv("PROMQL_TOKEN", "swordfish", 1);
    ask_with(error_fields, 2, request);
    cr_expect_not_null(strstr(request, "\r\nAuthorization: Bearer swordfish\r\n"));
    setenv("SPLIT_TEST_TOKEN", "hunter2\r\nX-Evil: 1", 1);
    expect_refused(token, 3, NULL, SPLIT_ERR_VALUE, "lacks $arm");
}

Test(source_promql, a_secret_with_a_line_end_is_refused_also_when_it_changes_later)
{
    static split_reading r;
    static const char *const answers[] = {VECTOR END};
    static const split_source_field fields[] = {
        {0, "bad", "e"}, {0, "total", "n"}, {0, "token", "env:SPLIT_TEST_TOKEN"}};
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    char spec[64];
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 1), 0);
    fill(&o, spec, s.port);
    o.fields = fields;
    o.n_fields = 3;
    setenv("SPLIT_TEST_TOKEN", "hunter2", 1);
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    setenv("SPLIT_TEST_TOKEN", "hunter2\r\nX-Evil: 1", 1);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "env:SPLIT_TEST_TOKEN has a line end"));
    cr_expect_null(strstr(e.text, "hunter2"));
    unsetenv("SPLIT_TEST_TOKEN");
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "is not set"));
    split_source_free(&source);
    canned_server_stop(&s);
    cr_expect_eq(s.n_served, 0);
}

Test(source_promql, the_path_of_the_api_may_stand_in_the_address)
{
    static const char *const places[][2] = {
        {"promql:http://127.0.0.1:%d/prom/", "POST /prom/api/v1/query HTTP"},
        {"promql:127.0.0.1:%d/api/v1/query", "POST /api/v1/query HTTP"},
    };
    static const char *const answers[] = {VECTOR END};
    static split_reading r;
    for (size_t i = 0; i < 2; i++) {
        split_source_options o;
        split_source *source = NULL;
        canned_server s;
        char spec[64];
        cr_assert_eq(canned_server_start(&s, answers, 1), 0);
        fill(&o, spec, s.port);
        snprintf(spec, sizeof spec, places[i][0], s.port);
        cr_assert_eq(split_source_new(&o, &source, NULL), 0);
        cr_expect_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
        split_source_free(&source);
        canned_server_stop(&s);
        cr_expect_eq(strncmp(s.request, places[i][1], strlen(places[i][1])), 0);
    }
}

/* A poll at the server's time `at`: bad, total, and when the sample came. */
#define LOOK(at, bad, total, age)                                                                  \
    VECTOR "{\"metric\":{" A "\"split_slot\":\"0\"},\"value\":[" at ",\"" bad "\"]},"              \
           "{\"metric\":{" A "\"split_slot\":\"2\"},\"value\":[" at ",\"" total "\"]},"            \
           "{\"metric\":{\"split_slot\":\"t0\"},\"value\":[" at ",\"" age "\"]}" END

/* A first poll, then the traffic changes, then `n_reads` further polls; the results of the last
 * one. */
static int
read_after_mark(const char *const *answers, size_t n, int n_reads, split_reading *r, split_error *e,
                char request[8192])
{
    split_source_options o;
    split_source *source = NULL;
    char spec[64];
    int rc = -1;
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, n), 0);
    fill(&o, spec, s.port);
    cr_assert_eq(split_source_new(&o, &source, e), 0);
    split_source_mark(source);
    cr_expect_eq(split_source_read(source, r, e), SPLIT_ERR_NO_DATA);
    split_source_mark(source);
    for (int i = 0; i < n_reads; i++)
        rc = split_source_read(source, r, e);
    split_source_free(&source);
    canned_server_stop(&s);
    cr_expect_eq(s.n_served, n);
    memcpy(request, s.request, sizeof s.request);
    return rc;
}

#define FIRST LOOK("1000", "0", "100", "999")
#define TOO_EARLY LOOK("1010", "1", "120", "999")

Test(source_promql, what_was_before_a_publication_is_left_out)
{
    static split_reading r;
    static char request[8192];
    static const char *const answers[] = {FIRST, LOOK("1080", "2", "200", "1075"), TOO_EARLY,
                                          LOOK("1020", "1", "130", "1014")};
    split_error e = {.size = sizeof e};
    cr_assert_eq(read_after_mark(answers, 4, 1, &r, &e, request), 0, "%s", e.text);
    cr_expect(errors(&r) == 1 && outcomes(&r) == 70);
    cr_expect_not_null(strstr(request, "&time=1020."), "the second eighth since the publication");
    cr_expect_not_null(strstr(request, "min%28timestamp%28"), "every instance was scraped");
}

Test(source_promql, without_a_look_after_a_publication_the_next_one_is_the_first)
{
    static split_reading r;
    static char request[8192];
    static const char *const answers[] = {FIRST,     LOOK("1080", "2", "200", "1075"),
                                          TOO_EARLY, TOO_EARLY,
                                          TOO_EARLY, TOO_EARLY,
                                          TOO_EARLY, TOO_EARLY,
                                          TOO_EARLY, LOOK("1140", "5", "260", "1135")};
    split_error e = {.size = sizeof e};
    cr_assert_eq(read_after_mark(answers, 10, 2, &r, &e, request), 0);
    cr_expect(errors(&r) == 3 && outcomes(&r) == 60);
    cr_expect_null(strstr(request, "time=1"));
}

Test(source_promql, a_look_without_a_sample_after_a_publication_waits_for_one)
{
    static split_reading r;
    static char request[8192];
    static const char *const waits[] = {FIRST, LOOK("1080", "1", "120", "999")};
    static const char *const fails[] = {
        FIRST, LOOK("1080", "2", "200", "1075"), "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n",
        LOOK("1160", "4", "240", "1155"), LOOK("1020", "1", "130", "1014")};
    split_error e = {.size = sizeof e};
    cr_expect_eq(read_after_mark(waits, 2, 1, &r, &e, request), SPLIT_ERR_NO_DATA);
    cr_expect_str_eq(r.note, "no sample since the traffic changed");
    cr_expect_eq(read_after_mark(fails, 5, 2, &r, &e, request), 0,
                 "the publication is not forgotten");
    cr_expect(errors(&r) == 3 && outcomes(&r) == 110);
}

Test(source_promql, where_nothing_tells_when_samples_came_a_publication_begins_with_the_next_look)
{
    static split_reading r;
    static char request[8192];
    static const char one[] = VECTOR S("0", A, "0") "," S("2", A, "100") END;
    static const char two[] = VECTOR S("0", A, "1") "," S("2", A, "150") END;
    static const char *const answers[] = {one, two};
    split_error e = {.size = sizeof e};
    cr_expect_eq(read_after_mark(answers, 2, 1, &r, &e, request), SPLIT_ERR_NO_DATA);
    cr_expect_str_eq(r.note, "", "nothing is amiss");
}
