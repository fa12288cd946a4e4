/* SPDX-License-Identifier: MIT */
/* Access logs for tests, in a folder of their own, and the source that follows one. */
#ifndef TESTS_LOG_WRITER_H
#define TESTS_LOG_WRITER_H

#include <stddef.h>

#include "split/source.h"

#define LOG_WRITER_LINE 256

typedef struct log_writer {
    char folder[64];
    char path[96]; /* of access.log */
} log_writer;

/* End the test's process when the folder cannot be made. */
void log_writer_begin(log_writer *w);
void log_writer_end(log_writer *w);

/* Path of another file in the folder; four at a time. */
const char *log_writer_path(const log_writer *w, const char *name);

/* A line of nginx's combined log with timing; its length. */
size_t log_writer_line(char line[LOG_WRITER_LINE], const char *variant, int status, int ms);

/* Append to the end of a file that may not exist yet. */
void log_writer_append(const char *path, const char *text, size_t len);
void log_writer_requests(const char *path, int n, const char *variant, int status, int ms);

/* The same as a gzip member of its own. */
void log_writer_gzip(const char *path, int n, const char *variant, int status, int ms);

/* Options of log:PATH for the arms "new" and "legacy"; the text of spec is the caller's. */
void log_writer_options(split_source_options *o, char spec[160], const char *path);

#endif
