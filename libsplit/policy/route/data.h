/* SPDX-License-Identifier: MIT */
/* What a route holds, as its field table fills it. */
#ifndef SPLIT_POLICY_ROUTE_DOCUMENT_H
#define SPLIT_POLICY_ROUTE_DOCUMENT_H

#include "policy/document/parts.h"
#include "policy/failover/table.h"
#include "split/route.h"

#define ROUTE_REVISION_MAX UINT64_C(9007199254740992) /* what every JSON reader holds exactly */

struct split_route {
    doc_item item;
    arena arena;
    const char *text;
    size_t text_len;
    uint64_t schema;
    const char *name;
    uint64_t revision;
    split_us issued_at_us;
    const char *issued_by; /* NULL: not said */
    const char *issued_why;
    const char *salt; /* NULL: the name */
    int mode;
    doc_list variants; /* doc_name */
    uint64_t default_variant;
    doc_list home;   /* uint32_t */
    doc_list ranges; /* split_range */
    doc_list chains; /* doc_list of doc_name, linked to origins */
    doc_list origins;
    doc_failover failover;
    doc_list overrides; /* split_override */
    uint64_t coverage_e6;
    uint64_t holdout_e6;
    doc_cookie cookie;
    split_plan_options plan_options;
    split_failover_options failover_options;
};

extern const object_table split__route_table;

#endif
