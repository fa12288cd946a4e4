/* SPDX-License-Identifier: MIT */
/* The sinks of a policy as one place: gather, publish to the primary, bring the followers up. */
#include "route/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/place.h"
#include "route/member.h"
#include "split/net.h"

#define SINKS_MAX 32
#define GRACE_US 100000    /* followers that answer at once are heard before a route is made, */
#define HEADLESS_US 300000 /* and a little later ones when the primary is dead */
#define SPARE_US 1000000
#define UNREACHABLE "(primary unreachable)"

/* The sinks live as long as the program: a thread that hangs in one of them goes on using it. */
typedef struct board {
    const split_policy *policy;
    const char *variants[SPLIT_VARIANTS_MAX];
    member members[SINKS_MAX];
    size_t n;
    size_t primary;
    split_us began; /* when what is being published was decided */
    member_work work;
} board;

static board *the; /* of the policy that was asked about last */

bool
board_is_on(const split_policy *policy)
{
    return policy != NULL && split_policy_n_sinks(policy) > 0 && !cli_route_is_given();
}

static int
open_member(board *b, size_t i)
{
    split_error error = {.size = sizeof error};
    member *m = &b->members[i];
    if (split_policy_sink(b->policy, i, &m->info) != SPLIT_OK)
        return CTL_BAD_INPUT;
    const split_sink_options options = {.size = sizeof options,
                                        .sink = m->info,
                                        .split = split_policy_name(b->policy),
                                        .variants = b->variants,
                                        .n_variants = split_policy_n_variants(b->policy),
                                        .folder = cli_policy_folder()};
    int rc = split_sink_new(&options, &m->sink, &error);
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl: %s\n", error.text);
        return CTL_BAD_INPUT;
    }
    m->work = &b->work;
    if (m->info.primary)
        b->primary = i;
    return CTL_OK;
}

static int
open_board(const split_policy *policy)
{
    if (the != NULL && the->policy == policy)
        return CTL_OK;
    the = calloc(1, sizeof *the);
    if (the == NULL)
        return CTL_BAD_INPUT;
    the->policy = policy;
    member_work_init(&the->work);
    for (size_t v = 0; v < split_policy_n_variants(policy); v++)
        the->variants[v] = split_policy_variant(policy, v);
    int code = CTL_OK;
    for (; code == CTL_OK && the->n < split_policy_n_sinks(policy); the->n++)
        code = open_member(the, the->n);
    if (code != CTL_OK)
        the->policy = NULL;
    return code;
}

static split_us
patience(const member *m)
{
    return split_clock_now() + 3 * m->info.timeout_us + SPARE_US;
}

static void
start_all(member_job job)
{
    split_us now = split_clock_now();
    for (size_t i = 0; i < the->n; i++)
        (void)member_start(&the->members[i], &the->work, job, NULL, now);
}

static bool
is_marked(const split_route *route)
{
    return route != NULL && strstr(split_route_issued_why(route), UNREACHABLE) != NULL;
}

/* Followers that a rollback wrote while the primary was dead are ahead of it, rightly; the next
 * route has to be above them. */
static uint64_t
highest(bool emergency, uint64_t revision, split_us until)
{
    bool marked = emergency;
    uint64_t most = revision;
    for (size_t i = 0; i < the->n; i++) {
        member *m = &the->members[i];
        if (!member_await(m, until) || m->rc != SPLIT_OK || !m->state.has_revision ||
            strcmp(m->state.split, split_policy_name(the->policy)) != 0)
            continue;
        marked = marked || is_marked(m->known);
        most = m->state.revision > most ? m->state.revision : most;
    }
    return marked ? most : revision;
}

static int
copy_route(const split_route *from, split_route **out)
{
    size_t len;
    const char *text = from != NULL ? split_route_text(from, &len) : NULL;
    *out = NULL;
    return text != NULL ? split_route_load(text, len, NULL, NULL, 0, NULL, out) : SPLIT_OK;
}

/* The newest whole route of the followers. */
static const split_route *
newest(void)
{
    const split_route *best = NULL;
    for (size_t i = 0; i < the->n; i++) {
        const member *m = &the->members[i];
        if (m->done && m->rc == SPLIT_OK && m->known != NULL &&
            strcmp(split_route_name(m->known), split_policy_name(the->policy)) == 0 &&
            (best == NULL || split_route_revision(m->known) > split_route_revision(best)))
            best = m->known;
    }
    return best;
}

