/* SPDX-License-Identifier: MIT */
/*
 * Moving the fewest buckets from one set of counts to another (design/assignment.md A10-A13).
 *
 * Works on atoms: the ranges of the plan cut at the borders of the home layout, so that each has
 * one owner and one home.
 */
#include "core/plan/reweight.h"

#include <string.h>

#include "core/plan/layout.h"
#include "split/error.h"

/* Home of buckets whose first owner left the plan. */
#define NO_HOME 255

/*
 * 1,024 ranges cut at 64 borders make at most 1,088 atoms. A move cuts at most one atom, and only
 * when it ends the surplus of its giver or the deficit of its receiver: at most 128 in each of the
 * two passes.
 */
#define ATOMS_MAX (SPLIT_RANGES_MAX + SPLIT_VARIANTS_MAX + 4 * SPLIT_VARIANTS_MAX)

typedef struct atoms {
    uint32_t n;
    uint32_t end[ATOMS_MAX];
    uint8_t owner[ATOMS_MAX];
    uint8_t home[ATOMS_MAX];
} atoms;

typedef enum home_filter { HOME_IS_RECEIVER, HOME_IS_NOT_GIVER, HOME_IS_GIVER } home_filter;

typedef struct flow {
    uint32_t give[SPLIT_VARIANTS_MAX];
    uint32_t take[SPLIT_VARIANTS_MAX];
    size_t n_variants;
} flow;

static void
cut_at_home(const split_plan *plan, atoms *out)
{
    uint32_t at = 0, range = 0, home = 0, home_end = plan->home[0];
    out->n = 0;
    while (at < SPLIT_BUCKETS) {
        while (home < plan->n_variants && home_end <= at) {
            home++;
            home_end += home < plan->n_variants ? plan->home[home] : SPLIT_BUCKETS;
        }
        uint32_t end = plan->end[range] < home_end ? plan->end[range] : home_end;
        out->end[out->n] = end;
        out->owner[out->n] = plan->owner[range];
        out->home[out->n] = home < plan->n_variants ? (uint8_t)home : NO_HOME;
        out->n++;
        range += plan->end[range] == end;
        at = end;
    }
}

static bool
in_pool(const atoms *a, uint32_t i, uint32_t giver, uint32_t receiver, home_filter filter)
{
    if (a->owner[i] != giver)
        return false;
    if (filter == HOME_IS_RECEIVER)
        return a->home[i] == receiver;
    return (a->home[i] == giver) == (filter == HOME_IS_GIVER);
}

/* Cut atom i in two at `at`. */
static void
cut(atoms *a, uint32_t i, uint32_t at)
{
    uint32_t behind = a->n - i;
    memmove(&a->end[i + 1], &a->end[i], behind * sizeof a->end[0]);
    memmove(&a->owner[i + 1], &a->owner[i], behind);
    memmove(&a->home[i + 1], &a->home[i], behind);
    a->end[i] = at;
    a->n++;
}

/* Move up to `want` buckets of the pool, lowest first when the receiver comes before the giver
 * (A12). */
static uint32_t
move_pool(atoms *a, uint32_t giver, uint32_t receiver, home_filter filter, uint32_t want)
{
    uint32_t left = want;
    bool upward = receiver < giver;
    for (uint32_t k = 0; k < a->n && left > 0; k++) {
        uint32_t i = upward ? k : a->n - 1 - k;
        if (!in_pool(a, i, giver, receiver, filter))
            continue;
        uint32_t start = i == 0 ? 0 : a->end[i - 1], size = a->end[i] - start;
        if (size > left) {
            cut(a, i, upward ? start + left : a->end[i] - left);
            i += !upward;
            size = left;
        }
        a->owner[i] = (uint8_t)receiver;
        left -= size;
    }
    return want - left;
}

static void
move_pair(atoms *a, flow *f, uint32_t giver, uint32_t receiver, home_filter filter)
{
    uint32_t want = f->give[giver] < f->take[receiver] ? f->give[giver] : f->take[receiver];
    if (want == 0)
        return;
    uint32_t moved = move_pool(a, giver, receiver, filter, want);
    f->give[giver] -= moved;
    f->take[receiver] -= moved;
}

static void
move_all(atoms *a, flow *f)
{
    uint32_t n = (uint32_t)f->n_variants;
    for (uint32_t g = 0; g < n; g++)
        for (uint32_t r = 0; r < n; r++)
            move_pair(a, f, g, r, HOME_IS_RECEIVER);
    for (uint32_t g = 0; g < n; g++) {
        for (uint32_t r = 0; r < n; r++) {
            move_pair(a, f, g, r, HOME_IS_NOT_GIVER);
            move_pair(a, f, g, r, HOME_IS_GIVER);
        }
    }
}

int
split__reweight_ranges(const split_plan *from, split_plan *to, const uint32_t *counts)
{
    atoms a;
    flow f = {.n_variants = from->n_variants > to->n_variants ? from->n_variants : to->n_variants};
    for (size_t i = 0; i < f.n_variants; i++) {
        uint32_t now = from->buckets[i], then = i < to->n_variants ? counts[i] : 0;
        f.give[i] = now > then ? now - then : 0;
        f.take[i] = then > now ? then - now : 0;
    }
    cut_at_home(from, &a);
    move_all(&a, &f);
    to->n_ranges = 0;
    for (uint32_t i = 0; i < a.n; i++)
        split__layout_append(to, a.end[i], a.owner[i]);
    return to->n_ranges > SPLIT_RANGES_MAX ? SPLIT_ERR_RANGES : SPLIT_OK;
}
