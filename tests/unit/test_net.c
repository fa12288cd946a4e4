/* SPDX-License-Identifier: MIT */
/* The clock, HTTP and the exposition reader of split-net. */
#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "canned_server.h"
#include "split/net.h"

static const char ok_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
static const char busy_answer[] = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";

static split_http *
client(void)
{
    split_http_options o;
    split_http *http = NULL;
    split_http_options_init(&o);
    o.backoff_us = 1000;
    o.timeout_us = 500000;
    o.seed = 7;
    o.max_body_bytes = 100;
    cr_assert_eq(split_http_new(&o, &http), 0);
    return http;
}

static split_http_request
request_to(const canned_server *s, char url[64])
{
    snprintf(url, 64, "http://127.0.0.1:%d/x", s->port);
    return (split_http_request){.size = sizeof(split_http_request), .url = url};
}

Test(net, clocks_go_forward_and_sleep_waits)
{
    split_us begin = split_clock_now();
    cr_assert_gt(split_clock_wall(), INT64_C(1700000000000000));
    cr_assert_eq(split_clock_sleep_until(begin + 5000), 0);
    cr_assert_geq(split_clock_now(), begin + 5000);
    cr_assert_eq(split_clock_sleep_until(-1), 0);
}

static void
on_alarm(int number)
{
    (void)number;
}

Test(net, a_signal_ends_the_sleep)
{
    struct sigaction act = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {.tv_usec = 10000}}, NULL);
    cr_assert_eq(split_clock_sleep_until(split_clock_now() + 30000000), SPLIT_ERR_MODE);
}

Test(net, instants_survive_the_round_trip)
{
    static const struct {
        const char *text;
        split_us wall;
    } cases[] = {{"1970-01-01T00:00:00Z", 0},
                 {"2026-11-23T00:17:00Z", INT64_C(1795393020000000)},
                 {"2024-02-29T23:59:59Z", INT64_C(1709251199000000)},
                 {"9999-12-31T23:59:59Z", INT64_C(253402300799000000)}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buf[SPLIT_TIME_BYTES];
        split_us wall = -1;
        cr_assert_eq(split_time_read(cases[i].text, strlen(cases[i].text), &wall), 0);
        cr_expect_eq(wall, cases[i].wall, "%s gave %lld", cases[i].text, (long long)wall);
        cr_assert_eq(split_time_print(cases[i].wall, buf), 0);
        cr_expect_str_eq(buf, cases[i].text);
    }
}

Test(net, a_fraction_of_a_second_is_read_and_impossible_dates_are_not)
{
    static const char *const bad[] = {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
                                      "2026-11-23T24:00:00Z", "2026-11-23T00:00:00",
                                      "2026-11-23 00:00",     "2026-11-23T00:00:00.Z",
                                      "2026-1a-23T00:00:00Z", "1969-12-31T23:59:59Z"};
    split_us wall = -1;
    char buf[SPLIT_TIME_BYTES];
    cr_assert_eq(split_time_read("1970-01-01T00:00:01.2500009Z", 28, &wall), 0);
    cr_expect_eq(wall, 1250000);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_eq(split_time_read(bad[i], strlen(bad[i]), &wall), SPLIT_ERR_VALUE, "%s", bad[i]);
    cr_expect_eq(split_time_print(-1, buf), SPLIT_ERR_VALUE);
    cr_expect_eq(split_time_print(INT64_MAX, buf), SPLIT_ERR_VALUE);
}

Test(net, samples_are_read_with_labels_escapes_and_special_values)
{
    static const char text[] =
        "# HELP a_total Text\n# TYPE a_total counter\n"
        "a_total{variant=\"new\",path=\"a\\\\n\\\"b\\n\"} 12\n\n"
        "b 1.5e3 1700000000000\r\n"
        "c{le=\"+Inf\",} +Inf\n d{} NaN\nbroken{x=\"1\" 5\n9bad 1\ne{x=1} 2\nf 1x\ng";
    split_exposition e = {.at = text, .end = text + sizeof text - 1};
    split_sample s;
    char buf[16];
    cr_assert(split_sample_next(&e, &s));
    cr_expect(s.name_len == 7 && memcmp(s.name, "a_total", 7) == 0 && s.value == 12);
    cr_assert(split_sample_label(&s, "path", buf, sizeof buf));
    cr_expect_str_eq(buf, "a\\n\"b\n");
    cr_expect(!split_sample_label(&s, "path", buf, 3) && buf[0] == '\0');
    cr_expect(!split_sample_label(&s, "none", buf, sizeof buf));
    cr_assert(split_sample_next(&e, &s));
    cr_expect(s.labels == NULL && s.value == 1500 &&
              !split_sample_label(&s, "le", buf, sizeof buf));
    cr_assert(split_sample_next(&e, &s));
    cr_expect(isinf(s.value) && split_sample_label(&s, "le", buf, sizeof buf));
    cr_expect_str_eq(buf, "+Inf");
    cr_assert(split_sample_next(&e, &s));
    cr_expect(isnan(s.value));
    cr_expect(!split_sample_next(&e, &s));
    cr_expect_eq(e.n_rejected, 5);
}

