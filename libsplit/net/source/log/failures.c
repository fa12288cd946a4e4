/* SPDX-License-Identifier: MIT */
/* Statuses that are failures, as a text names them. */
#include "net/source/log/failures.h"

/* Three digits at *p, which moves past them; 0 when there are none. */
static uint32_t
status_at(const char **p)
{
    uint32_t value = 0;
    for (int i = 0; i < 3; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return 0;
        value = value * 10 + (uint32_t)(**p - '0');
    }
    return value;
}

bool
split__log_failures(const char *text, uint32_t out[LOG_STATUSES_MAX], size_t *n)
{
    *n = 0;
    for (const char *p = text;; p++) {
        uint32_t first = status_at(&p);
        uint32_t last = first;
        if (first != 0 && *p == '-') {
            p++;
            last = status_at(&p);
        }
        if (first < 100 || last < first || *n + (last - first) >= LOG_STATUSES_MAX)
            return false;
        while (first <= last)
            out[(*n)++] = first++;
        if (*p == '\0')
            return true;
        if (*p != ',')
            return false;
    }
}
