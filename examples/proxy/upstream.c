/* SPDX-License-Identifier: MIT */
/* libcurl's multi interface on the loop, and the time-outs that libcurl does not have. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "upstream.h"

#define STREAM_LOW_BYTES 16384

static void
finish(struct attempt *a, CURLcode result)
{
    curl_multi_remove_handle(a->up->multi, a->easy);
    timer_cancel(&a->up->loop->timers, &a->deadline);
    a->running = false;
    a->result = result;
    a->ended_us = loop_now();
    a->calls->end(a->ctx, a);
}

static void
reap(struct upstream *up)
{
    CURLMsg *msg;
    int left;

    while ((msg = curl_multi_info_read(up->multi, &left))) {
        struct attempt *a = NULL;
        CURLcode result = msg->data.result;

        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&a);
        finish(a, result);
    }
}

static void
socket_ready(void *ctx, int fd, uint32_t events)
{
    struct upstream *up = ctx;
    int mask = 0, running;

    if (events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP))
        mask |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        mask |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        mask |= CURL_CSELECT_ERR;
    curl_multi_socket_action(up->multi, fd, mask, &running);
    reap(up);
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct upstream *up = ctx;
    uint32_t events = 0;

    (void)easy;
    (void)socket_ctx;
    if (what == CURL_POLL_REMOVE) {
        loop_unwatch(up->loop, fd);
        return 0;
    }
    if (what & CURL_POLL_IN)
        events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        events |= EPOLLOUT;
    return loop_watch(up->loop, fd, events, socket_ready, up);
}

static int
on_timer(CURLM *multi, long ms, void *ctx)
{
    struct upstream *up = ctx;

    (void)multi;
    if (ms < 0)
        timer_cancel(&up->loop->timers, &up->timer);
    else if (timer_set(&up->loop->timers, &up->timer, loop_now() + ms * 1000) < 0)
        return -1;
    return 0;
}

static void
timer_due(void *ctx)
{
    struct upstream *up = ctx;
    int running;

    curl_multi_socket_action(up->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    reap(up);
}

int
upstream_open(struct upstream *up, struct loop *loop, long max_idle)
{
    memset(up, 0, sizeof(*up));
    up->loop = loop;
    up->timer.fire = timer_due;
    up->timer.ctx = up;
    up->multi = curl_multi_init();
    if (!up->multi)
        return -1;
    curl_multi_setopt(up->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(up->multi, CURLMOPT_SOCKETDATA, up);
    curl_multi_setopt(up->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(up->multi, CURLMOPT_TIMERDATA, up);
    curl_multi_setopt(up->multi, CURLMOPT_MAXCONNECTS, max_idle);
    return 0;
}

void
upstream_close(struct upstream *up)
{
    while (up->n_spare)
        curl_easy_cleanup(up->spare[--up->n_spare]);
    curl_multi_cleanup(up->multi);
    timer_cancel(&up->loop->timers, &up->timer);
}

/* The deadline that comes next: the head's, or the end's without the visitor's pauses. */
static void
arm_deadline(struct attempt *a)
{
    int64_t at = a->started_us + a->spec.origin->timeout_us + a->paused_us;

    if (!a->headed && a->first_byte_at_us < at)
        at = a->first_byte_at_us;
    timer_set(&a->up->loop->timers, &a->deadline, at);
}

static void
deadline_due(void *ctx)
{
    struct attempt *a = ctx;

    if (a->paused_since_us) { /* Not the origin's fault; libmicrohttpd's idle time-out guards the visitor. */
        timer_set(&a->up->loop->timers, &a->deadline, loop_now() + a->spec.origin->timeout_us);
        return;
    }
    if (a->headed && loop_now() < a->started_us + a->spec.origin->timeout_us + a->paused_us) {
        arm_deadline(a);
        return;
    }
    a->timed_out = true;
    finish(a, CURLE_OPERATION_TIMEDOUT);
}

static void
await_head(struct attempt *a)
{
    a->first_byte_at_us = loop_now() + a->spec.origin->first_byte_timeout_us;
    arm_deadline(a);
}

/* Called before each sending, on a connection that is up. libcurl sends a request again by itself when a kept
 * connection dies without an answer; for a request that must not run twice that is refused here. */
static int
on_send(void *ctx, char *ip, char *local_ip, int port, int local_port)
{
    struct attempt *a = ctx;
    long fresh = 0;

    (void)ip;
    (void)local_ip;
    (void)port;
    (void)local_port;
    if (a->sends && !a->spec.may_resend) {
        a->resend_refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    curl_easy_getinfo(a->easy, CURLINFO_NUM_CONNECTS, &fresh);
    a->reused = fresh == 0;
    a->sends++;
    if (!a->spec.body->streaming)
        await_head(a);
    return CURL_PREREQFUNC_OK;
}

static size_t
on_header(char *line, size_t size, size_t n, void *ctx)
{
    struct attempt *a = ctx;
    long status = 0;

    n *= size;
    if (a->headed || n > 2 || (line[0] != '\r' && line[0] != '\n'))
        return n;
    curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) /* An interim answer; the real one follows. */
        return n;
    a->headed = true;
    a->status = status;
    arm_deadline(a);
    if (a->calls->head(a->ctx, a))
        return n;
    a->dropped = true;
    return 0;
}

