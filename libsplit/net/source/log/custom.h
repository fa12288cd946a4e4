/* SPDX-License-Identifier: MIT */
/* Formats that a text describes: JSON lines by a map of fields, and an nginx log_format. */
#ifndef SPLIT_NET_LOG_CUSTOM_H
#define SPLIT_NET_LOG_CUSTOM_H

#include "net/source/log/format.h"
#include "net/source/log/meaning.h"

#define LOG_FIELDS_MAX 32

typedef struct log_field {
    const char *path; /* of JSON, in dots; or the literal text that follows a value of log_format */
    size_t path_len;
    log_meaning meaning;
} log_field;

/* A format that was described; its texts lie in `text`. */
struct log_custom {
    log_format format; /* what split_log has to do */
    char *text;
    const char *before; /* of log_format: the literal text in front */
    size_t before_len;
    log_field fields[LOG_FIELDS_MAX];
    size_t n_fields;
};

/* Read "json:PRESET", "json:time=PATH,status=PATH,..." or "nginx:LOG_FORMAT". NULL when it is none of
 * them, with a sentence in `why`, or without memory. */
log_custom *split__log_custom_new(const char *text, char *why, size_t why_size);
void split__log_custom_free(log_custom *c);

#endif
