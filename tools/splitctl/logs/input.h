/* SPDX-License-Identifier: MIT */
/* Bytes of a file, a gzip file or standard input. */
#ifndef SPLITCTL_LOGS_INPUT_H
#define SPLITCTL_LOGS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct log_input log_input;

/* Open a path, or standard input for "-"; gzip is seen by itself. NULL after a report on stderr. */
log_input *log_input_open(const char *path);
void log_input_close(log_input *in);

/* How many bytes came, 0 at the end; -1 after a report on stderr. */
int log_input_read(log_input *in, char *buf, size_t buf_size);

/* Compressed bytes taken so far, and the file's size; 0 when it is not known. */
uint64_t log_input_position(const log_input *in);
uint64_t log_input_size(const log_input *in);

#endif
