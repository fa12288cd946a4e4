/* SPDX-License-Identifier: MIT */
/* The text of a stored decision (design/stored.md T1): one way to write each value, and nothing
 * else is read. */
#include "token/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "token/token_data.h"

static bool
is_name_byte(char c, bool first)
{
    bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alnum || (!first && (c == '.' || c == '_' || c == '-'));
}

size_t
token__name_len(const char *text, size_t n_max)
{
    size_t n = 0;
    while (n < n_max && is_name_byte(text[n], n == 0))
        n++;
    return n;
}

/* The rest of a value that is still to be read. */
typedef struct cursor {
    const char *at;
    const char *end;
} cursor;

static bool
take_byte(cursor *c, char byte)
{
    if (c->at == c->end || *c->at != byte)
        return false;
    c->at++;
    return true;
}

/* A decimal number below 2^63 without needless zeros, and the colon after it. */
static bool
take_number(cursor *c, uint64_t *out)
{
    const char *start = c->at;
    uint64_t value = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (c->at - start >= 18)
            return false;
        value = value * 10 + (uint64_t)(*c->at - '0');
    }
    if (c->at == start || (*start == '0' && c->at - start > 1))
        return false;
    *out = value;
    return take_byte(c, ':');
}

static bool
take_name(cursor *c, size_t max, const char **out, size_t *out_len)
{
    *out = c->at;
    *out_len = token__name_len(c->at, (size_t)(c->end - c->at));
    c->at += *out_len;
    return *out_len > 0 && *out_len <= max;
}

static bool
take_signature(cursor *c, const char *text, token_parts *out)
{
    out->key_id = c->at;
    out->key_id_len = 1;
    out->mac = NULL;
    if (take_byte(c, '-'))
        return c->at == c->end;
    if (!take_name(c, SPLIT_TOKEN_KEY_ID_MAX, &out->key_id, &out->key_id_len))
        return false;
    out->signed_len = (size_t)(c->at - text);
    if (!take_byte(c, ':') || c->end - c->at != MAC_TEXT)
        return false;
    out->mac = c->at;
    return true;
}

bool
token__parse(const char *text, size_t text_len, token_parts *out)
{
    cursor c = {text, text + text_len};
    const char *variant;
    size_t variant_len;
    uint64_t revision, issued, seen;
    if (!take_byte(&c, '1') || !take_byte(&c, ':') || !take_number(&c, &revision) ||
        !take_number(&c, &issued) || !take_number(&c, &seen) || seen < issued)
        return false;
    if (!take_name(&c, SPLIT_NAME_BYTES_MAX, &variant, &variant_len) || !take_byte(&c, ':'))
        return false;
    memset(out, 0, sizeof *out);
    out->stored.revision = revision;
    out->stored.issued_s = (int64_t)issued;
    out->stored.seen_s = (int64_t)seen;
    memcpy(out->stored.variant, variant, variant_len);
    return take_signature(&c, text, out);
}

size_t
token__format(const split_stored *s, const char *key_id, char *out, size_t out_bytes)
{
    int n = snprintf(out, out_bytes, "1:%" PRIu64 ":%" PRId64 ":%" PRId64 ":%s:%s", s->revision,
                     s->issued_s, s->seen_s, s->variant, key_id);
    return n > 0 && (size_t)n < out_bytes ? (size_t)n : 0;
}
