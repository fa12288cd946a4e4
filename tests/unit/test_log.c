/* SPDX-License-Identifier: MIT */
/* Access logs: bytes into lines, lines into records, records into arms and counts. */
#include <criterion/criterion.h>
#include <string.h>

#include "split/log.h"

#define GOOD                                                                                       \
    "1.2.3.4 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 200 34 \"-\" \"x\" rt=0.037 "     \
    "cs=MISS variant=new upstream=10.0.0.1:80\n"

static split_log *
log_of(const char *format)
{
    split_log_options o;
    split_log *log = NULL;
    split_log_options_init(&o);
    o.format = format;
    cr_assert_eq(split_log_new(&o, &log), 0);
    return log;
}

/* All of a text, `step` bytes at a time; counts records. */
static int
feed(split_log *log, const char *text, size_t len, size_t step, split_log_record *last)
{
    int n = 0;
    for (size_t at = 0; at < len;) {
        size_t room;
        char *to = split_log_room(log, &room);
        size_t k = len - at < step ? len - at : step;
        k = k < room ? k : room;
        cr_assert_gt(room, SPLIT_LOG_LINE_MAX);
        memcpy(to, text + at, k);
        split_log_put(log, k);
        at += k;
        split_log_record r;
        split_log_answer answer;
        while ((answer = split_log_next(log, &r)) != SPLIT_LOG_MORE)
            if (answer == SPLIT_LOG_RECORD) {
                n++;
                *last = r;
            }
    }
    return n;
}

static bool
is(split_log_text t, const char *text)
{
    return t.len == strlen(text) && memcmp(t.at, text, t.len) == 0;
}

Test(log, a_line_tells_everything_it_has)
{
    split_log *log = log_of(NULL);
    split_log_record r;
    split_log_info info;
    cr_assert_eq(feed(log, GOOD, strlen(GOOD), 1000, &r), 1);
    cr_expect(r.status == 200 && r.latency_us == 37000 && r.cache == SPLIT_LOG_CACHE_MISS);
    cr_expect_eq(r.at_us, INT64_C(1795394789000000));
    cr_expect(is(r.method, "GET") && is(r.variant, "new") && is(r.upstream, "10.0.0.1:80"));
    cr_expect_eq(r.cookie.len, 0);
    split_log_get(log, &info);
    cr_expect_str_eq(info.format, "nginx/apache combined");
    cr_expect(info.n_lines == 1 && info.n_records == 1 && info.n_rejected == 0);
    split_log_free(&log);
    cr_expect_null(log);
    split_log_free(&log);
    split_log_free(NULL);
}

Test(log, any_cut_of_the_bytes_gives_the_same_lines)
{
    static char text[20 * sizeof GOOD];
    split_log_record r;
    for (int i = 0; i < 20; i++)
        strcat(text, i % 7 == 3 ? "what is this\n" : GOOD);
    for (size_t step = 1; step < 300; step += 13) {
        split_log *log = log_of(NULL);
        split_log_info info;
        cr_expect_eq(feed(log, text, strlen(text), step, &r), 17, "step %zu", step);
        split_log_get(log, &info);
        cr_expect(info.n_rejected == 3 && info.first_reject_line == 4 && info.n_lines == 20);
        cr_expect_str_eq(info.first_reject, "what is this");
        split_log_free(&log);
    }
}

Test(log, a_line_without_its_end_waits_and_counts_when_the_log_ends)
{
    split_log *log = log_of(NULL);
    split_log_record r;
    cr_expect_eq(feed(log, GOOD, strlen(GOOD) - 1, 1000, &r), 0);
    split_log_end(log);
    cr_expect_eq(split_log_next(log, &r), SPLIT_LOG_RECORD);
    cr_expect_eq(split_log_next(log, &r), SPLIT_LOG_MORE);
    split_log_free(&log);
}

