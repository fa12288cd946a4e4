/* SPDX-License-Identifier: MIT */
/* Lines that a container's log driver wrapped into JSON (docker's json-file). */
#include "net/source/log/docker.h"

#include <string.h>

static const char head[] = "{\"log\":\"";

static int
hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* A character of the basic plane that the driver escaped: <, >, & and controls; others stay UTF-8. */
static char
unicode(const char *p)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_of(p[i]);
        if (digit < 0)
            return '?';
        value = value * 16 + digit;
    }
    return value < 0x80 ? (char)value : '?';
}

bool
split__log_unwrap(char *line, size_t *io_len)
{
    static const char from[] = "nrtbf\"\\/";
    static const char to[] = "\n\r\t\b\f\"\\/";
    const char *end = line + *io_len;
    char *out = line;
    if (*io_len < sizeof head || memcmp(line, head, sizeof head - 1) != 0)
        return false;
    for (const char *p = line + sizeof head - 1; p < end && *p != '"'; p++) {
        if (*p != '\\' || p + 1 == end) {
            *out++ = *p;
            continue;
        }
        p++;
        const char *known = strchr(from, *p);
        if (*p == 'u' && end - p > 4) {
            *out++ = unicode(p + 1);
            p += 4;
        } else {
            *out++ = known != NULL && *p != '\0' ? to[known - from] : *p;
        }
    }
    while (out > line && (out[-1] == '\n' || out[-1] == '\r'))
        out--;
    *io_len = (size_t)(out - line);
    return true;
}
