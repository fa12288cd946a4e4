/* SPDX-License-Identifier: MIT */
/* Why a window was decided as it was: inputs, levels, evidence against its bound, and what would
 * change it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "commands.h"
#include "journal/own.h"
#include "journal/replay.h"
#include "split/evidence.h"

typedef struct explaining {
    int64_t id; /* the window asked for; -1 for the last */
    bool json;
    bool found;
} explaining;

static double
percent(int64_t bad, int64_t n)
{
    return n > 0 ? 100.0 * (double)bad / (double)n : 0.0;
}

static const char *
bound_unit(const split_metric *m, split_bound_index b, char *buf, size_t n)
{
    const split_bound *bound = split_metric_bound(m, b);
    if (split_metric_is_latency(m))
        snprintf(buf, n, "%s %g ms", split_op_name((int)bound->op), (double)bound->value / 1e3);
    else
        snprintf(buf, n, "%s %g %%", split_op_name((int)bound->op), (double)bound->value / 1e6);
    return buf;
}

static void
print_evidence(const char *what, const split_metric *m, split_bound_index b, double ln, double need,
               bool latched)
{
    char buf[48];
    printf("    %-10s %-12s ln evidence %8.2f of %.2f%s\n", what, bound_unit(m, b, buf, sizeof buf),
           ln, need,
           ln >= need ? "  proven"
           : latched  ? "  proven before, until the bake restarts"
                      : "");
}

static void
print_interval(const split_metric_decision *d, split_bound_index b)
{
    double low, high;
    if (split_evidence_interval(d->bake_n, d->bake_bad[b], 0.05, &low, &high) == SPLIT_OK)
        printf("    since the bake began: %lld bad of %lld (%.3f %%, always-valid interval %.3f to "
               "%.3f %%)\n",
               (long long)d->bake_bad[b], (long long)d->bake_n, percent(d->bake_bad[b], d->bake_n),
               100 * low, 100 * high);
}

/* The bound that the gate must see proven. */
static split_bound_index
gate_bound(const replay_step *s)
{
    split_rollout_options o;
    const bool lenient = split_policy_rollout_options(s->policy, &o) == SPLIT_OK &&
                         o.judgement == SPLIT_JUDGEMENT_LENIENT;
    return lenient ? SPLIT_BOUND_WARNING : SPLIT_BOUND_TARGET;
}

static void
print_metric(const replay_step *s, uint32_t i)
{
    const split_metric *m = split_rollout_metric(s->rollout, i);
    const split_metric_decision *d = &s->decision->metrics[i];
    const split_metric_counts *c = &d->counts;
    printf("  %s: %s, %s\n", m->name, split_level_name((int)d->level),
           split_verdict_name((int)d->verdict));
    if (c->present)
        printf("    this window: %lld trials, bad at target, warning, critical: %lld, %lld, %lld "
               "(%.2f, %.2f, %.2f %%)\n",
               (long long)c->n, (long long)c->bad[0], (long long)c->bad[1], (long long)c->bad[2],
               percent(c->bad[0], c->n), percent(c->bad[1], c->n), percent(c->bad[2], c->n));
    else
        printf("    this window: no report, %lld in a row\n", (long long)d->missing);
    print_interval(d, gate_bound(s));
    print_evidence("warning", m, SPLIT_BOUND_WARNING, d->ln_warning, s->decision->breach_bound,
                   d->warning_latched);
    print_evidence("critical", m, SPLIT_BOUND_CRITICAL, d->ln_critical, s->decision->breach_bound,
                   d->critical_latched);
    print_evidence("compliance", m, gate_bound(s), d->ln_compliance, s->decision->gate_bound,
                   false);
    if (d->proof_trials > 0 && d->proof_us != SPLIT_NEVER)
        printf("    needs about %lld more requests, %.1f h at the present rate\n",
               (long long)d->proof_trials, (double)d->proof_us / 3.6e9);
    if (d->proof_trials < 0)
        puts("    no proof in sight: the share seen is not below the bound");
}

