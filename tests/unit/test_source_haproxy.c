/* SPDX-License-Identifier: MIT */
/* HAProxy's statistics as a source: recorded tables, restarts, and answers that are none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canned_server.h"
#include "split/source.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define COLUMNS                                                                                    \
    "# pxname,svname,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,cache_lookups,cache_hits,\n"

/* One try: a peer that is not there fails the test at once. */
static split_http_options once;

static void
fill(split_source_options *o, char spec[64], int port)
{
    snprintf(spec, 64, "haproxy:127.0.0.1:%d", port);
    split_source_options_init(o);
    o->spec = spec;
    o->arms[SPLIT_READING_ARM] = "new";
    o->arms[SPLIT_READING_BASELINE] = "legacy";
    split_http_options_init(&once);
    once.tries = 1;
    o->http = &once;
}

static split_source *
open_source(int port)
{
    split_source_options o;
    split_source *source = NULL;
    char spec[64];
    fill(&o, spec, port);
    cr_assert_eq(split_source_new(&o, &source, NULL), 0);
    return source;
}

/* A recorded table as an HTTP answer. */
static char *
recorded(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", SOURCE_VECTORS, name);
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 8192);
    cr_assert(f != NULL && text != NULL);
    strcpy(text, HEAD);
    cr_assert_gt(fread(text + strlen(HEAD), 1, 8000, f), 2000);
    fclose(f);
    return text;
}

static int
count(const split_reading *r, int arm, split_counter counter)
{
    return (int)split_arm_get(&r->arm[arm], counter);
}

/* Reads twice, where the first sets the mark; gives the second result. */
static int
read_twice(const char *one, const char *two, split_reading *r, split_error *e, char request[8192])
{
    const char *answers[] = {one, two};
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, r, NULL), SPLIT_ERR_NO_DATA);
    int rc = split_source_read(source, r, e);
    split_source_free(&source);
    canned_server_stop(&s);
    if (request != NULL)
        memcpy(request, s.request, sizeof s.request);
    return rc;
}

static int
read_once(const char *answer, split_error *e)
{
    static split_reading r;
    const char *answers[] = {answer};
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 1), 0);
    split_source *source = open_source(s.port);
    int rc = split_source_read(source, &r, e);
    split_source_free(&source);
    canned_server_stop(&s);
    return rc;
}

Test(source_haproxy, recorded_tables_give_the_exact_difference)
{
    static split_reading r;
    static char request[8192];
    char *t0 = recorded("haproxy_stats_t0.csv");
    char *t1 = recorded("haproxy_stats_t1.csv");
    cr_assert_eq(read_twice(t0, t1, &r, NULL, request), 0);
    cr_expect_eq(strncmp(request, "GET /stats;csv HTTP", 19), 0);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_SENT), 746);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_OUTCOMES), 746);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_ERROR), 3);
    cr_expect_eq(count(&r, 1, SPLIT_COUNTER_SENT), 7254);
    cr_expect_eq(count(&r, 1, SPLIT_COUNTER_ERROR), 17);
    cr_expect(r.has_arm[0] && r.has_arm[1] && r.n_restarts == 0);
    cr_expect(!split_arm_has(&r.arm[0], SPLIT_COUNTER_LOOKUPS), "no cache is no hit rate");
    cr_expect_eq(r.latency[0].n_edges, 0, "averages are no latencies");
    free(t0);
    free(t1);
}

Test(source_haproxy, a_counter_that_fell_counts_from_zero)
{
    static split_reading r;
    static const char one[] =
        HEAD COLUMNS "new,BACKEND,0,1000,0,0,5,4,1,\nlegacy,BACKEND,0,900,0,0,0,0,0,\n";
    static const char two[] =
        HEAD COLUMNS "new,BACKEND,0,12,1,2,1,8,2,\r\nlegacy,BACKEND,0,95,0,0,0,0,0,\r\n";
    cr_assert_eq(read_twice(one, two, &r, NULL, NULL), 0);
    cr_expect_eq(r.n_restarts, 1);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_SENT), 16);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_ERROR), 1);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_LOOKUPS), 8);
    cr_expect_eq(count(&r, 0, SPLIT_COUNTER_MISSES), 6);
    cr_expect_eq(count(&r, 1, SPLIT_COUNTER_SENT), 95);
}

