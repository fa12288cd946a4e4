/* SPDX-License-Identifier: MIT */
/* The story of the rollout in a few sentences, the numbers beside it, and the table of its
 * phases. */
#include "report/told.h"

#include <math.h>
#include <string.h>

#include "cli/text.h"
#include "route/weights.h"
#include "report/page.h"
#include "journal/read.h"

#define HANDS_TOLD 6 /* operators' actions in the story; their table has all */

static void
tell_effect(FILE *out, const report *r)
{
    char took[32];
    if (r->published_us == 0)
        return;
    if (r->effect_us >= 0)
        fprintf(out, " Every router had the new route %s after the decision.",
                text_span(r->effect_us, took));
    else
        fputs(" The routers have not confirmed the newest route.", out);
}

static void
tell_standing(FILE *out, const report *r, const report_phase *p)
{
    const view *v = &r->follow->view;
    bool over = v->outcome != VIEW_OUTCOME_GOES_ON;
    char share[16];
    fprintf(out, " %s at %s&#160;%% of the keys: %s", over ? "stood" : "stands",
            weights_print(p->last.percent_e6, share), split_decision_name((int)p->last.decision));
    if (p->reason[0] != '\0') {
        fputs(", reason: ", out);
        html_name(out, p->reason);
    }
    fputs(". ", out);
    if (over)
        fputs("It was abandoned for another rollout.", out);
    else
        fputs(v->heading == VIEW_HEADING_DRIVEN ? "A run drives it." : "No run drives it now.",
              out);
}

static bool
was_overridden(const report *r)
{
    for (size_t i = 0; i < SPLIT_PHASES_MAX; i++)
        if (r->phases[i].began_us != 0 && r->phases[i].last.override_used)
            return true;
    return false;
}

/* What a reader must know, before anything else. */
static void
put_lead(FILE *out, const report *r)
{
    const view_outcome outcome = r->follow->view.outcome;
    const report_phase *p = report_last_phase(r);
    bool judged = p->last.decision == SPLIT_DECISION_ROLLBACK;
    char share[16];
    char before[16];
    fputs("<p class=\"lead\">", out);
    html_name(out, report_variant(r, false));
    if (outcome == VIEW_OUTCOME_COMPLETE) {
        fprintf(out, " has %s&#160;%% of the keys: every phase passed its gate%s.",
                weights_print(p->last.next_percent_e6, share),
                was_overridden(r) ? " or was passed over by an operator" : "");
    } else if (outcome == VIEW_OUTCOME_ROLLBACK) {
        fprintf(out, " was taken back from %s&#160;%% to %s&#160;%% of the keys",
                weights_print(p->last.percent_e6, before),
                weights_print(judged ? p->last.next_percent_e6 : r->published_e6, share));
        fputs(judged ? ", reason: " : " by hand.", out);
        if (judged)
            html_name(out, p->reason);
        fputs(judged ? "." : "", out);
    } else {
        tell_standing(out, r, p);
    }
    tell_effect(out, r);
    fputs("</p>\n", out);
}

static const char *
phase_share(const report *r, uint32_t i, char buf[16])
{
    return weights_print(r->follow->view.options.phases[i].percent_e6, buf);
}

static void
tell_hold(FILE *out, const report *r, const report_phase *p)
{
    if (r->follow->view.outcome != VIEW_OUTCOME_GOES_ON) {
        fputs("was left there.", out);
        return;
    }
    fprintf(out, "is going on (%s), holds for: ", view_heading_name((int)r->follow->view.heading));
    html_text(out, p->reason);
    fputs(".", out);
}

static void
tell_end_of_phase(FILE *out, const report *r, const report_phase *p)
{
    char share[16];
    const split_rollout_decision *s = &p->last;
    const char *gate =
        s->override_used ? "was passed over by an operator's word" : "passed its gate";
    weights_print(s->next_percent_e6, share);
    switch (s->decision) {
    case SPLIT_DECISION_ADVANCE:
        fprintf(out, "%s and went on to %s&#160;%%.", gate, share);
        return;
    case SPLIT_DECISION_COMPLETE:
        fprintf(out, "%s: the rollout was <strong>complete</strong>.", gate);
        return;
    case SPLIT_DECISION_ROLLBACK:
        fputs("was <strong>rolled back</strong>, reason: ", out);
        html_text(out, p->reason);
        fprintf(out, "; the share asked for since is %s&#160;%%.", share);
        break;
    default:
        tell_hold(out, r, p);
    }
    if (p->detail[0] == '\0')
        return;
    fputs(" <span class=\"soft\">", out);
    html_text(out, p->detail);
    fputs("</span>", out);
}

