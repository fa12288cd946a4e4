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

/* The scanner's part of parsing: fills nodes, records faults. Returns 0, SPLIT_ERR_JSON or
 * SPLIT_ERR_NOMEM. */
int split__json_scan(json_doc *doc);

#endif
