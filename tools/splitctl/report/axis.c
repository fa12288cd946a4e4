/* SPDX-License-Identifier: MIT */
/* What stands around the lines of a chart: ticks with units, times, phases, bounds with names. */
#include "report/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/net.h"

#include "report/scale.h"
#include "route/weights.h"
#include "report/chart.h"
#include "report/html.h"

#define LABEL_GAP 14 /* pixels between two names of bounds */
#define SECOND 1e6

/* 1, 2 or 5 times a power of ten: about four steps over the range. */
static double
nice_step(double range)
{
    double power = pow(10, floor(log10(range / 4)));
    double part = range / 4 / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static void
draw_values(FILE *out, const chart *c, const chart_scale *s)
{
    double step = nice_step(s->high - s->low);
    for (int i = (int)ceil(s->low / step - 1e-9); i * step <= s->high + step * 1e-9; i++) {
        double y = PLOT_TOP + chart_y(s, i * step);
        fprintf(out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", y, y);
        fprintf(out, "<text class=\"tick\" x=\"-8\" y=\"%.1f\">%.6g%s</text>", y + 4, i * step,
                c->unit);
    }
}

/* Steps of a clock: about five over the range, fewer where seconds make the letters long. */
static double
time_step(double range)
{
    static const double steps[] = {1,     2,     5,     10,    15,     30,     60,
                                   120,   300,   600,   900,   1800,   3600,   7200,
                                   10800, 21600, 43200, 86400, 172800, 604800, 1209600};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (range / (steps[i] * SECOND) <= (steps[i] < 60 ? 4.5 : 6))
            return steps[i] * SECOND;
    return ceil(range / 6 / (30 * 86400 * SECOND)) * 30 * 86400 * SECOND;
}

/* "09:17:25", "09:17" or "11-23", as fine as the steps are. */
static const char *
clock_text(double t, double step, char iso[SPLIT_TIME_BYTES])
{
    if (split_time_print((split_us)t, iso) != SPLIT_OK)
        return "";
    if (step >= 86400 * SECOND) {
        iso[10] = '\0';
        return iso + 5;
    }
    iso[step < 60 * SECOND ? 19 : 16] = '\0';
    return iso + 11;
}

static void
draw_times(FILE *out, const chart_scale *s)
{
    double step = time_step(s->t1 - s->t0);
    double y = PLOT_TOP + PLOT_HEIGHT;
    size_t n = 0;
    for (double t = ceil(s->t0 / step) * step; t <= s->t1; t += step) {
        char iso[SPLIT_TIME_BYTES];
        double x = chart_x(s, t);
        const char *side = x > 90 ? " upto" : "";
        fprintf(out, "<line class=\"axis\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.0f\" y2=\"%.0f\"/>",
                x, x, y, y + 5);
        fprintf(out, "<text class=\"time%s%s\" x=\"%.2f%%\" y=\"%.0f\">%s</text>", side,
                n++ % 2 == 1 ? " wide" : "", x, y + 19, clock_text(t, step, iso));
    }
    fprintf(out, "<line class=\"axis\" x1=\"0\" x2=\"100%%\" y1=\"%.0f\" y2=\"%.0f\"/>", y, y);
}

/* The colour of trouble, from a bound to the edge of the plot or to the next bound. */
static void
draw_zone(FILE *out, const chart *c, const chart_scale *s, size_t line)
{
    double at = chart_y(s, c->lines[line].at);
    double edge = c->low_is_bad ? PLOT_HEIGHT : 0;
    if (line == 1 && c->n_lines > 2)
        edge = chart_y(s, c->lines[2].at);
    fprintf(out, "<rect class=\"zone-%s\" x=\"0\" width=\"100%%\" y=\"%.1f\" height=\"%.1f\"/>",
            line == 1 ? "warn" : "bad", PLOT_TOP + fmin(at, edge), fabs(at - edge));
}

void
chart_axes(FILE *out, const chart *c, const chart_scale *s)
{
    for (size_t i = 1; c->zones && i < c->n_lines; i++)
        draw_zone(out, c, s, i);
    draw_values(out, c, s);
    draw_times(out, s);
}

/* Names of bounds stand beside their lines, and are pushed apart where these lie together. */
void
chart_lines(FILE *out, const chart *c, const chart_scale *s)
{
    double y[CHART_LINES];
    double below = PLOT_TOP + PLOT_HEIGHT + LABEL_GAP;
    bool done[CHART_LINES] = {false};
    for (size_t i = 0; i < c->n_lines; i++) {
        y[i] = PLOT_TOP + chart_y(s, c->lines[i].at);
        fprintf(out, "<line class=\"bound %s\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>",
                c->lines[i].style, y[i], y[i]);
    }
    for (size_t n = 0; n < c->n_lines; n++) { /* from the lowest up */
        size_t pick = 0;
        bool found = false;
        for (size_t i = 0; i < c->n_lines; i++)
            if (!done[i] && (!found || y[i] > y[pick])) {
                pick = i;
                found = true;
            }
        done[pick] = true;
        double at = fmin(y[pick], below - LABEL_GAP);
        below = at;
        fprintf(out, "<text class=\"name %s\" x=\"100%%\" y=\"%.1f\">", c->lines[pick].style,
                at + 4);
        html_text(out, c->lines[pick].name);
        fputs("</text>", out);
    }
}

static void
draw_phase(FILE *out, const report_row *row, double x, bool crowded)
{
    char share[16];
    if (x > 0)
        fprintf(out, "<line class=\"phase\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"4\" y2=\"%d\"/>", x, x,
                PLOT_TOP + PLOT_HEIGHT);
    fprintf(out, "<text class=\"mark%s\" x=\"%.2f%%\" y=\"12\">%s %%</text>",
            crowded ? " wide" : "", x,
            weights_print((int64_t)((double)row->asked * 1e6 + 0.5), share));
}

/* How it ended, at the right edge, when the last phase's name leaves room for it. */
static void
draw_end(FILE *out, const report *r, double last_phase)
{
    const report_phase *p = report_last_phase(r);
    bool back = p != NULL && p->last.decision == SPLIT_DECISION_ROLLBACK;
    if (p == NULL || (!back && p->last.decision != SPLIT_DECISION_COMPLETE))
        return;
    fprintf(out, "<line class=\"end-%s\" x1=\"100%%\" x2=\"100%%\" y1=\"4\" y2=\"%d\"/>",
            back ? "bad" : "good", PLOT_TOP + PLOT_HEIGHT);
    if (last_phase < 62)
        fprintf(out, "<text class=\"end-%s%s\" x=\"100%%\" y=\"12\">%s</text>",
                back ? "bad" : "good", last_phase < 48 ? "" : " wide",
                back ? "rolled back" : "complete");
}

void
chart_phases(FILE *out, const report *r, const chart_scale *s)
{
    double last = -100;
    for (size_t i = 0; i < r->n_rows; i++) {
        const report_row *row = &r->rows[i];
        if (i > 0 && row->phase == row[-1].phase)
            continue;
        double x = chart_x(s, (double)row->start_us);
        if (x - last < 6 && x < 94) /* no room: the line alone would say nothing */
            continue;
        draw_phase(out, row, x, x - last < 14 || x > 88);
        last = x;
    }
    draw_end(out, r, last);
}
