/* SPDX-License-Identifier: MIT */
/* The page: one file, no scripts, nothing fetched; readable without the charts. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "split/net.h"

#include "../text.h"
#include "../weights.h"
#include "data.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
    "<meta name=\"color-scheme\" content=\"light dark\"><style>\n"
    ":root{--bg:#fff;--fg:#1b1f24;--soft:#59636e;--line:#d1d9e0;--new:#0a5dc2;--old:#7b3fa0;--ok:#"
    "11682f;"
    "--warn:#7d5600;--bad:#b3261e}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9aa6b2;--line:#"
    "30363d;--new:#6cb6ff;"
    "--old:#c79bf2;--ok:#56d364;--warn:#e3b341;--bad:#ff8a80}}\n"
    "body{background:var(--bg);color:var(--fg);font:16px/1.5 "
    "system-ui,sans-serif;max-width:960px;margin:2rem auto;"
    "padding:0 1rem}\nh1{margin-bottom:.2rem}h2{margin-top:2rem}.soft{color:var(--soft)}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid "
    "var(--line)}th{font-weight:600}td,tbody th{white-space:nowrap}\n"
    ".scroll{overflow-x:auto}.ok{color:var(--ok)}.warning{color:var(--warn)}.critical{color:var(--"
    "bad)}\n"
    "figure{margin:1rem "
    "0}svg{width:100%;height:auto}figcaption{font-size:.9rem;color:var(--soft)}\n"
    "path{fill:none;stroke-width:1.8}.new{stroke:var(--new)}.old{stroke:var(--old)}.ln-ok{stroke:"
    "var(--ok)}\n"
    ".ln-warn{stroke:var(--warn)}.ln-bad{stroke:var(--bad)}.grid{stroke:var(--line)}.phase{stroke:"
    "var(--soft)}\n"
    ".b-target{stroke:var(--ok);stroke-dasharray:6 "
    "4}.b-warning{stroke:var(--warn);stroke-dasharray:6 4}\n"
    ".b-critical{stroke:var(--bad);stroke-dasharray:6 "
    "4}.tick,.mark{font-size:11px;fill:var(--soft)}\n"
    ".tick{text-anchor:end}.key{display:inline-block;width:1rem;height:.25rem;vertical-align:"
    "middle;margin-right:.3rem}\n"
    ".new-key{background:var(--new)}.old-key{background:var(--old)}.ln-ok-key,.b-target-key{"
    "background:var(--ok)}\n"
    ".ln-warn-key,.b-warning-key{background:var(--warn)}.ln-bad-key,.b-critical-key{background:var("
    "--bad)}\n"
    "a{color:var(--new)}</style>\n";

void
html_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void
put_time(FILE *out, split_us wall)
{
    char time[SPLIT_TIME_BYTES];
    if (split_time_print(wall, time) == SPLIT_OK)
        fprintf(out, "<time datetime=\"%s\">%s</time>", time, time);
}

static const char *
variant(const report *r, bool baseline)
{
    const view *v = &r->follow->view;
    const char *name =
        split_policy_variant(v->policy, baseline ? v->info.baseline : v->info.variant);
    return name != NULL ? name : "none";
}

static void
put_story(FILE *out, const report *r)
{
    const view *v = &r->follow->view;
    char share[16];
    char span[32];
    fputs("<p class=\"soft\">Rollout ", out);
    fprintf(out, "%lld of ", (long long)r->follow->rollout_id);
    html_text(out, split_policy_name(v->policy));
    fputs("</p><h1>", out);
    html_text(out, variant(r, false));
    fputs(" against ", out);
    html_text(out, variant(r, true));
    fputs("</h1>\n<p id=\"story\">", out);
    if (r->n_rows == 0) {
        fputs("No window has been judged yet.</p>\n", out);
        return;
    }
    const report_row *last = &r->rows[r->n_rows - 1];
    split_us took = last->start_us + v->options.window_us - r->rows[0].start_us;
    fputs("Began ", out);
    put_time(out, r->rows[0].start_us);
    fprintf(out, ", %s, %zu windows. ", text_span(took, span), r->n_rows);
    if (strcmp(v->outcome, "COMPLETE") == 0)
        fputs("It was <strong class=\"ok\">completed</strong>: every phase passed its gate.", out);
    else if (strcmp(v->outcome, "ROLLBACK") == 0)
        fprintf(out, "It was <strong class=\"critical\">rolled back</strong> at %s %%, reason: %s.",
                weights_print(v->decision.percent_e6, share), last->reason);
    else
        fprintf(out, "It stands at %s %%: %s%s%s.", weights_print(v->decision.percent_e6, share),
                split_decision_name(last->decision), last->reason[0] != '\0' ? ", reason: " : "",
                last->reason);
    fputs("</p>\n", out);
}

static void
put_rate(FILE *out, const split_arm *arm)
{
    char count[32];
    int64_t n = split_arm_get(arm, SPLIT_COUNTER_OUTCOMES);
    fprintf(out, "<td>%s</td>", text_count(split_arm_get(arm, SPLIT_COUNTER_SENT), count));
    if (n > 0)
        fprintf(out, "<td>%.3f %%</td>",
                100.0 * (double)split_arm_get(arm, SPLIT_COUNTER_ERROR) / (double)n);
    else
        fputs("<td>no data</td>", out);
}

static void
put_phases(FILE *out, const report *r)
{
    char share[16];
    char span[32];
    fputs("<h2>Phases</h2><div class=\"scroll\" tabindex=\"0\"><table id=\"phases\"><thead><tr><th "
          "scope=\"col\">Share"
          "<th scope=\"col\">Began<th scope=\"col\">Took<th scope=\"col\">Windows<th "
          "scope=\"col\">Requests, new"
          "<th scope=\"col\">Failed<th scope=\"col\">Requests, baseline<th "
          "scope=\"col\">Failed</tr></thead><tbody>\n",
          out);
    for (uint32_t i = 0; i < r->follow->view.options.n_phases; i++) {
        const report_phase *p = &r->phases[i];
        fprintf(out, "<tr><th scope=\"row\">%s %%</th>",
                weights_print(r->follow->view.options.phases[i].percent_e6, share));
        if (p->began_us == 0) {
            fputs("<td colspan=\"7\" class=\"soft\">not reached</td></tr>\n", out);
            continue;
        }
        fputs("<td>", out);
        put_time(out, p->began_us);
        fprintf(out, "</td><td>%s</td><td>%lld</td>", text_span(p->ended_us - p->began_us, span),
                (long long)p->n_windows);
        put_rate(out, &p->arm);
        put_rate(out, &p->baseline);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static const report_phase *
last_phase(const report *r)
{
    const report_phase *last = NULL;
    for (size_t i = 0; i < SPLIT_PHASES_MAX; i++)
        if (r->phases[i].began_us != 0)
            last = &r->phases[i];
    return last;
}

static void
put_criterion(FILE *out, const report *r, const report_phase *p, uint32_t m)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    const split_metric_decision *d = &p->last.metrics[m];
    split_metric_counts c;
    char bound[32];
    fputs("<tr><th scope=\"row\">", out);
    html_text(out, metric->name);
    fputs("</th><td>", out);
    html_text(out, view_bound(metric, SPLIT_BOUND_TARGET, bound));
    if (split_metric_count(metric, m, &p->arm, &c) == SPLIT_OK && c.present && c.n > 0)
        fprintf(out, "</td><td>%.4g %% of %lld</td>",
                100.0 * (double)c.bad[SPLIT_BOUND_TARGET] / (double)c.n, (long long)c.n);
    else
        fputs("</td><td>no data</td>", out);
    fprintf(out, "<td class=\"%s\">%s</td><td>%s</td><td>%.1f</td></tr>\n",
            split_level_name(d->level), split_level_name(d->level), split_verdict_name(d->verdict),
            p->highest[m]);
}

static void
put_criteria(FILE *out, const report *r)
{
    const report_phase *p = last_phase(r);
    if (p == NULL)
        return;
    fprintf(out,
            "<h2>Success criteria, last phase reached</h2><p class=\"soft\">A breach is proven at "
            "ln evidence %.2f, "
            "compliance at %.2f.</p><div class=\"scroll\" tabindex=\"0\"><table "
            "id=\"criteria\"><thead><tr>"
            "<th scope=\"col\">Metric<th scope=\"col\">Target<th scope=\"col\">Bad events, new<th "
            "scope=\"col\">Level"
            "<th scope=\"col\">Proof<th scope=\"col\">Highest evidence of a "
            "breach</tr></thead><tbody>\n",
            r->breach_bound, r->gate_bound);
    for (uint32_t m = 0; m < p->last.n_metrics; m++)
        put_criterion(out, r, p, m);
    fputs("</tbody></table></div>\n", out);
}

static void
put_share_chart(FILE *out, const report *r, uint32_t m)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    size_t base = offsetof(report_row, values) + m * sizeof(report_value);
    const chart_series series[] = {
        {variant(r, false), "new", base + offsetof(report_value, share)},
        {variant(r, true), "old", base + offsetof(report_value, baseline)}};
    static const char *const styles[] = {"b-target", "b-warning", "b-critical"};
    static const char *const names[] = {"target", "warning", "critical"};
    chart_line lines[SPLIT_BOUNDS];
    size_t n_lines =
        metric->kind == SPLIT_METRIC_LATENCY ? 1 : SPLIT_BOUNDS; /* one quantile has one share */
    char id[16];
    char title[160];
    for (size_t b = 0; b < n_lines; b++)
        lines[b] = (chart_line){names[b], styles[b],
                                (double)split_metric_share_e6(metric, (split_bound_index)b) / 1e6};
    snprintf(id, sizeof id, "m%u", (unsigned)m);
    snprintf(title, sizeof title, "%.64s: share of bad events by the target, percent",
             metric->name);
    const chart c = {id, title, "%", series, 2, lines, n_lines, true};
    chart_svg(out, r, &c);
}

