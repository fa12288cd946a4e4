/* SPDX-License-Identifier: MIT */
/* Pieces of HTML: text made harmless, times, numbers, tables, and marks of a state. */
#include "report/html.h"

#include <math.h>
#include <string.h>

#include "split/net.h"

#include "cli/text.h"

static const char *
entity(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return " ";
    default:
        return c < 0x20 || c == 0x7F ? "\xEF\xBF\xBD" : NULL;
    }
}

void
html_text(FILE *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = strlen(text);
    for (size_t i = 0; i < n;) {
        size_t len = text_utf8(p + i, n - i);
        const char *instead = len == 0 ? "\xEF\xBF\xBD" : entity(p[i]);
        if (instead != NULL)
            fputs(instead, out);
        else
            fwrite(p + i, 1, len, out);
        i += len > 0 ? len : 1;
    }
}

void
html_words(FILE *out, const char *text)
{
    fputs("<bdi>", out);
    html_text(out, text);
    fputs("</bdi>", out);
}

void
html_name(FILE *out, const char *name)
{
    fputs("<bdi class=\"name-of\">", out);
    html_text(out, name);
    fputs("</bdi>", out);
}

void
html_time(FILE *out, split_us wall)
{
    char time[SPLIT_TIME_BYTES];
    if (split_time_print(wall, time) == SPLIT_OK)
        fprintf(out, "<time datetime=\"%s\"><span class=\"day\">%.10s </span>%.8s</time>", time,
                time, time + 11);
}

const char *
html_percent(double percent, char buf[32])
{
    double size = fabs(percent);
    int digits = size >= 100 || size < 1e-9 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    if (isnan(percent))
        return "no data";
    if (size >= 1e-9 && size < 0.0005)
        snprintf(buf, 32, "%s0.001 %%", percent > 0 ? "< " : "> -");
    else
        snprintf(buf, 32, "%.*f %%", digits, percent);
    return buf;
}

const char *
html_ms(double ms, char buf[32])
{
    if (isnan(ms))
        return "no data";
    if (isinf(ms))
        return "over scale";
    if (ms >= 10000)
        snprintf(buf, 32, "%.1f s", ms / 1000);
    else
        snprintf(buf, 32, "%.*f ms", ms < 10 ? 1 : 0, ms);
    return buf;
}

void
html_badge(FILE *out, html_state state, const char *word)
{
    static const char *const classes[] = {"good", "warn", "bad", "open"};
    static const char *const shapes[] = {"M3 8.5l3.5 3.5L13 4.5", "M8 2.5l6 11H2z",
                                         "M3.5 3.5l9 9m0-9l-9 9",
                                         "M8 3a5 5 0 1 0 .1 0M8 5.5v3l2 1.5"};
    fprintf(out,
            "<span class=\"badge %s\"><svg class=\"icon\" aria-hidden=\"true\" viewBox=\"0 0 16 "
            "16\"><path d=\"%s\"/></svg>",
            classes[state], shapes[state]);
    html_text(out, word);
    fputs("</span>", out);
}

static void
begin_table(FILE *out, const char *id, const char *caption, const char *const *heads,
            const char *style)
{
    fprintf(out, "<p class=\"cap\" id=\"%s-c\">", id);
    html_text(out, caption);
    fprintf(out,
            "</p><div class=\"scroll\" role=\"region\" tabindex=\"0\" "
            "aria-labelledby=\"%s-c\"><table id=\"%s\" class=\"%s\" "
            "aria-labelledby=\"%s-c\"><thead><tr>",
            id, id, style, id);
    for (; *heads != NULL; heads++) {
        fputs("<th scope=\"col\">", out);
        html_text(out, *heads);
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
}

void
html_table(FILE *out, const char *id, const char *caption, const char *const *heads)
{
    begin_table(out, id, caption, heads, "");
}

void
html_stack(FILE *out, const char *id, const char *caption, const char *const *heads)
{
    begin_table(out, id, caption, heads, "stack");
}

void
html_table_end(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

void
html_row_note(FILE *out, int columns, const char *note)
{
    fprintf(out, "<tr><td colspan=\"%d\" class=\"soft\">", columns);
    html_text(out, note);
    fputs("</td></tr>\n", out);
}
