/* SPDX-License-Identifier: MIT */
/* A view as text for people. */
#include "draw.h"

#include <string.h>

#include "split/net.h"

#include "text.h"
#include "weights.h"

#define NARROW 116 /* below this many columns the table gives up bounds and history */

static style
level_style(split_level level)
{
    switch (level) {
    case SPLIT_LEVEL_OK:
        return STYLE_GOOD;
    case SPLIT_LEVEL_WARNING:
    case SPLIT_LEVEL_OFF_TARGET:
        return STYLE_WARN;
    case SPLIT_LEVEL_CRITICAL:
        return STYLE_BAD;
    default:
        return STYLE_DIM;
    }
}

static const char *
state_text(const view *v)
{
    if (v->outcome[0] != '\0')
        return v->outcome;
    return v->n_windows == 0 ? "WAITING" : split_decision_name(v->decision.decision);
}

static style
state_style(const view *v)
{
    switch (view_exit_code(v)) {
    case CTL_OK:
        return STYLE_GOOD;
    case CTL_CRITICAL:
    case CTL_ROLLED_BACK:
        return STYLE_BAD;
    default:
        return STYLE_WARN;
    }
}

static bool
is_narrow(const canvas *c)
{
    return c->width > 0 && c->width < NARROW;
}

static void
draw_head(canvas *c, const view *v)
{
    char now[SPLIT_TIME_BYTES] = "";
    const char *reason = v->n_windows > 0 ? split_rollout_reason(v->rollout, &v->decision) : "";
    (void)split_time_print(split_clock_wall(), now);
    canvas_put(c, STYLE_BOLD, "%s", split_policy_name(v->policy));
    canvas_put(c, STYLE_PLAIN, "  %s against %s  ",
               split_policy_variant(v->policy, v->info.variant),
               v->info.baseline < split_policy_n_variants(v->policy)
                   ? split_policy_variant(v->policy, v->info.baseline)
                   : "nothing");
    canvas_put(c, state_style(v), "%s%s%s%s", state_text(v), reason[0] != '\0' ? " (" : "", reason,
               reason[0] != '\0' ? ")" : "");
    canvas_put(c, STYLE_DIM, "  %s  %s", now, v->heading);
    canvas_end_line(c);
}

/* A finished phase is full, the present one as far as its bake clock, a later one empty. */
static double
phase_part(const view *v, uint32_t i)
{
    const split_rollout_decision *s = &v->decision;
    uint32_t at = v->n_windows == 0 ? 0 : s->next_phase;
    if (i < at || s->decision == SPLIT_DECISION_COMPLETE)
        return 1;
    if (i > at || v->n_windows == 0 || s->next_phase != s->phase || s->bake_need_us <= 0)
        return 0;
    double part = (double)s->bake_us / (double)s->bake_need_us;
    return part < 1 ? part : 1;
}

static void
draw_phases(canvas *c, const view *v)
{
    char share[16];
    char left[32];
    const split_rollout_decision *s = &v->decision;
    int bar = is_narrow(c) ? 6 : 14;
    canvas_put(c, STYLE_DIM, "phases   ");
    for (uint32_t i = 0; i < v->options.n_phases; i++) {
        double part = phase_part(v, i);
        bool now = part > 0 && part < 1;
        canvas_put(c, now ? STYLE_BOLD : STYLE_PLAIN, "%s %% ",
                   weights_print(v->options.phases[i].percent_e6, share));
        canvas_bar(c, part >= 1 ? STYLE_GOOD : STYLE_PLAIN, bar, part);
        if (now && s->bake_need_us > s->bake_us)
            canvas_put(c, STYLE_PLAIN, " %s left", text_span(s->bake_need_us - s->bake_us, left));
        canvas_put(c, STYLE_PLAIN, "  ");
    }
    canvas_end_line(c);
}

static void
draw_traffic(canvas *c, const view *v)
{
    char share[16];
    char count[32];
    double percent;
    double noise;
    canvas_put(c, STYLE_DIM, "traffic  ");
    canvas_put(c, STYLE_PLAIN, "asked %s %%, ", weights_print(v->decision.percent_e6, share));
    if (view_split(&v->window, &percent, &noise))
        canvas_put(c, STYLE_PLAIN, "got %.2f %% %s %.2f of %s requests", percent,
                   c->utf8 ? "\xC2\xB1" : "+-", noise,
                   text_count(split_arm_get(&v->window.arm, SPLIT_COUNTER_SENT) +
                                  split_arm_get(&v->window.baseline, SPLIT_COUNTER_SENT),
                              count));
    else
        canvas_put(c, STYLE_WARN, "no data");
    if (v->display.revision >= 0)
        canvas_put(c, STYLE_DIM, "  revision %lld", (long long)v->display.revision);
    if (v->display.n_alarms >= 0)
        canvas_put(c, v->display.n_alarms > 0 ? STYLE_BAD : STYLE_DIM, "  %lld alarms",
                   (long long)v->display.n_alarms);
    canvas_end_line(c);
}

