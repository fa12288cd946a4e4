/* SPDX-License-Identifier: MIT */
/* Lines of text that never exceed width and height, with or without colour and UTF-8. */
#include "screen/canvas.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "cli/text.h"

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

int
canvas_room(const canvas *c)
{
    if (c->height > 0 && canvas_rows(c) == 0)
        return 0;
    if (c->width == 0)
        return INT_MAX;
    return c->column < c->width ? c->width - c->column : 0;
}

int
canvas_rows(const canvas *c)
{
    if (c->height == 0)
        return INT_MAX;
    return c->row < c->height - 1 ? c->height - 1 - c->row : 0;
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

/* One character of a text: its bytes, and how many columns it takes. */
typedef struct glyph {
    const char *bytes;
    size_t n_bytes; /* of the text; "?" may stand for them */
    size_t n_shown;
    int columns;
} glyph;

/* Marks that turn the direction of what follows them. */
static bool
turns(wchar_t c)
{
    return c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

static glyph
next_glyph(const canvas *c, const char *p, const char *end)
{
    static const char unknown[] = "?";
    size_t n = text_utf8((const unsigned char *)p, (size_t)(end - p));
    glyph g = {.bytes = unknown, .n_bytes = n > 0 ? n : 1, .n_shown = 1, .columns = 1};
    if (n == 1 && *p >= 0x20 && *p != 0x7F)
        g.bytes = p;
    if (n < 2 || !c->utf8)
        return g;
    wchar_t code = (wchar_t)((unsigned char)*p & (0xFF >> (n + 1)));
    for (size_t i = 1; i < n; i++)
        code = (wchar_t)(code << 6 | ((unsigned char)p[i] & 0x3F));
    int columns = wcwidth(code);
    if (columns >= 0 && !turns(code))
        g = (glyph){p, n, n, columns};
    return g;
}

static int
text_columns(const canvas *c, const char *text, const char *end)
{
    int n = 0;
    for (const char *p = text; p < end;) {
        glyph g = next_glyph(c, p, end);
        n += g.columns;
        p += g.n_bytes;
    }
    return n;
}

static void
put_glyphs(canvas *c, const char *text, const char *end, int room)
{
    for (const char *p = text; p < end;) {
        glyph g = next_glyph(c, p, end);
        if (g.columns > room)
            return;
        fwrite(g.bytes, 1, g.n_shown, c->out);
        room -= g.columns;
        c->column += g.columns;
        p += g.n_bytes;
    }
}

/* At most `room` columns; what does not fit ends in a mark. */
static void
put_clipped(canvas *c, const char *text, int room)
{
    const char *end = text + strlen(text);
    if (canvas_room(c) < room)
        room = canvas_room(c);
    if (room <= 0)
        return;
    bool fits = text_columns(c, text, end) <= room;
    put_glyphs(c, text, end, fits ? room : room - 1);
    if (fits)
        return;
    fputs(c->utf8 ? "\xE2\x80\xA6" : ">", c->out);
    c->column++;
}

void
canvas_put(canvas *c, style s, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (canvas_room(c) == 0)
        return;
    begin_style(c, s);
    put_clipped(c, text, INT_MAX);
    end_style(c, s);
}

static void
put_spaces(canvas *c, int columns)
{
    for (; columns > 0 && canvas_room(c) > 0; columns--) {
        fputc(' ', c->out);
        c->column++;
    }
}

void
canvas_cell(canvas *c, style s, int columns, const char *text)
{
    int until = c->column + columns;
    if (canvas_room(c) == 0)
        return;
    begin_style(c, s);
    put_clipped(c, text, columns - 1);
    end_style(c, s);
    put_spaces(c, until - c->column);
}

/* Where a line of at most `room` columns ends: before a space, or in a word that is too long. */
static const char *
line_end(const canvas *c, const char *text, int room)
{
    const char *end = text + strlen(text);
    const char *last = NULL;
    for (const char *p = text; p < end;) {
        glyph g = next_glyph(c, p, end);
        if (g.columns > room)
            return last != NULL ? last : p > text ? p : p + g.n_bytes;
        if (*p == ' ')
            last = p;
        room -= g.columns;
        p += g.n_bytes;
    }
    return end;
}

void
canvas_wrap(canvas *c, style s, int indent, const char *text)
{
    do {
        const char *end = line_end(c, text, canvas_room(c));
        if (canvas_rows(c) == 1)
            end = text + strlen(text);
        begin_style(c, s);
        if (*end == '\0')
            put_clipped(c, text, INT_MAX);
        else
            put_glyphs(c, text, end, canvas_room(c));
        end_style(c, s);
        canvas_end_line(c);
        text = end + (*end == ' ');
        if (*text != '\0')
            put_spaces(c, indent);
    } while (*text != '\0' && canvas_rows(c) > 0);
}

void
canvas_end_line(canvas *c)
{
    if (canvas_rows(c) > 0)
        fputc('\n', c->out);
    c->column = 0;
    c->row++;
}

/* One character of our own. */
static void
put_glyph_of(canvas *c, const char *text)
{
    put_glyphs(c, text, text + strlen(text), canvas_room(c));
}

void
canvas_bar(canvas *c, style s, int columns, double part)
{
    int full = (int)(part * columns + 0.5);
    if (canvas_room(c) == 0)
        return;
    begin_style(c, s);
    for (int i = 0; i < columns; i++)
        put_glyph_of(c, i < full ? (c->utf8 ? "\xE2\x96\x88" : "#")
                                 : (c->utf8 ? "\xE2\x96\x91" : "-"));
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
        put_glyph_of(c, values[i] < 0 ? " " : c->utf8 ? blocks[level] : ascii[level]);
    }
}