static void
report(const member *m)
{
    fprintf(stderr, "splitctl: %s%s: %s\n", m->info.primary ? "primary " : "",
            split_sink_place(m->sink),
            m->done ? m->error.text : "no answer in time, and it still hangs");
}

int
board_read(const split_policy *policy, bool emergency, split_route **out, uint64_t *out_revision)
{
    *out = NULL;
    *out_revision = 0;
    int code = open_board(policy);
    if (code != CTL_OK)
        return code;
    the->began = split_clock_now();
    start_all(MEMBER_READ);
    member *p = &the->members[the->primary];
    bool alive = member_await(p, patience(p)) && p->rc == SPLIT_OK;
    split_us until = split_clock_now() + (alive ? GRACE_US : HEADLESS_US);
    if (!alive)
        report(p);
    if (!alive && !emergency)
        return CTL_NOT_PUBLISHED;
    uint64_t revision = alive ? p->state.revision : 0;
    *out_revision = highest(!alive, revision, until);
    if (copy_route(alive ? p->known : newest(), out) != SPLIT_OK)
        return CTL_BAD_INPUT;
    return CTL_OK;
}

int
board_peek(const split_policy *policy, split_route **out)
{
    *out = NULL;
    if (open_board(policy) != CTL_OK)
        return SPLIT_ERR_ARG;
    member *p = &the->members[the->primary];
    (void)member_start(p, &the->work, MEMBER_READ, NULL, split_clock_now());
    if (!member_await(p, patience(p)))
        return SPLIT_ERR_NET;
    return p->rc == SPLIT_OK ? copy_route(p->known, out) : p->rc;
}

bool
board_is_headless(const split_policy *policy)
{
    if (!board_is_on(policy) || the == NULL)
        return false;
    const member *p = &the->members[the->primary];
    return !p->done || p->rc != SPLIT_OK;
}

const char *
board_reason(const split_policy *policy, const char *why, char *buf, size_t buf_size)
{
    if (!board_is_headless(policy))
        return why;
    snprintf(buf, buf_size, "%.900s%s" UNREACHABLE, why != NULL ? why : "",
             why != NULL && why[0] != '\0' ? " " : "");
    return buf;
}

static void
start_follower(member *m, const split_route *route, split_us began)
{
    split_route *own = NULL;
    if (copy_route(route, &own) == SPLIT_OK)
        (void)member_start(m, &the->work, MEMBER_FOLLOW, own, began);
}

/* Those that are idle at once; one that is still being read when it has answered. One that used up
 * its time without an answer is not asked again. */
static void
start_followers(const split_route *route, split_us began)
{
    bool busy[SINKS_MAX] = {false};
    for (size_t i = 0; i < the->n; i++) {
        busy[i] = the->members[i].started && !member_await(&the->members[i], 0);
        if (i != the->primary && !busy[i])
            start_follower(&the->members[i], route, began);
    }
    for (size_t i = 0; i < the->n; i++) {
        member *m = &the->members[i];
        if (i == the->primary || !busy[i] || !member_await(m, patience(m)))
            continue;
        if (m->rc == SPLIT_OK || m->state.fence[0] != '\0')
            start_follower(m, route, began);
        else
            m->outcome = BOARD_FAILED;
    }
}

static size_t
count_behind(void)
{
    size_t n = 0;
    for (size_t i = 0; i < the->n; i++)
        n += the->members[i].done && the->members[i].outcome == BOARD_IN_FORCE ? 0 : 1;
    return n;
}

/* The primary takes the route first, and alone decides. */
static int
publish_primary(const split_route *route, split_us began, split_error *error)
{
    member *p = &the->members[the->primary];
    *error = (split_error){.size = sizeof *error, .code = SPLIT_ERR_NET};
    if (!member_await(p, 0)) {
        snprintf(error->text, sizeof error->text, "no answer in time, and it still hangs");
        return SPLIT_ERR_NET;
    }
    if (p->rc != SPLIT_OK)
        *error = p->error;
    int rc = p->rc == SPLIT_OK ? member_replace(p, route, error) : p->rc;
    p->outcome = rc == SPLIT_OK ? BOARD_IN_FORCE : BOARD_FAILED;
    p->took_us = split_clock_now() - began;
    if (rc != SPLIT_OK)
        p->error = *error;
    return rc;
}

