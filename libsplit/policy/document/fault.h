/* SPDX-License-Identifier: MIT */
/* The list of a document's faults: ordered by place, the first ones kept, all counted. */
#ifndef SPLIT_POLICY_FAULT_H
#define SPLIT_POLICY_FAULT_H

#include <stdint.h>

#include "split/error.h"

typedef struct fault_list {
    unsigned char *out; /* the caller's array of split_error, */
    size_t step;        /* whose entries are as long as the caller's header says */
    size_t max;
    size_t n; /* faults found, also those without room */
    int first_code;
    uint64_t first_pos;
    const char *text; /* the document, for lines and columns */
    size_t text_len;
} fault_list;

/* Begin with the caller's array. Returns 0, or SPLIT_ERR_STRUCT when its first entry does not state
 * its size. */
int split__fault_list_init(fault_list *list, split_error *out, size_t max);

/* Would a fault at this place be written? When not, its path and text need not be made. */
bool split__fault_has_room(const fault_list *list, uint64_t pos);

/* Book a fault at byte `pos` of the text. The sentence is made as by printf. */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 5, 6)))
#endif
void
split__fault_add(fault_list *list, int code, uint64_t pos, const char *path, const char *format,
                 ...);

/* The same for a fault without a place in a text: line and column are 0. */
void split__fault_add_file(fault_list *list, int code, const char *path, const char *sentence);

#endif