Test(net, http_options_are_checked)
{
    split_http_options o;
    split_http *http = NULL;
    split_http_options_init(&o);
    cr_expect_eq(split_http_new(&o, NULL), SPLIT_ERR_ARG);
    o.tries = 0;
    cr_expect_eq(split_http_new(&o, &http), SPLIT_ERR_VALUE);
    o.size = 3;
    cr_expect_eq(split_http_new(&o, &http), SPLIT_ERR_STRUCT);
    cr_assert_eq(split_http_new(NULL, &http), 0);
    cr_expect_eq(split_http_send(http, NULL, (split_http_answer *)NULL, NULL), SPLIT_ERR_ARG);
    split_http_free(&http);
    cr_expect_null(http);
    split_http_free(&http);
    split_http_free(NULL);
}

Test(net, a_busy_peer_is_asked_again)
{
    static const char *const answers[] = {busy_answer, ok_answer};
    canned_server s;
    char url[64];
    split_http_answer a;
    split_http *http = client();
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_http_request r = request_to(&s, url);
    cr_assert_eq(split_http_send(http, &r, &a, NULL), 0);
    cr_expect(a.status == 200 && a.tries == 2 && a.body_len == 5);
    cr_expect_str_eq(a.body, "hello");
    canned_server_stop(&s);
    split_http_free(&http);
}

Test(net, a_post_that_was_answered_by_a_gateway_error_is_not_repeated)
{
    static const char *const answers[] = {"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",
                                          ok_answer};
    static const char *const headers[] = {"X-Thing: 1"};
    canned_server s;
    char url[64];
    split_http_answer a;
    split_http *http = client();
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_http_request r = request_to(&s, url);
    r.body = "a=1";
    r.body_len = 3;
    r.headers = headers;
    r.n_headers = 1;
    cr_assert_eq(split_http_send(http, &r, &a, NULL), 0);
    cr_expect(a.status == 502 && a.tries == 1);
    split_http_free(&http);
    canned_server_stop(&s);
    cr_expect(strncmp(s.request, "POST /x ", 8) == 0 &&
              strstr(s.request, "X-Thing: 1\r\n") != NULL);
}

Test(net, a_post_that_only_asks_is_repeated)
{
    static const char *const answers[] = {"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",
                                          ok_answer};
    canned_server s;
    char url[64];
    split_http_answer a;
    split_http *http = client();
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_http_request r = request_to(&s, url);
    r.body = "query=up";
    r.body_len = 8;
    r.repeatable = true;
    cr_assert_eq(split_http_send(http, &r, &a, NULL), 0);
    cr_expect(a.status == 200 && a.tries == 2);
    split_http_free(&http);
    canned_server_stop(&s);
    cr_expect(strncmp(s.request, "POST /x ", 8) == 0);
}

Test(net, a_silent_a_dead_and_a_talkative_peer_are_errors_with_a_sentence)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"
        "0123456789012345678901234567890123456789012345678901234567890123456789"
        "0123456789012345678901234567890123456789012345678901234567890123456789"};
    canned_server s;
    char url[64];
    split_http_answer a;
    split_error e = {.size = sizeof e};
    split_http *http = client();
    cr_assert_eq(canned_server_start(&s, answers, 1), 0);
    split_http_request r = request_to(&s, url);
    cr_expect_eq(split_http_send(http, &r, &a, &e), SPLIT_ERR_SPACE);
    canned_server_stop(&s);
    cr_expect_eq(split_http_send(http, &r, &a, &e), SPLIT_ERR_NET);
    cr_expect(e.code == SPLIT_ERR_NET && strlen(e.text) > 10);
    r.url = "file:///etc/passwd";
    cr_expect_eq(split_http_send(http, &r, &a, &e), SPLIT_ERR_NET);
    split_http_free(&http);
}
