/* SPDX-License-Identifier: MIT */
/* Metric sources: increments, restarts, sums, and what is no data. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "canned_server.h"
#include "split/source.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

static const char first[] =
    HEAD "split_sent_total{variant=\"new\"} 100\n"
         "split_neutral_total{variant=\"new\"} 10\n"
         "split_outcomes_total{variant=\"new\"} 90\n"
         "split_errors_total{variant=\"new\"} 5\n"
         "split_latency_over_total{variant=\"new\",metric=\"p95\",bound=\"target\"} 7\n"
         "split_latency_over_total{variant=\"new\",metric=\"p95\",bound=\"warning\"} 3\n"
         "split_latency_over_total{variant=\"new\",metric=\"p95\",bound=\"critical\"} 1\n"
         "split_left_out_total{variant=\"new\",reason=\"hold\"} 1\n"
         "split_left_out_total{variant=\"new\",reason=\"ramp\"} 2\n"
         "split_latency_seconds_bucket{variant=\"new\",origin=\"new\",le=\"0.1\"} 80\n"
         "split_latency_seconds_bucket{variant=\"new\",origin=\"new\",le=\"0.2\"} 90\n"
         "split_latency_seconds_bucket{variant=\"new\",origin=\"new\",le=\"+Inf\"} 90\n"
         "split_sent_total{variant=\"legacy\"} 900\n"
         "split_outcomes_total{variant=\"legacy\"} 900\n"
         "split_failover_state{origin=\"new\"} 1\n"
         "split_failover_mode{origin=\"new\"} 0\n"
         "split_route_revision 6\n";
static const char second[] =
    HEAD "split_sent_total{variant=\"new\"} 160\n"
         "split_neutral_total{variant=\"new\"} 12\n"
         "split_outcomes_total{variant=\"new\"} 148\n"
         "split_errors_total{variant=\"new\"} 9\n"
         "split_latency_over_total{variant=\"new\",metric=\"p95\",bound=\"target\"} 11\n"
         "split_latency_over_total{variant=\"new\",metric=\"p95\",bound=\"warning\"} 5\n"
         "split_latency_over_total{variant=\"new\",metric=\"p95\",bound=\"critical\"} 1\n"
         "split_left_out_total{variant=\"new\",reason=\"hold\"} 4\n"
         "split_left_out_total{variant=\"new\",reason=\"ramp\"} 2\n"
         "split_latency_seconds_bucket{variant=\"new\",origin=\"new\",le=\"0.1\"} 110\n"
         "split_latency_seconds_bucket{variant=\"new\",origin=\"new\",le=\"0.2\"} 140\n"
         "split_latency_seconds_bucket{variant=\"new\",origin=\"new\",le=\"+Inf\"} 148\n"
         "split_sent_total{variant=\"legacy\"} 1000\n"
         "split_outcomes_total{variant=\"legacy\"} 1000\n"
         "split_route_revision 7\n";
static const char restarted[] = HEAD "split_sent_total{variant=\"new\"} 20\n"
                                     "split_outcomes_total{variant=\"new\"} 20\n"
                                     "split_errors_total{variant=\"new\"} 1\n"
                                     "split_sent_total{variant=\"legacy\"} 30\n"
                                     "split_outcomes_total{variant=\"legacy\"} 30\n"
                                     "split_route_revision 7\n";
/* With start times: before the read, after it, and an hour before it. */
static char quickly_restarted[256];
static char before_that[256];
static char older[256];