static size_t
on_data(char *data, size_t size, size_t n, void *ctx)
{
    struct attempt *a = ctx;
    size_t took = a->calls->data(a->ctx, data, size * n);

    if (took == CURL_WRITEFUNC_PAUSE && !a->paused_since_us)
        a->paused_since_us = loop_now();
    return took;
}

static size_t
on_read(char *out, size_t size, size_t n, void *ctx)
{
    struct attempt *a = ctx;
    struct body *body = a->spec.body;

    n = bytes_take(&body->bytes, out, size * n);
    if (n) {
        body->started = true;
        if (bytes_len(&body->bytes) < STREAM_LOW_BYTES)
            a->calls->drained(a->ctx);
        return n;
    }
    if (body->complete) {
        await_head(a);
        return 0;
    }
    a->starved = true;
    return CURL_READFUNC_PAUSE;
}

static CURL *
take_easy(struct upstream *up)
{
    return up->n_spare ? up->spare[--up->n_spare] : curl_easy_init();
}

static void
give_easy(struct upstream *up, CURL *easy)
{
    if (up->n_spare == UPSTREAM_SPARE) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    up->spare[up->n_spare++] = easy;
}

static void
set_body(struct attempt *a)
{
    const struct body *body = a->spec.body;

    if (!strcmp(a->spec.method, "HEAD"))
        curl_easy_setopt(a->easy, CURLOPT_NOBODY, 1L);
    else if (body->present && !body->streaming) {
        curl_easy_setopt(a->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)bytes_len(&body->bytes));
        curl_easy_setopt(a->easy, CURLOPT_POSTFIELDS, body->bytes.data ? body->bytes.data : "");
    } else if (body->present) {
        curl_easy_setopt(a->easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(a->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)body->declared);
        curl_easy_setopt(a->easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(a->easy, CURLOPT_READDATA, a);
    }
    curl_easy_setopt(a->easy, CURLOPT_CUSTOMREQUEST, a->spec.method);
}

/* A path below the origin's own: "http://host/base/" + "/x" asks for "/base/x". */
static int
set_target(struct attempt *a)
{
    const char *url = a->spec.origin->url;
    const char *host = strstr(url, "://");
    const char *base = host ? strchr(host + 3, '/') : NULL;
    size_t n = base ? strlen(base) : 0;

    while (n && base[n - 1] == '/')
        n--;
    if (asprintf(&a->url, "%.*s%s", (int)n, base ? base : "", a->spec.target) < 0) {
        a->url = NULL;
        return -1;
    }
    curl_easy_setopt(a->easy, CURLOPT_URL, url);
    curl_easy_setopt(a->easy, CURLOPT_REQUEST_TARGET, a->url);
    return 0;
}

static void
set_rules(struct attempt *a)
{
    CURL *easy = a->easy;
    int64_t connect_ms = a->spec.origin->connect_timeout_us / 1000;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, a);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_ms > 0 ? connect_ms : 1));
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 30L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, a->spec.headers);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, a);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, a);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
}

struct attempt *
attempt_start(struct upstream *up, const struct attempt_spec *spec, const struct attempt_calls *calls,
              void *ctx)
{
    struct attempt *a = calloc(1, sizeof(*a));

    if (a)
        a->easy = take_easy(up);
    if (!a || !a->easy) {
        curl_slist_free_all(spec->headers);
        free(a);
        return NULL;
    }
    a->up = up;
    a->calls = calls;
    a->ctx = ctx;
    a->spec = *spec;
    a->deadline.fire = deadline_due;
    a->deadline.ctx = a;
    a->started_us = loop_now();
    a->first_byte_at_us = TIMER_NEVER;
    set_rules(a);
    set_body(a);
    if (set_target(a) < 0 || curl_multi_add_handle(up->multi, a->easy) != CURLM_OK) {
        attempt_free(&a);
        return NULL;
    }
    a->running = true;
    arm_deadline(a);
    return a;
}

void
attempt_go_on(struct attempt *a)
{
    if (!a->running || !a->paused_since_us)
        return;
    a->paused_us += loop_now() - a->paused_since_us;
    a->paused_since_us = 0;
    curl_easy_pause(a->easy, CURLPAUSE_CONT);
}

void
attempt_feed(struct attempt *a)
{
    if (!a->running || !a->starved)
        return;
    a->starved = false;
    curl_easy_pause(a->easy, a->paused_since_us ? CURLPAUSE_RECV : CURLPAUSE_CONT);
}

int64_t
attempt_latency_us(const struct attempt *a)
{
    int64_t now = loop_now();
    int64_t paused = a->paused_us + (a->paused_since_us ? now - a->paused_since_us : 0);

    return (a->running ? now : a->ended_us) - a->started_us - paused;
}

void
attempt_free(struct attempt **attempt)
{
    struct attempt *a = *attempt;

    if (!a)
        return;
    *attempt = NULL;
    if (a->running) {
        curl_multi_remove_handle(a->up->multi, a->easy);
        timer_cancel(&a->up->loop->timers, &a->deadline);
    }
    give_easy(a->up, a->easy);
    curl_slist_free_all(a->spec.headers);
    free(a->url);
    free(a);
}
