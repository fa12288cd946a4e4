/* SPDX-License-Identifier: MIT */
/* What a kind of source has to do, and the kinds. A new one is a row here and a folder of its own. */
#ifndef SPLIT_NET_SOURCE_H
#define SPLIT_NET_SOURCE_H

#include "net/base/fault.h"
#include "net/source/reading.h"

/* The kinds, in the order that help shows. */
#define SPLIT__SOURCE_KIND_MAP(XX)                                                                 \
    XX(proxy)                                                                                      \
    XX(haproxy) XX(log) XX(cloudwatch) XX(promql) XX(windows) XX(exec) XX(clickhouse) XX(trino)

typedef struct split__source_kind {
    split_source_kind shown;
    /* Makes the kind's own state from the options; `place` is the spec without its kind. */
    int (*open)(const split_source_options *options, const char *place, void **out_state,
                split_error *error);
    int (*read)(void *state, split_reading *out, split_error *error);
    void (*close)(void *state);
    void (*mark)(void *state); /* as split_source_mark(); NULL when a read is a mark */
} split__source_kind;

#define XX(name) extern const split__source_kind split__source_##name;
SPLIT__SOURCE_KIND_MAP(XX)
#undef XX

/* Whether the kind has a mark of its own; else its reads are the marks. */
bool split__source_has_mark(const split_source *source);

/* Counts of a peer add up to the most that a count can be, and no further: one that lies must not
 * overflow them. Neither is negative. */
static inline void
split__count_add(int64_t *sum, int64_t count)
{
    *sum = count > SPLIT_COUNT_MAX - *sum ? SPLIT_COUNT_MAX : *sum + count;
}

#endif