static void
tell_phase(FILE *out, const report *r, uint32_t i)
{
    const report_phase *p = &r->phases[i];
    char share[16];
    char span[32];
    char count[32];
    fprintf(out, "<li><strong>%s&#160;%%</strong> ", phase_share(r, i, share));
    fputs("from ", out);
    html_time(out, p->began_us);
    fprintf(out, ": after %s and %s window%s it ", text_span(p->ended_us - p->began_us, span),
            text_count(p->n_windows, count), p->n_windows == 1 ? "" : "s");
    tell_end_of_phase(out, r, p);
    fputs("</li>\n", out);
}

/* "50 %, 100 %: still to come." */
static void
tell_rest(FILE *out, const report *r, uint32_t from)
{
    char share[16];
    uint32_t n = r->follow->view.options.n_phases;
    if (from >= n)
        return;
    fputs("<li>", out);
    for (uint32_t i = from; i < n; i++)
        fprintf(out, "%s<strong>%s&#160;%%</strong>", i > from ? ", " : "",
                phase_share(r, i, share));
    fprintf(out, "<span class=\"soft\"> %s.</span></li>\n",
            r->follow->view.outcome == VIEW_OUTCOME_GOES_ON ? "still to come"
            : n - from == 1                                 ? "was never reached"
                                                            : "were never reached");
}

static void
put_fact(FILE *out, const char *name, const char *value, const char *note)
{
    fprintf(out, "<div><dt>%s</dt><dd>%s<small>", name, value);
    html_text(out, note);
    fputs("</small></dd></div>\n", out);
}

static void
put_arm_facts(FILE *out, const report *r, bool baseline)
{
    const split_arm *arm = baseline ? &r->baseline : &r->arm;
    char name[96];
    char count[32];
    char note[64] = "outcomes unknown";
    char rate[32];
    int64_t n = split_arm_get(arm, SPLIT_COUNTER_OUTCOMES);
    int64_t failed = split_arm_get(arm, SPLIT_COUNTER_ERROR);
    snprintf(name, sizeof name, "Requests to %.70s", report_variant(r, baseline));
    if (n > 0)
        snprintf(note, sizeof note, "%s failed (%s)", text_count(failed, count),
                 html_percent(100.0 * (double)failed / (double)n, rate));
    put_fact(out, name, text_count(split_arm_get(arm, SPLIT_COUNTER_SENT), count), note);
}

static void
put_facts(FILE *out, const report *r)
{
    char value[32];
    char note[64];
    split_us window = r->follow->view.options.window_us;
    fputs("<dl class=\"facts\">\n", out);
    split_us took = r->rows[r->n_rows - 1].start_us + window - r->rows[0].start_us;
    snprintf(note, sizeof note, "%s window%s of ", text_count((int64_t)r->n_rows, value),
             r->n_rows == 1 ? "" : "s");
    text_span(window, value);
    snprintf(note + strlen(note), sizeof note - strlen(note), "%s", value);
    put_fact(out, "Duration", text_span(took, value), note);
    put_arm_facts(out, r, false);
    if (report_has_baseline(r))
        put_arm_facts(out, r, true);
    int64_t seen = split_arm_get(&r->arm, SPLIT_COUNTER_USER_ERRORS) +
                   split_arm_get(&r->baseline, SPLIT_COUNTER_USER_ERRORS);
    bool known = ((r->arm.present | r->baseline.present) & (1U << SPLIT_COUNTER_USER_ERRORS)) != 0;
    put_fact(out, "Errors that visitors saw", known ? text_count(seen, value) : "unknown",
             known ? "after failover" : "the source does not say");
    fputs("</dl>\n", out);
}

typedef struct hands {
    FILE *out;
    int64_t n;
} hands;

