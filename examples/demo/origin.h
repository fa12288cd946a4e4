/* SPDX-License-Identifier: MIT */
/* Behaviour of the demo's origin: what its control URL changes at run time. */
#ifndef DEMO_ORIGIN_H
#define DEMO_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct behaviour {
    double latency_ms;   /* Fixed part. */
    double jitter_ms;    /* Mean of an exponential part on top. */
    double fail_percent; /* Share of requests that get `fail`. */
    double
        cache_hit_percent; /* Share of GETs answered with "x-cache: hit", in a tenth of the time. */
    double size_bytes;     /* Length of an answer's body. */
    double retry_after_s;  /* Sent with failures when above 0. */
    double status;         /* Of a failure, when `fault` is FAULT_STATUS. */
    int fault;
};

enum { FAULT_STATUS, FAULT_RESET, FAULT_TRUNCATE, FAULT_HANG };

/* Change one setting by its name. False when there is no such name or the value is out of range. */
bool behaviour_set(struct behaviour *b, const char *name, const char *value);

/* The settings as JSON members, without braces. */
int behaviour_print(const struct behaviour *b, char *out, size_t out_size);

/* Draw from a splitmix64 generator: [0, 1). */
double behaviour_draw(uint64_t *state);

#endif
