/* SPDX-License-Identifier: MIT */
/* How a command is to read logs: format, and how to tell whose request it was. */
#ifndef SPLITCTL_LOGS_SETUP_H
#define SPLITCTL_LOGS_SETUP_H

#include "logs/arm.h"

#define LOG_MAPS_MAX 64

typedef struct log_setup {
    /* Options of the command line. */
    cli_texts map_options;
    cli_texts documents;
    const char *cookie;
    const char *format;
    const char *json;
    const char *log_format;
    const char *zone;
    const char *from;
    const char *to;
    bool cookie_is_variant;
    /* Filled by log_setup_open(). */
    split_us from_us;
    split_us to_us;
    arm_rules rules;
    char *described; /* the format, as the library takes it */
    char *map_texts[LOG_MAPS_MAX];
    split_log_map maps[LOG_MAPS_MAX];
    split_log_arms arms;
} log_setup;

/* The rows of the options for a cli_spec. */
#define LOG_SETUP_OPTIONS(s)                                                                       \
    {"map",                                                                                        \
     0,                                                                                            \
     CLI_TEXTS,                                                                                    \
     "UPSTREAM=VARIANT",                                                                           \
     "arm of an address or back end; may be repeated",                                             \
     &(s)->map_options},                                                                           \
        {"recompute",                                                                              \
         0,                                                                                        \
         CLI_TEXTS,                                                                                \
         "FILE",                                                                                   \
         "policy or routes to assign visitors by; may be repeated",                                \
         &(s)->documents},                                                                         \
        {"cookie", 0, CLI_TEXT, "NAME", "cookie with the visitor's id", &(s)->cookie},             \
        {"cookie-is-variant",    0, CLI_FLAG, NULL, "the cookie's value is the variant",           \
         &(s)->cookie_is_variant},                                                                 \
        {"from", 0, CLI_TEXT, "TIME", "leave out what was before", &(s)->from},                    \
        {"to", 0, CLI_TEXT, "TIME", "leave out this and what came later", &(s)->to},               \
        {"format", 0, CLI_TEXT, "NAME", "do not guess the format", &(s)->format},                  \
        {"json-fields",                                                                            \
         0,                                                                                        \
         CLI_TEXT,                                                                                 \
         "MAP",                                                                                    \
         "JSON lines: nginx, caddy, ..., or time=PATH,status=PATH,...",                            \
         &(s)->json},                                                                              \
        {"log-format", 0, CLI_TEXT, "TEXT", "an nginx log_format", &(s)->log_format},              \
    {                                                                                              \
        "tz", 0, CLI_TEXT, "ZONE", "of times that name none: UTC, +HH:MM, local, Europe/Berlin",   \
            &(s)->zone                                                                             \
    }

/* Understand the options and make the log. CTL_OK, CTL_USAGE or CTL_BAD_INPUT, reported. */
int log_setup_open(log_setup *s, const char *command, split_log **out);
void log_setup_free(log_setup *s);

/* Whether a record lies in the time asked for. */
bool log_setup_takes(const log_setup *s, const split_log_record *r);

#endif
