/* SPDX-License-Identifier: MIT */
/* The variants that visitors had, assigned again from the documents of the time. */
#ifndef SPLITCTL_LOGS_ARM_H
#define SPLITCTL_LOGS_ARM_H

#include <sys/stat.h>

#include "split/log.h"
#include "split/policy.h"
#include "split/route.h"

#include "cli/cli.h"

#define ARM_ROUTES_MAX 64

/* What assignments are recomputed from; zero it, then arm_rules_load() or arm_rules_begin(). */
typedef struct arm_rules {
    split_policy *policy;                /* of the documents */
    const split_policy *borrowed;        /* of arm_rules_begin() */
    split_route *routes[ARM_ROUTES_MAX]; /* by the time they were issued */
    split_plan *plans[ARM_ROUTES_MAX + 1];
    split_us since[ARM_ROUTES_MAX + 1];
    const char *cookie_name; /* the documents' own; NULL without documents */
    size_t n_plans;
    struct stat seen; /* the route's file as it was read last */
} arm_rules;

/* Load the documents, oldest route first whatever the order given. */
int arm_rules_load(arm_rules *rules, const cli_texts *documents);
void arm_rules_free(arm_rules *rules);

/* Begin with a policy's plan; it is borrowed. CTL_OK or CTL_BAD_INPUT. */
int arm_rules_begin(arm_rules *rules, const split_policy *policy);

/* Take the route that is in force now, when its file has changed. */
void arm_rules_follow(arm_rules *rules, const char *route_path);

/* A split_log_assign: the plan that was in force when the request ended decides, as it decided
 * then. */
const char *arm_assign(void *rules, const char *visitor, size_t visitor_len, split_us at_us);

#endif
