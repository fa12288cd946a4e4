/* SPDX-License-Identifier: MIT */
/* A rollout of the journal as a view that can be brought up to date while a run writes on. */
#include "screen/follow.h"

#include <stdio.h>
#include <string.h>

#include "cli/load.h"
#include "drive/operator.h"
#include "cli/text.h"
#include "route/weights.h"
#include "journal/read.h"
#include "journal/lock.h"

static int
load_kept_policy(follow *f, const journal_rollout *r)
{
    split_error fault = {.size = sizeof fault};
    int rc = split_policy_load(r->policy, strlen(r->policy), NULL, &fault, 1, NULL, &f->policy);
    if (rc == SPLIT_OK)
        return CTL_OK;
    fputs("splitctl: the policy in the journal: ", stderr);
    report_fault("policy", &fault);
    return CTL_BAD_INPUT;
}

static void
no_rollout(const follow *f, int64_t id)
{
    if (id != 0)
        fprintf(stderr,
                "splitctl: %s holds no rollout %lld; 'splitctl history --list' shows which\n",
                f->journal_path, (long long)id);
    else
        fprintf(stderr, "splitctl: %s holds no rollout; has a run begun?\n", f->journal_path);
}

static int
open_rollout(follow *f, int64_t rollout_id)
{
    journal_rollout r;
    split_rollout_options options;
    int code = journal_find(f->journal, rollout_id, &r);
    if (code == CTL_NO_DATA)
        no_rollout(f, rollout_id);
    if (code != CTL_OK)
        return code;
    f->rollout_id = r.id;
    code = load_kept_policy(f, &r);
    if (code != CTL_OK)
        return code;
    if (split_policy_rollout_options(f->policy, &options) != SPLIT_OK ||
        split_rollout_new(&options, NULL, &f->rollout) != SPLIT_OK) {
        fputs("splitctl: the policy in the journal has no rollout\n", stderr);
        return CTL_BAD_INPUT;
    }
    code = story_begin(&f->story, f->journal, f->rollout_id, f->policy, f->rollout);
    return code == CTL_OK ? view_open(&f->view, f->policy, f->rollout) : code;
}

int
follow_open(follow *f, const char *journal_path, int64_t rollout_id)
{
    return follow_open_each(f, journal_path, rollout_id, NULL, NULL);
}

int
follow_open_each(follow *f, const char *journal_path, int64_t rollout_id, story_each *each,
                 void *ctx)
{
    memset(f, 0, sizeof *f);
    f->each = each;
    f->ctx = ctx;
    f->journal_path = journal_path;
    int code = journal_open(journal_path, JOURNAL_READ, &f->journal);
    if (code == CTL_OK)
        code = open_rollout(f, rollout_id);
    if (code == CTL_OK)
        code = follow_refresh(f);
    if (code != CTL_OK)
        follow_close(f);
    return code;
}

void
follow_close(follow *f)
{
    story_end(&f->story);
    split_rollout_free(&f->rollout, NULL);
    split_policy_free(&f->policy, NULL);
    journal_close(&f->journal);
}

static int
take_window(const journal_window *row, const split_window *w, const split_rollout_decision *s,
            void *ctx)
{
    follow *f = ctx;
    window_display display;
    display_read(row->display, &display);
    view_window(&f->view, w, s, &display);
    return f->each != NULL ? f->each(row, w, s, f->ctx) : CTL_OK;
}

static int
take_action(const journal_action *a, void *ctx)
{
    follow *f = ctx;
    if (a->seq <= f->last_action)
        return CTL_OK;
    f->last_action = a->seq;
    view_event_add(&f->view, a->at_us, "%s by %s%s%s%s", a->action, a->who,
                   a->why[0] != '\0' ? ": " : "", a->why, a->window < 0 ? " (refused)" : "");
    return CTL_OK;
}

static int
take_publication(const journal_publication *p, void *ctx)
{
    follow *f = ctx;
    char share[16];
    char took[32];
    if (f->to_skip-- > 0)
        return CTL_OK;
    f->n_publications++;
    view_event_add(&f->view, p->at_us, "revision %lld: %s %% by %s%s%s", (long long)p->revision,
                   weights_print(p->percent_e6, share), p->by,
                   p->effect_us >= 0 ? ", in force after " : "",
                   p->effect_us >= 0 ? text_span(p->effect_us, took) : "");
    return CTL_OK;
}

int
follow_refresh(follow *f)
{
    journal_rollout r;
    int code = story_follow(&f->story, take_window, f);
    if (code == CTL_OK)
        code = journal_each_action(f->journal, f->rollout_id, take_action, f);
    f->to_skip = f->n_publications;
    if (code == CTL_OK)
        code = journal_each_publication(f->journal, f->rollout_id, take_publication, f);
    if (code == CTL_OK)
        code = journal_find(f->journal, f->rollout_id, &r);
    if (code != CTL_OK)
        return code;
    f->view.outcome = view_outcome_of(r.outcome);
    f->view.ended_us = r.ended_us;
    f->view.heading = r.ended_us != 0                      ? VIEW_HEADING_ENDED
                      : journal_is_driven(f->journal_path) ? VIEW_HEADING_DRIVEN
                                                           : VIEW_HEADING_LEFT_ALONE;
    return CTL_OK;
}
