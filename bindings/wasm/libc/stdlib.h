/* SPDX-License-Identifier: MIT */
/* What the library and its bridge ask of the C library, for a build without one. */
#ifndef SPLIT_WASM_STDLIB_H
#define SPLIT_WASM_STDLIB_H

#include <stddef.h>

void *malloc(size_t n_bytes);
void *calloc(size_t n_items, size_t item_bytes);
void *realloc(void *mem, size_t n_bytes);
void free(void *mem);

#endif
