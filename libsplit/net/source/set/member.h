/* SPDX-License-Identifier: MIT */
/* One source of a set and the thread that reads it. */
#ifndef SPLIT_NET_SOURCE_SET_MEMBER_H
#define SPLIT_NET_SOURCE_SET_MEMBER_H

#include <pthread.h>

#include "split/source.h"

/* Shared by the set and one thread; every field below `lock` is under it. */
typedef struct set_member {
    split_source *source; /* used by the thread while it is busy, by the set otherwise */
    pthread_t thread;
    bool has_thread;
    int cancel_fd;
    pthread_mutex_t lock;
    pthread_cond_t change; /* of wanted, quit, gone */
    int done_fd;           /* the set's; -1 when the set is gone */
    bool wanted;           /* a read is asked for and not begun */
    bool busy;
    bool quit;
    bool gone;   /* the thread ended */
    bool orphan; /* the set is gone: the thread frees all of this */
    bool marked; /* the traffic changed while the thread was busy */
    bool behind; /* the next answer only sets the mark */
    bool has_answer;
    bool has_data;
    split_us deadline_us;
    int rc; /* of the last read */
    split_error error;
    split_reading held; /* what was answered and not taken */
} set_member;

/* NULL without memory or descriptor. The source is the member's from here on. */
set_member *split__member_new(split_source *source, int done_fd);

/* Ask for a read, unless one is under way. 0 or SPLIT_ERR_NOMEM. */
int split__member_ask(set_member *m, split_us deadline_us);

/* Whether a read is asked for or under way. */
bool split__member_is_busy(set_member *m);

/* As split_source_set_take() and split_source_set_mark() for one source. */
int split__member_take(set_member *m, split_reading *out, split_error *error);
void split__member_mark(set_member *m);

/* Ask the thread to end; then wait for it until the instant, and free the member or leave it to its
 * thread. */
void split__member_cancel(set_member *m);
void split__member_free(set_member *m, split_us until);

#endif
