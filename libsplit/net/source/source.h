/* SPDX-License-Identifier: MIT */
/* What a kind of source has to do; the registry in source.c lists the kinds. */
#ifndef SPLIT_NET_SOURCE_H
#define SPLIT_NET_SOURCE_H

#include "split/source.h"

typedef struct split_source_kind {
    const char *name;
    /* Makes the kind's own state from the options; `place` is the spec without its kind. */
    int (*open)(const split_source_options *options, const char *place, void **out_state,
                split_error *error);
    int (*read)(void *state, split_reading *out, split_error *error);
    void (*close)(void *state);
    void (*mark)(void *state); /* as split_source_mark(); NULL when a read is a mark */
} split_source_kind;

extern const split_source_kind split__source_proxy;
extern const split_source_kind split__source_haproxy;
extern const split_source_kind split__source_log;
extern const split_source_kind split__source_cloudwatch;
extern const split_source_kind split__source_promql;

/* Counts of a peer add up to the most that a count can be, and no further: one that lies must not
 * overflow them. Neither is negative. */
static inline void
split__count_add(int64_t *sum, int64_t count)
{
    *sum = count > SPLIT_COUNT_MAX - *sum ? SPLIT_COUNT_MAX : *sum + count;
}

/* Say what a reading lacks, unless something is said already. */
void split__net_note(split_reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fill an error with a sentence and return its code; `error` may be NULL. */
int split__net_fault(split_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
