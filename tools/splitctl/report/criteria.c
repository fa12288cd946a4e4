/* SPDX-License-Identifier: MIT */
/* The closing summary: every metric against its target, phase by phase. */
#include "report/criteria.h"

#include <math.h>
#include <string.h>

#include "cli/text.h"
#include "route/weights.h"
#include "report/page.h"

html_state
page_verdict_state(split_verdict v)
{
    switch (v) {
    case SPLIT_VERDICT_COMPLIANCE:
        return HTML_GOOD;
    case SPLIT_VERDICT_WARNING:
        return HTML_WARN;
    case SPLIT_VERDICT_CRITICAL:
        return HTML_BAD;
    default:
        return HTML_OPEN;
    }
}

const char *
page_verdict_word(split_verdict v)
{
    switch (v) {
    case SPLIT_VERDICT_COMPLIANCE:
        return "proven met";
    case SPLIT_VERDICT_WARNING:
        return "proven past warning";
    case SPLIT_VERDICT_CRITICAL:
        return "proven critical";
    case SPLIT_VERDICT_NO_DATA:
        return "no data";
    default:
        return "not proven";
    }
}

static void
put_cell(FILE *out, const report *r, const report_phase *p, uint32_t m)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    double percent;
    int64_t n;
    char rate[32];
    char count[32];
    if (p->began_us == 0) {
        fputs("<td class=\"soft\">not reached</td>", out);
        return;
    }
    fputs("<td>", out);
    html_badge(out, page_verdict_state(p->last.metrics[m].verdict),
               page_verdict_word(p->last.metrics[m].verdict));
    if (!view_percent(metric, m, &p->arm, &percent, &n)) {
        fputs("<small>no data</small></td>", out);
        return;
    }
    bool latency = split_metric_is_latency(metric);
    fprintf(out, "<small>%s%s of %s", latency ? "too slow: " : "", html_percent(percent, rate),
            text_count(n, count));
    if (latency)
        fprintf(out, ", %g %% allowed",
                (double)split_metric_share_e6(metric, SPLIT_BOUND_TARGET) / 1e6);
    fputs("</small></td>", out);
}

static void
put_criterion(FILE *out, const report *r, uint32_t m)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    char bound[32];
    fputs("<tr><th scope=\"row\">", out);
    html_name(out, metric->name);
    if (!metric->gate)
        fputs("<small class=\"soft\"> watched only</small>", out);
    fputs("</th><td>", out);
    html_text(out, view_bound(metric, SPLIT_BOUND_TARGET, bound));
    fputs("</td>", out);
    for (uint32_t i = 0; i < r->follow->view.options.n_phases; i++)
        put_cell(out, r, &r->phases[i], m);
    fputs("</tr>\n", out);
}

/* "2 of 3 targets were proven met in the last phase that was reached." */
static void
put_sentence(FILE *out, const report *r, const report_phase *p)
{
    char share[16];
    uint32_t n[SPLIT_VERDICT_COUNT] = {0};
    for (uint32_t m = 0; m < p->last.n_metrics; m++)
        if (p->last.metrics[m].verdict < SPLIT_VERDICT_COUNT)
            n[p->last.metrics[m].verdict]++;
    fprintf(out,
            "<p>At %s&#160;%%, the last phase that was reached, <strong>%u of %u</strong> targets ",
            weights_print(p->last.percent_e6, share), (unsigned)n[SPLIT_VERDICT_COMPLIANCE],
            (unsigned)p->last.n_metrics);
    fputs("were proven met", out);
    if (n[SPLIT_VERDICT_CRITICAL] + n[SPLIT_VERDICT_WARNING] > 0) {
        fputs("; failed: ", out);
        bool first = true;
        for (uint32_t m = 0; m < p->last.n_metrics; m++) {
            split_verdict v = p->last.metrics[m].verdict;
            if (v != SPLIT_VERDICT_CRITICAL && v != SPLIT_VERDICT_WARNING)
                continue;
            fputs(first ? "" : ", ", out);
            first = false;
            html_name(out, split_rollout_metric(r->follow->rollout, m)->name);
        }
    }
    fputs(".</p>\n", out);
}

void
page_criteria(FILE *out, const report *r)
{
    const char *heads[SPLIT_PHASES_MAX + 3] = {"Metric", "Target"};
    char shares[SPLIT_PHASES_MAX][24];
    const split_rollout_options *o = &r->follow->view.options;
    const report_phase *last = report_last_phase(r);
    for (uint32_t i = 0; i < o->n_phases; i++) {
        char share[16];
        snprintf(shares[i], sizeof shares[i], "At %s %%",
                 weights_print(o->phases[i].percent_e6, share));
        heads[i + 2] = shares[i];
    }
    fputs("<section id=\"summary\" aria-labelledby=\"summary-h\"><h2 id=\"summary-h\">Success "
          "criteria</h2>",
          out);
    if (last != NULL)
        put_sentence(out, r, last);
    html_table(out, "criteria",
               "What was proven of each metric when a phase ended, and its windows together",
               heads);
    for (uint32_t m = 0; m < split_rollout_metrics(r->follow->rollout); m++)
        put_criterion(out, r, m);
    html_table_end(out);
    fputs("</section>\n", out);
}
