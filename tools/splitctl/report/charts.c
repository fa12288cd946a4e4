/* SPDX-License-Identifier: MIT */
/* Which charts there are: traffic, and for every metric its values with bounds and its evidence. */
#include "report/charts.h"

#include <stdio.h>
#include <string.h>

#include "cli/text.h"
#include "report/chart.h"
#include "report/criteria.h"
#include "report/page.h"

static const char *const bound_names[SPLIT_BOUND_COUNT] = {"target", "warning", "critical"};
static const size_t value_stride = sizeof(report_value);

static void
put_traffic(FILE *out, const report *r)
{
    chart c = {.id = "split",
               .unit = " %",
               .n_series = 2,
               .series = {{"asked", "asked", &r->rows->asked, sizeof(report_row)},
                          {"realised", "new", &r->rows->realised, sizeof(report_row)}},
               .from_zero = true,
               .band = true,
               .steps = true};
    snprintf(c.title, sizeof c.title, "Share of requests to %.70s", report_variant(r, false));
    snprintf(c.note, sizeof c.note, "percent of all requests; the share asked for is one of keys");
    chart_figure(out, r, &c);
}

/* The three bounds in the unit of the policy. */
static void
bounds_of(chart *c, const split_metric *metric)
{
    static const char *const styles[] = {"b-target", "b-warning", "b-critical"};
    char bound[32];
    for (size_t b = 0; b < SPLIT_BOUND_COUNT; b++) {
        const split_bound *at = split_metric_bound(metric, (split_bound_index)b);
        bool ms = split_metric_is_latency(metric);
        c->lines[b].at = (double)at->value / (ms ? 1000 : 1e6);
        c->lines[b].style = styles[b];
        snprintf(c->lines[b].name, sizeof c->lines[b].name, "%s %s", bound_names[b],
                 view_bound(metric, (split_bound_index)b, bound));
    }
    c->n_lines = SPLIT_BOUND_COUNT;
    c->zones = true;
}

/* A percentile that no window knows is shown as what is judged: the share beyond its target. */
static void
share_over(chart *c, const split_metric *metric)
{
    char bound[32];
    view_bound(metric, SPLIT_BOUND_TARGET, bound);
    snprintf(c->title, sizeof c->title, "%.64s: requests not %s", metric->name, bound);
    snprintf(c->note, sizeof c->note,
             "percent of requests, each window; the source gives no percentiles");
    c->lines[0].at = (double)split_metric_share_e6(metric, SPLIT_BOUND_TARGET) / 1e6;
    c->lines[0].style = "b-target";
    snprintf(c->lines[0].name, sizeof c->lines[0].name, "allowed %g %%", c->lines[0].at);
    c->n_lines = 1;
}

static void
put_values(FILE *out, const report *r, uint32_t m)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    const report_value *v = &r->values[m];
    size_t stride = r->n_metrics * value_stride;
    bool ms = split_metric_is_latency(metric) && r->has_ms[m];
    bool low_is_bad = metric->target.op == SPLIT_OP_GT || metric->target.op == SPLIT_OP_GE;
    bool both = report_has_baseline(r);
    chart c = {
        .unit = ms ? " ms" : " %",
        .n_series = both ? 2 : 1,
        .series = {{report_variant(r, false), "new", ms ? &v->arm.ms : &v->arm.percent, stride},
                   {report_variant(r, true), "old", ms ? &v->baseline.ms : &v->baseline.percent,
                    stride}},
        .low_is_bad = low_is_bad,
        .from_zero = !low_is_bad};
    snprintf(c.id, sizeof c.id, "m%u", (unsigned)m);
    if (split_metric_is_latency(metric) && !ms) {
        share_over(&c, metric);
    } else {
        snprintf(c.title, sizeof c.title, "%.64s%s", metric->name, both ? " of both systems" : "");
        snprintf(c.note, sizeof c.note, "%s of each window, with the bounds of the policy",
                 ms           ? "milliseconds"
                 : low_is_bad ? "percent of good events"
                              : "percent of bad events");
        bounds_of(&c, metric);
    }
    chart_figure(out, r, &c);
}

static void
put_evidence(FILE *out, const report *r, uint32_t m)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    const report_value *v = &r->values[m];
    size_t stride = r->n_metrics * value_stride;
    chart c = {.unit = " %",
               .n_series = 3,
               .series = {{"target met", "compliance", &v->compliance, stride},
                          {"past warning", "warning", &v->warning, stride},
                          {"past critical", "critical", &v->critical, stride}},
               .lines = {{"proven", "b-proof", 100}},
               .n_lines = 1,
               .restarts = true,
               .fixed = true,
               .low = -50,
               .high = 150};
    snprintf(c.id, sizeof c.id, "e%u", (unsigned)m);
    snprintf(c.title, sizeof c.title, "%.64s: evidence", metric->name);
    snprintf(c.note, sizeof c.note,
             "percent of what a proof needs; beyond 150 %% it is drawn at the edge");
    chart_figure(out, r, &c);
}

static void
put_last(FILE *out, const report *r, uint32_t m, split_reading_arm arm)
{
    char text[32];
    const char *value = view_value(&r->follow->view, m, arm, text);
    html_name(out, report_variant(r, arm == SPLIT_READING_BASELINE));
    fprintf(out, " %s", strcmp(value, "-") == 0 ? "no data" : value);
}

/* Bounds, and the last window in words. */
static void
put_metric_head(FILE *out, const report *r, uint32_t m)
{
    const view *v = &r->follow->view;
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    const split_metric_decision *d = &v->decision.metrics[m];
    char text[32];
    fprintf(out, "<div class=\"metric\"><h3 id=\"metric-%u\">", (unsigned)m);
    html_words(out, metric->name);
    if (r->n_rows > 0)
        html_badge(out, page_verdict_state(d->verdict), page_verdict_word(d->verdict));
    fputs("</h3><p class=\"soft\">", out);
    for (int b = 0; b < SPLIT_BOUND_COUNT; b++) {
        fprintf(out, "%s<span class=\"unit\">%s ", b > 0 ? ", " : "", bound_names[b]);
        html_text(out, view_bound(metric, (split_bound_index)b, text));
        fputs("</span>", out);
    }
    if (r->n_rows > 0) {
        fprintf(out, ". Last window: %s, ", split_level_name((int)d->level));
        put_last(out, r, m, SPLIT_READING_ARM);
        if (report_has_baseline(r)) {
            fputs(", ", out);
            put_last(out, r, m, SPLIT_READING_BASELINE);
        }
        fprintf(out, "; sample %s", text_count(d->counts.n, text));
    }
    fputs(".</p>\n", out);
}

void
page_charts(FILE *out, const report *r)
{
    fputs("<section id=\"traffic\" aria-labelledby=\"traffic-h\"><h2 "
          "id=\"traffic-h\">Traffic</h2>",
          out);
    if (r->n_rows > 0)
        put_traffic(out, r);
    else
        fputs("<p class=\"soft\">No window yet.</p>", out);
    fputs("</section>\n<section id=\"metrics\" aria-labelledby=\"metrics-h\"><h2 "
          "id=\"metrics-h\">Metrics</h2>\n",
          out);
    for (uint32_t m = 0; m < split_rollout_metrics(r->follow->rollout); m++) {
        put_metric_head(out, r, m);
        if (r->n_rows > 0) {
            fputs("<div class=\"pair\">", out);
            put_values(out, r, m);
            put_evidence(out, r, m);
            fputs("</div>", out);
        }
        fputs("</div>\n", out);
    }
    fputs("</section>\n", out);
}
