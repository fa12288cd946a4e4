/* SPDX-License-Identifier: MIT */
/* Put in place of stdio's file functions where split-policy reads documents. */
#ifndef SPLIT_WASM_FILES_H
#define SPLIT_WASM_FILES_H

#include <stdio.h>

typedef struct host_file host_file;

host_file *host_fopen(const char *path, const char *mode);
size_t host_fread(void *to, size_t item_bytes, size_t n_items, host_file *file);
int host_ferror(host_file *file);
int host_fclose(host_file *file);

#ifdef SPLIT_HOST_FILES
#define FILE host_file
#define fopen host_fopen
#define fread host_fread
#define ferror host_ferror
#define fclose host_fclose
#endif

#endif
