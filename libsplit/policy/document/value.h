/* SPDX-License-Identifier: MIT */
/* Reading of single values: kind, form, range, and the sentence when one does not fit. */
#ifndef SPLIT_POLICY_DOCUMENT_VALUE_H
#define SPLIT_POLICY_DOCUMENT_VALUE_H

#include "policy/document/field.h"

/* Read a name, text, choice, bool, number, duration or list of names into the object. */
void split__value_load(loader *l, const field *f, uint32_t node, void *object);

/* Readers of single values; false when a fault was recorded. */
bool split__read_micros(loader *l, const field *f, uint32_t node, uint64_t *out);
bool split__read_whole(loader *l, const field *f, uint32_t node, uint64_t *out);
void split__read_text(loader *l, const field *f, uint32_t node, const char **out);
bool split__read_name(loader *l, uint32_t node, const char **out);
bool split__read_count(loader *l, const field *f, uint32_t node, uint32_t *out_n);

bool split__name_valid(const char *text);

#endif
