/* SPDX-License-Identifier: MIT */
/* Playing recorded windows through the engine again. Operators' actions stand where they took
 * effect. */
#include "journal/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "journal/journal.h"
#include "cli/load.h"
#include "journal/read.h"

typedef struct replay {
    split_lines *lines;
    split_rollout *rollout;
    split_line *line;
    replay_each *each;
    void *ctx;
    journal_action *actions; /* of a journal, in order; their texts are not kept */
    size_t n_actions, next_action;
} replay;

static int
open_rollout(replay *r)
{
    split_rollout_options options;
    int err = split_policy_rollout_options(split_lines_policy(r->lines), &options);
    if (err == SPLIT_OK)
        err = split_rollout_new(&options, NULL, &r->rollout);
    if (err == SPLIT_OK)
        return CTL_OK;
    fprintf(stderr, "splitctl: the rollout of this policy cannot start: %s\n", split_strerror(err));
    return CTL_BAD_INPUT;
}

static void
close_replay(replay *r)
{
    split_rollout_free(&r->rollout, NULL);
    split_lines_free(&r->lines, NULL);
    free(r->line);
    free(r->actions);
}

static int
take_window(replay *r, const char *recorded)
{
    split_rollout_decision d;
    const split_window *w = &r->line->window;
    const int err = split_rollout_step(r->rollout, w, &d);
    if (err != SPLIT_OK) {
        fprintf(stderr, "window %lld: refused: %s\n", (long long)w->id, split_strerror(err));
        return CTL_OK;
    }
    const replay_step step = {split_lines_policy(r->lines), r->rollout, w, &d, recorded};
    return r->each(&step, r->ctx);
}

/* After the end of a rollout actions change nothing. */
static int
take_action(replay *r, split_action action)
{
    const int err = split_rollout_act(r->rollout, action);
    return err == SPLIT_OK || err == SPLIT_ERR_MODE ? CTL_OK : CTL_BAD_INPUT;
}

static int
take_line(replay *r, const char *path, const char *text, size_t text_len, uint32_t number)
{
    split_error fault = {.size = sizeof fault};
    const int err = split_lines_read(r->lines, text, text_len, r->line, &fault);
    if (err != SPLIT_OK) {
        fault.line = number;
        report_fault(path, &fault);
        return CTL_BAD_INPUT;
    }
    switch (r->line->kind) {
    case SPLIT_LINE_POLICY:
        return open_rollout(r);
    case SPLIT_LINE_OPERATOR:
        return take_action(r, r->line->operation.action);
    default:
        return take_window(r, NULL);
    }
}

static int
read_lines(replay *r, const char *path, FILE *file)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t n;
    uint32_t number = 0;
    int code = CTL_OK;
    while (code == CTL_OK && (n = getline(&text, &room, file)) >= 0) {
        number++;
        if (n > 1 || (n == 1 && text[0] != '\n'))
            code = take_line(r, path, text, (size_t)n, number);
    }
    free(text);
    if (code == CTL_OK && ferror(file)) {
        fprintf(stderr, "%s: reading failed\n", path);
        return CTL_BAD_INPUT;
    }
    if (code == CTL_OK && r->rollout == NULL) {
        fprintf(stderr, "%s: the first line must be {\"policy\": {...}}\n", path);
        return CTL_BAD_INPUT;
    }
    return code;
}

static int
start(replay *r, const split_policy *policy)
{
    r->line = malloc(sizeof *r->line);
    if (r->line != NULL && split_lines_new(policy, NULL, &r->lines) == SPLIT_OK)
        return CTL_OK;
    fputs("splitctl: no memory, or a policy without a rollout\n", stderr);
    return CTL_BAD_INPUT;
}

int
replay_lines(const char *path, replay_each *each, void *ctx)
{
    replay r = {.each = each, .ctx = ctx};
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return CTL_BAD_INPUT;
    }
    int code = start(&r, NULL);
    if (code == CTL_OK)
        code = read_lines(&r, path, file);
    close_replay(&r);
    if (file != stdin)
        fclose(file);
    return code;
}

static int
keep_action(const journal_action *action, void *ctx)
{
    replay *r = ctx;
    journal_action *more = realloc(r->actions, (r->n_actions + 1) * sizeof *more);
    if (more == NULL || action->window <= 0)
        return more == NULL ? CTL_BAD_INPUT : (r->actions = more, CTL_OK);
    r->actions = more;
    r->actions[r->n_actions] = *action;
    r->actions[r->n_actions].seq = SPLIT_ACTION_COUNT;
    for (int a = 0; a < SPLIT_ACTION_COUNT; a++)
        if (strcmp(action->action, split_action_name((int)(split_action)a)) == 0)
            r->actions[r->n_actions].seq = a; /* the text does not outlive the walk */
    r->n_actions++;
    return CTL_OK;
}

static int
take_journal_window(const journal_window *window, void *ctx)
{
    replay *r = ctx;
    split_error fault = {.size = sizeof fault};
    for (; r->next_action < r->n_actions && r->actions[r->next_action].window <= window->id;
         r->next_action++) {
        const int code = take_action(r, (split_action)r->actions[r->next_action].seq);
        if (code != CTL_OK)
            return code;
    }
    if (split_lines_read(r->lines, window->window, strlen(window->window), r->line, &fault) !=
        SPLIT_OK) {
        report_fault("journal", &fault);
        return CTL_BAD_INPUT;
    }
    return take_window(r, window->decision);
}

static int
replay_rollout(replay *r, journal *j, const journal_rollout *rollout)
{
    int code = open_rollout(r);
    if (code == CTL_OK)
        code = journal_each_action(j, rollout->id, keep_action, r);
    if (code == CTL_OK)
        code = journal_each_window(j, rollout->id, -1, take_journal_window, r);
    return code;
}

int
replay_journal(const char *path, int64_t rollout, replay_each *each, void *ctx)
{
    replay r = {.each = each, .ctx = ctx};
    journal *j = NULL;
    journal_rollout found;
    split_policy *policy = NULL;
    split_error fault = {.size = sizeof fault};
    int code = journal_open(path, JOURNAL_READ, &j);
    if (code != CTL_OK)
        return code;
    code = journal_find(j, rollout, &found);
    if (code == CTL_NO_DATA)
        fprintf(stderr, "%s: no such rollout\n", path);
    if (code == CTL_OK && split_policy_load(found.policy, strlen(found.policy), NULL, &fault, 1,
                                            NULL, &policy) != SPLIT_OK) {
        report_fault(path, &fault);
        code = CTL_BAD_INPUT;
    }
    if (code == CTL_OK)
        code = start(&r, policy);
    if (code == CTL_OK)
        code = replay_rollout(&r, j, &found);
    close_replay(&r);
    split_policy_free(&policy, NULL);
    journal_close(&j);
    return code;
}

int
replay_file(const char *path, int64_t rollout, replay_each *each, void *ctx)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic] = {0};
    if (strcmp(path, "-") == 0)
        return replay_lines(path, each, ctx);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return CTL_BAD_INPUT;
    }
    const size_t n = fread(head, 1, sizeof magic, file);
    fclose(file);
    const bool database = n == sizeof magic && memcmp(head, magic, sizeof magic) == 0;
    return database ? replay_journal(path, rollout, each, ctx) : replay_lines(path, each, ctx);
}
