/* SPDX-License-Identifier: MIT */
/* Seeded simulation of the verdicts through the compiled library; each table prints rows of CSV. */
#ifndef TESTS_QUALITY_H
#define TESTS_QUALITY_H

#include "core/rollout/sample.h"
#include "split/split.h"

typedef struct quality {
    split__rng rng;
    int runs;
} quality;

/* One row: table, case, requests per second, measure, value. Shares are percent. */
void quality_row(const char *table, const char *name, double rps, const char *measure,
                 double value);

/* End the program when a library call fails. */
void quality_must(int err);

/* Value by nearest rank, permille in [1, 1000]; sorts; -1 of nothing. */
double quality_rank(double *values, int n, int permille);

void quality_false_alarms(quality *q); /* A */
void quality_detection(quality *q);    /* B */
void quality_gate(quality *q);         /* C */
void quality_relative(quality *q);     /* D */
void quality_incident(quality *q);     /* F */
void quality_engine(quality *q);       /* whole engine, four metrics */
void quality_users(quality *q);        /* users whose requests fail together */

#endif
