/* SPDX-License-Identifier: MIT */
/* Debug lines on standard error. */
#include "cli/debug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLACE_BYTES 512

static bool enabled;

void
debug_enable(void)
{
    enabled = true;
}

bool
debug_from_environment(void)
{
    const char *level = getenv("SPLITCTL_LOG");
    if (level == NULL || level[0] == '\0' || strcmp(level, "off") == 0)
        return true;
    if (strcmp(level, "debug") == 0) {
        enabled = true;
        return true;
    }
    fprintf(stderr, "splitctl: SPLITCTL_LOG is '%s'; set it to debug or off\n", level);
    return false;
}

void
debug_line(const char *format, ...)
{
    struct timespec now;
    struct tm utc;
    char when[16] = "";
    va_list args;
    if (!enabled)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) != NULL)
        strftime(when, sizeof when, "%H:%M:%S", &utc);
    flockfile(stderr); /* a thread that notifies writes, too */
    fprintf(stderr, "splitctl: debug: %s.%03ld ", when, now.tv_nsec / 1000000);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    funlockfile(stderr);
}

const char *
debug_place(const char *place)
{
    static char text[PLACE_BYTES];
    const char *host = strstr(place, "://");
    const char *begin = host != NULL ? host + 3 : place;
    size_t authority = strcspn(begin, "/?#");
    const char *at = host != NULL ? memchr(begin, '@', authority) : NULL;
    const char *rest = at != NULL ? at + 1 : begin;
    snprintf(text, sizeof text, "%.*s%.*s", (int)(begin - place), place, (int)strcspn(rest, "?#"),
             rest);
    return text;
}
