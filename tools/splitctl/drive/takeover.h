/* SPDX-License-Identifier: MIT */
/* Whether a run may drive: the route in force against what the journal left, before anything is
 * published. */
#ifndef SPLITCTL_TAKEOVER_H
#define SPLITCTL_TAKEOVER_H

#include "drive/driver.h"

typedef enum takeover_how {
    TAKEOVER_GO_ON, /* with the open rollout, or begin one where nobody decided otherwise */
    TAKEOVER_NEW,   /* begin a rollout in its first phase, whatever is in force */
    TAKEOVER_ADOPT  /* begin a rollout in the phase that the route in force is */
} takeover_how;

typedef struct takeover {
    takeover_how how;
    const char *who; /* for an adoption */
    const char *why;
    bool aborted; /* an abort waited: close the window now */
    bool ended;   /* the rollout had ended before: there is nothing to drive */
} takeover;

/* Without a journal `journal_path` is NULL. CTL_OK when the run may publish; with `ended` CTL_OK or
 * CTL_ROLLED_BACK; CTL_NOT_PUBLISHED, reported, when the route is somebody else's. */
int takeover_begin(driver *d, takeover *t, const char *journal_path);

/* Report that somebody else changed the route while this run drove: what is in force now and how to
 * go on. */
void takeover_say_left(driver *d);

#endif
