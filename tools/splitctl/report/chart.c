/* SPDX-License-Identifier: MIT */
/* The lines of a chart: scale, series, noise band, and the figure around them. */
#include "report/chart.h"

#include <math.h>

#include "report/axis.h"
#include "report/chart_text.h"
#include "report/html.h"
#include "report/scale.h"

/* More would not be seen; each step keeps its smallest and largest value. */
#define MAX_POINTS 300
#define MAX_DOTS 40 /* up to here every window gets a dot */

static void
stretch(chart_scale *s, double v)
{
    s->high = fmax(s->high, v);
    s->low = fmin(s->low, v);
}

static chart_scale
find_scale(const report *r, const chart *c)
{
    chart_scale s = {.low = c->from_zero ? 0 : INFINITY, .high = c->from_zero ? 0 : -INFINITY};
    for (size_t k = 0; k < c->n_series; k++)
        for (size_t i = 0; i < r->n_rows; i++)
            if (isfinite(chart_value(&c->series[k], i)))
                stretch(&s, chart_value(&c->series[k], i));
    for (size_t k = 0; k < c->n_lines; k++)
        stretch(&s, c->lines[k].at);
    if (c->fixed) {
        s.low = c->low;
        s.high = c->high;
    } else if (s.high <= s.low) {
        s.high = s.low + 1;
    } else {
        double margin = (s.high - s.low) * 0.08;
        s.high += margin;
        s.low -= c->from_zero ? 0 : margin;
    }
    if (c->low_is_bad && s.high > 100) /* a share of good events ends there */
        s.high = 100;
    s.t0 = (double)r->rows[0].start_us;
    s.t1 = (double)(r->rows[r->n_rows - 1].start_us + r->follow->view.options.window_us);
    return s;
}

/* Where a window's value is drawn: its middle. */
static double
middle(const report *r, const chart_scale *s, size_t row)
{
    return 10 * chart_x(s, (double)r->rows[row].start_us +
                               (double)r->follow->view.options.window_us / 2);
}

/* No line leads to a window: the journal was silent before it, or the count restarted. */
static bool
is_gap(const report *r, const chart *c, size_t row)
{
    if (row > 0 && c->restarts && r->rows[row].phase != r->rows[row - 1].phase)
        return true;
    return row > 0 && r->rows[row].start_us - r->rows[row - 1].start_us >
                          3 * r->follow->view.options.window_us;
}

typedef struct pen {
    FILE *out;
    const report *report;
    const chart *chart;
    const chart_scale *scale;
    bool down;
    bool any; /* something was drawn since the pen came down */
} pen;

static void
pen_to(pen *p, size_t row, double v)
{
    fprintf(p->out, "%c%.1f %.1f", p->down ? 'L' : 'M', middle(p->report, p->scale, row),
            chart_y(p->scale, v));
    p->any = p->down;
    p->down = true;
}

/* A value between two gaps is a dot. */
static void
pen_up(pen *p)
{
    if (p->down && !p->any)
        fputs("h0", p->out);
    p->down = false;
    p->any = false;
}

/* The smallest and the largest value of rows from..to, in their order. */
static void
draw_step(pen *p, const chart_series *s, size_t from, size_t to)
{
    size_t low = to;
    size_t high = to;
    for (size_t i = from; i < to; i++) {
        float v = chart_value(s, i);
        if (is_gap(p->report, p->chart, i))
            pen_up(p);
        if (isnan(v))
            continue;
        if (low == to || v < chart_value(s, low))
            low = i;
        if (high == to || v > chart_value(s, high))
            high = i;
    }
    if (low == to) {
        pen_up(p);
        return;
    }
    size_t first = low < high ? low : high;
    pen_to(p, first, chart_value(s, first));
    if (low != high)
        pen_to(p, low + high - first, chart_value(s, low + high - first));
}

