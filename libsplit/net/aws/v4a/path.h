/* SPDX-License-Identifier: MIT */
/* Paths and queries in canonical form: normalized, encoded and sorted as SigV4A asks. */
#ifndef SPLIT_NET_AWS_V4A_PATH_H
#define SPLIT_NET_AWS_V4A_PATH_H

#include <stdbool.h>
#include <stdio.h>

/* Percent-encode all but A-Z a-z 0-9 - . _ ~, and slashes where they are to be kept. */
void split__v4a_encode(FILE *out, const char *text, size_t len, bool keep_slashes);

/* Each is false without memory. The query is encoded already. */
bool split__v4a_put_path(FILE *out, const char *path, bool normalized);
bool split__v4a_put_query(FILE *out, const char *query);

#endif
