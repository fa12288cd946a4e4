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
static const char quickly_restarted[] = HEAD "split_sent_total{variant=\"new\"} 170\n"
                                             "split_sent_total{variant=\"legacy\"} 1030\n"
                                             "process_start_time_seconds 1795393080.5\n";
static const char before_that[] = HEAD "split_sent_total{variant=\"new\"} 160\n"
                                       "split_sent_total{variant=\"legacy\"} 1000\n"
                                       "process_start_time_seconds 1795393020.5\n";
static const char foreign[] = HEAD "http_requests_total 5\n";
static const char refused[] = "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static split_metric p95;

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
    o->http.tries = 1;
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
    split_error e;
    fill(&o, "nonsense");
    cr_expect_eq(split_source_new(&o, NULL, NULL), SPLIT_ERR_ARG);
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_FIELD);
    cr_expect_not_null(strstr(e.text, "nonsense"));
    o.window_us = 0;
    cr_expect_eq(split_source_new(&o, &source, NULL), SPLIT_ERR_VALUE);
    o.size = 1;
    cr_expect_eq(split_source_new(&o, &source, NULL), SPLIT_ERR_STRUCT);
    fill(&o, "proxy:127.0.0.1:1");
    o.http.tries = 0;
    cr_expect_eq(split_source_new(&o, &source, NULL), SPLIT_ERR_VALUE);
    cr_expect_eq(split_source_read(NULL, NULL, NULL), SPLIT_ERR_ARG);
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
    static const char *const answers[] = {quickly_restarted, before_that, before_that};
    static split_reading r;
    split_error e;
    canned_server s;
    cr_assert_eq(canned_server_start(&s, answers, 3), 0);
    split_source *source = open_source(s.port);
    cr_assert_eq(split_source_read(source, &r, NULL), SPLIT_ERR_NO_DATA);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "more than one process"));
    cr_assert_eq(split_source_read(source, &r, NULL), 0);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 0);
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
    cr_assert_eq(split_source_read(source, &r, NULL), 0);
    cr_expect_geq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 0);
    cr_expect_leq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), SPLIT_COUNT_MAX);
    split_source_free(&source);
    canned_server_stop(&s);
}

Test(source, a_peer_without_our_metrics_or_with_an_error_or_silent_is_told_apart)
{
    static const char *const answers[] = {foreign, refused};
    static split_reading r;
    split_error e;
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
