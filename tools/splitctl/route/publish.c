/* SPDX-License-Identifier: MIT */
/* A new share of traffic becomes a new route: read what is in force, re-weight, publish under the
 * revision fence. */
#include "route/publish.h"

#include <stdio.h>
#include <string.h>

#include "split/failover.h"
#include "split/net.h"

#include "cli/load.h"
#include "route/board.h"
#include "route/weights.h"

static int
plan_failed(const char *path, int rc)
{
    fprintf(stderr, "splitctl: %s: %s\n", path, split_strerror(rc));
    return CTL_BAD_INPUT;
}

static int
read_route(const split_policy *policy, const char *route_path, bool emergency, route_state *out)
{
    if (board_is_on(policy))
        return board_read(policy, emergency, &out->route, &out->revision);
    return policy != NULL ? load_route_if_there(route_path, &out->route)
                          : load_route(route_path, &out->route);
}

int
route_peek(const split_policy *policy, const char *route_path, split_route **out)
{
    if (!board_is_on(policy))
        return load_route_if_there(route_path, out);
    return board_peek(policy, out) == SPLIT_OK ? CTL_OK : CTL_NO_DATA;
}

static int
read_state(const split_policy *policy, const char *route_path, bool emergency, route_state *out)
{
    split_plan_options options;
    *out = (route_state){.emergency = emergency};
    int code = read_route(policy, route_path, emergency, out);
    if (code != CTL_OK)
        return code;
    int rc = out->route != NULL ? split_route_plan_options(out->route, &options)
                                : split_policy_plan_options(policy, &options);
    if (rc == SPLIT_OK)
        rc = split_plan_new(&options, NULL, &out->plan);
    if (!board_is_on(policy))
        out->revision = out->route != NULL ? split_route_revision(out->route) : 0;
    if (rc != SPLIT_OK) {
        route_state_free(out);
        return plan_failed(route_path, rc);
    }
    if (policy != NULL && (strcmp(split_plan_name(out->plan), split_policy_name(policy)) != 0 ||
                           split_plan_n_variants(out->plan) != split_policy_n_variants(policy))) {
        fprintf(stderr,
                "splitctl: %s belongs to another split, or its variants differ from the policy's\n",
                route_path);
        route_state_free(out);
        return CTL_BAD_INPUT;
    }
    return CTL_OK;
}

int
route_state_read(const split_policy *policy, const char *route_path, route_state *out)
{
    return read_state(policy, route_path, false, out);
}

int
route_state_read_any(const split_policy *policy, const char *route_path, route_state *out)
{
    return read_state(policy, route_path, true, out);
}

void
route_state_free(route_state *state)
{
    split_plan_free(&state->plan, NULL);
    split_route_free(&state->route, NULL);
}

static size_t
weights_in_force(const route_state *state, uint64_t weights[SPLIT_VARIANTS_MAX])
{
    size_t n = split_plan_n_variants(state->plan);
    for (size_t i = 0; i < n; i++)
        weights[i] = split_plan_buckets(state->plan, i);
    return n;
}

int64_t
route_state_percent(const route_state *state, size_t variant)
{
    return weights_of_buckets(split_plan_buckets(state->plan, variant));
}

const char *
route_state_print(const route_state *state, size_t variant, const char *name, char *buf,
                  size_t buf_size)
{
    char share[16];
    char time[SPLIT_TIME_BYTES] = "";
    weights_print(route_state_percent(state, variant), share);
    if (state->route == NULL) {
        snprintf(buf, buf_size, "no route, %s %% to '%s' by the policy's weights", share, name);
        return buf;
    }
    (void)split_time_print(split_route_issued_at_us(state->route), time);
    const char *by = split_route_issued_by(state->route);
    const char *why = split_route_issued_why(state->route);
    snprintf(buf, buf_size, "revision %llu, %s %% to '%s', put there%s%s at %s%s%s",
             (unsigned long long)state->revision, share, name, by[0] != '\0' ? " by " : "", by,
             time, why[0] != '\0' ? ": " : "", why);
    return buf;
}

int
plan_after(const split_plan *plan, const uint64_t *weights, split_plan **out, uint32_t *out_moved)
{
    size_t n = split_plan_n_variants(plan);
    int rc = split_plan_reweight_new(plan, weights, n, NULL, out, out_moved);
    if (rc == SPLIT_ERR_RANGES)
        rc = split_plan_rehome_new(plan, weights, n, NULL, out, out_moved);
    return rc;
}

void
publish_report(const char *route_path, const publication *p)
{
    fprintf(stderr, "splitctl: %s was not published: %s\n", route_path, p->why);
}

static int
keep_refusal(publication *p, int rc, const split_error *error)
{
    p->refused = rc;
    snprintf(p->why, sizeof p->why, "%s",
             error->text[0] != '\0' ? error->text : split_strerror(rc));
    return CTL_NOT_PUBLISHED;
}

/* A route whose folder could not be synced is in force all the same: a rollout must know it as its
 * own. */
static bool
is_in_force(const char *path, uint64_t revision)
{
    split_route *route = NULL;
    bool there = load_route_if_there(path, &route) == CTL_OK && route != NULL &&
                 split_route_revision(route) == revision;
    split_route_free(&route, NULL);
    return there;
}

