/* SPDX-License-Identifier: MIT */
/* Small pieces of output that several commands share. */
#ifndef SPLITCTL_TEXT_H
#define SPLITCTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Length of the UTF-8 sequence at p, of which n > 0 bytes are there; 0 when it is not valid. */
size_t text_utf8(const unsigned char *p, size_t n);

/* A JSON string with quotes; bytes that are no UTF-8 become U+FFFD. */
void text_json(FILE *out, const char *text, size_t text_len);

/* UTF-8 without control characters: it may be shown on a terminal. */
bool text_is_printable(const char *text, size_t text_len);

/* "250 ms", "1.5 s", "4 h 03 m", "9 d 04 h": a span for people. */
const char *text_span(int64_t us, char buf[32]);

/* 1234567 as "1,234,567". */
const char *text_count(int64_t n, char buf[32]);

#endif
