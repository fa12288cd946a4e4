/* SPDX-License-Identifier: MIT */
/* The Prometheus text format, read in place. */
#include <math.h>
#include <string.h>

#include "split/net.h"

#include "net/base/decimal.h"

#define MAX_NUMBER 64

static bool
is_name_byte(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           (!first && c >= '0' && c <= '9');
}

static const char *
skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

static const char *
skip_name(const char *p, const char *end)
{
    const char *begin = p;
    while (p < end && is_name_byte(*p, p == begin))
        p++;
    return p;
}

/* The byte after the quoted value that begins at p, or NULL. */
static const char *
skip_quoted(const char *p, const char *end)
{
    if (p == end || *p++ != '"')
        return NULL;
    for (; p < end && *p != '"'; p++)
        if (*p == '\\' && ++p == end)
            return NULL;
    return p < end ? p + 1 : NULL;
}

/* One `name="value"`. Returns the byte after it, or NULL. */
static const char *
skip_label(const char *p, const char *end)
{
    const char *after = skip_name(p, end);
    if (after == p)
        return NULL;
    after = skip_space(after, end);
    if (after == end || *after != '=')
        return NULL;
    return skip_quoted(skip_space(after + 1, end), end);
}

/* p is after the opening brace. Returns the closing one, or NULL. */
static const char *
find_close(const char *p, const char *end)
{
    for (;;) {
        p = skip_space(p, end);
        if (p < end && *p == '}')
            return p;
        p = skip_label(p, end);
        if (p == NULL)
            return NULL;
        p = skip_space(p, end);
        if (p < end && *p == ',')
            p++;
        else if (p == end || *p != '}')
            return NULL;
    }
}

/* A value, then optionally a time stamp. */
static bool
read_value(const char *p, const char *end, double *out)
{
    char text[MAX_NUMBER];
    const char *stop = p;
    while (stop < end && *stop != ' ' && *stop != '\t')
        stop++;
    size_t n = (size_t)(stop - p);
    if (n == 0 || n >= sizeof text)
        return false;
    memcpy(text, p, n);
    text[n] = '\0';
    if (!split__decimal_read(text, out))
        return false;
    for (p = skip_space(stop, end); p < end; p++)
        if ((*p < '0' || *p > '9') && *p != '-')
            return false;
    return true;
}

static bool
read_line(const char *p, const char *end, split_sample *out)
{
    const char *after = skip_name(p, end);
    if (after == p)
        return false;
    *out = (split_sample){.name = p, .name_len = (size_t)(after - p)};
    p = skip_space(after, end);
    if (p < end && *p == '{') {
        const char *close = find_close(p + 1, end);
        if (close == NULL)
            return false;
        out->labels = p + 1;
        out->labels_len = (size_t)(close - p - 1);
        p = close + 1;
    }
    return read_value(skip_space(p, end), end, &out->value);
}

bool
split_sample_next(split_exposition *exposition, split_sample *out)
{
    while (exposition->at < exposition->end) {
        const char *begin = exposition->at;
        const char *stop = memchr(begin, '\n', (size_t)(exposition->end - begin));
        if (stop == NULL)
            stop = exposition->end;
        exposition->at = stop < exposition->end ? stop + 1 : stop;
        while (stop > begin && (stop[-1] == '\r' || stop[-1] == ' ' || stop[-1] == '\t'))
            stop--;
        begin = skip_space(begin, stop);
        if (begin == stop || *begin == '#')
            continue;
        if (read_line(begin, stop, out))
            return true;
        exposition->n_rejected++;
    }
    return false;
}

/* Copy a quoted value, p after its opening quote, without escapes. Returns false when it does not
 * fit. */
static bool
copy_value(const char *p, char *buf, size_t buf_size)
{
    size_t n = 0;
    for (; *p != '"'; p++) {
        bool escaped = *p == '\\';
        if (escaped)
            p++;
        if (n + 1 == buf_size)
            return false;
        buf[n++] = escaped && *p == 'n' ? '\n' : *p;
    }
    buf[n] = '\0';
    return true;
}

bool
split_sample_label(const split_sample *sample, const char *label, char *buf, size_t buf_size)
{
    buf[0] = '\0';
    if (sample->labels == NULL)
        return false;
    const char *p = sample->labels;
    const char *end = p + sample->labels_len;
    size_t label_len = strlen(label);
    while ((p = skip_space(p, end)) < end) {
        const char *after = skip_name(p, end);
        const char *quoted = skip_space(after, end);
        quoted = skip_space(quoted + 1, end);
        if ((size_t)(after - p) == label_len && memcmp(p, label, label_len) == 0) {
            if (copy_value(quoted + 1, buf, buf_size))
                return true;
            buf[0] = '\0';
            return false;
        }
        p = skip_space(skip_quoted(quoted, end), end);
        if (p < end && *p == ',')
            p++;
    }
    return false;
}
