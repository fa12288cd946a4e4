/* SPDX-License-Identifier: MIT */
/* Sources read at once: deadlines, late answers, marks, wakes, and peers that hang. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "canned_server.h"
#include "split/source_set.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define COUNTS(n, revision)                                                                        \
    HEAD "split_sent_total{variant=\"new\"} " #n "\nsplit_outcomes_total{variant=\"new\"} " #n     \
         "\nsplit_route_revision " #revision "\n"

static split_source *
open_port(int port)
{
    split_source_options o;
    split_source *source = NULL;
    char spec[64];
    snprintf(spec, sizeof spec, "http://127.0.0.1:%d", port);
    split_source_options_init(&o);
    o.spec = spec;
    o.arms[SPLIT_READING_ARM] = "new";
    split_http_options http;
    split_http_options_init(&http);
    http.tries = 1;
    o.http = &http;
    cr_assert_eq(split_source_new(&o, &source, NULL), 0);
    return source;
}

/* A port that takes connections and says nothing. */
static int
open_hung(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t at_len = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 64) == 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &at_len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

/* Gives one answer when it is asked to. */
typedef struct late_server {
    int listener;
    int port;
    const char *answer;
} late_server;

static void
answer_late(late_server *s)
{
    char request[4096];
    int fd = accept(s->listener, NULL, NULL);
    cr_assert(fd >= 0 && read(fd, request, sizeof request) > 0);
    cr_assert_eq(write(fd, s->answer, strlen(s->answer)), (ssize_t)strlen(s->answer));
    close(fd);
}

static split_source_set *
set_of(const int *ports, size_t n)
{
    split_source_set *set = NULL;
    cr_assert_eq(split_source_set_new(&set), 0);
    for (size_t i = 0; i < n; i++) {
        split_source *source = open_port(ports[i]);
        cr_assert_eq(split_source_set_add(set, &source), 0);
        cr_expect_null(source);
    }
    return set;
}

static split_us
in(split_us span)
{
    return split_clock_now() + span;
}

Test(source_set, arguments_are_checked)
{
    static split_reading r;
    split_source_set *set = NULL;
    split_source *none = NULL;
    cr_expect_eq(split_source_set_new(NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_source_set_new(&set), 0);
    cr_expect_eq(split_source_set_add(set, &none), SPLIT_ERR_ARG);
    cr_expect_eq(split_source_set_add(NULL, NULL), SPLIT_ERR_ARG);
    cr_expect_eq(split_source_set_begin(NULL, 0), SPLIT_ERR_ARG);
    cr_expect_eq(split_source_set_wait(NULL, 0, NULL), SPLIT_ERR_ARG);
    cr_expect_eq(split_source_set_take(NULL, 0, &r, NULL), SPLIT_ERR_ARG);
    cr_expect_eq(split_source_set_take(set, 0, &r, NULL), SPLIT_ERR_INDEX);
    cr_expect_eq(split_source_set_count(set), 0);
    cr_expect_null(split_source_set_spec(set, 0));
    cr_expect_eq(split_source_set_begin(set, in(1000000)), 0);
    cr_expect_eq(split_source_set_wait(set, in(1000000), NULL), 0, "nobody is waited for");
    split_source_set_mark(NULL);
    split_source_set_free(NULL);
    split_source_set_free(&set);
    cr_expect_null(set);
    split_source_set_free(&set);
}

Test(source_set, a_hung_peer_is_missing_and_delays_nobody)
{
    static const char *const answers[] = {COUNTS(10, 1), COUNTS(25, 1)};
    static split_reading r;
    canned_server s;
    split_error e = {.size = sizeof e};
    size_t pending = 0;
    int hung_port;
    int hung = open_hung(&hung_port);
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    split_source_set *set = set_of((int[]){hung_port, s.port}, 2);
    cr_expect_eq(split_source_set_count(set), 2);
    cr_expect_not_null(strstr(split_source_set_spec(set, 1), "127.0.0.1"));
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(split_source_set_begin(set, in(400000)), 0);
        cr_expect_eq(split_source_set_wait(set, in(100000), &pending), SPLIT_ERR_NET);
        cr_expect_eq(pending, 1);
        cr_expect_eq(split_source_set_take(set, 0, &r, &e), SPLIT_ERR_NET);
        cr_expect_str_eq(e.text, "has not answered in time");
        int rc = split_source_set_take(set, 1, &r, NULL);
        cr_expect_eq(rc, round == 0 ? SPLIT_ERR_NO_DATA : 0);
        cr_expect_eq(split_source_set_wait(set, in(5000000), NULL), 0, "its request gave up");
        cr_expect_eq(split_source_set_take(set, 0, &r, &e), SPLIT_ERR_NET);
        cr_expect_not_null(strstr(e.text, "deadline"), "%s", e.text);
    }
    cr_expect_eq(split_source_set_take(set, 1, &r, NULL), SPLIT_ERR_NO_DATA);
    cr_expect_not(r.has_arm[SPLIT_READING_ARM], "what was taken is not there twice");
    split_source_set_free(&set);
    canned_server_stop(&s);
    close(hung);
}

