/* SPDX-License-Identifier: MIT */
/* Timing of several ways to do one thing: interleaved rounds, medians, ratios. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile uint64_t sink;

static double
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void
take_medians(bench_way *way)
{
    for (size_t round = 0; round < BENCH_ROUNDS && way->floor != NULL; round++)
        way->sorted[round] = way->raw[round] / way->floor->raw[round];
    qsort(way->sorted, BENCH_ROUNDS, sizeof(double), compare);
    way->ratio = way->sorted[BENCH_ROUNDS / 2];
    memcpy(way->sorted, way->raw, sizeof way->raw);
    qsort(way->sorted, BENCH_ROUNDS, sizeof(double), compare);
    way->ns = way->sorted[BENCH_ROUNDS / 2];
}

void
bench_run(bench_way *ways, size_t n_ways, size_t n)
{
    for (size_t w = 0; w < n_ways; w++)
        sink += ways[w].run(ways[w].ctx, n);
    for (size_t round = 0; round < BENCH_ROUNDS; round++) {
        for (size_t w = 0; w < n_ways; w++) {
            double start = now_ns();
            sink += ways[w].run(ways[w].ctx, n);
            ways[w].raw[round] = (now_ns() - start) / (double)n;
        }
    }
    for (size_t w = 0; w < n_ways; w++)
        take_medians(&ways[w]);
}

unsigned
bench_print(const bench_way *ways, size_t n_ways)
{
    unsigned n_over = 0;
    printf("| way | ns (median of %d) | quartiles | ratio | to | promised |\n", BENCH_ROUNDS);
    printf("|---|---|---|---|---|---|\n");
    for (size_t w = 0; w < n_ways; w++) {
        const bench_way *way = &ways[w];
        double judged = way->floor != NULL ? way->ratio : way->ns;
        printf("| %s | %.2f | %.2f - %.2f |", way->name, way->ns, way->sorted[BENCH_ROUNDS / 4],
               way->sorted[BENCH_ROUNDS * 3 / 4]);
        if (way->floor != NULL)
            printf(" %.2f | %s |", way->ratio, way->floor->name);
        else
            printf(" | |");
        if (way->limit > 0)
            printf(" <= %g%s%s |\n", way->limit, way->floor == NULL ? " ns" : "",
                   judged > way->limit ? " MISSED" : "");
        else
            printf(" |\n");
        n_over += way->limit > 0 && judged > way->limit;
    }
    return n_over;
}
