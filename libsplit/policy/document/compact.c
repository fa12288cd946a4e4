/* SPDX-License-Identifier: MIT */
/* Drops white space outside of strings; numbers stay as they were written. */
#include "policy/document/compact.h"

#include <string.h>

char *
split__compact_copy(arena *a, const char *text, size_t len, size_t *out_len)
{
    char *out = split__arena_take(a, len + 1);
    size_t n = 0;
    bool inside = false;
    for (size_t i = 0; out != NULL && i < len; i++) {
        if (!inside && strchr(" \t\r\n", text[i]) != NULL)
            continue;
        out[n++] = text[i];
        if (text[i] == '"')
            inside = !inside;
        else if (inside && text[i] == '\\' && i + 1 < len)
            out[n++] = text[++i];
    }
    *out_len = n;
    return out;
}