/* From the policy, so that its origins come into force, or from the route alone. */
static int
make_route(const split_policy *policy, const route_state *state, const split_plan *plan,
           const publish_note *note, split_route **out)
{
    split_route *built = NULL;
    split_us now = split_clock_wall();
    uint64_t revision = state->revision + 1;
    int rc =
        policy != NULL ? split_route_build(policy, plan, revision, now, NULL, &built) : SPLIT_OK;
    char why[1200];
    if (rc == SPLIT_OK)
        rc =
            split_route_reissue(built != NULL ? built : state->route, plan, revision, now, note->by,
                                board_reason(policy, note->why, why, sizeof why), NULL, out);
    split_route_free(&built, NULL);
    return rc;
}

static int
publish_plan(const split_policy *policy, const char *path, const route_state *state,
             const split_plan *plan, const publish_note *note, publication *out)
{
    split_route *route = NULL;
    split_error error = {.size = sizeof error};
    uint64_t expected = state->revision;
    int rc = make_route(policy, state, plan, note, &route);
    if (rc == SPLIT_OK)
        rc = board_is_on(policy)
                 ? board_publish(policy, route, state->emergency, &out->n_behind, &error)
                 : split_route_publish(route, path, expected, &error);
    split_route_free(&route, NULL);
    if (rc == SPLIT_ERR_IO && !board_is_on(policy) && is_in_force(path, expected + 1)) {
        fprintf(stderr, "splitctl: %s\n", error.text);
        rc = SPLIT_OK;
    }
    if (rc != SPLIT_OK)
        return keep_refusal(out, rc, &error);
    out->revision = expected + 1;
    out->wall_us = split_clock_wall();
    return CTL_OK;
}

int
publish_weights(const split_policy *policy, const char *route_path, const route_state *state,
                const uint64_t *weights, const publish_note *note, publication *out)
{
    split_plan *plan = NULL;
    *out = (publication){.revision = state->revision};
    int rc = plan_after(state->plan, weights, &plan, &out->moved);
    if (rc != SPLIT_OK)
        return plan_failed(route_path, rc);
    int code = CTL_OK;
    /* Also when the primary of the sinks is dead: the others may have something else. */
    out->unchanged = out->moved == 0 && state->route != NULL && !board_is_headless(policy);
    if (!out->unchanged)
        code = publish_plan(policy, route_path, state, plan, note, out);
    else if (board_is_on(policy))
        out->n_behind = board_repair(policy, state->route, true);
    if (code == CTL_NOT_PUBLISHED && !state->silent)
        publish_report(route_path, out);
    split_plan_free(&plan, NULL);
    return code;
}

/*
 * Proportions of the other variants. As long as they are the home layout's, but for rounding to
 * buckets or because nobody else has any, the home counts are taken: so a ramp and back restores
 * every user.
 */
static void
others_in_proportion(const route_state *state, size_t variant, uint64_t old[SPLIT_VARIANTS_MAX])
{
    size_t n = weights_in_force(state, old);
    uint64_t now = 0;
    uint64_t home = 0;
    for (size_t i = 0; i < n; i++) {
        now += i == variant ? 0 : old[i];
        home += i == variant ? 0 : split_plan_home(state->plan, i);
    }
    for (size_t i = 0; i < n && now > 0; i++) {
        uint64_t a = old[i] * home;
        uint64_t b = (uint64_t)split_plan_home(state->plan, i) * now;
        if (i != variant && (a > b ? a - b : b - a) > home)
            return; /* more than one bucket apart */
    }
    for (size_t i = 0; i < n && home > 0; i++)
        old[i] = split_plan_home(state->plan, i);
}

void
percent_weights(const route_state *state, size_t variant, int64_t percent_e6,
                uint64_t weights[SPLIT_VARIANTS_MAX])
{
    uint64_t old[SPLIT_VARIANTS_MAX];
    size_t n = split_plan_n_variants(state->plan);
    size_t heir = split_plan_default(state->plan);
    if (heir == variant)
        heir = variant == 0 && n > 1 ? 1 : 0;
    others_in_proportion(state, variant, old);
    weights_ramp(old, n, variant, heir, percent_e6, weights);
}

int
publish_percent(const split_policy *policy, const char *route_path, const route_state *state,
                size_t variant, int64_t percent_e6, const publish_note *note, publication *out)
{
    uint64_t weights[SPLIT_VARIANTS_MAX];
    percent_weights(state, variant, percent_e6, weights);
    return publish_weights(policy, route_path, state, weights, note, out);
}

bool
home_origin(const split_policy *policy, size_t variant, split_origin_info *out)
{
    split_failover_options options;
    if (split_policy_failover_options(policy, &options) != SPLIT_OK ||
        variant >= options.n_chains || options.chains[variant].n_origins == 0)
        return false;
    return split_policy_origin(policy, options.chains[variant].origins[0], out) == SPLIT_OK;
}

size_t
moving_variant(const split_policy *policy)
{
    split_rollout_info info;
    split_plan_options options;
    if (split_policy_rollout(policy, &info) == SPLIT_OK)
        return info.variant;
    if (split_policy_n_variants(policy) != 2 ||
        split_policy_plan_options(policy, &options) != SPLIT_OK)
        return SIZE_MAX;
    return options.default_variant == 0 ? 1 : 0;
}
