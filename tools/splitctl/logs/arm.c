/* SPDX-License-Identifier: MIT */
/* Which variant a record belongs to. */
#include "arm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/assign.h"

#include "../load.h"

static const char unknown[] = "(all)";

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
add_document(arm_rules *rules, const char *path, size_t *n_routes)
{
    split_policy *policy = NULL;
    split_route *route = NULL;
    split_plan_options o;
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
        split_policy_cookie(policy, &cookie);
        code = split_policy_plan_options(policy, &o) == SPLIT_OK ? add_plan(rules, &o, INT64_MIN)
                                                                 : CTL_BAD_INPUT;
    } else {
        rules->routes[(*n_routes)++] = route;
        split_route_cookie(route, &cookie);
        code = split_route_plan_options(route, &o) == SPLIT_OK
                   ? add_plan(rules, &o, split_route_issued_at_us(route))
                   : CTL_BAD_INPUT;
    }
    rules->cookie_name = cookie.name;
    return code;
}

int
arm_rules_load(arm_rules *rules, const cli_texts *documents)
{
    size_t n_routes = 0;
    int code = CTL_OK;
    for (size_t i = 0; code == CTL_OK && i < documents->n; i++)
        code = add_document(rules, documents->text[i], &n_routes);
    if (rules->cookie != NULL)
        rules->cookie_name = rules->cookie;
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

/* Value of a cookie in a Cookie header, as logs write it ("a=1;%20b=2" or "a=1; b=2"). */
static log_text
cookie_value(log_text header, const char *name)
{
    size_t n = strlen(name);
    const char *p = header.at;
    const char *end = p + header.len;
    while (p < end) {
        const char *semicolon = memchr(p, ';', (size_t)(end - p));
        const char *stop = semicolon != NULL ? semicolon : end;
        if ((size_t)(stop - p) > n && memcmp(p, name, n) == 0 && p[n] == '=')
            return (log_text){p + n + 1, (size_t)(stop - p) - n - 1};
        p = stop < end ? stop + 1 : end;
        while (p < end && *p == ' ')
            p++;
        if (end - p > 3 && memcmp(p, "%20", 3) == 0)
            p += 3;
    }
    return (log_text){0};
}

static log_text
mapped(const cli_texts *maps, log_text upstream)
{
    for (size_t i = 0; i < maps->n; i++) {
        const char *equals = strrchr(maps->text[i], '=');
        if ((size_t)(equals - maps->text[i]) == upstream.len &&
            memcmp(maps->text[i], upstream.at, upstream.len) == 0)
            return (log_text){equals + 1, strlen(equals + 1)};
    }
    return (log_text){0};
}

static const char *
variant_name(const arm_rules *rules, uint32_t variant)
{
    return rules->policy != NULL ? split_policy_variant(rules->policy, variant)
                                 : split_route_variant(rules->routes[0], variant);
}

/* The plan that was in force when the request ended decides, as it decided then. */
static log_text
recomputed(const arm_rules *rules, const log_record *r)
{
    split_assignment s;
    size_t at = rules->n_plans;
    log_text id = cookie_value(r->cookie, rules->cookie_name);
    while (at > 0 && rules->since[at - 1] > r->at_us)
        at--;
    if (id.len == 0 || at == 0 || split_assign(rules->plans[at - 1], id.at, id.len, &s) != SPLIT_OK)
        return (log_text){0};
    const char *name = variant_name(rules, s.variant);
    return name == NULL ? (log_text){0} : (log_text){name, strlen(name)};
}

log_text
arm_of(const arm_rules *rules, const log_record *r)
{
    log_text arm = r->variant;
    if (arm.len == 0 && rules->cookie_is_variant && r->cookie.len > 0)
        arm = cookie_value(r->cookie, rules->cookie_name);
    if (arm.len == 0 && r->upstream.len > 0)
        arm = mapped(rules->maps, r->upstream);
    if (arm.len == 0 && rules->n_plans > 0 && r->cookie.len > 0)
        arm = recomputed(rules, r);
    return arm.len > 0 ? arm : (log_text){unknown, sizeof unknown - 1};
}