static void
draw_series(FILE *out, const report *r, const chart *c, const chart_scale *s,
            const chart_series *series)
{
    pen p = {.out = out, .report = r, .chart = c, .scale = s};
    size_t step = (r->n_rows + MAX_POINTS - 1) / MAX_POINTS;
    fprintf(out, "<path class=\"line %s\" d=\"", series->style);
    for (size_t i = 0; i < r->n_rows; i += step)
        draw_step(&p, series, i, i + step < r->n_rows ? i + step : r->n_rows);
    pen_up(&p);
    fputs("\"/>", out);
    if (r->n_rows > MAX_DOTS)
        return;
    fprintf(out, "<path class=\"dot %s\" d=\"", series->style);
    for (size_t i = 0; i < r->n_rows; i++)
        if (!isnan(chart_value(series, i)))
            fprintf(out, "M%.1f %.1fh0", middle(r, s, i), chart_y(s, chart_value(series, i)));
    fputs("\"/>", out);
}

static void
draw_steps(FILE *out, const report *r, const chart_scale *s, const chart_series *series)
{
    float last = chart_value(series, 0);
    fprintf(out, "<path class=\"line %s\" d=\"M0 %.1f", series->style, chart_y(s, last));
    for (size_t i = 1; i < r->n_rows; i++) {
        float v = chart_value(series, i);
        if (v == last)
            continue;
        last = v;
        fprintf(out, "H%.1fV%.1f", 10 * chart_x(s, (double)r->rows[i].start_us), chart_y(s, v));
    }
    fputs("H1000\"/>", out);
}

/* What chance alone may do to the realised share, around the share that was asked. */
static void
draw_band(FILE *out, const report *r, const chart_scale *s)
{
    size_t step = (r->n_rows + MAX_POINTS - 1) / MAX_POINTS;
    for (size_t from = 0, i = 0; from < r->n_rows; from = i) {
        for (i = from; i < r->n_rows && r->rows[i].phase == r->rows[from].phase; i++)
            ;
        fputs("<path class=\"band\" d=\"", out);
        for (int side = 1; side >= -1; side -= 2)
            for (size_t k = 0; k < i - from; k += step) {
                const report_row *row = &r->rows[side > 0 ? from + k : i - 1 - k];
                double noise = isnan(row->noise) ? 0 : (double)row->noise;
                fprintf(out, "%c%.1f %.1f", side > 0 && k == 0 ? 'M' : 'L',
                        middle(r, s, (size_t)(row - r->rows)),
                        chart_y(s, (double)row->asked + side * noise));
            }
        fputs("z\"/>", out);
    }
}

static void
draw_plot(FILE *out, const report *r, const chart *c, const chart_scale *s)
{
    fprintf(out,
            "<svg class=\"plot\" y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 1000 %d\" "
            "preserveAspectRatio=\"none\">",
            PLOT_TOP, PLOT_HEIGHT, PLOT_HEIGHT);
    if (c->band)
        draw_band(out, r, s);
    for (size_t k = c->n_series; k-- > 0;) /* the first lies on top */
        if (c->steps && k == 0)
            draw_steps(out, r, s, &c->series[k]);
        else
            draw_series(out, r, c, s, &c->series[k]);
    fputs("</svg>", out);
}

void
chart_figure(FILE *out, const report *r, const chart *c)
{
    if (r->n_rows == 0)
        return;
    chart_scale s = find_scale(r, c);
    fputs("<figure><figcaption><strong>", out);
    html_text(out, c->title);
    fputs("</strong><span class=\"soft\">", out);
    html_text(out, c->note);
    fputs("</span></figcaption>", out);
    fprintf(out,
            "<svg class=\"chart\" role=\"img\" aria-labelledby=\"%s-t\" aria-describedby=\"%s-d\" "
            "width=\"100%%\" height=\"%d\"><title id=\"%s-t\">",
            c->id, c->id, PLOT_TOP + PLOT_HEIGHT + PLOT_AXIS, c->id);
    html_text(out, c->title);
    fprintf(out, "</title><desc id=\"%s-d\">", c->id);
    chart_describe(out, r, c);
    fputs("</desc>", out);
    chart_axes(out, c, &s);
    chart_phases(out, r, &s);
    draw_plot(out, r, c, &s);
    chart_lines(out, c, &s);
    fputs("</svg>", out);
    chart_legend(out, c);
    chart_table(out, r, c);
    fputs("</figure>\n", out);
}
