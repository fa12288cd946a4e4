/* SPDX-License-Identifier: MIT */
/* Which variant a record belongs to. */
#ifndef SPLITCTL_LOGS_ARM_H
#define SPLITCTL_LOGS_ARM_H

#include "split/policy.h"
#include "split/route.h"

#include "../cli.h"
#include "record.h"

#define ARM_ROUTES_MAX 64

/* How to tell; zero it, then arm_rules_load(). */
typedef struct arm_rules {
    const char *cookie;                  /* name of a cookie; NULL for the documents' own */
    bool cookie_is_variant;              /* its value is the variant itself, not a visitor id */
    const cli_texts *maps;               /* "UPSTREAM=VARIANT" */
    split_policy *policy;                /* assignments are recomputed from these, */
    split_route *routes[ARM_ROUTES_MAX]; /* by the time they were issued */
    split_plan *plans[ARM_ROUTES_MAX + 1];
    split_us since[ARM_ROUTES_MAX + 1];
    const char *cookie_name;
    size_t n_plans;
} arm_rules;

/* Load the documents that assignments are recomputed from, oldest route first whatever the order
 * given. */
int arm_rules_load(arm_rules *rules, const cli_texts *documents);
void arm_rules_free(arm_rules *rules);

/* The record's variant: what the line names, the cookie, the mapped upstream, or the recomputed
 * assignment; "(all)" when none of them says. The text lives as long as the rules and the line. */
log_text arm_of(const arm_rules *rules, const log_record *r);

#endif
