/* SPDX-License-Identifier: MIT */
/* Documents from files. */
#ifndef SPLIT_POLICY_DOCUMENT_FILE_H
#define SPLIT_POLICY_DOCUMENT_FILE_H

#include <stddef.h>

#include "split/error.h"

/* Load a document from a file: reads it and calls `load`. */
typedef int (*document_load_fn)(const char *text, size_t text_len, const split_alloc *alloc,
                                split_error *faults, size_t n_faults, size_t *out_n_faults,
                                void *out);
int split__document_load_file(const char *path, document_load_fn load, const split_alloc *alloc,
                              split_error *faults, size_t n_faults, size_t *out_n_faults,
                              void *out);

/* Read a whole file of at most SPLIT_DOCUMENT_BYTES_MAX + 1 bytes. Returns 0, SPLIT_ERR_IO with
 * errno set, SPLIT_ERR_NOMEM. */
int split__file_read(const char *path, const split_alloc *alloc, char **out_text, size_t *out_len);

#endif
