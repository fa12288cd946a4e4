/* SPDX-License-Identifier: MIT */
/* Reading of single values by a row of a field table. */
#ifndef SPLIT_POLICY_VALUE_H
#define SPLIT_POLICY_VALUE_H

#include "policy/document/table.h"

/* Read a name, text, choice, bool, number, duration or list of names into the object. */
void split__value_load(loader *l, const field *f, uint32_t node, void *object);

/* Forms of texts. */
bool split__form_url(const char *text);
bool split__form_host(const char *text);
bool split__form_secret(const char *text);
bool split__form_url_or_secret(const char *text);
bool split__form_topic(const char *text);
bool split__form_cookie(const char *text);
bool split__form_salt(const char *text);
bool split__form_printable(const char *text);

#endif
