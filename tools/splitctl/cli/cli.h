/* SPDX-License-Identifier: MIT */
/* The command line: the table's row, the options that commands share, and the parser over
 * getopt_long(). */
#ifndef SPLITCTL_CLI_H
#define SPLITCTL_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/exit_code.h"

/* A command: `run` gets its own name as argv[0] and returns an exit code of exit_code.h. */
typedef struct cli_command {
    const char *name;
    const char *help; /* one line, lower case, no full stop */
    int (*run)(int argc, char **argv);
} cli_command;

typedef enum cli_kind {
    CLI_FLAG,     /* bool: set to true */
    CLI_TEXT,     /* const char * */
    CLI_INTEGER,  /* int64_t, not negative */
    CLI_NUMBER,   /* double, finite */
    CLI_DURATION, /* int64_t microseconds, written as "250ms", "4h" */
    CLI_TEXTS     /* cli_texts: may be given several times */
} cli_kind;

/* Values of an option that may be given any number of times; borrowed from argv. The array lives as
 * long as the program. */
typedef struct cli_texts {
    const char **text;
    size_t n;
} cli_texts;

/* One option of one command. `out` points to a variable of the kind's type that holds the
 * default. */
typedef struct cli_option {
    const char *name; /* long name without dashes; NULL ends the list */
    char letter;      /* short name, or 0 */
    cli_kind kind;
    const char *value; /* what the help calls the value, such as "FILE"; NULL for a flag */
    const char *help;
    void *out;
} cli_option;

#define CLI_OPTIONS_END                                                                            \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* Options that many commands share; a command names in cli_spec.common those it takes. */
enum cli_common_bit {
    CLI_POLICY = 1,   /* -p, --policy FILE */
    CLI_ROUTE = 2,    /* --route FILE */
    CLI_JOURNAL = 4,  /* --journal FILE */
    CLI_JSON = 8,     /* --json */
    CLI_COLOR = 16,   /* --color auto|always|never */
    CLI_YES = 32,     /* -y, --yes */
    CLI_DRY_RUN = 64, /* --dry-run */
    CLI_REASON = 128  /* --why TEXT, --who TEXT */
};

typedef enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER } cli_color;

typedef struct cli_common {
    const char *policy;  /* NULL when not given; cli_policy_path() has the default */
    const char *route;   /* NULL when not given; cli_route_path() has the default */
    const char *journal; /* NULL when not given; cli_journal_path() has the default */
    const char *who;
    const char *why;
    bool json;
    bool yes;
    bool dry_run;
    cli_color color;
} cli_common;

typedef struct cli_spec {
    const char *usage; /* what follows the command's name, such as "[OPTION...] KEY..." */
    const char *about; /* what it does, lines up to 78 columns, ends with a line end */
    unsigned common;   /* CLI_POLICY | ... */
    const cli_option *options;
} cli_spec;

/* What cli_parse() returns when the command shall go on; no exit code has this value. */
#define CLI_GO (-1)

/*
 * Parse argv (argv[0] is the command). Options may stand among the arguments; "--" ends them. On
 * CLI_GO
 * `*out_first` is the index of the first argument that is no option. Otherwise the returned exit
 * code is final:
 * --help was printed, or a usage error was reported on stderr together with the nearest option that
 * exists.
 */
int cli_parse(const cli_spec *spec, cli_common *common, int argc, char **argv, int *out_first);

/* Report wrong use of `command` on stderr, name its --help, and return CTL_USAGE. */
int cli_usage_error(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Paths with their defaults: policy.json here; route.json and rollout.db beside the policy. Never
 * NULL; `buf` is used when a path has to be put together. */
#define CLI_PATH_MAX 4096

#endif
