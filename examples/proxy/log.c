/* SPDX-License-Identifier: MIT */
/* Messages for the person who runs the proxy. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "log.h"

void
log_time(char out[32])
{
    struct timespec ts;
    struct tm tm;
    size_t n;

    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    n = strftime(out, 24, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, 32 - n, ".%03ldZ", ts.tv_nsec / 1000000);
}

void
log_say(const char *format, ...)
{
    char when[32], text[1024];
    va_list args;

    log_time(when);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fprintf(stderr, "%s split-proxy: %s\n", when, text);
}