Test(log, a_longer_line_is_one_reject_whatever_the_cut)
{
    static char text[3 * SPLIT_LOG_LINE_MAX];
    split_log_record r;
    memset(text, 'x', sizeof text);
    for (size_t len = SPLIT_LOG_LINE_MAX - 1; len <= SPLIT_LOG_LINE_MAX + 2; len++)
        for (size_t step = 1000; step <= 200000; step += 99500) {
            split_log *log = log_of("aws alb");
            split_log_info info;
            memcpy(text + len, "\n" GOOD, sizeof GOOD);
            (void)feed(log, text, len + sizeof GOOD, step, &r);
            split_log_get(log, &info);
            cr_expect(info.n_lines == 2 && info.n_rejected == 2);
            cr_expect_eq(strstr(info.first_reject, "65536") != NULL, len > SPLIT_LOG_LINE_MAX);
            memset(text + len, 'x', sizeof GOOD);
            split_log_free(&log);
        }
}

Test(log, bytes_that_a_terminal_acts_on_are_not_shown)
{
    static const char text[] = "\x1b[31mred\x07\xff\n";
    split_log *log = log_of(NULL);
    split_log_record r;
    split_log_info info;
    (void)feed(log, text, sizeof text - 1, 1000, &r);
    split_log_get(log, &info);
    cr_expect_str_eq(info.first_reject, ".[31mred..");
    cr_expect_null(info.format);
    split_log_free(&log);
}

Test(log, blank_lines_comments_and_holes_of_zeros_are_nothing)
{
    static const char text[] = "\0\0\0\n\n  \t\r\n# a comment\n" GOOD "# another\n";
    split_log *log = log_of(NULL);
    split_log_record r;
    split_log_info info;
    cr_expect_eq(feed(log, text, sizeof text - 1, 5, &r), 1);
    split_log_get(log, &info);
    cr_expect(info.n_rejected == 0 && info.n_lines == 6);
    split_log_free(&log);
}

Test(log, another_file_may_have_another_format)
{
    static const char alb[] =
        "https 2026-11-23T00:46:29.850000Z app/x 1.2.3.4:5 10.0.0.9:80 0.001 0.020 0.000 200 200 "
        "34 366 \"GET https://x:443/ HTTP/1.1\" \"curl\" - -\n";
    split_log *log = log_of(NULL);
    split_log_record r;
    split_log_info info;
    cr_expect_eq(feed(log, GOOD, strlen(GOOD), 1000, &r), 1);
    cr_expect_eq(feed(log, alb, strlen(alb), 1000, &r), 0, "the format was found");
    split_log_restart(log);
    cr_expect_eq(feed(log, alb, strlen(alb), 1000, &r), 1);
    cr_expect(r.latency_us == 21000 && is(r.upstream, "10.0.0.9:80"));
    split_log_get(log, &info);
    cr_expect(info.n_lines == 1 && info.n_rejected == 0);
    split_log_free(&log);
}

Test(log, formats_have_names_and_others_are_refused)
{
    split_log_options o;
    split_log *log = NULL;
    size_t n = 0;
    for (; split_log_format_name(n) != NULL; n++)
        split_log_free(&(split_log *){log_of(split_log_format_name(n))});
    cr_expect_eq(n, 6);
    cr_expect_null(split_log_format_name(SIZE_MAX));
    split_log_options_init(&o);
    o.format = "w3c";
    cr_expect_eq(split_log_new(&o, &log), SPLIT_ERR_VALUE);
    o.size = 0;
    cr_expect_eq(split_log_new(&o, &log), SPLIT_ERR_STRUCT);
    cr_expect_eq(split_log_new(NULL, NULL), SPLIT_ERR_ARG);
    cr_expect_eq(split_log_new(NULL, &log), 0);
    split_log_free(&log);
}

static const char *
assign(void *ctx, const char *visitor, size_t visitor_len, split_us at_us)
{
    *(int *)ctx += 1;
    return visitor_len == 2 && memcmp(visitor, "u7", 2) == 0 && at_us == 5 ? "legacy" : NULL;
}

