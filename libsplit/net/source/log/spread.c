/* SPDX-License-Identifier: MIT */
/* Latencies of records for display: edges at whole milliseconds, as most logs write them, 9 % apart
 * above 10 ms. */
#include "net/source/log/spread.h"

#define MS INT64_C(1000)
#define LAST_EDGE (60000 * MS)

void
split__spread_begin(split_reading_latency *l)
{
    static const split_us first[] = {100, 200, 500};
    split_us edge = 0;
    *l = (split_reading_latency){0};
    while (l->n_edges < sizeof first / sizeof first[0]) {
        l->le_us[l->n_edges] = first[l->n_edges];
        l->n_edges++;
    }
    while (edge < LAST_EDGE && l->n_edges < SPLIT_READING_EDGES_MAX - 1) {
        split_us step = edge * 9 / 100 / MS * MS;
        edge += step > MS ? step : MS;
        l->le_us[l->n_edges++] = edge;
    }
    l->le_us[l->n_edges++] = SPLIT_NEVER;
}

void
split__spread_add(split_reading_latency *l, split_us latency_us)
{
    uint32_t low = 0;
    uint32_t high = l->n_edges - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (latency_us <= l->le_us[middle])
            high = middle;
        else
            low = middle + 1;
    }
    l->count[low]++;
}
