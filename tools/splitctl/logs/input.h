/* SPDX-License-Identifier: MIT */
/* Lines of a file, a gzip file or standard input, in constant memory. */
#ifndef SPLITCTL_LOGS_INPUT_H
#define SPLITCTL_LOGS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_MAX 65536 /* longer lines are rejected, not split */

typedef struct log_input log_input;

/* Open a path, or standard input for "-"; gzip is seen by itself. NULL after a report on stderr. */
log_input *log_input_open(const char *path);
void log_input_close(log_input *in);

typedef enum log_line { LOG_LINE, LOG_LINE_TOO_LONG, LOG_LINE_END, LOG_LINE_ERROR } log_line;

/* The next line without its end; it lives until the next call. An error was reported on stderr. */
log_line log_input_next(log_input *in, const char **out_line, size_t *out_len);

/* Compressed bytes taken so far, and the file's size; 0 when it is not known. */
uint64_t log_input_position(const log_input *in);
uint64_t log_input_size(const log_input *in);

#endif
