/* SPDX-License-Identifier: MIT */
/* JSON text without white space between tokens: the same document, byte for byte in every value. */
#ifndef SPLIT_POLICY_COMPACT_H
#define SPLIT_POLICY_COMPACT_H

#include "policy/document/arena.h"

/* A compact, NUL-terminated copy of valid JSON text, or NULL; then the arena's `failed` is set. */
char *split__compact_copy(arena *a, const char *text, size_t len, size_t *out_len);

#endif