static int
tell_hand(const journal_action *a, void *ctx)
{
    hands *h = ctx;
    if (++h->n > HANDS_TOLD)
        return CTL_OK;
    fputs(h->n == 1 ? "<p>By hand: " : "; ", h->out);
    html_text(h->out, a->action);
    fputs(" by ", h->out);
    html_words(h->out, a->who);
    fputs(" at ", h->out);
    html_time(h->out, a->at_us);
    fputs(a->window < 0 ? " (refused)" : "", h->out);
    return CTL_OK;
}

static void
tell_hands(FILE *out, const report *r)
{
    hands h = {.out = out};
    (void)journal_each_action(r->follow->journal, r->follow->rollout_id, tell_hand, &h);
    if (h.n > HANDS_TOLD)
        fprintf(out, " and %lld more", (long long)(h.n - HANDS_TOLD));
    fputs(h.n > 0 ? ".</p>\n" : "", out);
}

void
page_story(FILE *out, const report *r)
{
    char share[16];
    const view *v = &r->follow->view;
    fputs("<section id=\"story\" aria-labelledby=\"story-h\"><h2 id=\"story-h\">Story</h2>\n", out);
    if (r->n_rows == 0) {
        fprintf(out,
                "<p>No window has been judged yet: there is nothing to tell. The first phase gives "
                "%s&#160;%% of the keys to ",
                phase_share(r, 0, share));
        html_name(out, report_variant(r, false));
        fputs(".</p></section>\n", out);
        return;
    }
    put_lead(out, r);
    put_facts(out, r);
    fputs("<ol class=\"story\">\n", out);
    uint32_t i = 0;
    for (; i < v->options.n_phases && r->phases[i].began_us != 0; i++)
        tell_phase(out, r, i);
    tell_rest(out, r, i);
    fputs("</ol>\n", out);
    tell_hands(out, r);
    fputs("</section>\n", out);
}

static void
put_rate(FILE *out, const split_arm *arm)
{
    char count[32];
    char rate[32];
    int64_t n = split_arm_get(arm, SPLIT_COUNTER_OUTCOMES);
    int64_t failed = split_arm_get(arm, SPLIT_COUNTER_ERROR);
    fprintf(out, "<td>%s</td>", text_count(split_arm_get(arm, SPLIT_COUNTER_SENT), count));
    if (n > 0)
        fprintf(out, "<td>%s (%s)</td>", text_count(failed, count),
                html_percent(100.0 * (double)failed / (double)n, rate));
    else
        fputs("<td class=\"soft\">no data</td>", out);
}

void
page_phases(FILE *out, const report *r)
{
    char share[16];
    char span[32];
    char count[32];
    char heads[2][96];
    for (int a = 0; a < 2; a++)
        snprintf(heads[a], sizeof heads[a], "Requests to %.70s", report_variant(r, a == 1));
    const char *columns[] = {"Share",  "Began (UTC)", "Took",   "Windows", heads[0],
                             "Failed", heads[1],      "Failed", NULL};
    if (!report_has_baseline(r))
        columns[6] = NULL;
    fputs("<section id=\"stages\" aria-labelledby=\"stages-h\"><h2 id=\"stages-h\">Phases</h2>",
          out);
    html_table(out, "phases", "What each phase saw, all its windows together", columns);
    for (uint32_t i = 0; i < r->follow->view.options.n_phases; i++) {
        const report_phase *p = &r->phases[i];
        fprintf(out, "<tr><th scope=\"row\">%s %%</th>", phase_share(r, i, share));
        if (p->began_us == 0) {
            fprintf(out, "<td colspan=\"%d\" class=\"soft\">not reached</td></tr>\n",
                    report_has_baseline(r) ? 7 : 5);
            continue;
        }
        fputs("<td>", out);
        html_time(out, p->began_us);
        fprintf(out, "</td><td>%s</td><td>%s</td>", text_span(p->ended_us - p->began_us, span),
                text_count(p->n_windows, count));
        put_rate(out, &p->arm);
        if (report_has_baseline(r))
            put_rate(out, &p->baseline);
        fputs("</tr>\n", out);
    }
    html_table_end(out);
    fputs("</section>\n", out);
}
