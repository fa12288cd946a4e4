/* SPDX-License-Identifier: MIT */
/* A command that prints windows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/program.h"
#include "net/base/scope.h"
#include "net/base/text.h"
#include "net/source/source.h"
#include "net/source/windows/rows.h"

typedef struct exec_source {
    split_source_options options;
    window_rows rows;
    char *command;
} exec_source;

/* As much time as the round has, and no more than a window. */
static split_us
patience(const exec_source *e)
{
    split_us now = split_clock_now();
    split_us left = split__scope()->deadline_us;
    left = left == SPLIT_NEVER ? e->options.window_us : left - now;
    left = left < e->options.window_us ? left : e->options.window_us;
    return left > 1000 ? left : 1000;
}

/* The last line that says something. */
static void
last_line(char *text, size_t n, char out[120])
{
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    text[n] = '\0';
    const char *line = strrchr(text, '\n');
    snprintf(out, 120, "%s", line == NULL ? text : line + 1);
    split__text_clean(out);
}

static int
run(const exec_source *e, program_answer *answer, split_error *error)
{
    char since[SPLIT_TIME_BYTES] = "";
    char texts[4][160];
    const char *const argv[] = {"/bin/sh", "-c", e->command, NULL};
    const char *const env[] = {texts[0], texts[1], texts[2], texts[3], NULL};
    const char *arm = e->options.arms[SPLIT_READING_ARM];
    const char *baseline = e->options.arms[SPLIT_READING_BASELINE];
    if (e->rows.taken_us > 0)
        (void)split_time_print(e->rows.taken_us, since);
    snprintf(texts[0], sizeof texts[0], "SPLIT_SINCE=%s", since);
    snprintf(texts[1], sizeof texts[1], "SPLIT_WINDOW_US=%lld", (long long)e->options.window_us);
    snprintf(texts[2], sizeof texts[2], "SPLIT_VARIANT=%s", arm != NULL ? arm : "");
    snprintf(texts[3], sizeof texts[3], "SPLIT_BASELINE=%s", baseline != NULL ? baseline : "");
    const program_call call = {.argv = argv, .env = env, .timeout_us = patience(e)};
    return split__program_run(&call, answer, error);
}

static int
exec_read(void *state, split_reading *out, split_error *error)
{
    exec_source *e = state;
    program_answer answer;
    char last[120];
    int rc = run(e, &answer, error);
    if (rc == SPLIT_OK && answer.exit_code != 0) {
        last_line(answer.text, answer.text_len, last);
        rc = split__net_fault(error, SPLIT_ERR_PEER, "%.80s ended with %d%s%s", e->command,
                              answer.exit_code, last[0] != '\0' ? ": " : "", last);
    } else if (rc == SPLIT_OK) {
        rc = split__rows_take(&e->rows, e->command, answer.text, answer.text_len, out, error);
    } else if (rc == SPLIT_ERR_NET) {
        rc = split__net_fault(error, rc, "%.120s did not end in time", e->command);
    }
    split__program_free(&answer);
    return rc;
}

static void
exec_mark(void *state)
{
    exec_source *e = state;
    split__rows_mark(&e->rows);
}

static void
exec_close(void *state)
{
    exec_source *e = state;
    free(e->command);
    free(e);
}

static int
exec_open(const split_source_options *options, const char *place, void **out_state,
          split_error *error)
{
    if (place[strspn(place, " \t")] == '\0')
        return split__net_fault(error, SPLIT_ERR_VALUE, "exec: which command? write exec:COMMAND");
    if (options->n_fields > 0)
        return split__net_fault(error, SPLIT_ERR_FIELD, "exec takes no names, not '%.60s'",
                                options->fields[0].field);
    exec_source *e = calloc(1, sizeof *e);
    char *command = strdup(place);
    if (e == NULL || command == NULL) {
        free(e);
        free(command);
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    }
    e->options = *options;
    e->command = command;
    e->rows.options = &e->options;
    *out_state = e;
    return SPLIT_OK;
}

const split__source_kind split__source_exec = {
    .shown = {"exec", "COMMAND", "a command that prints windows as JSON lines"},
    .open = exec_open,
    .read = exec_read,
    .close = exec_close,
    .mark = exec_mark,
};
