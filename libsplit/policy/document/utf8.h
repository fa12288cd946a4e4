/* SPDX-License-Identifier: MIT */
/* Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef SPLIT_POLICY_UTF8_H
#define SPLIT_POLICY_UTF8_H

#include <stddef.h>

/* Bytes of the character that starts here, 1 to 4; 0 when it is not well-formed. `n` is what is
 * left, at least 1. */
size_t split__utf8_length(const unsigned char *s, size_t n);

#endif
