/* SPDX-License-Identifier: MIT */
/* The zone of times that name none. */
#include "net/source/log/zone.h"

#include <string.h>

#include "net/source/log/format.h"

bool
split__log_zone(const char *text, log_zone *out)
{
    int64_t hours;
    int64_t minutes;
    *out = (log_zone){0};
    if (text == NULL || strcmp(text, "UTC") == 0)
        return true;
    if (strcmp(text, "local") == 0) {
        out->is_local = true;
        return true;
    }
    if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
        !split__log_integer(text + 1, 2, &hours) || !split__log_integer(text + 4, 2, &minutes) ||
        hours > 14 || minutes > 59)
        return false;
    int32_t east = (int32_t)(hours * 60 + minutes) * 60;
    out->east_s = text[0] == '+' ? east : -east;
    return true;
}
