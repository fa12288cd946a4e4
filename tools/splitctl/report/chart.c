/* SPDX-License-Identifier: MIT */
/* Line charts as inline SVG: series over the windows, bounds as dashed lines, phases as bands. */
#include <math.h>
#include <stdio.h>

#include "data.h"

#define WIDTH 860.0
#define HEIGHT 200.0
#define LEFT 56.0
#define TOP 12.0
#define BOTTOM 24.0
#define RIGHT 12.0
#define MAX_POINTS 600 /* more would not be seen; each step keeps its largest value */

typedef struct scale {
    double low;
    double high;
    double t0;
    double t1;
} scale;

static float
value_at(const report_row *row, size_t offset)
{
    return *(const float *)(const void *)((const char *)row + offset);
}

static bool
is_shown(const chart *c, float v)
{
    return isfinite(v) && (!c->from_zero || v >= 0);
}

static scale
find_scale(const report *r, const chart *c)
{
    scale s = {.low = 0, .high = 0};
    for (size_t k = 0; k < c->n_series; k++)
        for (size_t i = 0; i < r->n_rows; i++) {
            float v = value_at(&r->rows[i], c->series[k].offset);
            if (!is_shown(c, v))
                continue;
            s.high = fmax(s.high, v);
            s.low = fmin(s.low, v);
        }
    for (size_t k = 0; k < c->n_lines; k++)
        s.high = fmax(s.high, c->lines[k].at);
    if (s.high <= s.low)
        s.high = s.low + 1;
    s.high += (s.high - s.low) * 0.05;
    s.t0 = (double)r->rows[0].start_us;
    s.t1 = (double)r->rows[r->n_rows - 1].start_us;
    if (s.t1 <= s.t0)
        s.t1 = s.t0 + 1;
    return s;
}

static double
x_of(const scale *s, split_us t)
{
    return LEFT + ((double)t - s->t0) / (s->t1 - s->t0) * (WIDTH - LEFT - RIGHT);
}

static double
y_of(const scale *s, double v)
{
    return TOP + (s->high - v) / (s->high - s->low) * (HEIGHT - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten: about five steps over the range. */
static double
nice_step(double range)
{
    double power = pow(10, floor(log10(range / 4)));
    double part = range / 4 / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static void
draw_axis(FILE *out, const scale *s, const char *unit)
{
    double step = nice_step(s->high - s->low);
    for (double v = ceil(s->low / step) * step; v <= s->high; v += step) {
        double shown = fabs(v) < step / 1000 ? 0 : v;
        fprintf(out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT,
                WIDTH - RIGHT, y_of(s, v), y_of(s, v));
        fprintf(out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">%.6g%s</text>", LEFT - 6,
                y_of(s, v) + 4, shown, unit);
    }
}

static void
draw_phases(FILE *out, const report *r, const scale *s)
{
    for (size_t i = 1; i < r->n_rows; i++) {
        const report_row *row = &r->rows[i];
        if (row->phase == r->rows[i - 1].phase)
            continue;
        fprintf(out, "<line class=\"phase\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                x_of(s, row->start_us), x_of(s, row->start_us), TOP, HEIGHT - BOTTOM);
        fprintf(out, "<text class=\"mark\" x=\"%.1f\" y=\"%.1f\">%g %%</text>",
                x_of(s, row->start_us) + 4, TOP + 10, (double)row->asked);
    }
}

/* Gaps in the data are gaps in the line. */
static void
draw_series(FILE *out, const report *r, const chart *c, const scale *s, const chart_series *series)
{
    size_t step = r->n_rows / MAX_POINTS + 1;
    bool pen_down = false;
    fprintf(out, "<path class=\"%s\" d=\"", series->style);
    for (size_t i = 0; i < r->n_rows; i += step) {
        float best = -1;
        bool any = false;
        for (size_t k = i; k < i + step && k < r->n_rows; k++) {
            float v = value_at(&r->rows[k], series->offset);
            if (is_shown(c, v) && (!any || v > best)) {
                best = v;
                any = true;
            }
        }
        if (any)
            fprintf(out, "%c%.1f %.1f", pen_down ? 'L' : 'M', x_of(s, r->rows[i].start_us),
                    y_of(s, best));
        pen_down = any;
    }
    fputs("\"/>", out);
}

static void
draw_legend(FILE *out, const chart *c)
{
    fputs("<figcaption>", out);
    html_text(out, c->title);
    fputs("<br>", out);
    for (size_t i = 0; i < c->n_series; i++) {
        fprintf(out, "<span class=\"key %s-key\"></span>", c->series[i].style);
        html_text(out, c->series[i].name);
        fputs(" &#160; ", out);
    }
    for (size_t i = 0; i < c->n_lines; i++) {
        fprintf(out, "<span class=\"key %s-key\"></span>", c->lines[i].style);
        html_text(out, c->lines[i].name);
        fputs(" &#160; ", out);
    }
    fputs("</figcaption>", out);
}

void
chart_svg(FILE *out, const report *r, const chart *c)
{
    if (r->n_rows == 0)
        return;
    scale s = find_scale(r, c);
    fprintf(out,
            "<figure><svg role=\"img\" aria-labelledby=\"%s-t\" viewBox=\"0 0 %g %g\"><title "
            "id=\"%s-t\">",
            c->id, WIDTH, HEIGHT, c->id);
    html_text(out, c->title);
    fputs("</title>", out);
    draw_axis(out, &s, c->unit);
    draw_phases(out, r, &s);
    for (size_t i = 0; i < c->n_lines; i++)
        fprintf(out, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                c->lines[i].style, LEFT, WIDTH - RIGHT, y_of(&s, c->lines[i].at),
                y_of(&s, c->lines[i].at));
    for (size_t i = 0; i < c->n_series; i++)
        draw_series(out, r, c, &s, &c->series[i]);
    fputs("</svg>", out);
    draw_legend(out, c);
    fputs("</figure>\n", out);
}