static void
draw_table_head(canvas *c, bool narrow, int name)
{
    canvas_cell(c, STYLE_DIM, name, "metric");
    canvas_cell(c, STYLE_DIM, 11, "level");
    canvas_cell(c, STYLE_DIM, 13, "new");
    canvas_cell(c, STYLE_DIM, 13, "baseline");
    if (!narrow) {
        canvas_cell(c, STYLE_DIM, 10, "target");
        canvas_cell(c, STYLE_DIM, 10, "warning");
        canvas_cell(c, STYLE_DIM, 10, "critical");
    }
    canvas_cell(c, STYLE_DIM, 9, "sample");
    canvas_cell(c, STYLE_DIM, 18, "proof");
    if (!narrow)
        canvas_put(c, STYLE_DIM, "history");
    canvas_end_line(c);
}

static style
verdict_style(split_verdict verdict)
{
    if (verdict == SPLIT_VERDICT_COMPLIANCE)
        return STYLE_GOOD;
    if (verdict == SPLIT_VERDICT_WARNING)
        return STYLE_WARN;
    return verdict == SPLIT_VERDICT_CRITICAL ? STYLE_BAD : STYLE_PLAIN;
}

static void
draw_metric(canvas *c, const view *v, uint32_t m, bool narrow, int name)
{
    const split_metric *metric = split_rollout_metric(v->rollout, m);
    const split_metric_decision *d = &v->decision.metrics[m];
    char text[32];
    canvas_cell(c, STYLE_PLAIN, name, metric->name);
    canvas_cell(c, level_style(d->level), 11, split_level_name(d->level));
    canvas_cell(c, STYLE_PLAIN, 13, view_value(v, m, SPLIT_READING_ARM, text));
    canvas_cell(c, STYLE_PLAIN, 13, view_value(v, m, SPLIT_READING_BASELINE, text));
    if (!narrow)
        for (int b = 0; b < SPLIT_BOUNDS; b++)
            canvas_cell(c, STYLE_DIM, 10, view_bound(metric, (split_bound_index)b, text));
    canvas_cell(c, STYLE_PLAIN, 9, text_count(d->counts.n, text));
    canvas_cell(c, verdict_style(d->verdict), 18, split_verdict_name(d->verdict));
    if (!narrow)
        canvas_spark(c, c->width > 0 ? c->width - c->column : 40, v->value[m], v->n_history);
    canvas_end_line(c);
}

static void
draw_metrics(canvas *c, const view *v)
{
    bool narrow = is_narrow(c);
    int name = 12;
    for (uint32_t m = 0; m < v->decision.n_metrics; m++) {
        int n = (int)strlen(split_rollout_metric(v->rollout, m)->name) + 1;
        if (n > name && n <= (narrow ? 16 : 40))
            name = n;
    }
    draw_table_head(c, narrow, name);
    for (uint32_t m = 0; m < v->decision.n_metrics; m++)
        draw_metric(c, v, m, narrow, name);
}

static void
draw_origins(canvas *c, const view *v)
{
    if (v->display.n_origins == 0)
        return;
    canvas_put(c, STYLE_DIM, "origins  ");
    for (uint32_t i = 0; i < v->display.n_origins; i++) {
        const split_reading_origin *o = &v->display.origins[i];
        canvas_put(c, STYLE_PLAIN, "%s ", o->name);
        canvas_put(c,
                   o->state == 0   ? STYLE_GOOD
                   : o->state == 1 ? STYLE_BAD
                                   : STYLE_WARN,
                   "%s", view_state_name(o->state));
        if (o->mode > 0)
            canvas_put(c, STYLE_WARN, " (%s)", view_mode_name(o->mode));
        canvas_put(c, STYLE_PLAIN, "  ");
    }
    canvas_end_line(c);
}

static void
draw_events(canvas *c, const view *v)
{
    size_t room =
        c->height > 0 ? (c->height - 1 > c->row ? (size_t)(c->height - 1 - c->row) : 0) : 10;
    size_t n = v->n_events < room ? v->n_events : room;
    for (size_t i = v->n_events - n; i < v->n_events; i++) {
        char time[SPLIT_TIME_BYTES] = "";
        (void)split_time_print(v->events[i].at_us, time);
        canvas_put(c, STYLE_DIM, "%s  ", time);
        canvas_put(c, STYLE_PLAIN, "%s", v->events[i].text);
        canvas_end_line(c);
    }
}

void
draw_view(canvas *c, const view *v)
{
    char next[256];
    c->row = 0;
    draw_head(c, v);
    draw_phases(c, v);
    if (v->n_windows > 0) {
        draw_traffic(c, v);
        draw_metrics(c, v);
    }
    draw_origins(c, v);
    view_next(v, next, sizeof next);
    canvas_put(c, STYLE_DIM, "next     ");
    canvas_put(c, STYLE_PLAIN, "%s", next);
    canvas_end_line(c);
    draw_events(c, v);
}
