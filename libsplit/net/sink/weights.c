/* SPDX-License-Identifier: MIT */
/* Shares of a route as the weights of systems that know no buckets. */
#include "net/sink/weights.h"

#include <math.h>

#include "net/base/fault.h"
#include "net/sink/setting.h"
#include "split/plan.h"

#define BUCKETS_BESIDE 2

int
split__weights_of(sink_call *call, const split_route *route, uint32_t scale,
                  uint32_t weights[SPLIT_VARIANTS_MAX])
{
    uint32_t shares[SPLIT_VARIANTS_MAX] = {0};
    int rc = split__sink_shares(route, shares);
    if (rc != SPLIT_OK)
        return split__net_fault(call->error, rc, "%s", split_strerror(rc));
    for (size_t v = 0; v < split_route_n_variants(route); v++) {
        double exact = (double)shares[v] * scale / SPLIT_BUCKETS;
        weights[v] = (uint32_t)llround(exact);
        double meant = (double)weights[v] * SPLIT_BUCKETS / scale;
        if (fabs(meant - (double)shares[v]) > BUCKETS_BESIDE)
            return split__net_fault(call->error, SPLIT_ERR_MODE,
                                    "%.6g %% of '%.64s' is between two steps of %.3g %% here",
                                    100.0 * (double)shares[v] / SPLIT_BUCKETS,
                                    split_route_variant(route, v), 100.0 / scale);
    }
    return SPLIT_OK;
}

void
split__weights_shares(const double *weights, size_t n, split_sink_state *out)
{
    double sum = 0;
    for (size_t v = 0; v < n; v++)
        sum += weights[v];
    out->n_shares = sum > 0 ? (uint32_t)n : 0;
    for (size_t v = 0; v < n && sum > 0; v++)
        out->shares[v] = (uint32_t)llround(weights[v] / sum * SPLIT_BUCKETS);
}
