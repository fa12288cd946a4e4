/* SPDX-License-Identifier: MIT */
/* A document while it is loaded: its nodes, its memory, and the faults found so far. */
#ifndef SPLIT_POLICY_DOCUMENT_LOADER_H
#define SPLIT_POLICY_DOCUMENT_LOADER_H

#include "policy/document/arena.h"
#include "policy/document/json.h"

typedef struct loader {
    json_doc doc;
    fault_list faults;
    arena arena;
    bool lenient; /* unknown fields are ignored (routes) */
} loader;

/* Book a fault at a value, at a member's name, or at a missing member of an object. */
void split__fault_value(loader *l, int code, uint32_t node, const char *sentence);
void split__fault_key(loader *l, int code, uint32_t node, const char *sentence);
void split__fault_missing(loader *l, uint32_t object, const char *name, const char *cure);

/* True for a value of the kind; otherwise records the fault with `wanted` such as "a number". */
bool split__want_kind(loader *l, uint32_t node, json_kind kind, const char *wanted);

/* End of a load: the code of the first fault, or NOMEM when memory was refused. */
int split__load_result(const loader *l, int err);

#endif
