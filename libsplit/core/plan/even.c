/* SPDX-License-Identifier: MIT */
/*
 * The even mode (design/assignment.md A22-A24): R. Tijdeman, "The chairman assignment problem",
 * Discrete Mathematics 32 (1980).
 *
 * All numbers are requests times 1,048,576, so they are exact. With k active variants and c = 2k -
 * 2, a variant may be chosen once it is owed 1/c of a request, and the one whose debt would first
 * pass 1 - 1/c is chosen.
 */
#include <string.h>

#include "core/plan/data.h"
#include "split/assign.h"
#include "split/error.h"

void
split_even_init(split_even *even)
{
    memset(even, 0, sizeof *even);
}

static uint32_t
count_active(const split_plan *plan)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < plan->n_variants; i++)
        n += plan->buckets[i] > 0;
    return n;
}

/* After other shares. Two variants go on, for their debts stay within half a request whatever the
 * shares do; with more no rule can promise that, and all start from nothing. */
static void
meet_shares(split_even *even, const split_plan *plan)
{
    if (even->n_variants != 2 || plan->n_variants != 2)
        memset(even->owed, 0, sizeof even->owed);
    even->n_variants = plan->n_variants;
    even->n_active = count_active(plan);
    even->shares_id = plan->shares_id;
}

/* The rule for two: owed[0] stays in [-1/2, 1/2), so a variant without weight is never due. */
static uint32_t
next_of_two(split_even *even, const split_plan *plan)
{
    int32_t due = even->owed[0] + (int32_t)plan->buckets[0];
    uint32_t next = 2 * due < SPLIT_BUCKETS;
    even->owed[0] = due - (next == 0 ? SPLIT_BUCKETS : 0);
    even->owed[1] = -even->owed[0];
    return next;
}

/* Adds what is due and returns the eligible variant with the earliest deadline; ties to the lower
 * index. */
static uint32_t
earliest_deadline(split_even *even, const split_plan *plan)
{
    int64_t c = even->n_active > 1 ? 2 * (int64_t)even->n_active - 2 : 1;
    int64_t best_slack = 0, best_share = 0;
    uint32_t best = 0;
    for (uint32_t i = 0; i < plan->n_variants; i++) {
        int64_t share = plan->buckets[i];
        even->owed[i] += (int32_t)share;
        int64_t due = c * even->owed[i];
        if (share == 0 || due < SPLIT_BUCKETS)
            continue;
        /* Time to the deadline is slack / share; |slack| < 2^28 and share <= 2^20. */
        int64_t slack = (c - 1) * SPLIT_BUCKETS - due;
        if (best_share == 0 || slack * best_share < best_slack * share) {
            best = i;
            best_slack = slack;
            best_share = share;
        }
    }
    return best;
}

int
split_assign_even(const split_plan *plan, split_even *even, split_assignment *out)
{
    if (plan == NULL || even == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (plan->mode != SPLIT_MODE_EVEN)
        return SPLIT_ERR_MODE;
    if (even->shares_id != plan->shares_id)
        meet_shares(even, plan);
    if (plan->n_variants == 2) {
        out->variant = next_of_two(even, plan);
    } else {
        out->variant = earliest_deadline(even, plan);
        even->owed[out->variant] -= SPLIT_BUCKETS;
    }
    out->bucket = SPLIT_NO_BUCKET;
    out->reason = SPLIT_RULE_EVEN;
    return SPLIT_OK;
}
