/* SPDX-License-Identifier: MIT */
/* Access logs: bytes into lines, lines into records, records into arms and counts. */
#include <criterion/criterion.h>
#include <stdio.h>
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
    return t.len == strlen(text) && (t.len == 0 || memcmp(t.at, text, t.len) == 0);
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
    int n = 0;
    for (; strcmp(split_log_format_name(n), "?") != 0; n++)
        split_log_free(&(split_log *){log_of(split_log_format_name(n))});
    cr_expect_eq(n, 7);
    cr_expect_str_eq(split_log_format_name(-1), "?");
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

/* A line in a form that is given; the record must say what it says. */
typedef struct described {
    const char *format; /* NULL: found */
    const char *zone;
    const char *line;
    split_us at_us;
    split_us latency_us;
    int32_t status;
    const char *upstream;
    split_log_cache cache;
} described;

#define SECOND INT64_C(1000000)
#define AT (INT64_C(1795394789) * SECOND) /* 2026-11-23T00:46:29Z */
#define MAIN                                                                                       \
    "$remote_addr [$time_local] \"$request\" $status $upstream_addr $upstream_status "             \
    "$request_time"

static const described forms[] = {
    {"json:time=ts,status=$.code,upstream=be.name,request_time_ms=took", NULL,
     "{\"ts\":1795394789,\"code\":\"503\",\"be\":{\"name\":\"new\"},\"took\":12.5,\"x\":[{},1]}",
     AT, 12500, 503, "new", 0},
    {"json:nginx", NULL,
     "{\"time_iso8601\":\"2026-11-23T01:46:29+01:00\",\"status\":\"200\",\"request_time\":\"0."
     "037\","
     "\"upstream_addr\":\"10.0.0.1:80, 10.0.0.2:80\",\"upstream_status\":\"502, 200\","
     "\"upstream_cache_status\":\"MISS\"}",
     AT, 37000, 200, "10.0.0.1:80", SPLIT_LOG_CACHE_MISS},
    {"json:caddy", NULL,
     "{\"level\":\"info\",\"ts\":1795394789.0,\"request\":{\"method\":\"GET\",\"headers\":{"
     "\"Cookie\":["
     "\"a=1\"]}},\"duration\":0.000929675,\"status\":200,\"resp_headers\":{\"X-Split-Variant\":["
     "\"new\"]}}",
     AT, 930, 200, "", 0},
    {"json:traefik", NULL,
     "{\"StartUTC\":\"2026-11-23T00:46:29.000000Z\",\"DownstreamStatus\":502,\"Duration\":1500000,"
     "\"ServiceName\":\"new@docker\",\"OriginStatus\":502,\"RequestMethod\":\"GET\"}",
     AT, 1500, 502, "new@docker", 0},
    {"json:envoy", NULL,
     "{\"response_flags\":\"-\",\"start_time\":\"2026-11-23T00:46:29.000Z\",\"response_code\":204,"
     "\"duration\":226,\"upstream_cluster\":\"new\",\"bytes\":null}",
     AT, 226000, 204, "new", 0},
    {"json:cloudflare", NULL,
     "{\"EdgeStartTimestamp\":1795394789000000000,\"EdgeResponseStatus\":520,"
     "\"EdgeTimeToFirstByteMs\":31,\"OriginIP\":\"10.0.0.1\",\"CacheCacheStatus\":\"hit\"}",
     AT, 31000, 520, "10.0.0.1", SPLIT_LOG_CACHE_HIT},
    {"nginx:" MAIN, NULL,
     "1.2.3.4 [23/Nov/2026:00:46:29 +0000] \"GET /a b HTTP/1.1\" 200 10.0.0.1:80, 10.0.0.2:80 : "
     "10.0.0.3:80 502, 502 : 200 0.120",
     AT, 120000, 200, "10.0.0.1:80", 0},
    {"nginx:log_format main escape=json '$remote_addr [$time_local] '\n '\"$request\" ${status}';",
     NULL, "1.2.3.4 [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 404", AT, -1, 404, "", 0},
    {"cloudfront:timestamp,c-ip,time-to-first-byte,sc-status,x-edge-result-type", NULL,
     "1795394789.000\t1.2.3.4\t0.004\t200\tMissGeneratedResponse", AT, 4000, 200, "",
     SPLIT_LOG_CACHE_MISS},
    {NULL, NULL,
     "[2026-11-23T00:46:29.000Z] \"POST /api/v1 HTTP/2\" 204 - 154 0 226 100 \"10.0.35.28\" "
     "\"nsq\" "
     "\"cc21d9b0\" \"locations\" \"10.0.2.1:80\"",
     AT, 226000, 204, "10.0.2.1:80", 0},
    {NULL, NULL,
     "[2026-11-23T00:46:29.000Z] \"GET / HTTP/1.1\" 0 DC 0 0 26 - \"-\" \"-\" \"-\" \"-\" "
     "\"10.0.2.1:80\"",
     AT, 26000, 0, "10.0.2.1:80", 0},
    {NULL, NULL,
     "{\"log\":\"1.2.3.4 - - [23/Nov/2026:00:46:29 +0000] \\\"GET /\\u003ca HTTP/1.1\\\" 200 3 "
     "\\\"-\\\" "
     "\\\"-\\\" rt=0.5\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-23T00:46:30Z\"}",
     AT, 500000, 200, "", 0},
    {NULL, NULL,
     "[::1]:8080 1.2.3.4 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"", AT,
     -1, 200, "", 0},
    {NULL, "+02:00",
     "h[1]: 1.2.3.4:5 [23/Nov/2026:02:46:29.000] fe new/s1 0/0/1/4/6 200 5 - - ---- 1/1/0/0/0 0/0 "
     "\"GET / H\"",
     AT, 5000, 200, "new", 0},
    {NULL, "-00:30",
     "h[1]: 1.2.3.4:5 [23/Nov/2026:00:16:29.000] fe new/s1 0/0/1/4/6 200 5 - - ---- 1/1/0/0/0 0/0 "
     "\"GET / H\"",
     AT, 5000, 200, "new", 0}};

