/* SPDX-License-Identifier: MIT */
/* The scanner's two halves: values and containers (scan.c), strings and numbers (scan_text.c). */
#ifndef SPLIT_POLICY_SCAN_H
#define SPLIT_POLICY_SCAN_H

#include "policy/document/json.h"

typedef struct scanner {
    json_doc *doc;
    uint32_t pos;
    uint32_t depth;
    uint32_t parent; /* the container that is open, or JSON_NONE */
    int status;      /* 0, or why the scan must stop */
} scanner;

/* A fault that leaves the rest readable. */
void split__scan_book(scanner *s, int code, uint32_t pos, const char *sentence);

/* A fault after which nothing can be read. Returns the status, which is not 0. */
int split__scan_stop(scanner *s, int code, uint32_t pos, const char *sentence);

/* The byte here, or -1 at the end. */
int split__scan_peek(const scanner *s);

bool split__scan_starts(const scanner *s, const char *word);

/* The string that starts here, quotes included, and the number that starts here. Return the status.
 */
int split__scan_string(scanner *s);
int split__scan_number(scanner *s);

#endif