Test(source_haproxy, a_counter_that_is_one_lower_is_no_data_for_its_back_end)
{
    static split_reading r;
    static const char one[] =
        HEAD COLUMNS "new,BACKEND,0,1000,0,0,5,4,1,\nlegacy,BACKEND,0,900,0,0,0,0,0,\n";
    static const char two[] =
        HEAD COLUMNS "new,BACKEND,0,999,0,0,5,4,1,\nlegacy,BACKEND,0,904,0,0,0,0,0,\n";
    cr_assert_eq(read_twice(one, two, &r, NULL, NULL), 0);
    cr_expect(!r.has_arm[0] && r.has_arm[1] && r.n_restarts == 0);
    cr_expect_eq(count(&r, 1, SPLIT_COUNTER_SENT), 4);
    cr_expect_not_null(strstr(r.note, "replicas"));
}

Test(source_haproxy, the_policy_names_the_back_ends)
{
    static split_reading r;
    static const char table[] =
        HEAD COLUMNS "\"pool,a\",BACKEND,0,1,0,0,0,0,0\npool-b,BACKEND,0,2,0,0,0,0,0\n";
    static const char *const answers[] = {table, table};
    split_source_field fields[] = {{0, "arm", "pool,a"}, {0, "baseline", "pool-b"}};
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    char spec[64];
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    fill(&o, spec, s.port);
    o.fields = fields;
    o.n_fields = 2;
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_expect_eq(split_source_read(source, &r, &e), 0);
    cr_expect(r.has_arm[0] && r.has_arm[1] && count(&r, 0, SPLIT_COUNTER_SENT) == 0);
    split_source_free(&source);
    canned_server_stop(&s);
    fields[1].field = "arm";
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "both named"));
    fields[1].field = "";
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_FIELD);
}

Test(source_haproxy, a_password_in_the_address_is_refused_and_never_told)
{
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    char spec[64];
    fill(&o, spec, 1);
    o.spec = "haproxy:http://ops:hunter2@127.0.0.1/stats";
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
    cr_expect_null(strstr(e.text, "hunter2"));
}

Test(source_haproxy, answers_that_are_no_table_or_lack_a_back_end_say_so)
{
    split_error e = {.size = sizeof e};
    cr_expect_eq(read_once(HEAD "<html><body>Statistics</body></html>\n", &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "as CSV"));
    cr_expect_eq(read_once(HEAD "", &e), SPLIT_ERR_PEER);
    cr_expect_eq(read_once(HEAD "# pxname,svname,\n", &e), SPLIT_ERR_PEER);
    cr_expect_eq(read_once(HEAD COLUMNS "new,BACKEND,0,1,0,0,0,0,0\n", &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "no back end 'legacy'"));
    cr_expect_eq(read_once(HEAD COLUMNS "new,BACKEND,0,1,0,0,0,0,0\nlegacy,BACKEND,0,1", &e),
                 SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "counts no HTTP answers"), "a row that broke off");
    cr_expect_eq(read_once(HEAD COLUMNS "new,BACKEND,,,,,,,\nlegacy,BACKEND,0,1,0,0,nan,0,0\n", &e),
                 SPLIT_ERR_PEER);
    cr_expect_eq(
        read_once(HEAD COLUMNS "new,BACKEND,0,1,0,0,0,0,0\nbe_new,BACKEND,0,1,0,0,0,0,0\n", &e),
        SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "two back ends"));
    cr_expect_eq(read_once("HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "HAPROXY_STATS_PASSWORD"));
    cr_expect_eq(read_once("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "500"));
}