int
board_publish(const split_policy *policy, const split_route *route, bool emergency,
              size_t *out_behind, split_error *error)
{
    if (open_board(policy) != CTL_OK)
        return SPLIT_ERR_ARG;
    split_us began = the->began;
    int rc = publish_primary(route, began, error);
    if (rc != SPLIT_OK && (!emergency || rc == SPLIT_ERR_CONFLICT))
        return rc;
    start_followers(route, began);
    for (size_t i = 0; i < the->n; i++)
        if (i != the->primary)
            (void)member_await(&the->members[i], patience(&the->members[i]));
    *out_behind = count_behind();
    return *out_behind == the->n ? rc : SPLIT_OK;
}

static size_t
await_all(void)
{
    size_t n_failed = 0;
    for (size_t i = 0; i < the->n; i++) {
        member *m = &the->members[i];
        bool done = member_await(m, patience(m));
        n_failed += done && m->outcome != BOARD_FAILED ? 0 : 1;
    }
    return n_failed;
}

size_t
board_repair(const split_policy *policy, const split_route *route, bool wait)
{
    if (open_board(policy) != CTL_OK || route == NULL)
        return 0;
    member *p = &the->members[the->primary];
    bool idle = true;
    for (size_t i = 0; i < the->n; i++)
        idle = idle && (!the->members[i].started || member_await(&the->members[i], 0));
    if (idle)
        p->outcome =
            p->rc == SPLIT_OK && member_shows(&p->state, route) ? BOARD_IN_FORCE : BOARD_FAILED;
    size_t behind = count_behind();
    if (!wait && !idle)
        return behind; /* the last repair is not over */
    start_followers(route, split_clock_now());
    for (size_t i = 0; wait && i < the->n; i++)
        if (i != the->primary)
            (void)member_await(&the->members[i], patience(&the->members[i]));
    return wait ? count_behind() : behind;
}

int
board_take_newest(const split_policy *policy)
{
    if (open_board(policy) != CTL_OK)
        return CTL_BAD_INPUT;
    member *p = &the->members[the->primary];
    split_route *best = NULL;
    split_error error;
    start_all(MEMBER_READ);
    (void)await_all();
    if (!p->done || p->rc != SPLIT_OK || copy_route(newest(), &best) != SPLIT_OK) {
        report(p);
        return CTL_NOT_PUBLISHED;
    }
    bool ahead = best != NULL && split_route_revision(best) > p->state.revision;
    int rc = ahead ? member_replace(p, best, &error) : SPLIT_OK;
    split_route_free(&best, NULL);
    if (rc == SPLIT_OK)
        return CTL_OK;
    p->error = error;
    report(p);
    return CTL_NOT_PUBLISHED;
}

size_t
board_probe(const split_policy *policy)
{
    if (open_board(policy) != CTL_OK)
        return 1;
    start_all(MEMBER_PROBE);
    return await_all();
}

int
board_survey(const split_policy *policy)
{
    int code = open_board(policy);
    if (code != CTL_OK)
        return code;
    start_all(MEMBER_READ);
    (void)await_all();
    const member *p = &the->members[the->primary];
    for (size_t i = 0; i < the->n && p->done && p->known != NULL; i++) {
        member *m = &the->members[i];
        if (m->done && m->rc == SPLIT_OK)
            m->outcome = member_shows(&m->state, p->known) ? BOARD_IN_FORCE
                         : m->state.has_revision && m->state.revision > p->state.revision
                             ? BOARD_NEWER
                             : BOARD_PENDING;
    }
    return CTL_OK;
}

size_t
board_count(void)
{
    return the != NULL ? the->n : 0;
}

void
board_at(size_t index, board_view *out)
{
    const member *m = &the->members[index];
    *out = (board_view){.place = split_sink_place(m->sink),
                        .primary = m->info.primary,
                        .outcome = m->done ? m->outcome : BOARD_FAILED,
                        .has_revision = m->done && m->rc == SPLIT_OK && m->state.has_revision,
                        .revision = m->state.revision,
                        .took_us = m->done ? m->took_us : -1,
                        .error = m->done ? m->error.text : "no answer in time"};
}
