/* SPDX-License-Identifier: MIT */
/* One sink of the board and the thread that works on it. */
#include "route/member.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "split/net.h"
#include "split/plan.h"

#define TRIES 4
#define BUCKETS_BESIDE 3 /* weights in steps of the sink's own */

void
member_work_init(member_work *work)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->done, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void
read_now(member *m)
{
    m->rc = split_sink_read(m->sink, &m->state, &m->error);
    if (m->rc != SPLIT_OK)
        return;
    m->error.text[0] = '\0';
    split_route_free(&m->known, NULL);
    if (m->state.text != NULL && split_route_load(m->state.text, m->state.text_len, NULL, NULL, 0,
                                                  NULL, &m->known) != SPLIT_OK)
        m->known = NULL;
}

static bool
same_shares(const split_sink_state *state, const split_route *route)
{
    split_plan_options options;
    split_plan *plan = NULL;
    bool same = split_route_plan_options(route, &options) == SPLIT_OK &&
                split_plan_new(&options, NULL, &plan) == SPLIT_OK &&
                state->n_shares == split_plan_n_variants(plan);
    for (size_t v = 0; same && v < state->n_shares; v++) {
        int64_t beside = (int64_t)state->shares[v] - (int64_t)split_plan_buckets(plan, v);
        same = beside >= -BUCKETS_BESIDE && beside <= BUCKETS_BESIDE;
    }
    split_plan_free(&plan, NULL);
    return same;
}

bool
member_shows(const split_sink_state *state, const split_route *route)
{
    size_t len;
    const char *text = split_route_text(route, &len);
    if (!state->exists)
        return false;
    if (state->text != NULL)
        return state->text_len == len && memcmp(state->text, text, len) == 0;
    if (state->has_revision && (state->revision != split_route_revision(route) ||
                                strcmp(state->split, split_route_name(route)) != 0))
        return false;
    return same_shares(state, route);
}

/* What was answered is not believed before it is read. */
static int
read_back(member *m, const split_route *route, split_error *error)
{
    read_now(m);
    if (m->rc != SPLIT_OK) {
        *error = m->error;
        return m->rc;
    }
    if (member_shows(&m->state, route))
        return SPLIT_OK;
    *error = (split_error){.size = sizeof *error, .code = SPLIT_ERR_PEER};
    if (m->state.has_revision && m->state.revision > split_route_revision(route))
        snprintf(error->text, sizeof error->text, "was changed again by another writer");
    else
        snprintf(error->text, sizeof error->text,
                 "answered success, but does not show the route (revision %llu)",
                 (unsigned long long)m->state.revision);
    return SPLIT_ERR_PEER;
}

int
member_replace(member *m, const split_route *route, split_error *error)
{
    char fence[SPLIT_SINK_FENCE_BYTES];
    memcpy(fence, m->state.fence, sizeof fence);
    *error = (split_error){.size = sizeof *error};
    int rc = split_sink_replace(m->sink, route, fence, error);
    if (rc != SPLIT_OK && rc != SPLIT_ERR_NET && rc != SPLIT_ERR_IO)
        return rc;
    split_error why = {.size = sizeof why};
    int back = read_back(m, route, &why);
    if (back == SPLIT_OK)
        return rc == SPLIT_ERR_IO ? SPLIT_OK : back; /* taken, though the answer was lost */
    if (rc == SPLIT_OK)
        *error = why;
    return rc == SPLIT_OK ? back : rc;
}

/* One that shows something newer, or something else's, is not overwritten. */
static board_outcome
judge(const member *m, const split_route *route)
{
    if (m->state.split[0] != '\0' && strcmp(m->state.split, split_route_name(route)) != 0)
        return BOARD_FOREIGN;
    if (member_shows(&m->state, route))
        return BOARD_IN_FORCE;
    if (m->state.has_revision && m->state.revision >= split_route_revision(route))
        return BOARD_NEWER;
    return BOARD_PENDING;
}

static board_outcome
follow(member *m, const split_route *route)
{
    for (int i = 0; i < TRIES; i++) {
        read_now(m);
        /* A sink of several processes may have one that is dead: the others have a fence. */
        if (m->rc != SPLIT_OK && m->state.fence[0] == '\0')
            return BOARD_FAILED;
        board_outcome outcome = m->rc == SPLIT_OK ? judge(m, route) : BOARD_PENDING;
        if (outcome != BOARD_PENDING)
            return outcome;
        split_error error;
        int rc = member_replace(m, route, &error);
        if (rc == SPLIT_OK)
            return BOARD_IN_FORCE;
        m->error = error;
        if (rc != SPLIT_ERR_CONFLICT)
            return BOARD_FAILED;
    }
    return BOARD_FAILED;
}

static void *
work(void *ctx)
{
    member *m = ctx;
    m->error = (split_error){.size = sizeof m->error};
    if (m->job == MEMBER_FOLLOW)
        m->outcome = follow(m, m->target);
    else if (m->job == MEMBER_PROBE)
        m->outcome =
            split_sink_probe(m->sink, &m->error) == SPLIT_OK ? BOARD_PENDING : BOARD_FAILED;
    else
        read_now(m);
    if (m->job == MEMBER_READ)
        m->outcome = m->rc == SPLIT_OK ? BOARD_PENDING : BOARD_FAILED;
    split_route_free(&m->target, NULL);
    pthread_mutex_lock(&m->work->lock);
    m->took_us = split_clock_now() - m->began;
    m->done = true;
    pthread_cond_broadcast(&m->work->done);
    pthread_mutex_unlock(&m->work->lock);
    return NULL;
}

bool
member_start(member *m, member_work *all, member_job job, split_route *target, split_us began)
{
    if (m->started)
        pthread_join(m->thread, NULL);
    m->work = all;
    m->job = job;
    m->target = target;
    m->began = began;
    m->done = false;
    m->started = pthread_create(&m->thread, NULL, work, m) == 0;
    if (!m->started) {
        split_route_free(&m->target, NULL);
        m->outcome = BOARD_FAILED;
        m->done = true;
        snprintf(m->error.text, sizeof m->error.text, "no thread could be started");
    }
    return m->started;
}

bool
member_await(member *m, split_us until)
{
    const struct timespec at = {.tv_sec = (time_t)(until / 1000000),
                                .tv_nsec = (long)(until % 1000000) * 1000};
    pthread_mutex_lock(&m->work->lock);
    int rc = 0;
    while (!m->done && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&m->work->done, &m->work->lock, &at);
    bool done = m->done;
    pthread_mutex_unlock(&m->work->lock);
    return done;
}
