/* SPDX-License-Identifier: MIT */
/* The C library reads and writes numbers by the host's locale; peers and documents know the point
 * only. Nothing here asks for the locale by name, which threads could not do at once. */
#include "net/base/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECIMAL_BYTES 64
#define DECIMAL_CHARS "+-.0123456789eEinftyaINFTYA"

/* What the locale has for a point. */
static size_t
local_point(char sample[DECIMAL_BYTES])
{
    int n = snprintf(sample, DECIMAL_BYTES, "%.1f", 0.5);
    memmove(sample, sample + 1, (size_t)n);
    return (size_t)n - 2;
}

bool
split__decimal_read(const char *text, double *out)
{
    char point[DECIMAL_BYTES];
    char local[2 * DECIMAL_BYTES];
    char *end;
    size_t n = strlen(text);
    size_t before = strcspn(text, ".");
    if (n == 0 || n >= DECIMAL_BYTES || strspn(text, DECIMAL_CHARS) != n)
        return false;
    if (before == n)
        snprintf(local, sizeof local, "%s", text);
    else
        snprintf(local, sizeof local, "%.*s%.*s%s", (int)before, text, (int)local_point(point),
                 point, text + before + 1);
    *out = strtod(local, &end);
    return end != local && *end == '\0';
}

void
split__decimal_print(double value, char *buf, size_t buf_size)
{
    snprintf(buf, buf_size, "%.8g", value);
    size_t at = strspn(buf, "-0123456789");
    size_t n = strcspn(buf + at, "0123456789e");
    if (n > 0 && buf[at + n] != '\0') {
        buf[at] = '.';
        memmove(buf + at + 1, buf + at + n, strlen(buf + at + n) + 1);
    }
}
