/* SPDX-License-Identifier: MIT */
/* Comma separated text, one line at a time. */
#include "net/base/csv.h"

#include <string.h>

#include "split/metric.h"

/* A quoted field; a doubled quote stays doubled, because no field that is read has one. */
static const char *
quoted_field(const char *p, const char *end, csv_field *out)
{
    const char *begin = ++p;
    while (p < end && *p != '\n' && (*p != '"' || (p + 1 < end && p[1] == '"')))
        p += *p == '"' ? 2 : 1;
    *out = (csv_field){begin, (size_t)(p - begin)};
    while (p < end && *p != ',' && *p != '\n')
        p++;
    return p;
}

static const char *
plain_field(const char *p, const char *end, csv_field *out)
{
    const char *begin = p;
    while (p < end && *p != ',' && *p != '\n')
        p++;
    size_t len = (size_t)(p - begin);
    if (len > 0 && (p == end || *p == '\n') && begin[len - 1] == '\r')
        len--;
    *out = (csv_field){begin, len};
    return p;
}

size_t
split__csv_next(const char **at, const char *end, csv_field *fields, size_t room)
{
    const char *p = *at;
    size_t n = 0;
    while (p < end && *p != '\n') {
        csv_field one;
        p = *p == '"' ? quoted_field(p, end, &one) : plain_field(p, end, &one);
        if (n < room)
            fields[n++] = one;
        if (p < end && *p == ',')
            p++;
    }
    *at = p < end ? p + 1 : p;
    return n;
}

bool
split__csv_is(const csv_field *field, const char *text)
{
    return strlen(text) == field->len && memcmp(field->text, text, field->len) == 0;
}

bool
split__csv_count(const csv_field *field, int64_t *out)
{
    int64_t value = 0;
    if (field->len == 0 || field->len > 18)
        return false;
    for (size_t i = 0; i < field->len; i++) {
        if (field->text[i] < '0' || field->text[i] > '9')
            return false;
        value = value * 10 + (field->text[i] - '0');
    }
    *out = value;
    return value <= SPLIT_COUNT_MAX;
}
