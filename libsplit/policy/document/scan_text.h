/* SPDX-License-Identifier: MIT */
/* Strings and numbers of JSON text, and the faults of the scanner with the path of where they
 * are. */
#ifndef SPLIT_POLICY_DOCUMENT_SCAN_TEXT_H
#define SPLIT_POLICY_DOCUMENT_SCAN_TEXT_H

#include "policy/document/scan.h"

/* A fault that leaves the rest readable. */
void split__scan_book(scanner *s, int code, uint32_t pos, const char *sentence);

/* A fault after which nothing can be read. Returns the status, which is not 0. */
int split__scan_stop(scanner *s, int code, uint32_t pos, const char *sentence);

/* The byte here, or -1 at the end. */
int split__scan_peek(const scanner *s);
bool split__scan_starts(const scanner *s, const char *word);

/* The string that starts here, quotes included, and the number that starts here. Return the
 * status. */
int split__scan_string(scanner *s);
int split__scan_number(scanner *s);

#endif
