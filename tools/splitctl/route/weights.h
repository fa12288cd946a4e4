/* SPDX-License-Identifier: MIT */
/* Shares as people write them become weights of a plan; exact integers all the way. */
#ifndef SPLITCTL_WEIGHTS_H
#define SPLITCTL_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "10", "12.5" or "0.000001", with or without a % sign, as millionths of a percent. False for
 * anything else or above 100. */
bool weights_percent(const char *text, int64_t *out_e6);

/* "12.5" for 12500000; buf of 16 bytes. */
const char *weights_print(int64_t percent_e6, char buf[16]);

/*
 * Weights that give `variant` a share and divide the rest among the others in the proportion of
 * `old`. When all others are zero, `heir` gets the rest. The sum is 100000000.
 */
void weights_ramp(const uint64_t *old, size_t n, size_t variant, size_t heir, int64_t percent_e6,
                  uint64_t *out);

/* Share that so many buckets of SPLIT_BUCKETS are: the shortest decimal that gives this number of
 * buckets, so that a share reads as it was asked for (104858 buckets are 10 %). */
int64_t weights_of_buckets(uint64_t buckets);

/* The same for buckets that change hands, which is a difference of two shares and may be one bucket
 * off either way. */
int64_t weights_of_move(uint64_t buckets);

#endif
