/* SPDX-License-Identifier: MIT */
/* What the journal knows: its rollouts, the events of one, or the whole of one as JSON Lines for
 * `replay`. */
#include <stdio.h>
#include <string.h>

#include "split/lines.h"
#include "split/net.h"

#include "cli/cli.h"
#include "commands.h"
#include "journal/own.h"
#include "journal/story.h"
#include "cli/text.h"
#include "route/weights.h"
#include "journal/read.h"

static void
print_time(split_us wall)
{
    char time[SPLIT_TIME_BYTES] = "-";
    (void)split_time_print(wall, time);
    printf("%-20s  ", time);
}

static int
list_rollout(const journal_rollout *r, void *ctx)
{
    int64_t *n = ctx;
    char took[32];
    (*n)++;
    printf("%4lld  ", (long long)r->id);
    print_time(r->began_us);
    printf("%-24s %s", r->name, r->ended_us != 0 ? r->outcome : "goes on");
    if (r->ended_us != 0)
        printf(" after %s", text_span(r->ended_us - r->began_us, took));
    putchar('\n');
    return CTL_OK;
}

/* Windows are printed when they change something; actions and publications are merged in by
 * time. */
typedef struct telling {
    journal *journal;
    int64_t rollout;
    char last[160];
    split_us from; /* what happened up to here was printed */
    split_us upto;
    int64_t from_window; /* and actions that took effect up to this window */
    int64_t upto_window;
} telling;

/* An action stands before the window in which it took effect, however late in it it came. */
static bool
is_due(const telling *t, const journal_action *a)
{
    if (a->window > 0)
        return a->window > t->from_window && a->window <= t->upto_window;
    return a->at_us > t->from && a->at_us <= t->upto;
}

static int
tell_action(const journal_action *a, void *ctx)
{
    const telling *t = ctx;
    if (!is_due(t, a))
        return CTL_OK;
    print_time(a->at_us);
    printf("%s by %s%s%s%s\n", a->action, a->who, a->why[0] != '\0' ? ": " : "", a->why,
           a->window < 0    ? " (refused)"
           : a->window == 0 ? " (waits)"
                            : "");
    return CTL_OK;
}

static int
tell_publication(const journal_publication *p, void *ctx)
{
    const telling *t = ctx;
    char share[16];
    char took[32];
    if (p->at_us <= t->from || p->at_us > t->upto)
        return CTL_OK;
    print_time(p->at_us);
    printf("revision %lld: %s %% by %s", (long long)p->revision,
           weights_print(p->percent_e6, share), p->by);
    if (p->effect_us >= 0)
        printf(", in force after %s", text_span(p->effect_us, took));
    putchar('\n');
    return CTL_OK;
}

static int
tell_others(telling *t, split_us upto, int64_t upto_window)
{
    t->upto = upto;
    t->upto_window = upto_window;
    int code = journal_each_action(t->journal, t->rollout, tell_action, t);
    if (code == CTL_OK)
        code = journal_each_publication(t->journal, t->rollout, tell_publication, t);
    t->from = upto;
    t->from_window = upto_window;
    return code;
}

static int
tell_window(const journal_window *w, void *ctx)
{
    telling *t = ctx;
    char share[16];
    char now[160];
    snprintf(now, sizeof now, "%s %% %s%s%.64s%s", weights_print(w->percent_e6, share),
             w->decision_name, w->reason[0] != '\0' ? " (" : "", w->reason,
             w->reason[0] != '\0' ? ")" : "");
    if (strcmp(now, t->last) == 0)
        return CTL_OK;
    int code = tell_others(t, w->start_us, w->id);
    memcpy(t->last, now, sizeof now);
    print_time(w->start_us);
    printf("#%lld  %s\n", (long long)w->id, now);
    return code;
}

static int
tell_rollout(journal *j, const journal_rollout *r)
{
    telling t = {.journal = j, .rollout = r->id};
    int64_t n = 0;
    (void)list_rollout(r, &n);
    int code = journal_each_window(j, r->id, 0, tell_window, &t);
    return code == CTL_OK ? tell_others(&t, INT64_MAX, INT64_MAX) : code;
}

/* The export: actions come before the window that they took effect in. */
typedef struct exporting {
    int64_t after;
    int64_t upto;
} exporting;

static int
export_action(const journal_action *a, void *ctx)
{
    static split_operator o;
    static char line[SPLIT_LINE_BYTES];
    const exporting *e = ctx;
    int action = story_action(a->action);
    if (a->window <= e->after || a->window > e->upto || action < 0)
        return CTL_OK;
    o = (split_operator){.at_us = a->at_us, .action = (split_action)action};
    snprintf(o.who, sizeof o.who, "%s", a->who);
    snprintf(o.why, sizeof o.why, "%s", a->why);
    if (split_operator_write(&o, line, sizeof line, NULL) == SPLIT_OK)
        puts(line);
    return CTL_OK;
}

typedef struct export_state {
    journal *journal;
    int64_t rollout;
    int64_t last;
} export_state;

static int
export_window(const journal_window *w, void *ctx)
{
    export_state *s = ctx;
    exporting e = {s->last, w->id};
    int code = journal_each_action(s->journal, s->rollout, export_action, &e);
    puts(w->window);
    s->last = w->id;
    return code;
}

static int
export_rollout(journal *j, const journal_rollout *r)
{
    export_state s = {.journal = j, .rollout = r->id};
    printf("{\"policy\":%s}\n", r->policy);
    return journal_each_window(j, r->id, 0, export_window, &s);
}

static int
history(journal *j, bool list, bool json, int64_t id)
{
    journal_rollout r;
    int64_t n = 0;
    if (list) {
        int code = journal_each_rollout(j, list_rollout, &n);
        return code == CTL_OK && n == 0 ? CTL_NO_DATA : code;
    }
    int code = journal_find(j, id, &r);
    if (code == CTL_NO_DATA)
        fputs("splitctl: the journal holds no such rollout\n", stderr);
    if (code != CTL_OK)
        return code;
    return json ? export_rollout(j, &r) : tell_rollout(j, &r);
}

int
cmd_history(int argc, char **argv)
{
    cli_common common = {0};
    char buf[CLI_PATH_MAX];
    int64_t id = 0;
    bool list = false;
    const cli_option options[] = {
        {"list", 'l', CLI_FLAG, NULL, "the rollouts of the journal", &list},
        {"rollout", 0, CLI_INTEGER, "ID", "this one (default: the newest)", &id},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [--list | --rollout ID]",
        .about = "Prints a rollout from the journal: changes of the decision, actions of\n"
                 "operators, and publications. With --json: policy, windows and actions as JSON\n"
                 "Lines, from which 'splitctl replay' derives the same decisions.\n",
        .common = CLI_POLICY | CLI_JOURNAL | CLI_JSON,
        .options = options};
    journal *j = NULL;
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    const char *path;
    code = journal_own(&common, buf, &path);
    if (code == CTL_OK)
        code = journal_open(path, JOURNAL_READ, &j);
    if (code == CTL_OK)
        code = history(j, list, common.json, id);
    journal_close(&j);
    return code;
}
