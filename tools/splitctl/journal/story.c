/* SPDX-License-Identifier: MIT */
/* A rollout replayed from its journal. */
#include "journal/story.h"
#include "journal/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct taken {
    int64_t window;
    int action;
} taken;

typedef struct telling {
    story *story;
    story_each *each;
    void *ctx;
    taken *actions;
    size_t n_actions;
    size_t room;
} telling;

int
story_action(const char *name)
{
    for (int a = 0; a < SPLIT_ACTION_COUNT; a++)
        if (strcmp(split_action_name((int)(split_action)a), name) == 0)
            return a;
    return -1;
}

static int
keep_action(const journal_action *a, void *ctx)
{
    telling *t = ctx;
    if (a->window <= t->story->last_id)
        return CTL_OK;
    if (t->n_actions == t->room) {
        size_t room = t->room == 0 ? 16 : 2 * t->room;
        taken *more = realloc(t->actions, room * sizeof *more);
        if (more == NULL)
            return CTL_BAD_INPUT;
        t->actions = more;
        t->room = room;
    }
    t->actions[t->n_actions++] = (taken){a->window, story_action(a->action)};
    return CTL_OK;
}

static int
act(const telling *t, int64_t window)
{
    int rc = SPLIT_OK;
    for (size_t i = 0; rc == SPLIT_OK && i < t->n_actions; i++)
        if (t->actions[i].window > t->story->last_id && t->actions[i].window <= window &&
            t->actions[i].action >= 0)
            rc = split_rollout_act(t->story->rollout, (split_action)t->actions[i].action);
    return rc;
}

static int
judged_otherwise(int64_t id)
{
    fprintf(stderr, "splitctl: this version decides window %lld of the journal differently\n",
            (long long)id);
    return CTL_BAD_INPUT;
}

static int
tell(const journal_window *row, void *ctx)
{
    static split_line line; /* large */
    static split_rollout_decision decision;
    telling *t = ctx;
    story *st = t->story;
    split_error error = {.size = sizeof error};
    int rc = split_lines_read(st->lines, row->window, strlen(row->window), &line, &error);
    if (rc != SPLIT_OK || line.kind != SPLIT_LINE_WINDOW) {
        fprintf(stderr, "splitctl: window %lld of the journal cannot be read\n",
                (long long)row->id);
        return CTL_BAD_INPUT;
    }
    rc = act(t, row->id);
    if (rc == SPLIT_OK)
        rc = split_rollout_step(st->rollout, &line.window, &decision);
    if (rc != SPLIT_OK ||
        strcmp(split_decision_name((int)decision.decision), row->decision_name) != 0)
        return judged_otherwise(row->id);
    st->n_windows++;
    st->last_id = row->id;
    st->last_start = row->start_us;
    return t->each == NULL ? CTL_OK : t->each(row, &line.window, &decision, t->ctx);
}

int
story_begin(story *st, journal *j, int64_t rollout_id, const split_policy *policy,
            split_rollout *rollout)
{
    *st = (story){.journal = j, .rollout_id = rollout_id, .rollout = rollout};
    if (split_lines_new(policy, NULL, &st->lines) == SPLIT_OK)
        return CTL_OK;
    fputs("splitctl: the policy has no rollout\n", stderr);
    return CTL_BAD_INPUT;
}

void
story_end(story *st)
{
    split_lines_free(&st->lines, NULL);
}

int
story_follow(story *st, story_each *each, void *ctx)
{
    telling t = {.story = st, .each = each, .ctx = ctx};
    int code = journal_each_action(st->journal, st->rollout_id, keep_action, &t);
    if (code == CTL_OK)
        code = journal_each_window(st->journal, st->rollout_id, st->last_id, tell, &t);
    free(t.actions);
    return code;
}