static void
fill_starts(void)
{
    static const struct {
        char *text;
        int new;
        int legacy;
        int began_s;
    } all[] = {{before_that, 160, 1000, -600},
               {quickly_restarted, 170, 1030, 60},
               {older, 165, 1010, -300}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        snprintf(
            all[i].text, sizeof before_that,
            HEAD "split_sent_total{variant=\"new\"} %d\nsplit_sent_total{variant=\"legacy\"} %d\n"
                 "process_start_time_seconds %lld\n",
            all[i].new, all[i].legacy, (long long)(split_clock_wall() / 1000000 + all[i].began_s));
}
static const char foreign[] = HEAD "http_requests_total 5\n";
static const char refused[] = "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static split_metric p95;

/* One try: a peer that is not there fails the test at once. */
static split_http_options once;

static void
fill(split_source_options *o, const char *spec)
{
    cr_assert_eq(split_metric_init(&p95, SPLIT_METRIC_LATENCY), 0);
    strcpy(p95.name, "p95");
    split_source_options_init(o);
    o->spec = spec;
    o->arms[SPLIT_READING_ARM] = "new";
    o->arms[SPLIT_READING_BASELINE] = "legacy";
    o->metrics = &p95;
    o->n_metrics = 1;
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
    snprintf(spec, sizeof spec, "http://127.0.0.1:%d", port);
    fill(&o, spec);
    cr_assert_eq(split_source_new(&o, &source, NULL), 0);
    cr_expect_str_eq(split_source_spec(source), spec);
    return source;
}

Test(source, options_are_checked)
{
    split_source_options o;
    split_source *source = NULL;
    split_error e = {.size = sizeof e};
    fill(&o, "nonsense");
    cr_expect_eq(split_source_new(&o, NULL, NULL), SPLIT_ERR_ARG);
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_FIELD);
    cr_expect_not_null(strstr(e.text, "nonsense"));
    o.window_us = 0;
    cr_expect_eq(split_source_new(&o, &source, NULL), SPLIT_ERR_VALUE);
    o.size = 1;
    cr_expect_eq(split_source_new(&o, &source, NULL), SPLIT_ERR_STRUCT);
    fill(&o, "proxy:127.0.0.1:1");
    once.tries = 0;
    cr_expect_eq(split_source_new(&o, &source, NULL), SPLIT_ERR_VALUE);
    cr_expect_eq(split_source_read(NULL, (split_reading *)NULL, NULL), SPLIT_ERR_ARG);
    split_source_free(NULL);
    split_source_free(&source);
}

Test(source, the_first_read_sets_the_mark_and_the_second_answers_what_came_since)
{
    static const char *const answers[] = {first, second};
    static split_reading r;
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    cr_expect(r.has_revision && r.revision == 6 && r.n_origins == 1 && r.origins[0].state == 1);
    cr_assert_eq(split_source_read(source, &r, NULL), 0);
    const split_arm *arm = &r.arm[SPLIT_READING_ARM];
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_SENT), 58, "60 sent, 2 of them taken back");
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_OUTCOMES), 58);
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_ERROR), 4);
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_LEFT_OUT), 3);
    cr_expect(!split_arm_has(arm, SPLIT_COUNTER_LOOKUPS),
              "what is not shown is not reported as zero");
    cr_expect(arm->over[0] == 4 && arm->over[1] == 2 && arm->over[2] == 0 &&
              arm->over_present == 1);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_BASELINE], SPLIT_COUNTER_SENT), 100);
    const split_reading_latency *l = &r.latency[SPLIT_READING_ARM];
    cr_expect(l->n_edges == 3 && l->count[0] == 30 && l->count[1] == 20 && l->count[2] == 8);
    cr_expect_eq(split_reading_percentile(l, 50000000), 100000);
    cr_expect_eq(split_reading_percentile(l, 80000000), 200000);
    cr_expect_eq(split_reading_percentile(l, 95000000), SPLIT_NEVER);
    cr_expect_eq(split_reading_percentile(l, 0), -1);
    split_source_free(&source);
    cr_expect_null(source);
    canned_server_stop(&s);
}

Test(source, a_restarted_peer_counts_from_zero)
{
    static const char *const answers[] = {second, restarted};
    static split_reading r;
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    cr_assert_eq(split_source_read(source, &r, NULL), 0);
    cr_expect_eq(r.n_restarts, 1);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 20);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_ERROR), 1);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_BASELINE], SPLIT_COUNTER_OUTCOMES), 30);
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source, a_restart_that_no_counter_shows_is_told_by_the_start_time)
{
    static const char *const answers[] = {before_that, quickly_restarted, quickly_restarted};
    static split_reading r;
    canned_server s;
    fill_starts();
    cr_assert_eq(canned_server_start(&s, answers, 3), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    cr_assert_eq(split_source_read(source, &r, NULL), 0);
    cr_expect_eq(r.n_restarts, 1);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 170);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_BASELINE], SPLIT_COUNTER_SENT), 1030);
    cr_assert_eq(split_source_read(source, &r, NULL), 0);
    cr_expect_eq(r.n_restarts, 0);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 0);
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source, two_processes_behind_one_address_are_no_restart)
{
    static const char *const answers[] = {quickly_restarted, before_that, older, older};
    static split_reading r;
    split_error e = {.size = sizeof e};
    canned_server s;
    fill_starts();
    cr_assert_eq(canned_server_start(&s, answers, 4), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    for (int i = 0; i < 2; i++) { /* an earlier start, and one that is later but long ago */
        cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
        cr_expect_not_null(strstr(e.text, "more than one process"));
        cr_expect(!r.has_arm[0] && !r.has_arm[1]);
    }
    cr_assert_eq(split_source_read(source, &r, NULL), 0);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 0);
    split_source_free(&source);
    canned_server_stop(&s);
}

