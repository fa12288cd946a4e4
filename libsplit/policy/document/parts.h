/* SPDX-License-Identifier: MIT */
/* What policies and routes both hold: origins, the cookie, overrides. */
#ifndef SPLIT_POLICY_DOCUMENT_PARTS_H
#define SPLIT_POLICY_DOCUMENT_PARTS_H

#include "policy/document/field.h"
#include "split/policy.h"

#define DOC_ORIGINS_MAX 64
#define DOC_CHAIN_MAX 8
#define DOC_DAY_US (INT64_C(86400) * 1000000)
#define DOC_PERCENT_ALL UINT64_C(100000000) /* 100 % in millionths of a percent */
#define DOC_NO_INDEX SIZE_MAX

typedef struct doc_override {
    doc_item item;
    const char *variant;
} doc_override;

typedef struct doc_cookie {
    doc_item item;
    split_cookie_info info;
} doc_cookie;

typedef struct doc_cost {
    doc_item item;
    uint64_t per_million_requests_micros;
    uint64_t monthly_micros;
} doc_cost;

typedef struct doc_origin {
    doc_item item;
    split_origin_info info;
    doc_cost cost;
} doc_origin;

extern const object_table split__origin_table;
extern const object_table split__cookie_table;

/* Reads the number of the schema; `min` of the field is the one that is known. */
void split__read_schema(loader *l, const field *f, uint32_t node, void *object);

#endif
