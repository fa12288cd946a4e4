/* SPDX-License-Identifier: MIT */
/* A small text builder for sentences. */
#include "core/base/text.h"

#include <stdbool.h>

static void
text_char(split__text *t, char c)
{
    if (t->len + 1 < t->n_bytes) {
        t->at[t->len] = c;
        t->at[t->len + 1] = '\0';
    }
    t->len++;
}

void
split__text_add(split__text *t, const char *s)
{
    for (; *s != '\0'; s++)
        text_char(t, *s);
}

void
split__text_count(split__text *t, int64_t v)
{
    char digits[20];
    int n = 0;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    if (v < 0)
        text_char(t, '-');
    do
        digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    while (n > 0) {
        text_char(t, digits[--n]);
        if (n > 0 && n % 3 == 0)
            text_char(t, ',');
    }
}

void
split__text_fixed(split__text *t, double v)
{
    const bool negative = v < 0.0;
    const double size = negative ? -v : v;
    if (!(size < 1e15)) {
        split__text_add(t, negative ? "-inf" : "inf");
        return;
    }
    const int64_t cents = (int64_t)(size * 100.0 + 0.5);
    if (negative && cents > 0)
        text_char(t, '-');
    split__text_count(t, cents / 100);
    text_char(t, '.');
    text_char(t, (char)('0' + cents / 10 % 10));
    text_char(t, (char)('0' + cents % 10));
}

/* A tenth of a unit at a time, without ".0". */
static void
text_tenths(split__text *t, int64_t us, int64_t unit_us, const char *unit)
{
    const int64_t tenths = us / (unit_us / 10);
    split__text_count(t, tenths / 10);
    if (tenths % 10 != 0) {
        text_char(t, '.');
        text_char(t, (char)('0' + tenths % 10));
    }
    split__text_add(t, unit);
}

void
split__text_time(split__text *t, int64_t us)
{
    const int64_t second = 1000000;
    if (us < 120 * second)
        text_tenths(t, us, second, " s");
    else if (us < 7200 * second)
        text_tenths(t, us, 60 * second, " min");
    else if (us < 172800 * second)
        text_tenths(t, us, 3600 * second, " h");
    else
        text_tenths(t, us, 86400 * second, " d");
}
