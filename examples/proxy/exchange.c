/* SPDX-License-Identifier: MIT */
/* The origins' side of a request: attempts, their outcomes, and the follow-up that failover decides. */
#include <stddef.h>
#include <string.h>

#include "headers.h"
#include "log.h"
#include "outcome.h"
#include "proxy.h"
#include "request.h"

static void begin_attempt(struct request *r);

/* Report the attempt's outcome once. True when another attempt follows, in r->next. */
static bool
report(struct request *r, split_outcome_class outcome)
{
    split_us push_back = 0;

    if (r->attempt && r->attempt->headed && outcome != SPLIT_OUTCOME_OK)
        push_back = outcome_push_back(r->attempt);
    r->reported = true;
    r->last_class = outcome;
    r->origin_us = r->attempt ? attempt_latency_us(r->attempt) : 0;
    counters_attempt(&r->proxy->counters, r, outcome);
    r->has_next = router_report(&r->proxy->router, r->routing, &r->hop, outcome, push_back,
                                r->answer.committed, &r->next);
    return r->has_next;
}

/* An answer that may still be replaced is held; this ends it for answers that take their time. */
static void
hold_over(void *ctx)
{
    request_commit(ctx);
}

static bool
on_head(void *ctx, struct attempt *a)
{
    struct request *r = ctx;
    bool bodyless = !strcmp(r->method, "HEAD");

    r->head_class = outcome_of_status(a->status, r->routing->statuses, r->routing->n_statuses);
    if (r->head_class == SPLIT_OUTCOME_FAIL_STATUS && report(r, r->head_class))
        return false;
    counters_cache(&r->proxy->counters, r, a->easy);
    if (answer_begin(&r->answer, a->easy, (unsigned)a->status, bodyless) < 0)
        return false;
    r->served_by_origin = true;
    if (bodyless)
        return true;
    if (!answer_fits(&r->answer, r->proxy->options.hold_bytes))
        request_commit(r);
    else if (r->answer.declared == MHD_SIZE_UNKNOWN)
        timer_set(&r->proxy->loop.timers, &r->hold, loop_now() + (int64_t)r->proxy->options.hold_ms * 1000);
    return true;
}

static size_t
on_data(void *ctx, const char *data, size_t n)
{
    struct request *r = ctx;
    struct answer *answer = &r->answer;

    if (answer->committed && bytes_len(&answer->bytes) >= ANSWER_HIGH_BYTES)
        return CURL_WRITEFUNC_PAUSE;
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
fail(struct request *r, split_outcome_class outcome)
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
    split_outcome_class outcome = outcome_of_end(a, r->head_class);
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
    r->head_class = SPLIT_OUTCOME_OK;
    r->n_attempts++;
    r->attempt = spec.headers ? attempt_start(&r->proxy->upstream, &spec, &calls, r) : NULL;
    if (r->attempt)
        return;
    report(r, SPLIT_OUTCOME_NEUTRAL);
    request_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory\n");
}

void
exchange_start(struct request *r)
{
    struct hop_facts facts = {.key_hash = r->choice.key_hash,
                              .safe = r->safe,
                              .replayable = !r->body.streaming};

    r->started = true;
    r->hold.fire = hold_over;
    r->hold.ctx = r;
    r->answer.drained = answer_drained;
    r->answer.ctx = r;
    if (!router_first(&r->proxy->router, r->routing, r->choice.who.variant, &facts, &r->hop)) {
        counters_fail_fast(&r->proxy->counters, r);
        request_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "every origin is out of service\n");
        return;
    }
    r->first_origin = r->hop.origin;
    counters_first(&r->proxy->counters, r);
    begin_attempt(r);
}

void
exchange_cancel(struct request *r)
{
    if (!r->attempt)
        return;
    if (!r->reported)
        report(r, SPLIT_OUTCOME_NEUTRAL);
    attempt_free(&r->attempt);
}
