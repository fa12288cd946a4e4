/* SPDX-License-Identifier: MIT */
/* Peers' words, made fit for a terminal and a log. */
#include "net/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that begins here, by its first byte; 0 when none begins with it. */
static size_t
length_by_head(unsigned char head)
{
    if (head < 0x80)
        return 1;
    if (head < 0xc2)
        return 0;
    return head < 0xe0 ? 2 : head < 0xf0 ? 3 : head < 0xf5 ? 4 : 0;
}

/* Neither written longer than needed, nor a surrogate, nor beyond U+10FFFF. */
static bool
is_canonical(const unsigned char *p)
{
    switch (p[0]) {
    case 0xe0:
        return p[1] >= 0xa0;
    case 0xed:
        return p[1] < 0xa0;
    case 0xf0:
        return p[1] >= 0x90;
    case 0xf4:
        return p[1] < 0x90;
    default:
        return true;
    }
}

/* Bytes of the valid character at p; 0 for none. *out_cut: the text ends within it. */
static size_t
character(const unsigned char *p, bool *out_cut)
{
    size_t n = length_by_head(p[0]);
    *out_cut = false;
    for (size_t i = 1; i < n; i++) {
        *out_cut = p[i] == '\0';
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return n > 1 && !is_canonical(p) ? 0 : n;
}

static bool
is_control(const unsigned char *p)
{
    return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

void
split__text_clean(char *text)
{
    const unsigned char *from = (const unsigned char *)text;
    char *to = text;
    while (*from != '\0') {
        bool cut;
        size_t n = character(from, &cut);
        if (cut)
            break;
        if (n == 0 || is_control(from)) {
            *to++ = n == 0 ? '?' : ' ';
            from += n == 0 ? 1 : n;
            continue;
        }
        for (size_t i = 0; i < n; i++)
            *to++ = (char)from[i];
        from += n;
    }
    *to = '\0';
}
