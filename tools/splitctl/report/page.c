/* SPDX-License-Identifier: MIT */
/* The page: one file, no scripts, nothing fetched; readable without the charts. */
#include "report/page.h"

#include <string.h>

#include "split/net.h"

#include "report/charts.h"
#include "report/criteria.h"
#include "report/record.h"
#include "report/told.h"
#include "route/weights.h"

html_state
page_state(const report *r)
{
    const view *v = &r->follow->view;
    if (v->outcome == VIEW_OUTCOME_COMPLETE)
        return HTML_GOOD;
    if (v->outcome == VIEW_OUTCOME_ROLLBACK)
        return HTML_BAD;
    if (v->outcome != VIEW_OUTCOME_GOES_ON || r->n_rows == 0)
        return HTML_OPEN;
    int code = view_exit_code(v);
    return code == CTL_OK ? HTML_OPEN : code == CTL_CRITICAL ? HTML_BAD : HTML_WARN;
}

const char *
page_state_word(const report *r)
{
    const view *v = &r->follow->view;
    if (v->outcome == VIEW_OUTCOME_COMPLETE)
        return "complete";
    if (v->outcome == VIEW_OUTCOME_ROLLBACK)
        return "rolled back";
    if (v->outcome != VIEW_OUTCOME_GOES_ON)
        return "abandoned";
    if (r->n_rows == 0)
        return "no window yet";
    html_state state = page_state(r);
    return state == HTML_OPEN   ? "in progress"
           : state == HTML_WARN ? "in progress, held"
                                : "in progress, critical";
}

/* Narrow tables then show the time of day alone. */
static bool
within_a_day(const report *r)
{
    const split_us day = INT64_C(86400000000);
    return r->n_rows == 0 || r->rows[0].start_us / day == r->rows[r->n_rows - 1].start_us / day;
}

static void
put_head(FILE *out, const report *r)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
          "'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
          "<meta name=\"referrer\" content=\"no-referrer\">"
          "<meta name=\"color-scheme\" content=\"light dark\"><title>",
          out);
    html_text(out, split_policy_name(r->follow->view.policy));
    fprintf(out, ": %s - rollout report</title>\n<style>\n", page_state_word(r));
    for (size_t i = 0; page_style[i] != NULL; i++)
        fputs(page_style[i], out);
    fputs("</style></head>\n", out);
    fprintf(out, "<body class=\"%s\">", within_a_day(r) ? "one-day" : "days");
    fputs("<a class=\"skip\" href=\"#main\">Skip to the report</a>", out);
}

static void
put_header(FILE *out, const report *r)
{
    const view *v = &r->follow->view;
    fprintf(out, "<header><p class=\"soft\">Rollout report, rollout %lld of this journal</p><h1>",
            (long long)r->follow->rollout_id);
    html_name(out, split_policy_name(v->policy));
    fputs(": ", out);
    html_name(out, report_variant(r, false));
    if (report_has_baseline(r)) {
        fputs(" against ", out);
        html_name(out, report_variant(r, true));
    }
    fputc(' ', out);
    html_badge(out, page_state(r), page_state_word(r));
    fputs("</h1><nav aria-label=\"Sections\"><ul>", out);
    static const char *const links[][2] = {
        {"story", "Story"},     {"summary", "Success criteria"}, {"stages", "Phases"},
        {"traffic", "Traffic"}, {"metrics", "Metrics"},          {"log", "Decisions"},
        {"moves", "Who moved"}, {"people", "Operators"},         {"words", "Words"}};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        fprintf(out, "<li><a href=\"#%s\">%s</a></li>", links[i][0], links[i][1]);
    fputs("</ul></nav></header>\n<main id=\"main\" tabindex=\"-1\">\n", out);
}

static const char *const words[][2] = {
    {"Window", "A span of time that is judged at once; the report names its length."},
    {"Target, warning, critical",
     "The bounds of the policy. A proven warning holds the rollout, a proven critical state takes "
     "the traffic back. Levels (ok, off-target, warning, critical) say how one window looked and "
     "prove nothing."},
    {"Evidence",
     "How strongly the windows of a phase speak for a statement. 100 % is a proof, and the scale "
     "is "
     "logarithmic: \"ln evidence 2.85 of 5.70\" is 50 %. It may be checked after every window "
     "without weakening the proof. Each phase starts from zero."},
    {"Proven met, not proven", "Met: it is proven that the target is kept. Not proven: the windows "
                               "do not suffice for a proof yet, which is not bad news."},
    {"Bake", "The time with data that a phase must last at least."},
    {"Key",
     "What visitors are distinguished by. A key keeps its system until new weights move it."}};

static void
put_words(FILE *out)
{
    fputs("<section id=\"words\" aria-labelledby=\"words-h\"><h2 "
          "id=\"words-h\">Words</h2><dl class=\"words\">\n",
          out);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        fputs("<dt>", out);
        html_text(out, words[i][0]);
        fputs("</dt><dd>", out);
        html_text(out, words[i][1]);
        fputs("</dd>\n", out);
    }
    fputs("</dl></section>\n", out);
}

static void
put_footer(FILE *out)
{
    fputs("</main><footer><p class=\"soft\">All times are UTC. Written ", out);
    html_time(out, split_clock_wall());
    fputs(" by splitctl " SPLIT_VERSION ".</p></footer></body></html>\n", out);
}

void
report_html(FILE *out, const report *r)
{
    put_head(out, r);
    put_header(out, r);
    page_story(out, r);
    page_criteria(out, r);
    page_phases(out, r);
    page_charts(out, r);
    page_decisions(out, r);
    page_moves(out, r);
    page_operators(out, r);
    put_words(out);
    put_footer(out);
}