static split_log_text
text(const char *s)
{
    return (split_log_text){s, strlen(s)};
}

Test(log, the_arm_is_named_or_in_a_cookie_or_mapped_or_assigned_again)
{
    int asked = 0;
    const split_log_map maps[] = {{"be_new", "new"}, {"10.0.0.1:80", "legacy"}};
    split_log_arms arms = {
        .maps = maps, .n_maps = 2, .cookie = "v", .assign = assign, .assign_ctx = &asked};
    split_log_record r = {.at_us = 5,
                          .variant = text("named"),
                          .upstream = text("be_new"),
                          .cookie = text("vv=1;%20v=u7; w=2")};
    cr_expect(is(split_log_arm(&arms, &r), "named"));
    r.variant.len = 0;
    cr_expect(is(split_log_arm(&arms, &r), "new"));
    arms.cookie_is_variant = true;
    cr_expect(is(split_log_arm(&arms, &r), "u7"));
    arms.cookie_is_variant = false;
    r.upstream = text("be_other");
    cr_expect_eq(asked, 0);
    cr_expect(is(split_log_arm(&arms, &r), "legacy"));
    cr_expect_eq(asked, 1);
    r.at_us = 6;
    cr_expect_eq(split_log_arm(&arms, &r).len, 0);
    arms.cookie = "x";
    cr_expect_eq(split_log_arm(&arms, &r).len, 0);
    arms.cookie = NULL;
    cr_expect_eq(split_log_arm(&arms, &r).len, 0);
    cr_expect_eq(asked, 2, "without an id nobody is asked");
}

Test(log, a_request_counts_exactly_as_the_bounds_say)
{
    static const uint32_t statuses[] = {500, 503};
    split_metric metrics[2];
    cr_assert_eq(split_metric_init(&metrics[0], SPLIT_METRIC_ERROR), 0);
    cr_assert_eq(split_metric_init(&metrics[1], SPLIT_METRIC_LATENCY), 0);
    const split_log_rules rules = {metrics, 2, statuses, 2};
    split_arm arm;
    split_arm_clear(&arm);
    /* < 200ms, > 300ms, > 500ms */
    static const split_us times[] = {199999, 200000, 300000, 300001, 500000, 500001};
    for (size_t i = 0; i < 6; i++)
        split_log_count(&rules, &(split_log_record){.latency_us = times[i], .status = 200}, &arm);
    cr_expect(arm.over[3] == 5 && arm.over[4] == 3 && arm.over[5] == 1);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_TIMED), 6);
    static const int32_t codes[] = {500, 501, 503, 404, 0};
    for (size_t i = 0; i < 5; i++)
        split_log_count(&rules, &(split_log_record){.latency_us = -1, .status = codes[i]}, &arm);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_SENT), 10, "who left first is no trial");
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_OUTCOMES), 10);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_ERROR), 2);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_EDGE_REQUESTS), 10);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_EDGE_5XX), 3);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_TIMED), 6);
    cr_expect(!split_arm_has(&arm, SPLIT_COUNTER_LOOKUPS));
    const split_log_rules plain = {NULL, 0, NULL, 0};
    split_log_count(&plain, &(split_log_record){.latency_us = -1, .status = 501}, &arm);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_ERROR), 3, "every 5xx without a list");
}