static void
put_evidence_chart(FILE *out, const report *r, uint32_t m)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    size_t base = offsetof(report_row, values) + m * sizeof(report_value);
    const chart_series series[] = {
        {"evidence of compliance", "ln-ok", base + offsetof(report_value, ln_compliance)},
        {"evidence of a warning", "ln-warn", base + offsetof(report_value, ln_warning)},
        {"evidence of a critical state", "ln-bad", base + offsetof(report_value, ln_critical)}};
    const chart_line lines[] = {{"proves compliance", "b-target", r->gate_bound},
                                {"proves a breach", "b-critical", r->breach_bound}};
    char id[16];
    char title[160];
    snprintf(id, sizeof id, "e%u", (unsigned)m);
    snprintf(title, sizeof title, "%.64s: ln evidence", metric->name);
    const chart c = {id, title, "", series, 3, lines, 2, false};
    chart_svg(out, r, &c);
}

static void
put_charts(FILE *out, const report *r)
{
    const chart_series split[] = {{"asked", "old", offsetof(report_row, asked)},
                                  {"realised", "new", offsetof(report_row, realised)}};
    const chart c = {
        "split", "Share of requests that went to the new system, percent", "%", split, 2, NULL, 0,
        true};
    fputs("<h2>Traffic</h2>", out);
    chart_svg(out, r, &c);
    for (uint32_t m = 0; m < split_rollout_metrics(r->follow->rollout); m++) {
        fputs("<h2>", out);
        html_text(out, split_rollout_metric(r->follow->rollout, m)->name);
        fputs("</h2>", out);
        put_share_chart(out, r, m);
        put_evidence_chart(out, r, m);
    }
}

