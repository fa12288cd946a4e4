/* SPDX-License-Identifier: MIT */
/* Shares of a route as the weights of systems that know no buckets. */
#ifndef SPLIT_NET_SINK_WEIGHTS_H
#define SPLIT_NET_SINK_WEIGHTS_H

#include "net/sink/kind.h"

/* Weights of a route that add up to about `scale`. SPLIT_ERR_MODE when a share lies more than
 * two buckets beside a step of 1/scale, which would be another share than was meant. */
int split__weights_of(sink_call *call, const split_route *route, uint32_t scale,
                      uint32_t weights[SPLIT_VARIANTS_MAX]);

/* The shares that weights mean, in buckets. */
void split__weights_shares(const double *weights, size_t n, split_sink_state *out);

#endif