Test(source_set, a_late_answer_counts_in_the_next_round)
{
    static split_reading r;
    late_server s = {.answer = COUNTS(100, 3)};
    s.listener = open_hung(&s.port);
    split_source_set *set = set_of(&s.port, 1);
    cr_assert_eq(split_source_set_begin(set, in(5000000)), 0);
    answer_late(&s);
    cr_assert_eq(split_source_set_wait(set, in(5000000), NULL), 0);
    cr_expect_eq(split_source_set_take(set, 0, &r, NULL), SPLIT_ERR_NO_DATA, "the first mark");
    s.answer = COUNTS(107, 3);
    cr_assert_eq(split_source_set_begin(set, in(5000000)), 0);
    cr_expect_eq(split_source_set_wait(set, in(20000), NULL), SPLIT_ERR_NET);
    cr_expect_eq(split_source_set_take(set, 0, &r, NULL), SPLIT_ERR_NET);
    answer_late(&s);
    cr_assert_eq(split_source_set_wait(set, in(5000000), NULL), 0);
    s.answer = COUNTS(112, 4);
    cr_assert_eq(split_source_set_begin(set, in(5000000)), 0);
    answer_late(&s);
    cr_assert_eq(split_source_set_wait(set, in(5000000), NULL), 0);
    cr_expect_eq(split_source_set_take(set, 0, &r, NULL), 0);
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 12, "7 late and 5");
    cr_expect(r.has_revision && r.revision == 4, "the newer revision is in force");
    cr_expect_eq(r.n_sources, 1);
    split_source_set_free(&set);
    close(s.listener);
}

Test(source_set, a_mark_drops_what_is_on_its_way)
{
    static split_reading r;
    late_server s = {.answer = COUNTS(100, 3)};
    s.listener = open_hung(&s.port);
    split_source_set *set = set_of(&s.port, 1);
    cr_assert_eq(split_source_set_begin(set, in(5000000)), 0);
    answer_late(&s);
    cr_assert_eq(split_source_set_wait(set, in(5000000), NULL), 0);
    cr_expect_eq(split_source_set_take(set, 0, &r, NULL), SPLIT_ERR_NO_DATA);
    s.answer = COUNTS(200, 3);
    cr_assert_eq(split_source_set_begin(set, in(5000000)), 0);
    split_source_set_mark(set);
    answer_late(&s);
    cr_assert_eq(split_source_set_wait(set, in(5000000), NULL), 0);
    cr_expect_eq(split_source_set_take(set, 0, &r, NULL), SPLIT_ERR_NO_DATA);
    static const int64_t expected[] = {SPLIT_ERR_NO_DATA, 0};
    static const char *const answers[] = {COUNTS(300, 3), COUNTS(304, 3)};
    for (int i = 0; i < 2; i++) {
        s.answer = answers[i];
        cr_assert_eq(split_source_set_begin(set, in(5000000)), 0);
        answer_late(&s);
        cr_assert_eq(split_source_set_wait(set, in(5000000), NULL), 0);
        cr_expect_eq(split_source_set_take(set, 0, &r, NULL), expected[i], "answer %d", i);
    }
    cr_expect_eq(split_arm_get(&r.arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT), 4);
    split_source_set_free(&set);
    close(s.listener);
}

static void *
wake_soon(void *ctx)
{
    (void)split_clock_sleep_until(in(30000));
    split_source_set_wake(ctx);
    return NULL;
}

static void
on_alarm(int number)
{
    (void)number;
}

Test(source_set, a_wake_and_a_signal_end_a_wait)
{
    pthread_t thread;
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval soon = {.it_value = {.tv_usec = 30000}};
    int port;
    int hung = open_hung(&port);
    split_source_set *set = set_of(&port, 1);
    cr_assert_eq(split_source_set_begin(set, in(20000000)), 0);
    cr_assert_eq(pthread_create(&thread, NULL, wake_soon, set), 0);
    cr_expect_eq(split_source_set_wait(set, in(20000000), NULL), SPLIT_ERR_MODE);
    pthread_join(thread, NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    cr_expect_eq(split_source_set_wait(set, in(20000000), NULL), SPLIT_ERR_MODE);
    split_source_set_wake(set);
    struct pollfd p = {.fd = split_source_set_fd(set), .events = POLLIN};
    cr_expect_eq(poll(&p, 1, 0), 1, "an event loop sees it");
    split_us begun = split_clock_now();
    split_source_set_free(&set);
    cr_expect_lt(split_clock_now() - begun, 10000000, "a hung request is cancelled");
    close(hung);
}

Test(source_set, many_sources_are_asked_at_once)
{
    enum { N = 300 };
    static split_reading r;
    int ports[N];
    int port;
    int hung = open_hung(&port);
    for (int i = 0; i < N; i++)
        ports[i] = port;
    split_source_set *set = set_of(ports, N);
    size_t pending = 0;
    cr_assert_eq(split_source_set_begin(set, in(20000000)), 0);
    cr_expect_eq(split_source_set_wait(set, in(10000), &pending), SPLIT_ERR_NET);
    cr_expect_eq(pending, N);
    cr_expect_eq(split_source_set_take(set, N - 1, &r, NULL), SPLIT_ERR_NET);
    split_source_set_free(&set);
    close(hung);
}