static void
put_decisions(FILE *out, const report *r)
{
    fputs("<h2>Decisions as they changed</h2><div class=\"scroll\" tabindex=\"0\"><table "
          "id=\"decisions\"><thead><tr>"
          "<th scope=\"col\">Window<th scope=\"col\">Began<th scope=\"col\">Share<th "
          "scope=\"col\">Decision"
          "<th scope=\"col\">Reason</tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < r->n_rows; i++) {
        const report_row *a = &r->rows[i];
        if (i > 0 && a->decision == a[-1].decision && a->phase == a[-1].phase &&
            strcmp(a->reason, a[-1].reason) == 0)
            continue;
        fprintf(out, "<tr><td>%lld</td><td>", (long long)a->id);
        put_time(out, a->start_us);
        fprintf(out, "</td><td>%g %%</td><td>%s</td><td>", (double)a->asked,
                split_decision_name(a->decision));
        html_text(out, a->reason);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static int
put_action(const journal_action *a, void *ctx)
{
    FILE *out = ctx;
    fputs("<tr><td>", out);
    put_time(out, a->at_us);
    fputs("</td><td>", out);
    html_text(out, a->action);
    fputs("</td><td>", out);
    html_text(out, a->who);
    fputs("</td><td>", out);
    html_text(out, a->why);
    fprintf(out, "%s</td></tr>\n", a->window < 0 ? " (refused)" : "");
    return CTL_OK;
}

typedef struct moves {
    FILE *out;
    int64_t before_e6; /* -1 before the first */
} moves;

static int
put_publication(const journal_publication *p, void *ctx)
{
    moves *m = ctx;
    char share[16];
    char moved[16];
    char took[32];
    fprintf(m->out, "<tr><td>%lld</td><td>", (long long)p->revision);
    put_time(m->out, p->at_us);
    fprintf(m->out, "</td><td>%s %%</td><td>", weights_print(p->percent_e6, share));
    if (m->before_e6 >= 0)
        fprintf(m->out, "%s %%",
                weights_print(p->percent_e6 > m->before_e6 ? p->percent_e6 - m->before_e6
                                                           : m->before_e6 - p->percent_e6,
                              moved));
    fputs("</td><td>", m->out);
    html_text(m->out, p->by);
    fprintf(m->out, "</td><td>%s</td></tr>\n",
            p->effect_us >= 0 ? text_span(p->effect_us, took) : "not confirmed");
    m->before_e6 = p->percent_e6;
    return CTL_OK;
}

static void
put_people(FILE *out, const report *r)
{
    moves m = {out, -1};
    fputs("<h2>Who moved, and when</h2><div class=\"scroll\" tabindex=\"0\"><table "
          "id=\"publications\"><thead><tr>"
          "<th scope=\"col\">Revision<th scope=\"col\">Published<th scope=\"col\">Share<th "
          "scope=\"col\">Keys moved"
          "<th scope=\"col\">By<th scope=\"col\">In force after</tr></thead><tbody>\n",
          out);
    (void)journal_each_publication(r->follow->journal, r->follow->rollout_id, put_publication, &m);
    fputs("</tbody></table></div>\n<h2>Operators</h2><div class=\"scroll\" tabindex=\"0\"><table "
          "id=\"actions\"><thead>"
          "<tr><th scope=\"col\">At<th scope=\"col\">Action<th scope=\"col\">Who<th "
          "scope=\"col\">Why</tr></thead>"
          "<tbody>\n",
          out);
    (void)journal_each_action(r->follow->journal, r->follow->rollout_id, put_action, out);
    fputs("</tbody></table></div>\n", out);
}

void
report_html(FILE *out, const report *r)
{
    fputs(head, out);
    fputs("<title>Rollout report: ", out);
    html_text(out, split_policy_name(r->follow->view.policy));
    fputs("</title></head><body><main>\n", out);
    put_story(out, r);
    put_phases(out, r);
    put_criteria(out, r);
    put_charts(out, r);
    put_decisions(out, r);
    put_people(out, r);
    fputs("<p class=\"soft\">Written by splitctl " SPLIT_VERSION ".</p></main></body></html>\n",
          out);
}
