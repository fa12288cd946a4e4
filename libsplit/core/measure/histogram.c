/* SPDX-License-Identifier: MIT */
/* Latency histogram: logarithmic buckets by integer arithmetic, cut at the caller's edges
 * (design/verdicts.md M10). */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/memory.h"
#include "core/measure/histogram_state.h"
#include "core/base/num.h"
#include "common/sized.h"

#define HAS_EDGE 0x80u
#define VALUE_MAX ((INT64_C(1) << SPLIT__VALUE_BITS) - 1)

/* Position of the highest set bit of v >= 1. */
static inline uint32_t
top_bit(uint64_t v)
{
#if defined(__GNUC__) || defined(__clang__)
    return 63u - (uint32_t)__builtin_clzll(v);
#else
    uint32_t bit = 0;
    for (uint32_t step = 32; step > 0; step /= 2)
        if (v >> (bit + step) != 0)
            bit += step;
    return bit;
#endif
}

static inline uint32_t
latency_bucket(uint64_t v)
{
    /* Values below 128 have buckets of their own; `| 64` lets both cases share one formula without
     * a branch. */
    const uint32_t down = top_bit(v | SPLIT__SUB) - SPLIT__SUB_BITS;
    return down * SPLIT__SUB + (uint32_t)(v >> down);
}

static int64_t
latency_start(uint32_t bucket)
{
    if (bucket < 2 * SPLIT__SUB)
        return bucket;
    const uint32_t down = bucket / SPLIT__SUB - 1;
    return (int64_t)(bucket - down * SPLIT__SUB) << down;
}

static inline uint32_t
latency_cell(const struct split_histogram *h, int64_t v)
{
    const uint32_t bucket = latency_bucket((uint64_t)v);
    const uint32_t shift = h->shift[bucket];
    if ((shift & HAS_EDGE) == 0)
        return bucket + shift;
    uint32_t below = shift & ~HAS_EDGE;
    while (below < h->n_edges && h->edges[below] <= v)
        below++;
    return bucket + below;
}

/* Insert in order; an edge that is there already or that starts a bucket needs no cell. */
static void
add_edge(struct split_histogram *h, int64_t edge)
{
    if (latency_start(latency_bucket((uint64_t)edge)) == edge)
        return;
    uint32_t at = h->n_edges;
    while (at > 0 && h->edges[at - 1] > edge)
        at--;
    if (at > 0 && h->edges[at - 1] == edge)
        return;
    memmove(h->edges + at + 1, h->edges + at, (h->n_edges - at) * sizeof h->edges[0]);
    h->edges[at] = edge;
    h->n_edges++;
}

int
split__histogram_start(struct split_histogram *h, const split_us *edges_us, uint32_t n_edges)
{
    if (n_edges > SPLIT_EDGES_MAX)
        return SPLIT_ERR_LIMIT;
    for (uint32_t i = 0; i < n_edges; i++)
        if (edges_us[i] < 0 || edges_us[i] > VALUE_MAX)
            return SPLIT_ERR_VALUE;
    memset(h, 0, sizeof *h);
    for (uint32_t i = 0; i < n_edges; i++)
        add_edge(h, edges_us[i]);
    uint32_t below = 0;
    for (uint32_t b = 0; b < SPLIT__BUCKETS; b++) {
        h->shift[b] = (uint8_t)below;
        while (below < h->n_edges && latency_bucket((uint64_t)h->edges[below]) == b) {
            h->shift[b] |= HAS_EDGE;
            below++;
        }
    }
    return SPLIT_OK;
}

void
split_histogram_options_init_sized(split_histogram_options *options, size_t size)
{
    const split_histogram_options own = {.n_edges = 0};
    split__sized_init(options, size, &own, sizeof own);
}

static int
histogram_options_take(split_histogram_options *own, const split_histogram_options *theirs)
{
    const int err = split__sized_take(own, sizeof *own, SPLIT_HISTOGRAM_OPTIONS_V1, theirs);
    if (err != SPLIT_OK)
        return err;
    if (own->n_edges > SPLIT_EDGES_MAX)
        return SPLIT_ERR_LIMIT;
    if (own->n_edges > 0 && own->edges_us == NULL)
        return SPLIT_ERR_ARG;
    for (uint32_t i = 0; i < own->n_edges; i++)
        if (own->edges_us[i] < 0 || own->edges_us[i] > VALUE_MAX)
            return SPLIT_ERR_VALUE;
    return SPLIT_OK;
}