#define COUNTED(n, legacy, errors)                                                                 \
    HEAD "split_sent_total{variant=\"new\"} " #n "\nsplit_outcomes_total{variant=\"new\"} " #n     \
         "\nsplit_errors_total{variant=\"new\"} " #errors                                          \
         "\nsplit_sent_total{variant=\"legacy\"} " #legacy                                         \
         "\nsplit_outcomes_total{variant=\"legacy\"} " #legacy "\n"

/* A replica that lags: every other read shows one request less, on both arms. */
Test(source, a_counter_that_is_one_lower_invents_nothing)
{
    enum { WINDOWS = 200, STEP = 3 };
    static char text[WINDOWS + 1][512];
    static const char *answers[WINDOWS + 1];
    static split_reading r;
    canned_server s;
    int64_t counted[2] = {0, 0};
    int n_no_data = 0;
    for (int i = 0; i <= WINDOWS; i++) {
        int at = 7757756 + STEP * (i / 2) - i % 2;
        snprintf(text[i], sizeof text[i],
                 HEAD
                 "split_sent_total{variant=\"new\"} %d\nsplit_outcomes_total{variant=\"new\"} %d\n"
                 "split_errors_total{variant=\"new\"} %d\n"
                 "split_sent_total{variant=\"legacy\"} %d\n"
                 "split_outcomes_total{variant=\"legacy\"} %d\n",
                 at, at, 1 - i % 2, at, at);
        answers[i] = text[i];
    }
    cr_assert_eq(canned_server_start(&s, answers, WINDOWS + 1), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    for (int i = 1; i <= WINDOWS; i++) {
        cr_assert_eq(split_source_read(source, &r, NULL), 0);
        n_no_data += split_arm_has(&r.arm[0], SPLIT_COUNTER_OUTCOMES) ? 0 : 1;
        counted[0] += split_arm_get(&r.arm[0], SPLIT_COUNTER_OUTCOMES);
        counted[1] += split_arm_get(&r.arm[1], SPLIT_COUNTER_OUTCOMES);
        cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR), 0, "window %d", i);
        cr_expect_eq(r.n_restarts, 0);
    }
    cr_expect(counted[0] == STEP * WINDOWS / 2 && counted[1] == STEP * WINDOWS / 2, "%lld and %lld",
              (long long)counted[0], (long long)counted[1]);
    cr_expect_eq(n_no_data, WINDOWS / 2, "a dip is no data and no zero");
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source, a_counter_that_stays_lower_is_the_new_mark)
{
    static const char *const answers[] = {COUNTED(1000, 1000, 9), COUNTED(700, 1010, 5),
                                          COUNTED(705, 1020, 5), COUNTED(710, 1030, 5),
                                          COUNTED(717, 1040, 5)};
    static const int rc[] = {SPLIT_ERR_NO_DATA, 0, 0, SPLIT_ERR_NO_DATA, 0};
    static split_reading r;
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 5), 0);
    split_source *source = open_source(s.port);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(split_source_read(source, &r, NULL), rc[i], "read %d", i);
        if (i == 1)
            cr_expect(!split_arm_has(&r.arm[0], SPLIT_COUNTER_ERROR) &&
                          split_arm_get(&r.arm[1], SPLIT_COUNTER_SENT) == 10,
                      "what did not fall has its data");
    }
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_SENT), 7);
    split_source_free(&source);
    canned_server_stop(&s);
}

