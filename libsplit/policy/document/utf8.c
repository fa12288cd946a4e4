/* SPDX-License-Identifier: MIT */
/* Well-formed UTF-8, by the table of RFC 3629 section 4. */
#include "policy/document/utf8.h"

#include <stdint.h>

typedef struct utf8_row {
    uint8_t first_low, first_high;
    uint8_t second_low, second_high;
    uint8_t length;
} utf8_row;

static const utf8_row rows[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static size_t
match_row(const utf8_row *row, const unsigned char *s, size_t n)
{
    if (n < row->length)
        return 0;
    if (row->length > 1 && (s[1] < row->second_low || s[1] > row->second_high))
        return 0;
    for (size_t i = 2; i < row->length; i++)
        if (s[i] < 0x80 || s[i] > 0xbf)
            return 0;
    return row->length;
}

size_t
split__utf8_length(const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (s[0] >= rows[i].first_low && s[0] <= rows[i].first_high)
            return match_row(&rows[i], s, n);
    return 0;
}
