/* SPDX-License-Identifier: MIT */
/* One sink of the board and the thread that works on it. */
#ifndef SPLITCTL_MEMBER_H
#define SPLITCTL_MEMBER_H

#include <pthread.h>

#include "route/board.h"

/* What a member has to do. */
typedef enum member_job { MEMBER_READ, MEMBER_FOLLOW, MEMBER_PROBE } member_job;

typedef struct member {
    split_sink *sink;
    split_sink_info info;
    split_route *known; /* the whole route that was read last; NULL */
    split_sink_state state;
    split_error error;
    int rc; /* of the last read */
    board_outcome outcome;
    split_us took_us;
    /* The thread's: */
    member_job job;
    pthread_t thread;
    bool started;
    bool done; /* guarded by the lock of the work */
    split_route *target;
    split_us began;
    struct member_work *work;
} member;

/* A lock and a signal for all members; a member that is done says so. */
typedef struct member_work {
    pthread_mutex_t lock;
    pthread_cond_t done;
} member_work;

void member_work_init(member_work *work);

/* Start a job; the one before is waited for by the thread itself. FOLLOW takes a route of its own,
 * which it frees. False when there is no thread to be had. */
bool member_start(member *m, member_work *work, member_job job, split_route *target,
                  split_us began);

/* Wait until a member is done or the instant passes. */
bool member_await(member *m, split_us until);

/* Whether what a sink shows is this route. */
bool member_shows(const split_sink_state *state, const split_route *route);

/* Replace what is there under the fence of `m->state`, and read it back. */
int member_replace(member *m, const split_route *route, split_error *error);

#endif
