/* SPDX-License-Identifier: MIT */
/* A new share of traffic becomes a new route: read what is in force, re-weight, publish under the
 * revision fence. */
#ifndef SPLITCTL_PUBLISH_H
#define SPLITCTL_PUBLISH_H

#include <stdbool.h>

#include "split/plan.h"
#include "split/policy.h"
#include "split/route.h"

#include "cli/exit_code.h"

/* What is in force: the route on disk or, when there is none, the policy's own weights (revision
 * 0). */
typedef struct route_state {
    uint64_t revision;
    split_plan *plan;
    split_route *route; /* NULL: there is none */
    bool emergency;     /* a dead primary sink does not keep the others back */
    bool silent;        /* refusals are kept in the publication, and reported by the caller */
} route_state;

/* Who publishes and why, for the route: one line each, or NULL. */
typedef struct publish_note {
    const char *by;
    const char *why;
} publish_note;

/* What a publication did. */
typedef struct publication {
    uint64_t revision; /* of the new route */
    uint32_t moved;    /* buckets that changed hands, of SPLIT_BUCKETS */
    bool unchanged;    /* the weights were in force already: nothing was written */
    split_us wall_us;  /* when the rename was done */
    size_t n_behind;   /* sinks that do not have it; 0 without sinks */
    int refused;       /* a SPLIT_ERR_* when it was not published, */
    char why[512];     /* and the sentence */
} publication;

/* Read what is in force. Without a policy the route alone says it, and must be there. Reports on
 * stderr; returns CTL_OK or CTL_BAD_INPUT. */
int route_state_read(const split_policy *policy, const char *route_path, route_state *out);

/* The same for a rollback: with sinks the newest follower counts when the primary is dead. */
int route_state_read_any(const split_policy *policy, const char *route_path, route_state *out);

/* The route in force, for whoever only compares; NULL when there is none. CTL_OK; CTL_NO_DATA when
 * a sink does not answer now; CTL_BAD_INPUT, reported. */
int route_peek(const split_policy *policy, const char *route_path, split_route **out);
void route_state_free(route_state *state);

/* Share of a variant in force, in millionths of a percent. */
int64_t route_state_percent(const route_state *state, size_t variant);

/* "revision 7, 50 % to 'new', put there by ann at 2026-11-23T00:17:00Z: the reason". */
const char *route_state_print(const route_state *state, size_t variant, const char *name, char *buf,
                              size_t buf_size);

/*
 * Publish new weights over `state`, which was read before. `weights` has one entry a variant.
 * Returns CTL_OK, or CTL_NOT_PUBLISHED after a report on stderr: somebody else published meanwhile,
 * or the disk refused; the route there is intact. Publishing weights that are in force writes
 * nothing, unless there is no route yet. Without a policy the route in force gets other ranges, and
 * everything else in it stays.
 */
int publish_weights(const split_policy *policy, const char *route_path, const route_state *state,
                    const uint64_t *weights, const publish_note *note, publication *out);

/* The weights that give `variant` a share, the others keeping their proportions in force. */
int publish_percent(const split_policy *policy, const char *route_path, const route_state *state,
                    size_t variant, int64_t percent_e6, const publish_note *note, publication *out);

/* The weights of publish_percent(), without publishing. */
void percent_weights(const route_state *state, size_t variant, int64_t percent_e6,
                     uint64_t weights[SPLIT_VARIANTS_MAX]);

/* The plan that publishing these weights over `plan` would make: the smallest change of the layout,
 * or a new layout when the pieces would become too many. Returns SPLIT_OK or a SPLIT_ERR_*. */
int plan_after(const split_plan *plan, const uint64_t *weights, split_plan **out,
               uint32_t *out_moved);

/* Requests of a variant are served by the first origin of its chain; false when it has none. */
bool home_origin(const split_policy *policy, size_t variant, split_origin_info *out);

/* Report a refusal that was kept. */
void publish_report(const char *route_path, const publication *p);

/* The variant that commands move: the rollout's, or else the only one that is not the default.
 * SIZE_MAX when unclear. */
size_t moving_variant(const split_policy *policy);

#endif
