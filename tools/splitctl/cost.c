/* SPDX-License-Identifier: MIT */
/* What the arms cost by the policy's prices, at the traffic seen and at 100 %. */
#include "cost.h"

#include "split/failover.h"

/* Requests of a variant are served by the first origin of its chain. */
static bool
home_origin(const split_policy *policy, size_t variant, split_origin_info *out)
{
    split_failover_options options;
    if (split_policy_failover_options(policy, &options) != SPLIT_OK ||
        variant >= options.n_chains || options.chains[variant].n_origins == 0)
        return false;
    return split_policy_origin(policy, options.chains[variant].origins[0], out) == SPLIT_OK;
}

void
cost_of(const split_policy *policy, size_t variant, int64_t sent, int64_t all, split_us span_us,
        cost_arm *out)
{
    split_origin_info origin;
    *out = (cost_arm){0};
    if (span_us <= 0 || !home_origin(policy, variant, &origin))
        return;
    out->known = origin.per_million_requests_micros > 0 || origin.monthly_micros > 0;
    out->per_million = (double)origin.per_million_requests_micros / 1e6;
    out->monthly = (double)origin.monthly_micros / 1e6;
    double months = (double)span_us / (double)COST_MONTH_US;
    out->now = (double)sent / 1e6 / months * out->per_million + out->monthly;
    out->all = (double)all / 1e6 / months * out->per_million + out->monthly;
}
