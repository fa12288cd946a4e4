/* SPDX-License-Identifier: MIT */
/* Small pieces of output that several commands share. */
#include "cli/text.h"

#include <string.h>

size_t
text_utf8(const unsigned char *p, size_t n)
{
    size_t len = p[0] < 0x80   ? 1
                 : p[0] < 0xC2 ? 0
                 : p[0] < 0xE0 ? 2
                 : p[0] < 0xF0 ? 3
                 : p[0] < 0xF5 ? 4
                               : 0;
    if (len == 0 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return len;
}

void
text_json(FILE *out, const char *text, size_t text_len)
{
    const unsigned char *p = (const unsigned char *)text;
    fputc('"', out);
    for (size_t i = 0; i < text_len;) {
        size_t len = text_utf8(p + i, text_len - i);
        if (len == 0) {
            fputs("\xEF\xBF\xBD", out);
            len = 1;
        } else if (p[i] == '"' || p[i] == '\\') {
            fprintf(out, "\\%c", p[i]);
        } else if (p[i] < 0x20 || p[i] == 0x7F) {
            fprintf(out, "\\u%04x", p[i]);
        } else {
            fwrite(p + i, 1, len, out);
        }
        i += len;
    }
    fputc('"', out);
}

bool
text_is_printable(const char *text, size_t text_len)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < text_len;) {
        size_t len = text_utf8(p + i, text_len - i);
        if (len == 0 || p[i] < 0x20 || p[i] == 0x7F || (p[i] == 0xC2 && p[i + 1] < 0xA0))
            return false;
        i += len;
    }
    return true;
}

const char *
text_span(int64_t us, char buf[32])
{
    if (us == INT64_MAX)
        snprintf(buf, 32, "never");
    else if (us < 1000000)
        snprintf(buf, 32, "%d ms", (int)(us / 1000));
    else if (us < 60000000)
        snprintf(buf, 32, "%d.%d s", (int)(us / 1000000), (int)(us / 100000 % 10));
    else if (us < INT64_C(3600000000))
        snprintf(buf, 32, "%d m %02d s", (int)(us / 60000000), (int)(us / 1000000 % 60));
    else if (us >= 72 * INT64_C(3600000000))
        snprintf(buf, 32, "%lld d %02d h", (long long)(us / INT64_C(86400000000)),
                 (int)(us / INT64_C(3600000000) % 24));
    else
        snprintf(buf, 32, "%lld h %02d m", (long long)(us / INT64_C(3600000000)),
                 (int)(us / 60000000 % 60));
    return buf;
}

const char *
text_count(int64_t n, char buf[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? -n : n));
    char *p = buf;
    if (n < 0)
        *p++ = '-';
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *p++ = ',';
        *p++ = digits[i];
    }
    *p = '\0';
    return buf;
}