size_t
split_histogram_size(const split_histogram_options *options)
{
    split_histogram_options own;
    return histogram_options_take(&own, options) == SPLIT_OK ? sizeof(struct split_histogram) : 0;
}

int
split_histogram_init(void *mem, size_t mem_bytes, const split_histogram_options *options,
                     split_histogram **out)
{
    split_histogram_options own;
    int err = histogram_options_take(&own, options);
    if (err == SPLIT_OK)
        err = out == NULL ? SPLIT_ERR_ARG
                          : split__memory_check(mem, mem_bytes, sizeof(struct split_histogram));
    if (err == SPLIT_OK)
        err = split__histogram_start(mem, own.edges_us, own.n_edges);
    if (err == SPLIT_OK)
        *out = mem;
    return err;
}

int
split_histogram_new(const split_histogram_options *options, const split_alloc *alloc,
                    split_histogram **out)
{
    split_histogram_options own;
    const int err = histogram_options_take(&own, options);
    if (err != SPLIT_OK)
        return err;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    void *mem = split__alloc_take(alloc, sizeof(struct split_histogram));
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    return split_histogram_init(mem, sizeof(struct split_histogram), options, out);
}

void
split_histogram_free(split_histogram **histogram, const split_alloc *alloc)
{
    if (histogram == NULL)
        return;
    split__alloc_give(alloc, *histogram);
    *histogram = NULL;
}

void
split_histogram_record(split_histogram *histogram, split_us latency_us)
{
    int64_t v = latency_us;
    if ((uint64_t)v > (uint64_t)VALUE_MAX) /* negative ones too */
        v = v < 0 ? 0 : VALUE_MAX;
    histogram->cells[latency_cell(histogram, v)]++;
}

int
split_histogram_merge(split_histogram *histogram, const split_histogram *other)
{
    if (histogram == NULL || other == NULL)
        return SPLIT_ERR_ARG;
    if (histogram->n_edges != other->n_edges ||
        memcmp(histogram->edges, other->edges, sizeof other->edges) != 0)
        return SPLIT_ERR_MODE;
    for (uint32_t i = 0; i < SPLIT__BUCKETS + histogram->n_edges; i++)
        histogram->cells[i] += other->cells[i];
    return SPLIT_OK;
}

void
split_histogram_reset(split_histogram *histogram)
{
    memset(histogram->cells, 0, sizeof histogram->cells);
}

int64_t
split_histogram_count(const split_histogram *histogram)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < SPLIT__BUCKETS + histogram->n_edges; i++)
        n += histogram->cells[i];
    return n;
}

/* Smallest value of the cell after the one that starts at `start`. */
static int64_t
next_latency_start(const struct split_histogram *h, int64_t start)
{
    const uint32_t bucket = latency_bucket((uint64_t)start);
    int64_t end = bucket + 1 < SPLIT__BUCKETS ? latency_start(bucket + 1) : VALUE_MAX + 1;
    uint32_t e = h->shift[bucket] & ~HAS_EDGE;
    while (e < h->n_edges && h->edges[e] <= start)
        e++;
    return e < h->n_edges && h->edges[e] < end ? h->edges[e] : end;
}

split_us
split_histogram_percentile(const split_histogram *histogram, int64_t percentile_e6)
{
    const int64_t all = 100000000;
    const int64_t n = split_histogram_count(histogram);
    if (n == 0 || percentile_e6 <= 0 || percentile_e6 > all)
        return -1;
    /* ceil(n * percentile / all) in parts, so that it does not overflow. */
    const int64_t rank = n / all * percentile_e6 + (n % all * percentile_e6 + all - 1) / all;
    int64_t seen = 0, start = 0;
    for (uint32_t cell = 0; cell < SPLIT__BUCKETS + histogram->n_edges; cell++) {
        const int64_t end = next_latency_start(histogram, start);
        seen += histogram->cells[cell];
        if (seen >= rank)
            return start + (end - 1 - start) / 2;
        start = end;
    }
    return VALUE_MAX;
}

int64_t
split_histogram_at_least(const split_histogram *histogram, split_us latency_us)
{
    if (latency_us > VALUE_MAX)
        return 0;
    int64_t n = 0;
    for (uint32_t i = latency_cell(histogram, split__max_i64(latency_us, 0));
         i < SPLIT__BUCKETS + histogram->n_edges; i++)
        n += histogram->cells[i];
    return n;
}