Test(log, described_and_found_forms_say_the_same)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const described *d = &forms[i];
        split_log_options o;
        split_log *log = NULL;
        split_log_record r;
        char line[1024];
        split_log_options_init(&o);
        o.format = d->format;
        o.zone = d->zone;
        cr_assert_eq(split_log_new(&o, &log), 0, "form %zu", i);
        snprintf(line, sizeof line, "%s\n", d->line);
        cr_assert_eq(feed(log, line, strlen(line), 1000, &r), 1, "form %zu", i);
        cr_expect(r.at_us == d->at_us && r.latency_us == d->latency_us && r.status == d->status &&
                      is(r.upstream, d->upstream) && r.cache == d->cache,
                  "form %zu: at %lld, %lld us, status %d, '%.*s', cache %d", i, (long long)r.at_us,
                  (long long)r.latency_us, (int)r.status, (int)r.upstream.len, r.upstream.at,
                  (int)r.cache);
        split_log_free(&log);
    }
}

Test(log, descriptions_that_are_none_are_refused)
{
    static const char *const bad[] = {"json:",
                                      "json:apache",
                                      "json:time=a",
                                      "json:status=a",
                                      "json:time=a,status=",
                                      "json:time=a,status=b,colour=c",
                                      "nginx:$status",
                                      "nginx:$time_local$status",
                                      "nginx:",
                                      "cloudfront:sc-status",
                                      "cloudfront:"};
    split_log_options o;
    split_log *log = NULL;
    split_log_options_init(&o);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        o.format = bad[i];
        cr_expect_eq(split_log_new(&o, &log), SPLIT_ERR_VALUE, "%s", bad[i]);
    }
    o.format = NULL;
    o.zone = "Mars";
    cr_expect_eq(split_log_new(&o, &log), SPLIT_ERR_VALUE);
    o.zone = "local";
    cr_expect_eq(split_log_new(&o, &log), 0);
    split_log_free(&log);
}

/* Cut and damaged at every byte: no crash, no record of nonsense. */
Test(log, described_forms_survive_damage)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        for (size_t at = 0; at < strlen(forms[i].line); at++)
            for (int how = 0; how < 3; how++) {
                split_log_options o;
                split_log *log = NULL;
                split_log_record r;
                char line[1024];
                split_log_options_init(&o);
                o.format = forms[i].format;
                cr_assert_eq(split_log_new(&o, &log), 0);
                snprintf(line, sizeof line, "%s", forms[i].line);
                line[at] = how == 0 ? '\0' : how == 1 ? '"' : '}';
                size_t n = how == 0 ? at : strlen(forms[i].line);
                line[n] = '\n';
                if (feed(log, line, n + 1, 1000, &r) == 1)
                    cr_expect(r.status >= 0 && r.status <= 999);
                split_log_free(&log);
            }
}

Test(log, every_attempt_counts_for_its_own_upstream)
{
    static const char *const texts[] = {"us=500 : 200 upstream=10.0.0.1:80 : 10.0.0.2:80",
                                        "us=\"500 : 200\" upstream=\"10.0.0.1:80 : 10.0.0.2:80\""};
    static const split_log_map maps[] = {{"10.0.0.1:80", "new"}, {"10.0.0.2:80", "legacy"}};
    const split_log_arms arms = {.maps = maps, .n_maps = 2};
    const split_log_rules rules = {NULL, 0, NULL, 0};
    for (size_t i = 0; i < 2; i++) {
        char line[512];
        split_arm arm[2];
        split_log_record r;
        split_log *log = log_of(NULL);
        snprintf(line, sizeof line,
                 "1 - - [23/Nov/2026:00:46:29 +0000] \"GET / H\" 200 3 \"-\" \"-\" %s\n", texts[i]);
        cr_assert_eq(feed(log, line, strlen(line), 1000, &r), 1);
        cr_expect(r.n_attempts == 2 && r.attempts[1].status == 200);
        cr_expect(is(split_log_attempt_arm(&arms, &r, 0), "new") &&
                  is(split_log_attempt_arm(&arms, &r, 1), "legacy"));
        cr_expect_eq(split_log_attempt_arm(&arms, &r, 2).len, 0);
        split_arm_clear(&arm[0]);
        split_arm_clear(&arm[1]);
        split_log_count(&rules, &r, &arm[0]);
        split_log_count_attempt(&rules, &r, 0, &arm[1]);
        split_log_count_attempt(&rules, &r, 1, &arm[1]);
        cr_expect(split_arm_get(&arm[0], SPLIT_COUNTER_SENT) == 1 &&
                  split_arm_get(&arm[0], SPLIT_COUNTER_ERROR) == 1 &&
                  split_arm_get(&arm[0], SPLIT_COUNTER_USER_ERRORS) == 0);
        cr_expect(split_arm_get(&arm[1], SPLIT_COUNTER_SENT) == 1 &&
                  split_arm_get(&arm[1], SPLIT_COUNTER_ERROR) == 0);
        split_log_free(&log);
    }
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
