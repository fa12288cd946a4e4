/* SPDX-License-Identifier: MIT */
/* One source of a set and the thread that reads it. */
#include "net/source/set/member.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/sized.h"
#include "net/base/scope.h"
#include "net/source/source.h"

#define STACK_BYTES (512u << 10)

/* The condition waits by the monotonic clock: the wall clock may step. */
static bool
init_locks(set_member *m)
{
    pthread_condattr_t attributes;
    bool done = pthread_mutex_init(&m->lock, NULL) == 0 && pthread_condattr_init(&attributes) == 0;
    if (!done)
        return false;
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    done = pthread_cond_init(&m->change, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

set_member *
split__member_new(split_source *source, int done_fd)
{
    set_member *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (m->cancel_fd < 0 || !init_locks(m)) {
        if (m->cancel_fd >= 0)
            close(m->cancel_fd);
        free(m);
        return NULL;
    }
    m->source = source;
    m->done_fd = done_fd;
    m->error.size = sizeof m->error;
    split_reading_init(&m->held);
    return m;
}

static void
destroy(set_member *m)
{
    split_source_free(&m->source);
    close(m->cancel_fd);
    pthread_cond_destroy(&m->change);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static void
drop(set_member *m)
{
    split_reading_init(&m->held);
    m->has_answer = false;
    m->has_data = false;
}

/* A late answer and the next one become one; the newer revision is the one in force. */
static void
hold(set_member *m, const split_reading *reading)
{
    if (!m->has_answer) {
        m->held = *reading;
        m->has_answer = true;
        return;
    }
    bool has_revision = reading->has_revision || m->held.has_revision;
    uint64_t revision = reading->has_revision ? reading->revision : m->held.revision;
    split_reading_add(&m->held, reading);
    m->held.has_revision = has_revision;
    m->held.revision = revision;
    m->held.n_sources = 1;
}

/* What is known apart from counts stays: revision, origins and alarms are of now. */
static void
take_counts_away(split_reading *reading)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        split_arm_clear(&reading->arm[a]);
        reading->has_arm[a] = false;
        reading->latency[a].n_edges = 0;
    }
}

static void
keep_answer(set_member *m, int rc, split_reading *reading, const split_error *error)
{
    bool answered = rc == SPLIT_OK || rc == SPLIT_ERR_NO_DATA;
    m->rc = rc;
    m->error = *error;
    if (answered && m->behind) {
        m->behind = false;
        take_counts_away(reading);
        m->rc = split__net_fault(&m->error, SPLIT_ERR_NO_DATA,
                                 "what it counted is partly from before the traffic changed");
    }
    if (answered)
        hold(m, reading);
    m->has_data = m->has_data || m->rc == SPLIT_OK;
    if (!m->marked)
        return;
    m->marked = false;
    drop(m);
    split_source_mark(m->source);
    m->behind = !split__source_has_mark(m->source);
    m->rc = split__net_fault(&m->error, SPLIT_ERR_NO_DATA,
                             "its answer is from before the traffic changed");
}

static void
report_done(const set_member *m)
{
    uint64_t one = 1;
    if (m->done_fd >= 0 && write(m->done_fd, &one, sizeof one) < 0)
        return; /* full: the set wakes up all the same */
}

/* Without the lock held on entry and at the end. */
static void
read_once(set_member *m, split_us deadline_us)
{
    const net_scope scope = {.deadline_us = deadline_us, .cancel_fd = m->cancel_fd};
    split_reading reading;
    split_error error = {.size = sizeof error};
    split__scope_enter(&scope);
    int rc = split_source_read(m->source, &reading, &error);
    split__scope_enter(NULL);
    pthread_mutex_lock(&m->lock);
    keep_answer(m, rc, &reading, &error);
    m->busy = false;
    report_done(m);
    pthread_mutex_unlock(&m->lock);
}

static void *
serve(void *ctx)
{
    set_member *m = ctx;
    pthread_mutex_lock(&m->lock);
    while (!m->quit) {
        if (!m->wanted) {
            pthread_cond_wait(&m->change, &m->lock);
            continue;
        }
        split_us deadline_us = m->deadline_us;
        m->wanted = false;
        m->busy = true;
        pthread_mutex_unlock(&m->lock);
        read_once(m, deadline_us);
        pthread_mutex_lock(&m->lock);
    }
    m->gone = true;
    bool orphan = m->orphan;
    pthread_cond_broadcast(&m->change);
    pthread_mutex_unlock(&m->lock);
    if (orphan)
        destroy(m);
    return NULL;
}

/* Signals are for the threads of the program, not for ours. */
static bool
start(set_member *m)
{
    sigset_t all;
    sigset_t old;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    m->has_thread = pthread_create(&m->thread, &attributes, serve, m) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    return m->has_thread;
}

int
split__member_ask(set_member *m, split_us deadline_us)
{
    if (!m->has_thread && !start(m))
        return SPLIT_ERR_NOMEM;
    pthread_mutex_lock(&m->lock);
    if (!m->busy) {
        m->wanted = true;
        m->deadline_us = deadline_us;
        m->rc = SPLIT_ERR_NET; /* until it has answered */
        pthread_cond_broadcast(&m->change);
    }
    pthread_mutex_unlock(&m->lock);
    return SPLIT_OK;
}

bool
split__member_is_busy(set_member *m)
{
    pthread_mutex_lock(&m->lock);
    bool busy = m->wanted || m->busy;
    pthread_mutex_unlock(&m->lock);
    return busy;
}

int
split__member_take(set_member *m, split_reading *out, split_error *error)
{
    pthread_mutex_lock(&m->lock);
    int rc = m->has_data ? SPLIT_OK : m->rc;
    *out = m->held;
    if (rc != SPLIT_OK && (m->wanted || m->busy))
        rc = split__net_fault(error, SPLIT_ERR_NET, "has not answered in time");
    else if (rc != SPLIT_OK && error != NULL)
        split__error_give(error, &m->error);
    drop(m);
    m->rc = m->rc == SPLIT_OK ? SPLIT_ERR_NO_DATA : m->rc; /* it is taken once */
    pthread_mutex_unlock(&m->lock);
    return rc;
}

/* A thread that is busy uses the source: it takes the mark itself when it is done. A source without
 * a mark of its own counts since its last read; when that failed, it is behind. */
void
split__member_mark(set_member *m)
{
    pthread_mutex_lock(&m->lock);
    drop(m);
    if (m->wanted || m->busy) {
        m->marked = true;
    } else {
        split_source_mark(m->source);
        m->behind =
            !split__source_has_mark(m->source) && m->rc != SPLIT_OK && m->rc != SPLIT_ERR_NO_DATA;
    }
    pthread_mutex_unlock(&m->lock);
}

void
split__member_cancel(set_member *m)
{
    uint64_t one = 1;
    pthread_mutex_lock(&m->lock);
    m->quit = true;
    m->done_fd = -1;
    pthread_cond_broadcast(&m->change);
    pthread_mutex_unlock(&m->lock);
    if (write(m->cancel_fd, &one, sizeof one) < 0)
        return; /* it cannot be full: it is written once */
}

/* The instant on the clock of the condition, which need not be ours. */
static struct timespec
monotonic_in(split_us span)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    split_us at = (split_us)t.tv_sec * 1000000 + t.tv_nsec / 1000 + (span > 0 ? span : 0);
    return (struct timespec){.tv_sec = (time_t)(at / 1000000),
                             .tv_nsec = (long)(at % 1000000) * 1000};
}

void
split__member_free(set_member *m, split_us until)
{
    struct timespec t = monotonic_in(until - split_clock_now());
    int rc = 0;
    pthread_mutex_lock(&m->lock);
    while (m->has_thread && !m->gone && rc == 0)
        rc = pthread_cond_timedwait(&m->change, &m->lock, &t);
    bool gone = m->gone || !m->has_thread;
    m->orphan = !gone;
    pthread_t thread = m->thread;
    bool has_thread = m->has_thread;
    pthread_mutex_unlock(&m->lock);
    if (!gone) {
        pthread_detach(thread);
        return;
    }
    if (has_thread)
        pthread_join(thread, NULL);
    destroy(m);
}
