/* SPDX-License-Identifier: MIT */
/* A small text builder for sentences; the core has no printf. Counts past the end, so callers learn
 * the length. */
#ifndef SPLIT_CORE_TEXT_H
#define SPLIT_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

typedef struct split__text {
    char *at;
    size_t n_bytes; /* room, with the closing zero; may be 0 */
    size_t len;     /* of the whole text */
} split__text;

void split__text_add(split__text *t, const char *s);

/* An integer with commas between thousands. */
void split__text_count(split__text *t, int64_t v);

/* A number with two decimals; "inf" and "-inf" at the ends. */
void split__text_fixed(split__text *t, double v);

/* A duration in the largest fitting unit: "90 s", "2.1 h". */
void split__text_time(split__text *t, int64_t us);

#endif
