/* SPDX-License-Identifier: MIT */
/* The proxy's own messages, on standard error, one line each. */
#ifndef PROXY_LOG_H
#define PROXY_LOG_H

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void
log_say(const char *format, ...);

/* Wall clock as "2026-11-23T05:01:02.345Z". */
void log_time(char out[32]);

#endif
