/* SPDX-License-Identifier: MIT */
/* The origins' side of a request: attempts, their outcomes, and the follow-up that failover
 * decides. */
#include <stddef.h>
#include <string.h>

#include "headers.h"
#include "log.h"
#include "outcome.h"
#include "proxy.h"
#include "request.h"

#define HEADERS_OF_OURS 1024

static void begin_attempt(struct request *r);

/* Report the attempt's outcome once. True when another attempt follows, in r->next. */
static bool
report(struct request *r, split_failover_class outcome)
{
    split_failover_outcome what = {.klass = outcome, .committed = r->answer.committed};

    if (r->attempt && r->attempt->headed && outcome != SPLIT_FAILOVER_CLASS_OK)
        what.push_back_us = outcome_push_back(r->attempt);
    r->reported = true;
    r->last_class = outcome;
    r->origin_us = r->attempt ? attempt_latency_us(r->attempt) : 0;
    counters_attempt(&r->proxy->counters, r, outcome);
    r->has_next = router_report(&r->proxy->router, r->routing, &r->hop, &what, &r->next);
    return r->has_next;
}

/* An answer that may still be replaced is held; this ends it for answers that take their time. */
static void
hold_over(void *ctx)
{
    request_commit(ctx);
}

/* What the visitor's connection has left for the headers of the answer, our own apart. */
static size_t
room_for_headers(const struct request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t used = HEADERS_OF_OURS + (info ? info->header_size : 0);

    return r->proxy->options.header_bytes > used ? r->proxy->options.header_bytes - used : 0;
}

static bool
on_head(void *ctx, struct attempt *a)
{
    struct request *r = ctx;
    bool bodyless = !strcmp(r->method, "HEAD");

    r->head_class = router_classify_status(&r->proxy->router, a->status, attempt_latency_us(a));
    if (r->head_class == SPLIT_FAILOVER_CLASS_FAIL_STATUS && report(r, r->head_class))
        return false;
    counters_cache(&r->proxy->counters, r, a->easy);
    if (answer_begin(&r->answer, a->easy, (unsigned)a->status, bodyless, room_for_headers(r)) < 0) {
        log_say("origin %s: the headers of its answer are too large",
                r->routing->origins[r->hop.origin].name);
        return false;
    }
    r->served_by_origin = true;
    if (bodyless)
        return true;
    if (!answer_fits(&r->answer, r->proxy->options.hold_bytes))
        request_commit(r);
    else if (r->answer.declared == MHD_SIZE_UNKNOWN)
        timer_set(&r->proxy->loop.timers, &r->hold,
                  loop_now() + (int64_t)r->proxy->options.hold_ms * 1000);
    return true;
}

static size_t
on_data(void *ctx, const char *data, size_t n)
{
    struct request *r = ctx;
    struct answer *answer = &r->answer;

    if (answer->committed && bytes_len(&answer->bytes) >= ANSWER_HIGH_BYTES) {
        if (!r->body.complete)
            request_resume(r); /* It must not wait for room that may never come. */
        return CURL_WRITEFUNC_PAUSE;
    }
    if (bytes_append(&answer->bytes, data, n) < 0)
        return 0;
    if (!answer->committed && !answer_fits(answer, r->proxy->options.hold_bytes))
        request_commit(r);
    else if (answer->waiting)
        request_resume(r);
    return n;
}

/* The upload has room again. */
static void
on_drained(void *ctx)
{
    struct request *r = ctx;

    if (!r->body.complete)
        request_resume(r);
}

static void
answer_drained(void *ctx)
{
    struct request *r = ctx;

    if (r->attempt)
        attempt_go_on(r->attempt);
}

/* No origin's answer can be passed on. */
static void
fail(struct request *r, split_failover_class outcome)
{
    if (r->answer.committed) {
        r->answer.cut = true;
        request_resume(r);
        return;
    }
    request_refuse(r, outcome_own_status(outcome), "no origin could answer this request\n");
}

static void
succeed(struct request *r)
{
    r->answer.ended = true;
    request_commit(r);
    request_resume(r);
}

static void
on_end(void *ctx, struct attempt *a)
{
    struct request *r = ctx;
    split_failover_class outcome = outcome_of_end(a, r->head_class, &r->proxy->router);
    bool committed = r->answer.committed;
    bool complete = a->result == CURLE_OK && (committed || r->answer.response);

    if (!r->reported)
        report(r, outcome);
    attempt_free(&r->attempt);
    if (r->has_next && !committed) {
        answer_discard(&r->answer);
        timer_cancel(&r->proxy->loop.timers, &r->hold);
        r->hop = r->next;
        begin_attempt(r);
    } else if (complete)
        succeed(r);
    else
        fail(r, outcome);
}

static const struct attempt_calls calls = {on_head, on_data, on_drained, on_end};

static void
begin_attempt(struct request *r)
{
    const split_origin_info *origin = &r->routing->origins[r->hop.origin];
    struct header_facts facts = {.variant = r->choice.variant_name,
                                 .host = origin->host,
                                 .client = r->address,
                                 .trust_forwarded = r->proxy->options.trust_forwarded};
    struct attempt_spec spec = {.origin = origin,
                                .method = r->method,
                                .target = r->target,
                                .headers = headers_to_origin(r->conn, &facts),
                                .body = &r->body,
                                .may_resend = r->safe && !r->body.streaming};

    r->reported = r->has_next = false;
    r->head_class = SPLIT_FAILOVER_CLASS_OK;
    r->n_attempts++;
    r->attempt = spec.headers ? attempt_start(&r->proxy->upstream, &spec, &calls, r) : NULL;
    if (r->attempt)
        return;
    report(r, SPLIT_FAILOVER_CLASS_NEUTRAL);
    request_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory\n");
}

void
exchange_start(struct request *r)
{
    struct hop_facts facts = {.safe = r->safe, .replayable = !r->body.streaming};
    bool has_origin;

    request_renew(r);
    facts.key_hash = r->choice.key_hash;
    r->started = true;
    r->hold.fire = hold_over;
    r->hold.ctx = r;
    r->answer.drained = answer_drained;
    r->answer.ctx = r;
    has_origin =
        router_first(&r->proxy->router, r->routing, r->choice.who.variant, &facts, &r->hop);
    counters_first(&r->proxy->counters, r);
    if (!has_origin) {
        request_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "no origin may serve this request now\n");
        return;
    }
    r->first_origin = r->hop.origin;
    begin_attempt(r);
}

static void
end_early(struct request *r, split_failover_class outcome)
{
    if (!r->attempt)
        return;
    if (!r->reported)
        report(r, outcome);
    attempt_free(&r->attempt);
}

void
exchange_cancel(struct request *r)
{
    end_early(r, SPLIT_FAILOVER_CLASS_NEUTRAL);
}

void
exchange_finish(struct request *r)
{
    end_early(r, r->head_class);
}
