/* SPDX-License-Identifier: MIT */
/* Lines of text that never exceed the width, with or without colour and with or without UTF-8. */
#include "canvas.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool
wants_color(const FILE *out, cli_color color, bool terminal)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    (void)out;
    if (color != CLI_COLOR_AUTO)
        return color == CLI_COLOR_ALWAYS;
    return terminal && (no == NULL || no[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

void
canvas_init(canvas *c, FILE *out, cli_color color)
{
    struct winsize size = {0};
    bool terminal = isatty(fileno(out)) == 1;
    const char *columns = getenv("COLUMNS");
    *c = (canvas){.out = out};
    setlocale(LC_CTYPE, "");
    c->utf8 = strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
    c->color = wants_color(out, color, terminal);
    if (terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0) {
        c->width = size.ws_col;
        c->height = size.ws_row;
    }
    if (c->width == 0 && columns != NULL)
        c->width = atoi(columns) > 0 ? atoi(columns) : 0;
}

static void
begin_style(const canvas *c, style s)
{
    static const char *const codes[] = {"",         "\033[1m",  "\033[2m",
                                        "\033[32m", "\033[33m", "\033[1;31m"};
    if (c->color)
        fputs(codes[s], c->out);
}

static void
end_style(const canvas *c, style s)
{
    if (c->color && s != STYLE_PLAIN)
        fputs("\033[0m", c->out);
}

/* Characters until the width is full; every one of ours takes one column. */
static void
put_clipped(canvas *c, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        size_t n = 1;
        while (((unsigned char)p[n] & 0xC0) == 0x80)
            n++;
        if (c->width > 0 && c->column >= c->width)
            return;
        unsigned char first = (unsigned char)*p;
        if (first < 0x20 || first == 0x7F) /* nothing from outside may steer the terminal */
            fputc('?', c->out);
        else if (first >= 0x80 && !c->utf8)
            fputc('?', c->out);
        else
            fwrite(p, 1, n, c->out);
        c->column++;
        p += n;
    }
}

void
canvas_put(canvas *c, style s, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    begin_style(c, s);
    put_clipped(c, text);
    end_style(c, s);
}

void
canvas_cell(canvas *c, style s, int columns, const char *text)
{
    int until = c->column + columns;
    begin_style(c, s);
    put_clipped(c, text);
    end_style(c, s);
    do {
        if (c->width > 0 && c->column >= c->width)
            return;
        fputc(' ', c->out);
        c->column++;
    } while (c->column < until);
}

void
canvas_end_line(canvas *c)
{
    fputc('\n', c->out);
    c->column = 0;
    c->row++;
}

void
canvas_bar(canvas *c, style s, int columns, double part)
{
    int full = (int)(part * columns + 0.5);
    begin_style(c, s);
    for (int i = 0; i < columns; i++)
        put_clipped(c,
                    i < full ? (c->utf8 ? "\xE2\x96\x88" : "#") : (c->utf8 ? "\xE2\x96\x91" : "-"));
    end_style(c, s);
}

void
canvas_spark(canvas *c, int columns, const double *values, size_t n)
{
    static const char *const blocks[] = {"\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83",
                                         "\xE2\x96\x84", "\xE2\x96\x85", "\xE2\x96\x86",
                                         "\xE2\x96\x87", "\xE2\x96\x88"};
    static const char *const ascii[] = {".", ":", "-", "=", "+", "*", "#", "@"};
    double largest = 0;
    size_t first = n > (size_t)columns ? n - (size_t)columns : 0;
    for (size_t i = first; i < n; i++)
        largest = values[i] > largest ? values[i] : largest;
    for (size_t i = first; i < n; i++) {
        int level = largest > 0 && values[i] > 0 ? (int)(values[i] / largest * 7 + 0.5) : 0;
        put_clipped(c, values[i] < 0 ? " " : c->utf8 ? blocks[level] : ascii[level]);
    }
}
