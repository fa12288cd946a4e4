/* SPDX-License-Identifier: MIT */
/* One attempt: what is sent, time-outs that libcurl does not have, the refusal to send twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"

#define STREAM_LOW_BYTES 16384

void
attempt_end(struct attempt *a, CURLcode result)
{
    curl_multi_remove_handle(a->up->multi, a->easy);
    timer_cancel(&a->up->loop->timers, &a->deadline);
    a->running = false;
    a->result = result;
    a->ended_us = loop_now();
    a->calls->end(a->ctx, a);
}

/* The deadline that comes next: the head's, or the end's without the visitor's pauses. */
static int64_t
deadline_of(const struct attempt *a)
{
    int64_t at = a->started_us + a->spec.origin->timeout_us + a->waited_us;

    return !a->headed && a->first_byte_at_us < at ? a->first_byte_at_us : at;
}

static void
arm_deadline(struct attempt *a)
{
    timer_set(&a->up->loop->timers, &a->deadline, deadline_of(a));
}

static void
wait_begins(struct attempt *a)
{
    if (!a->waiting_since_us)
        a->waiting_since_us = loop_now();
}

static void
wait_ends(struct attempt *a)
{
    if (a->paused || a->starved)
        return;
    a->waited_us += loop_now() - a->waiting_since_us;
    a->waiting_since_us = 0;
}

static void
deadline_due(void *ctx)
{
    struct attempt *a = ctx;

    if (a->waiting_since_us) { /* libmicrohttpd's idle time-out guards the visitor. */
        timer_set(&a->up->loop->timers, &a->deadline, loop_now() + a->spec.origin->timeout_us);
        return;
    }
    if (loop_now() < deadline_of(a)) {
        arm_deadline(a);
        return;
    }
    a->timed_out = true;
    attempt_end(a, CURLE_OPERATION_TIMEDOUT);
}

static void
await_head(struct attempt *a)
{
    a->first_byte_at_us = loop_now() + a->spec.origin->first_byte_timeout_us;
    arm_deadline(a);
}

/* Called before each sending. libcurl sends a request again by itself when a kept connection dies
 * without an answer; for a request that must not run twice that is refused here. */
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

    if (took == CURL_WRITEFUNC_PAUSE) {
        a->paused = true;
        wait_begins(a);
    }
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
    if (body->lost)
        return CURL_READFUNC_ABORT;
    if (body->complete) {
        await_head(a);
        return 0;
    }
    a->starved = true;
    wait_begins(a);
    return CURL_READFUNC_PAUSE;
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
    if (a->spec.target[0] != '/') /* "OPTIONS *" */
        n = 0;
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
attempt_start(struct upstream *up, const struct attempt_spec *spec,
              const struct attempt_calls *calls, void *ctx)
{
    struct attempt *a = calloc(1, sizeof(*a));

    if (a)
        a->easy = upstream_take(up);
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
    if (!a->running || !a->paused)
        return;
    a->paused = false;
    wait_ends(a);
    curl_easy_pause(a->easy, a->starved ? CURLPAUSE_SEND : CURLPAUSE_CONT);
}

void
attempt_feed(struct attempt *a)
{
    if (!a->running || !a->starved)
        return;
    a->starved = false;
    wait_ends(a);
    curl_easy_pause(a->easy, a->paused ? CURLPAUSE_RECV : CURLPAUSE_CONT);
}

int64_t
attempt_latency_us(const struct attempt *a)
{
    int64_t now = loop_now();
    int64_t end = a->running ? now : a->ended_us;
    int64_t waited = a->waited_us + (a->waiting_since_us ? end - a->waiting_since_us : 0);

    return end - a->started_us - waited;
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
    upstream_give(a->up, a->easy);
    curl_slist_free_all(a->spec.headers);
    free(a->url);
    free(a);
}