static void
print_traffic(const split_rollout_decision *d)
{
    printf("  split: ln evidence %.2f for more, %.2f for less than asked, of %.2f\n",
           d->ln_split_above, d->ln_split_below, d->split_bound);
    printf("  outcomes: %lld of %lld in the last 5 windows never came\n", (long long)d->lost,
           (long long)d->lost_sent);
    printf("  bake: %.0f of %.0f s, data in %lld of %lld windows", (double)d->bake_us / 1e6,
           (double)d->bake_need_us / 1e6, (long long)d->covered, (long long)d->windows);
    if (d->bake_restarts > 0)
        printf(", restarted %u times", (unsigned)d->bake_restarts);
    puts("");
}

static void
print_text(const replay_step *s)
{
    char detail[1024];
    const split_rollout_decision *d = s->decision;
    const char *reason = split_rollout_reason(s->rollout, d);
    split_rollout_detail(s->rollout, d, detail, sizeof detail);
    printf("window %lld, phase %u at %g %%: %s%s%s\n  %s\n", (long long)d->id,
           (unsigned)d->phase + 1, (double)d->percent_e6 / 1e6,
           split_decision_name((int)d->decision), reason[0] != '\0' ? " " : "", reason, detail);
    for (uint32_t i = 0; i < d->n_metrics; i++)
        print_metric(s, i);
    print_traffic(d);
}

/* The recorded inputs and the decision, as the documents write them. */
static int
print_json(const replay_step *s)
{
    static char text[SPLIT_LINE_BYTES];
    int err = split_window_write(s->policy, s->window, text, sizeof text, NULL);
    if (err == SPLIT_OK)
        printf("{\"window\":%s,", text);
    if (err == SPLIT_OK)
        err = split_decision_write(s->rollout, s->decision, text, sizeof text, NULL);
    if (err == SPLIT_OK)
        printf(
            "\"decision\":%s,\"breach_bound\":%.17g,\"gate_bound\":%.17g,\"split_bound\":%.17g}\n",
            text, s->decision->breach_bound, s->decision->gate_bound, s->decision->split_bound);
    return err == SPLIT_OK ? CTL_OK : CTL_BAD_INPUT;
}

static int
count_window(const replay_step *step, void *ctx)
{
    ((explaining *)ctx)->id = step->window->id;
    return CTL_OK;
}

static int
explain_window(const replay_step *step, void *ctx)
{
    explaining *x = ctx;
    if (step->window->id != x->id)
        return CTL_OK;
    x->found = true;
    if (x->json)
        return print_json(step);
    print_text(step);
    return CTL_OK;
}

int
cmd_explain(int argc, char **argv)
{
    cli_common common = {0};
    const char *windows = NULL;
    int64_t rollout = 0;
    const cli_option options[] = {{"windows", 'w', CLI_TEXT, "FILE",
                                   "windows as JSON Lines instead of the journal", &windows},
                                  {"rollout", 0, CLI_INTEGER, "N",
                                   "a rollout of the journal (default: the newest)", &rollout},
                                  CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "[OPTION...] [WINDOW]",
        .about = "Shows why a window (default: the last) was decided as it was: the counts, the\n"
                 "levels, the evidence against its bound, and what would change the decision.\n",
        .common = CLI_POLICY | CLI_JOURNAL | CLI_JSON,
        .options = options};
    char path[CLI_PATH_MAX], *end = NULL;
    int first, code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    explaining x = {.id = -1, .json = common.json};
    if (argc - first > 1)
        return cli_usage_error(argv[0], "one window at a time");
    if (argc > first)
        x.id = strtoll(argv[first], &end, 10);
    if (end != NULL && (*end != '\0' || x.id < 0))
        return cli_usage_error(argv[0], "a window is a whole number, not '%s'", argv[first]);
    const char *file = windows;
    if (file == NULL && (code = journal_own(&common, path, &file)) != CTL_OK)
        return code;
    if (argc == first && strcmp(file, "-") == 0)
        return cli_usage_error(argv[0],
                               "name the window when the windows come from standard input");
    code = argc == first ? replay_file(file, rollout, count_window, &x) : CTL_OK;
    if (code == CTL_OK)
        code = replay_file(file, rollout, explain_window, &x);
    if (code != CTL_OK || x.found)
        return code;
    fprintf(stderr, "%s: no such window\n", file);
    return CTL_NO_DATA;
}
