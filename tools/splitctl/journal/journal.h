/* SPDX-License-Identifier: MIT */
/*
 * The journal: one SQLite file in WAL mode that holds every window, decision, operator action and
 * publication of the rollouts of a policy. A commit that returned survives kill -9 and power loss.
 * One process drives (journal_lock()); operators may add actions at any time; readers are free.
 * Functions report on stderr and return an exit code.
 */
#ifndef SPLITCTL_JOURNAL_H
#define SPLITCTL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "split/base.h"

#include "cli/exit_code.h"

typedef struct journal journal;

typedef enum journal_access { JOURNAL_READ, JOURNAL_WRITE } journal_access;

/* Open; JOURNAL_WRITE creates the file. A journal of a newer version is refused, one of an older is
 * brought up. CTL_NO_DATA, reported, for an empty file that is only to be read. */
int journal_open(const char *path, journal_access access, journal **out);
void journal_close(journal **j);

/* A rollout as the journal holds it. Texts live until the next call of the same function, or
 * journal_close(). */
typedef struct journal_rollout {
    int64_t id;
    const char *name;
    const char *policy; /* the policy's text */
    split_us began_us;
    split_us ended_us;   /* 0 while it goes on */
    const char *outcome; /* "" while it goes on, else COMPLETE, ROLLBACK or ABANDONED */
} journal_rollout;

/* A judged window. `window` and `decision` are the JSON lines of the documents. */
typedef struct journal_window {
    int64_t id;
    split_us start_us;
    int64_t phase;
    int64_t percent_e6;
    const char *decision_name;
    const char *reason;
    const char *window;
    const char *decision;
    const char
        *display; /* JSON of what is shown but not judged, such as percentiles; "" for none */
} journal_window;

#define JOURNAL_INTENDED (-2) /* effect of a publication that was begun and not yet recorded */

typedef struct journal_publication {
    int64_t seq; /* given by journal_add_publication() */
    int64_t revision;
    split_us at_us;
    int64_t percent_e6;
    split_us effect_us; /* -1: not confirmed; or JOURNAL_INTENDED */
    const char *by;     /* "run", or who did it by hand */
} journal_publication;

/* An operator's action; `window` is the id of the window it took effect before, 0 while it waits,
 * -1 when refused. */
typedef struct journal_action {
    int64_t seq;
    split_us at_us;
    const char *action; /* name of a split_action */
    const char *who;
    const char *why;
    int64_t window;
} journal_action;

#endif