/* One read late, a replica that is a week behind shows up, and then the right one again. */
Test(source, a_jump_beyond_rate_and_time_is_no_data)
{
    static const char *const answers[] = {COUNTED(1000, 1000, 1), COUNTED(1004, 1004, 1),
                                          COUNTED(900000, 9000000, 40000),
                                          COUNTED(900005, 9000005, 40000)};
    static const int rc[] = {SPLIT_ERR_NO_DATA, 0, SPLIT_ERR_NO_DATA, 0};
    static split_reading r;
    canned_server s;
    split_error e = {.size = sizeof e};
    cr_assert_eq(canned_server_start(&s, answers, 4), 0);
    split_source *source = open_source(s.port);
    for (int i = 0; i < 4; i++) {
        (void)split_clock_sleep_until(split_clock_now() + 110000); /* shorter says nothing of a rate */
        cr_assert_eq(split_source_read(source, &r, &e), rc[i], "read %d", i);
        cr_expect(i != 2 || (strstr(e.text, "rate") != NULL && !r.has_arm[0]));
    }
    cr_expect(split_arm_get(&r.arm[0], SPLIT_COUNTER_SENT) == 5 &&
              split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR) == 0);
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source, counts_that_no_peer_can_have_do_not_overflow)
{
    static char text[400000] = HEAD "split_sent_total{variant=\"new\"} 1\n";
    static const char *answers[2] = {restarted, text};
    static split_reading r;
    canned_server s;
    size_t n = strlen(text);
    while (n < sizeof text - 80)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "split_sent_total{variant=\"new\"} 9007199254740992\n");
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    cr_expect_eq(split_source_read(source, &r, NULL), 0);
    cr_expect_geq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 0);
    cr_expect_leq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), SPLIT_COUNT_MAX);
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source, a_peer_without_our_metrics_or_with_an_error_or_silent_is_told_apart)
{
    static const char *const answers[] = {foreign, refused};
    static split_reading r;
    split_error e = {.size = sizeof e};
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_source *source = open_source(s.port);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "split_"));
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "404"));
    canned_server_stop(&s);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NET);
    split_source_free(&source);
}

Test(source, readings_of_a_fleet_are_summed)
{
    static split_reading a, b;
    split_reading_init(&a);
    split_reading_init(&b);
    cr_assert_eq(split_arm_set(&a.arm[0], SPLIT_COUNTER_SENT, 5), 0);
    cr_assert_eq(split_arm_set(&b.arm[0], SPLIT_COUNTER_SENT, 7), 0);
    b.has_arm[0] = true;
    a.has_revision = b.has_revision = true;
    a.revision = 9;
    b.revision = 8;
    b.latency[0] = (split_reading_latency){.n_edges = 1, .le_us = {1000}, .count = {3}};
    a.latency[0] = b.latency[0];
    a.n_origins = b.n_origins = 1;
    strcpy(a.origins[0].name, "new");
    strcpy(b.origins[0].name, "new");
    b.origins[0].state = 1;
    b.origins[0].mode = 2;
    split_reading_add(&a, &b);
    cr_expect_eq(split_arm_get(&a.arm[0], SPLIT_COUNTER_SENT), 12);
    cr_expect(a.has_arm[0] && a.revision == 8 && a.latency[0].count[0] == 6);
    cr_expect(a.n_origins == 1 && a.origins[0].state == 1 && a.origins[0].mode == 2,
              "the worst state is shown");
}

Test(source, kinds_are_listed_and_found_by_a_spec)
{
    const char *place = NULL;
    size_t n = 0;
    for (; split_source_kind_at(n) != NULL; n++) {
        const split_source_kind *kind = split_source_kind_at(n);
        char spec[64];
        cr_expect(kind->name[0] != '\0' && kind->place[0] != '\0' && kind->help[0] != '\0');
        snprintf(spec, sizeof spec, "%s:there", kind->name);
        cr_expect_eq(split_source_kind_find(spec, &place), kind);
        cr_expect_str_eq(place, "there");
        cr_expect_null(split_source_kind_find(kind->name, NULL), "a name alone has no place");
    }
    cr_expect_geq(n, 5);
    const split_source_kind *bare = split_source_kind_find("http://127.0.0.1:1", &place);
    cr_assert_not_null(bare);
    cr_expect_str_eq(bare->name, "proxy");
    cr_expect_str_eq(place, "http://127.0.0.1:1");
    cr_expect_null(split_source_kind_find("promqll:http://127.0.0.1:1", &place));
    cr_expect_null(split_source_kind_find(NULL, NULL));
}
