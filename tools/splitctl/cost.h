/* SPDX-License-Identifier: MIT */
/* What the arms cost by the policy's prices, at the traffic seen and at 100 %. */
#ifndef SPLITCTL_COST_H
#define SPLITCTL_COST_H

#include <stdbool.h>

#include "split/policy.h"

#define COST_MONTH_US (INT64_C(30) * 86400 * 1000000)

typedef struct cost_arm {
    bool known;         /* the policy has a price for its home origin */
    double per_million; /* currency units */
    double monthly;     /* fixed */
    double now;         /* a month at the traffic seen */
    double all;         /* a month if all the traffic were its */
} cost_arm;

/* `sent` requests of the arm and `all` of both in `span_us`. */
void cost_of(const split_policy *policy, size_t variant, int64_t sent, int64_t all,
             split_us span_us, cost_arm *out);

#endif