Test(log, a_hit_rate_counts_what_a_cache_was_asked_for)
{
    const split_log_rules rules = {NULL, 0, NULL, 0};
    split_arm arm;
    split_arm_clear(&arm);
    split_log_record r = {
        .latency_us = -1, .status = 200, .cache = SPLIT_LOG_CACHE_HIT, .method = text("GET")};
    cr_expect(split_log_is_lookup(&r));
    split_log_count(&rules, &r, &arm);
    r.cache = SPLIT_LOG_CACHE_MISS;
    split_log_count(&rules, &r, &arm);
    r.cache = SPLIT_LOG_CACHE_REFRESH;
    split_log_count(&rules, &r, &arm);
    r.method = text("POST");
    cr_expect(!split_log_is_lookup(&r));
    split_log_count(&rules, &r, &arm);
    r.method = text("head");
    cr_expect(split_log_is_lookup(&r));
    r.status = 404;
    cr_expect(!split_log_is_lookup(&r));
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_LOOKUPS), 3);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_MISSES), 1);
}

Test(log, a_request_that_was_tried_again_counts_by_its_first_attempt)
{
    static const char *const forms[] = {
        "1 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\" us=502, 200 "
        "upstream=10.0.0.1:80, 10.0.0.2:80\n",
        "1 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\" "
        "upstream_status=\"502, 200\" upstream=\"10.0.0.1:80, 10.0.0.2:80\"\n"};
    const split_log_rules rules = {NULL, 0, NULL, 0};
    split_arm arm;
    split_arm_clear(&arm);
    for (size_t i = 0; i < 2; i++) {
        split_log *log = log_of(NULL);
        split_log_record r;
        cr_assert_eq(feed(log, forms[i], strlen(forms[i]), 1000, &r), 1);
        cr_expect(r.status == 200 && r.first_status == 502 && is(r.upstream, "10.0.0.1:80"));
        split_log_count(&rules, &r, &arm);
        split_log_free(&log);
    }
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_ERROR), 2);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_EDGE_5XX), 0, "the visitor saw none of it");
}

/* One line of every format. */
static const char *const one_of_each[] = {
    GOOD,
    "2026-11-23\t00:44:31\tFRA2\t1\t1.2.3.4\tGET\td.net\t/x\t200\t-\tUA\t-\tvid=u1\tHit\tid\th\t"
    "https\t1\t0.001\t-\tTLS\tC\tHit\tHTTP/2\t-\t-\t1\t0.001\tHit\ttext\t1\t-\t-\n",
    "{\"date\":\"2026-11-23\",\"time\":\"00:44:31\",\"sc-status\":\"200\",\"time-taken\":\"0.5\"}"
    "\n",
    "Nov 23 00:45:51 h haproxy[1]: 1.2.3.4:5 [23/Nov/2026:00:45:51.850] fe be_new/s 0/0/1/18/19 "
    "200 100 - - ---- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"\n",
    "https 2026-11-23T00:46:29.850000Z app/x 1.2.3.4:5 10.0.0.9:80 0.001 0.020 0.000 200 200 34 "
    "366 \"GET https://x:443/ HTTP/1.1\" \"curl\" - -\n",
    "time=2026-11-23T00:44:31.123Z client=1 method=GET target=\"/a b\" status=200 variant=new "
    "total_us=12345\n"};

Test(log, damaged_lines_of_every_format_are_records_or_rejects_and_nothing_worse)
{
    uint64_t seed = 99;
    for (size_t f = 0; f < sizeof one_of_each / sizeof one_of_each[0]; f++) {
        split_log *log = log_of(NULL);
        split_log_record r;
        cr_expect_eq(feed(log, one_of_each[f], strlen(one_of_each[f]), 1000, &r), 1, "%zu", f);
        for (int i = 0; i < 20000; i++) {
            char line[1024];
            size_t n = strlen(one_of_each[f]);
            memcpy(line, one_of_each[f], n);
            for (int k = 0; k < 1 + i % 4; k++) {
                seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                line[(seed >> 33) % (n - 1)] = "\0 \"\\[]/:.,;=-9\t\xff\n"[(seed >> 20) % 17];
            }
            if (i % 5 == 0)
                n = 1 + (seed >> 40) % (n - 1);
            line[n - 1] = '\n';
            (void)feed(log, line, n, 1000, &r);
        }
        split_log_free(&log);
    }
}
