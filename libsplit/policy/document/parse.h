/* SPDX-License-Identifier: MIT */
/* Parsing: the scanner's nodes joined with cJSON's tree, and doubled names found. */
#ifndef SPLIT_POLICY_DOCUMENT_PARSE_H
#define SPLIT_POLICY_DOCUMENT_PARSE_H

#include "policy/document/json.h"

/*
 * Parse text strictly (design/documents.md D1 to D4). Returns 0 also when members are doubled,
 * which is recorded as a fault and leaves the tree usable; SPLIT_ERR_JSON when the text has faults
 * that leave no tree; SPLIT_ERR_NOMEM. Free in any case. */
int split__json_parse(json_doc *doc, const char *text, size_t len, const split_alloc *alloc,
                      fault_list *faults);
void split__json_free(json_doc *doc);

#endif
