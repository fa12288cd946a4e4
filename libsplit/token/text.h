/* SPDX-License-Identifier: MIT */
/* The text of a stored decision (design/stored.md T1): one way to write each value, and nothing
 * else is read. */
#ifndef SPLIT_TOKEN_TEXT_H
#define SPLIT_TOKEN_TEXT_H

#include "token/token_data.h"

/* Length of a name of [A-Za-z0-9][A-Za-z0-9._-]* within n_max bytes at `text`; 0 when it is not
 * one. */
size_t token__name_len(const char *text, size_t n_max);

/* Take a value apart. False when it is not of the form. */
bool token__parse(const char *text, size_t text_len, token_parts *out);

/* The part of a value before the signature, with a terminator; 0 when it does not fit. */
size_t token__format(const split_stored *stored, const char *key_id, char *out, size_t out_bytes);

#endif
