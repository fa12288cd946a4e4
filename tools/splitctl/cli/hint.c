/* SPDX-License-Identifier: MIT */
/* Hints on the settings of stored decisions: how they and a rollout act on each other
 * (design/routers.md P30). */
#include <stdio.h>

#include "split/error.h"

#include "cli/hint.h"

static split_us
shortest_bake(const split_policy *policy)
{
    split_rollout_options rollout;
    split_us least = SPLIT_NEVER;
    if (split_policy_rollout_options(policy, &rollout) != SPLIT_OK)
        return -1;
    for (size_t i = 0; i < rollout.n_phases; i++)
        if (rollout.phases[i].bake_us < least)
            least = rollout.phases[i].bake_us;
    return least;
}

/* The sentence, and the field that it is about; NULL when there is nothing to say. */
static const char *
cookie_hint(const split_policy *policy, const split_cookie_info *cookie, const char **out_field)
{
    split_plan_options plan;
    split_us bake = shortest_bake(policy);
    *out_field = "signed";
    if (split_policy_plan_options(policy, &plan) == SPLIT_OK && plan.mode != SPLIT_MODE_STICKY &&
        cookie->signed_by != NULL)
        return "only the mode sticky has decisions to store; this has no effect";
    *out_field = "idle";
    if (cookie->signed_by == NULL)
        return cookie->idle_us == SPLIT_NEVER
                   ? NULL
                   : "without signed nothing is stored; this has no effect";
    if (bake < 0)
        return NULL;
    if (cookie->idle_us == SPLIT_NEVER)
        return "without it a visitor keeps the first decision for max_age: a phase reaches new "
               "visitors only, and the step to 100 % moves all others at once; set about the "
               "length of a session, such as \"30m\"";
    if (cookie->idle_us >= bake)
        return "it is not shorter than the shortest bake of the rollout: a phase may end before "
               "its share has come about";
    return NULL;
}

void
hint_print(const char *path, const split_policy *policy)
{
    split_cookie_info cookie;
    const char *field;
    split_policy_cookie(policy, &cookie);
    const char *sentence = cookie_hint(policy, &cookie, &field);
    if (sentence != NULL)
        printf("%s: hint: $.split.cookie.%s: %s\n", path, field, sentence);
}
