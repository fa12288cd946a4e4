/* SPDX-License-Identifier: MIT */
/* Text that grows while it is written. */
#include "policy/document/out.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/document/arena.h"
#include "split/error.h"

static bool
make_room(text_out *out, size_t n)
{
    size_t room = out->room == 0 ? 1024 : out->room;
    if (out->fixed) {
        out->failed = out->failed || out->room - out->len <= n; /* one byte stays for the zero */
        return !out->failed;
    }
    while (room - out->len < n)
        room *= 2;
    if (room == out->room || out->failed)
        return !out->failed;
    char *text = split__memory_take(out->alloc, room);
    if (text == NULL) {
        out->failed = true;
        return false;
    }
    if (out->len > 0)
        memcpy(text, out->text, out->len);
    split__memory_give(out->alloc, out->text);
    out->text = text;
    out->room = room;
    return true;
}

void
split__out_bytes(text_out *out, const char *bytes, size_t n)
{
    if (n == 0 || !make_room(out, n))
        return;
    memcpy(out->text + out->len, bytes, n);
    out->len += n;
}

void
split__out_raw(text_out *out, const char *text)
{
    split__out_bytes(out, text, strlen(text));
}

void
split__out_whole(text_out *out, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    split__out_raw(out, text);
}

void
split__out_string(text_out *out, const char *text, size_t n)
{
    char escape[8];
    size_t start = 0;
    split__out_raw(out, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        split__out_bytes(out, text + start, i - start);
        snprintf(escape, sizeof escape, c < 0x20 ? "\\u%04x" : "\\%c", (unsigned)c);
        split__out_raw(out, escape);
        start = i + 1;
    }
    split__out_bytes(out, text + start, n - start);
    split__out_raw(out, "\"");
}

void
split__out_name(text_out *out, const char *text)
{
    split__out_string(out, text, strlen(text));
}

void
split__out_comma(text_out *out)
{
    if (out->len > 0 && out->text[out->len - 1] != '{' && out->text[out->len - 1] != '[')
        split__out_raw(out, ",");
}

void
split__out_key(text_out *out, const char *name)
{
    split__out_comma(out);
    split__out_name(out, name);
    split__out_raw(out, ":");
}

/* The host's locale may have another decimal point; a document has the point only. */
static void
use_point(char *number)
{
    size_t at = strspn(number, "-0123456789");
    size_t n = strcspn(number + at, "0123456789e");
    if (n > 0 && number[at + n] != '\0') {
        number[at] = '.';
        memmove(number + at + 1, number + at + n, strlen(number + at + n) + 1);
    }
}

void
split__out_double(text_out *out, double value)
{
    char text[40];
    if (!isfinite(value)) {
        split__out_raw(out, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    use_point(text);
    split__out_raw(out, text);
}

int
split__out_finish(text_out *out, size_t *out_len)
{
    if (out->failed || out->room == 0)
        return SPLIT_ERR_SPACE;
    out->text[out->len] = '\0';
    if (out_len != NULL)
        *out_len = out->len;
    return SPLIT_OK;
}

void
split__out_free(text_out *out)
{
    split__memory_give(out->alloc, out->text);
    *out = (text_out){.alloc = out->alloc};
}
