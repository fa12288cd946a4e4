/* SPDX-License-Identifier: MIT */
/* A chart in words and numbers: its legend, its description, and its table. */
#include "report/chart_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/chart.h"
#include "report/html.h"
#include "report/scale.h"

#define MAX_ROWS 60 /* of a table; a longer journal is summed up */

const char *
chart_number(const chart *c, double v, char buf[32])
{
    return strcmp(c->unit, " ms") == 0 ? html_ms(v, buf) : html_percent(v, buf);
}

void
chart_legend(FILE *out, const chart *c)
{
    fputs("<ul class=\"legend\">", out);
    for (size_t i = 0; i < c->n_series; i++) {
        fprintf(out,
                "<li><svg class=\"sample\" aria-hidden=\"true\" viewBox=\"0 0 28 10\"><path "
                "class=\"line %s\" d=\"M1 5H27\"/></svg>",
                c->series[i].style);
        html_text(out, c->series[i].name);
        fputs("</li>", out);
    }
    if (c->band)
        fputs("<li><svg class=\"sample\" aria-hidden=\"true\" viewBox=\"0 0 28 10\"><path "
              "class=\"band\" d=\"M0 0H28V10H0z\"/></svg>what chance alone may do</li>",
              out);
    fputs("</ul>", out);
}

typedef struct extent {
    float low;
    float high;
    float last;
    size_t n;
} extent;

static extent
measure(const chart_series *s, size_t from, size_t to)
{
    extent e = {.low = NAN, .high = NAN, .last = NAN};
    for (size_t i = from; i < to; i++) {
        float v = chart_value(s, i);
        if (isnan(v))
            continue;
        e.low = e.n == 0 || v < e.low ? v : e.low;
        e.high = e.n == 0 || v > e.high ? v : e.high;
        e.last = v;
        e.n++;
    }
    return e;
}

void
chart_describe(FILE *out, const report *r, const chart *c)
{
    char low[32];
    char high[32];
    char last[32];
    for (size_t i = 0; i < c->n_series; i++) {
        extent e = measure(&c->series[i], 0, r->n_rows);
        html_text(out, c->series[i].name);
        if (e.n == 0)
            fputs(": no data. ", out);
        else
            fprintf(out, ": lowest %s, highest %s, at the end %s. ",
                    chart_number(c, (double)e.low, low), chart_number(c, (double)e.high, high),
                    chart_number(c, (double)e.last, last));
    }
    for (size_t i = 0; i < c->n_lines; i++) {
        fputs(i == 0 ? "Lines: " : ", ", out);
        html_text(out, c->lines[i].name);
    }
}

static void
put_cell(FILE *out, const chart *c, const chart_series *s, size_t from, size_t to)
{
    char low[32];
    char high[32];
    extent e = measure(s, from, to);
    fputs("<td>", out);
    if (e.n == 0)
        fputs("no data", out);
    else if (to - from == 1 || e.low == e.high)
        fputs(chart_number(c, (double)e.last, low), out);
    else
        fprintf(out, "%s to %s", chart_number(c, (double)e.low, low),
                chart_number(c, (double)e.high, high));
    fputs("</td>", out);
}

void
chart_table(FILE *out, const report *r, const chart *c)
{
    const char *heads[CHART_SERIES + 2] = {"From (UTC)"};
    char id[32];
    char caption[200];
    size_t step = (r->n_rows + MAX_ROWS - 1) / MAX_ROWS;
    for (size_t k = 0; k < c->n_series; k++)
        heads[k + 1] = c->series[k].name;
    snprintf(id, sizeof id, "%s-n", c->id);
    if (step == 1)
        snprintf(caption, sizeof caption, "%s, each window", c->title);
    else
        snprintf(caption, sizeof caption, "%s, lowest to highest of %zu windows each", c->title,
                 step);
    fputs("<details><summary>Numbers of this chart</summary>", out);
    html_table(out, id, caption, heads);
    for (size_t i = 0; i < r->n_rows; i += step) {
        fputs("<tr><th scope=\"row\">", out);
        html_time(out, r->rows[i].start_us);
        fputs("</th>", out);
        for (size_t k = 0; k < c->n_series; k++)
            put_cell(out, c, &c->series[k], i, i + step < r->n_rows ? i + step : r->n_rows);
        fputs("</tr>\n", out);
    }
    html_table_end(out);
    fputs("</details>", out);
}
