/* SPDX-License-Identifier: MIT */
/* Whether a published route is in force: asked of the routers, and seen as a visitor sees it. */
#ifndef SPLITCTL_EFFECT_H
#define SPLITCTL_EFFECT_H

#include "split/policy.h"

#include "cli/cli.h"

typedef struct effect {
    const split_policy *policy; /* NULL: routers cannot be asked */
    const char *route_path;
    uint64_t revision;
    const char *variant;
    bool quiet;         /* print nothing on stdout */
    int64_t percent_e6; /* that the variant has now */
    split_us began;     /* monotonic; times are counted from here */
    split_us took;      /* until it was confirmed; -1 before */
} effect;

/* Wait until every router has the revision. CTL_OK; CTL_TIMEOUT, reported on stderr, when they did
 * not confirm. */
int effect_routers(effect *e, const cli_texts *specs);

/* Ask a page as new visitors until the answers fit the share. CTL_OK; CTL_TIMEOUT, reported on
 * stderr, when they did not. */
int effect_probe(effect *e, const char *url);

#endif
