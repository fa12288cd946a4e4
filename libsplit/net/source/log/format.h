/* SPDX-License-Identifier: MIT */
/* What every format of access logs has to do, and what their parsers share. */
#ifndef SPLIT_NET_LOG_FORMAT_H
#define SPLIT_NET_LOG_FORMAT_H

#include "split/log.h"

/* What a parser remembers from line to line; zero it at the start of each file. */
#define LOG_COLUMNS 64
typedef struct log_custom log_custom;

typedef struct log_state {
    const log_custom *custom; /* the description of the format; NULL for the known ones */
    int32_t zone_s;           /* east of Greenwich, of times that name no zone, */
    bool zone_is_local;       /* or that of the process */
    bool has_header;
    int column_of[LOG_COLUMNS]; /* by meaning, see cloudfront.c */
    char time_text[40];         /* the last time stamp read, */
    size_t time_len;
    split_us time_us; /* and what it meant */
} log_state;

typedef struct log_format {
    const char *name;
    /* Is this line of the format for certain? Asked of the first lines of a file. */
    bool (*fits)(const char *line, size_t n);
    split_log_answer (*parse)(log_state *state, const char *line, size_t n, split_log_record *out);
} log_format;

extern const log_format split__log_cloudfront;
extern const log_format split__log_cloudfront_json;
extern const log_format split__log_combined;
extern const log_format split__log_haproxy;
extern const log_format split__log_alb;
extern const log_format split__log_envoy;
extern const log_format split__log_split_proxy;

/* All formats; NULL ends the list. The first that fits is taken. */
extern const log_format *const split__log_formats[];

/* Shared by the parsers. */
bool split__log_is(split_log_text t, const char *word);
bool split__log_seconds(const char *p, size_t n, split_us *out); /* "0.037", "12"; false for "-" */
bool split__log_integer(const char *p, size_t n, int64_t *out);  /* digits only */
bool split__log_clock(log_state *s, const char *p, size_t n,
                      split_us *out); /* "23/Nov/2026:00:46:29 +0000" */
/* RFC 3339 with "Z" or an offset. */
bool split__log_rfc3339(const char *p, size_t n, split_us *out);
split_log_text split__log_quoted(const char **p,
                                 const char *end); /* text between quotes, escapes left in */
split_log_text split__log_word(const char **p, const char *end); /* up to the next space */
/* The method of a request line between quotes; false when there is no such line. */
bool split__log_request(const char **p, const char *end, split_log_text *out_method);
split_log_cache split__log_cache_of(split_log_text word); /* Hit, Miss, EXPIRED, ... */

#endif
