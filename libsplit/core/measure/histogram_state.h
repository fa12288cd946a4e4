/* SPDX-License-Identifier: MIT */
/* Layout of the latency histogram, shared with the meter that embeds one for each arm. */
#ifndef SPLIT_CORE_HISTOGRAM_STATE_H
#define SPLIT_CORE_HISTOGRAM_STATE_H

#include "split/histogram.h"

/* 64 buckets per octave: a bucket is at most 1/64 of its lower end wide, so its middle is within
 * 0.8 % of every value. */
#define SPLIT__SUB_BITS 6
#define SPLIT__SUB (1 << SPLIT__SUB_BITS)
#define SPLIT__VALUE_BITS 36
#define SPLIT__BUCKETS ((SPLIT__VALUE_BITS - SPLIT__SUB_BITS + 1) * SPLIT__SUB)

/*
 * Cells are buckets, cut once more at each edge that falls inside one:
 *   cell(v) = bucket(v) + number of edges <= v that are not bucket starts
 * `shift` holds that number for the start of each bucket; its top bit marks a bucket with an edge
 * inside.
 */
struct split_histogram {
    uint32_t n_edges;
    uint32_t reserved;
    int64_t edges[SPLIT_EDGES_MAX]; /* sorted, different, none at the start of a bucket */
    uint8_t shift[SPLIT__BUCKETS];
    int64_t cells[SPLIT__BUCKETS + SPLIT_EDGES_MAX];
};

/* Sort and filter the edges into memory that is known to be large enough. */
int split__histogram_start(struct split_histogram *h, const split_us *edges_us, uint32_t n_edges);

#endif
