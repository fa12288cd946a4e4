/* SPDX-License-Identifier: MIT */
/* The variants that visitors had, assigned again from the documents of the time. */
#include "logs/arm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/assign.h"

#include "cli/load.h"

static int
add_plan(arm_rules *rules, const split_plan_options *o, split_us since)
{
    split_plan *plan = NULL;
    size_t at = rules->n_plans;
    int rc = split_plan_new(o, NULL, &plan);
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl: %s\n", split_strerror(rc));
        return CTL_BAD_INPUT;
    }
    for (; at > 0 && rules->since[at - 1] > since; at--) {
        rules->plans[at] = rules->plans[at - 1];
        rules->since[at] = rules->since[at - 1];
    }
    rules->plans[at] = plan;
    rules->since[at] = since;
    rules->n_plans++;
    return CTL_OK;
}

static int
add_policy(arm_rules *rules, const split_policy *policy)
{
    split_plan_options o;
    split_cookie_info cookie;
    split_policy_cookie(policy, &cookie);
    rules->cookie_name = cookie.name;
    return split_policy_plan_options(policy, &o) == SPLIT_OK ? add_plan(rules, &o, INT64_MIN)
                                                             : CTL_BAD_INPUT;
}

static int
add_route(arm_rules *rules, const split_route *route)
{
    split_plan_options o;
    return split_route_plan_options(route, &o) == SPLIT_OK
               ? add_plan(rules, &o, split_route_issued_at_us(route))
               : CTL_BAD_INPUT;
}

static int
add_document(arm_rules *rules, const char *path, size_t *n_routes)
{
    split_policy *policy = NULL;
    split_route *route = NULL;
    split_cookie_info cookie;
    int code = load_either(path, &policy, &route);
    if (code != CTL_OK)
        return code;
    if ((policy != NULL && rules->policy != NULL) || *n_routes == ARM_ROUTES_MAX) {
        fprintf(stderr, "splitctl: %s: give one policy and at most %d routes\n", path,
                ARM_ROUTES_MAX);
        split_policy_free(&policy, NULL);
        split_route_free(&route, NULL);
        return CTL_USAGE;
    }
    if (policy != NULL) {
        rules->policy = policy;
        return add_policy(rules, policy);
    }
    rules->routes[(*n_routes)++] = route;
    split_route_cookie(route, &cookie);
    rules->cookie_name = cookie.name;
    return add_route(rules, route);
}

int
arm_rules_load(arm_rules *rules, const cli_texts *documents)
{
    size_t n_routes = 0;
    int code = CTL_OK;
    for (size_t i = 0; code == CTL_OK && i < documents->n; i++)
        code = add_document(rules, documents->text[i], &n_routes);
    return code;
}

void
arm_rules_free(arm_rules *rules)
{
    for (size_t i = 0; i < rules->n_plans; i++)
        split_plan_free(&rules->plans[i], NULL);
    for (size_t i = 0; i < ARM_ROUTES_MAX; i++)
        split_route_free(&rules->routes[i], NULL);
    split_policy_free(&rules->policy, NULL);
}

int
arm_rules_begin(arm_rules *rules, const split_policy *policy)
{
    rules->borrowed = policy;
    return add_policy(rules, policy);
}

static bool
is_unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The oldest plan makes room; the next one takes over its time. */
static void
forget_oldest(arm_rules *rules)
{
    split_plan_free(&rules->plans[0], NULL);
    rules->n_plans--;
    memmove(rules->plans, rules->plans + 1, rules->n_plans * sizeof rules->plans[0]);
    memmove(rules->since, rules->since + 1, rules->n_plans * sizeof rules->since[0]);
    rules->since[0] = INT64_MIN;
}

void
arm_rules_follow(arm_rules *rules, const char *route_path)
{
    struct stat now;
    split_route *route = NULL;
    if (stat(route_path, &now) != 0 || is_unchanged(&now, &rules->seen))
        return;
    rules->seen = now;
    if (load_route_if_there(route_path, &route) != CTL_OK || route == NULL)
        return;
    if (rules->n_plans > ARM_ROUTES_MAX)
        forget_oldest(rules);
    (void)add_route(rules, route);
    split_route_free(&route, NULL);
}

static const char *
variant_name(const arm_rules *rules, uint32_t variant)
{
    const split_policy *policy = rules->borrowed != NULL ? rules->borrowed : rules->policy;
    return policy != NULL ? split_policy_variant(policy, variant)
                          : split_route_variant(rules->routes[0], variant);
}

const char *
arm_assign(void *ctx, const char *visitor, size_t visitor_len, split_us at_us)
{
    const arm_rules *rules = ctx;
    split_assignment s;
    size_t at = rules->n_plans;
    while (at > 0 && rules->since[at - 1] > at_us)
        at--;
    if (at == 0 || split_assign(rules->plans[at - 1], visitor, visitor_len, &s) != SPLIT_OK)
        return NULL;
    return variant_name(rules, s.variant);
}
