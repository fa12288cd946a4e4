/* SPDX-License-Identifier: MIT */
/* quality RUNS SEED [TABLE...]: prints the tables as CSV. Same seed, same rows. */
#include "quality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
quality_row(const char *table, const char *name, double rps, const char *measure, double value)
{
    printf("%s,%s,%g,%s,%.6g\n", table, name, rps, measure, value);
    fflush(stdout);
}

void
quality_must(int err)
{
    if (err != 0) {
        fprintf(stderr, "quality: %s\n", split_errname(err));
        exit(2);
    }
}

static int
by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double
quality_rank(double *values, int n, int permille)
{
    if (n == 0)
        return -1;
    qsort(values, (size_t)n, sizeof *values, by_value);
    const int rank = (n * permille + 999) / 1000;
    return values[(rank < 1 ? 1 : rank) - 1];
}

static const struct {
    const char *name;
    void (*run)(quality *q);
} tables[] = {{"A", quality_false_alarms}, {"B", quality_detection}, {"C", quality_gate},
              {"D", quality_relative},     {"F", quality_incident},  {"E", quality_engine},
              {"U", quality_users}};

int
main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: quality RUNS SEED [TABLE...]\n", stderr);
        return 1;
    }
    puts("table,case,rps,measure,value");
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        bool wanted = argc == 3;
        for (int i = 3; i < argc; i++)
            wanted = wanted || strcmp(argv[i], tables[t].name) == 0;
        /* Each table has its own stream, so that one table gives the same rows alone or among
         * others. */
        quality q = {{strtoull(argv[2], NULL, 10) + t}, atoi(argv[1])};
        if (wanted)
            tables[t].run(&q);
    }
    return 0;
}
