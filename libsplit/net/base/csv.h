/* SPDX-License-Identifier: MIT */
/* One line of comma separated text, with quoted fields, as statistics pages write it. */
#ifndef SPLIT_NET_CSV_ROW_H
#define SPLIT_NET_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct csv_field {
    const char *text; /* borrowed, without quotes around it */
    size_t len;
} csv_field;

/* Fields of the next line from *at, which moves on; at most `room` are kept, the return value
 * counts those kept. */
size_t split__csv_next(const char **at, const char *end, csv_field *fields, size_t room);

bool split__csv_is(const csv_field *field, const char *text);

/* A whole number that no counter can exceed; false for an empty field and anything else. */
bool split__csv_count(const csv_field *field, int64_t *out);

#endif
