/* SPDX-License-Identifier: MIT */
/* One request as a log line tells it, and what every format has to do. */
#ifndef SPLITCTL_LOGS_RECORD_H
#define SPLITCTL_LOGS_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "split/base.h"

/* Text inside the line; len 0 when the line does not say. */
typedef struct log_text {
    const char *at;
    size_t len;
} log_text;

typedef enum log_cache {
    LOG_CACHE_NONE,
    LOG_CACHE_MISS,
    LOG_CACHE_HIT,
    LOG_CACHE_REFRESH
} log_cache;

typedef struct log_record {
    split_us at_us;      /* wall clock; -1 when the line does not say */
    split_us latency_us; /* server's view, to the first byte where the format has it; -1 when there
                            is none */
    int status;          /* 0: the visitor left first */
    log_cache cache;
    log_text method;
    log_text variant;  /* as the line names it */
    log_text upstream; /* address or backend name */
    log_text cookie;   /* the whole Cookie header */
} log_record;

typedef enum log_answer { LOG_RECORD, LOG_SKIP, LOG_REJECT } log_answer;

/* What a parser remembers from line to line; zero it at the start of each file. */
#define LOG_COLUMNS 64
typedef struct log_state {
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
    log_answer (*parse)(log_state *state, const char *line, size_t n, log_record *out);
} log_format;

extern const log_format log_cloudfront;
extern const log_format log_cloudfront_json;
extern const log_format log_combined;
extern const log_format log_haproxy;
extern const log_format log_alb;
extern const log_format log_split_proxy;

/* All formats; NULL ends the list. The first that fits is taken. */
extern const log_format *const log_formats[];

/* Shared by the parsers. */
bool log_is(log_text t, const char *word);
bool log_seconds(const char *p, size_t n, split_us *out); /* "0.037", "12"; false for "-" */
bool log_integer(const char *p, size_t n, int64_t *out);  /* digits only */
bool log_clock(log_state *s, const char *p, size_t n,
               split_us *out);                        /* "23/Nov/2026:00:46:29 +0000" */
log_text log_quoted(const char **p, const char *end); /* text between quotes, escapes left in */
log_text log_word(const char **p, const char *end);   /* up to the next space */
bool log_is_lookup(const log_record *r); /* a cache was asked, and the answer is no error */
log_cache log_cache_of(log_text word);   /* Hit, Miss, EXPIRED, ... */

#endif
