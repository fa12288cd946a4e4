/* SPDX-License-Identifier: MIT */
/* A view as text for people. */
#include "screen/draw.h"

#include <limits.h>
#include <string.h>

#include "split/net.h"

#include "cli/text.h"
#include "route/weights.h"
#include "screen/draw_metrics.h"
#include "screen/layout.h"

#define DAY_US INT64_C(86400000000)

static const char *
state_text(const view *v)
{
    if (v->outcome != VIEW_OUTCOME_GOES_ON)
        return view_outcome_name((int)v->outcome);
    return v->n_windows == 0 ? "WAITING" : split_decision_name((int)v->decision.decision);
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

/* "2026-11-23T10:01:53Z"; with little room "10:01:53", or "11-22 10:01" on another day. */
static const char *
time_text(const canvas *c, split_us wall, char iso[SPLIT_TIME_BYTES])
{
    if (split_time_print(wall, iso) != SPLIT_OK)
        return "";
    if (draw_layout_of(c) == DRAW_WIDE)
        return iso;
    if (wall / DAY_US == split_clock_wall() / DAY_US) {
        iso[19] = '\0';
        return iso + 11;
    }
    iso[10] = ' ';
    iso[16] = '\0';
    return iso + 5;
}

static void
draw_head(canvas *c, const view *v)
{
    char iso[SPLIT_TIME_BYTES];
    const char *reason = v->n_windows > 0 ? split_rollout_reason(v->rollout, &v->decision) : "";
    const char *baseline = split_policy_variant(v->policy, v->info.baseline);
    bool left_alone = v->heading == VIEW_HEADING_LEFT_ALONE;
    canvas_put(c, STYLE_BOLD, "%s", split_policy_name(v->policy));
    canvas_put(c, STYLE_PLAIN, "  ");
    canvas_put(c, state_style(v), "%s%s%s%s", state_text(v), reason[0] != '\0' ? " (" : "", reason,
               reason[0] != '\0' ? ")" : "");
    canvas_put(c, STYLE_PLAIN, "  %s%s%s", split_policy_variant(v->policy, v->info.variant),
               baseline != NULL ? " against " : "", baseline != NULL ? baseline : "");
    canvas_put(c, left_alone ? STYLE_WARN : STYLE_DIM, "  %s", view_heading_name((int)v->heading));
    const char *now = time_text(c, split_clock_wall(), iso);
    if (canvas_room(c) >= (int)strlen(now) + 2)
        canvas_put(c, STYLE_DIM, "  %s", now);
    canvas_end_line(c);
}

static bool
has_ended(const view *v)
{
    return v->outcome != VIEW_OUTCOME_GOES_ON ||
           (v->n_windows > 0 && (v->decision.decision == SPLIT_DECISION_COMPLETE ||
                                 v->decision.decision == SPLIT_DECISION_ROLLBACK));
}

/* The phase of the next window, or the one in which it ended. */
static uint32_t
present_phase(const view *v)
{
    if (v->n_windows == 0)
        return 0;
    return has_ended(v) ? v->decision.phase : v->decision.next_phase;
}

/* A finished phase is full, the present one as far as its bake clock, a later one empty. */
static double
phase_part(const view *v, uint32_t i)
{
    const split_rollout_decision *s = &v->decision;
    uint32_t at = present_phase(v);
    if (i < at || (v->n_windows > 0 && s->decision == SPLIT_DECISION_COMPLETE))
        return 1;
    if (i > at || v->n_windows == 0 || s->phase != i || s->bake_need_us <= 0)
        return 0;
    double part = (double)s->bake_us / (double)s->bake_need_us;
    return part < 1 ? part : 1;
}

/* What follows the bar of a phase; often nothing. */
static const char *
phase_note(const view *v, uint32_t i, char buf[48])
{
    const split_rollout_decision *s = &v->decision;
    char left[32];
    buf[0] = '\0';
    if (i != present_phase(v) || v->n_windows == 0)
        return buf;
    if (strcmp(state_text(v), "ROLLBACK") == 0)
        snprintf(buf, 48, " rolled back");
    else if (!has_ended(v) && s->phase == i && s->bake_need_us > s->bake_us)
        snprintf(buf, 48, " %s left", text_span(s->bake_need_us - s->bake_us, left));
    return buf;
}

static void
draw_phase(canvas *c, const view *v, uint32_t i, int bar)
{
    char share[16];
    char note[48];
    double part = phase_part(v, i);
    bool now = i == present_phase(v) && !has_ended(v);
    bool back = i == present_phase(v) && strcmp(state_text(v), "ROLLBACK") == 0;
    style s = back ? STYLE_BAD : part >= 1 ? STYLE_GOOD : STYLE_PLAIN;
    canvas_put(c, now ? STYLE_BOLD : STYLE_PLAIN, "%s %% ",
               weights_print(v->options.phases[i].percent_e6, share));
    canvas_bar(c, s, bar, part);
    canvas_put(c, back ? STYLE_BAD : STYLE_PLAIN, "%s", phase_note(v, i, note));
}

/* Columns that all phases take. */
static int
phases_width(const view *v, int bar)
{
    char share[16];
    char note[48];
    int n = 9 - 2;
    for (uint32_t i = 0; i < v->options.n_phases; i++)
        n += bar + 5 +
             (int)(strlen(weights_print(v->options.phases[i].percent_e6, share)) +
                   strlen(phase_note(v, i, note)));
    return n;
}

static void
draw_phases(canvas *c, const view *v)
{
    char share[16];
    uint32_t at = present_phase(v);
    uint32_t n = v->options.n_phases;
    int bar = draw_layout_of(c) == DRAW_WIDE ? 14 : 6;
    while (bar > 3 && phases_width(v, bar) > canvas_room(c))
        bar--;
    bool fits = phases_width(v, bar) <= canvas_room(c);
    canvas_put(c, STYLE_DIM, "phases   ");
    if (fits) {
        for (uint32_t i = 0; i < n; i++) {
            canvas_put(c, STYLE_PLAIN, "%s", i > 0 ? "  " : "");
            draw_phase(c, v, i, bar);
        }
    } else { /* no room for all: the present one, and what comes */
        at = at < n ? at : n - 1;
        canvas_put(c, STYLE_PLAIN, "%u of %u: ", (unsigned)at + 1, (unsigned)n);
        draw_phase(c, v, at, draw_layout_of(c) == DRAW_TINY ? 0 : bar);
        if (at + 1 < n)
            canvas_put(c, STYLE_DIM, "  then %s %%",
                       weights_print(v->options.phases[at + 1].percent_e6, share));
    }
    canvas_end_line(c);
}

/* A journal that nobody writes to any more must not look fresh. */
static void
draw_age(canvas *c, const view *v)
{
    char span[32];
    split_us age = split_clock_wall() - v->window.start_us - v->options.window_us;
    if (has_ended(v) || age <= 2 * v->options.window_us)
        return;
    canvas_put(c, STYLE_WARN, "  %s old", text_span(age, span));
}

static void
draw_traffic(canvas *c, const view *v)
{
    char share[16];
    char count[32];
    double percent;
    double noise;
    bool roomy = draw_layout_of(c) >= DRAW_NORMAL;
    const split_rollout_decision *s = &v->decision;
    canvas_put(c, STYLE_DIM, "traffic  ");
    canvas_put(c, STYLE_PLAIN, "asked %s %%, ", weights_print(s->percent_e6, share));
    if (view_split(&v->window, &percent, &noise))
        canvas_put(c, STYLE_PLAIN, "got %.2f %% %s %.2f of %s%s", percent,
                   c->utf8 ? "\xC2\xB1" : "+-", noise,
                   text_count(split_arm_get(&v->window.arm, SPLIT_COUNTER_SENT) +
                                  split_arm_get(&v->window.baseline, SPLIT_COUNTER_SENT),
                              count),
                   roomy ? " requests" : "");
    else
        canvas_put(c, STYLE_WARN, "no data");
    if (s->next_percent_e6 != s->percent_e6)
        canvas_put(c, STYLE_BOLD, "  now %s %%", weights_print(s->next_percent_e6, share));
    draw_age(c, v);
    if (v->display.revision >= 0)
        canvas_put(c, STYLE_DIM, "  revision %lld", (long long)v->display.revision);
    canvas_end_line(c);
}

/* "alarms   2 ring: a, b; 1 unknown: c" */
static void
draw_alarms(canvas *c, const view *v)
{
    const window_display *d = &v->display;
    if (d->n_alarms < 0)
        return;
    canvas_put(c, STYLE_DIM, "alarms   ");
    if (d->n_alarms == 0)
        canvas_put(c, STYLE_GOOD, "none rings");
    else
        canvas_put(c, STYLE_BAD, d->n_alarms == 1 ? "%lld rings" : "%lld ring",
                   (long long)d->n_alarms);
    uint32_t i = 0;
    for (; i < d->n_alarm_names && d->alarms[i].state == SPLIT_READING_ALARM_RINGS; i++)
        canvas_put(c, STYLE_PLAIN, "%s%s", i == 0 ? ": " : ", ", d->alarms[i].name);
    if (d->n_alarms_unknown > 0)
        canvas_put(c, STYLE_WARN, "; %lld without data", (long long)d->n_alarms_unknown);
    for (uint32_t first = i; i < d->n_alarm_names; i++)
        canvas_put(c, STYLE_PLAIN, "%s%s", i == first ? ": " : ", ", d->alarms[i].name);
    canvas_end_line(c);
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
    size_t room = c->height > 0 ? (size_t)canvas_rows(c) : 10;
    size_t n = v->n_events < room ? v->n_events : room;
    for (size_t i = v->n_events - n; i < v->n_events; i++) {
        char iso[SPLIT_TIME_BYTES] = "";
        canvas_put(c, STYLE_DIM, "%s  ", time_text(c, v->events[i].at_us, iso));
        canvas_put(c, STYLE_PLAIN, "%s", v->events[i].text);
        canvas_end_line(c);
    }
}

/* Space between the parts, where there is plenty. */
static void
draw_gap(canvas *c)
{
    if (c->height == 0 || c->height >= 30)
        canvas_end_line(c);
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
        draw_gap(c);
        /* below stand the origins, alarms, two lines of what comes next, and a few events */
        int below = (canvas_rows(c) > 12 ? 6 : 3) + (v->display.n_alarms >= 0 ? 1 : 0);
        draw_metrics(c, v, c->height > 0 ? canvas_rows(c) - below : INT_MAX);
        draw_gap(c);
    }
    draw_origins(c, v);
    draw_alarms(c, v);
    view_next(v, next, sizeof next);
    canvas_put(c, STYLE_DIM, "next     ");
    canvas_wrap(c, STYLE_PLAIN, 9, next);
    if (v->n_events > 0)
        draw_gap(c);
    draw_events(c, v);
}
