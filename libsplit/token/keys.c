/* SPDX-License-Identifier: MIT */
/* Signing keys from the text of a file or variable. */
#include <string.h>

#include "split/error.h"
#include "token/text.h"
#include "token/token_data.h"

static bool
is_gap(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',';
}

/* The next entry or comment's end: skips what is between entries. */
static const char *
skip_gaps(const char *at, const char *end)
{
    while (at < end && (is_gap(*at) || *at == '#')) {
        bool comment = *at == '#';
        at++;
        while (comment && at < end && *at != '\n')
            at++;
    }
    return at;
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Pairs of hexadecimal digits up to a gap; 0 when there is anything else, or too little or too
 * much. */
static size_t
read_secret(const char **at, const char *end, unsigned char *out)
{
    size_t n = 0;
    while (*at < end && !is_gap(**at)) {
        int high = hex_digit(**at), low = end - *at > 1 ? hex_digit((*at)[1]) : -1;
        if (high < 0 || low < 0 || n == SPLIT_TOKEN_SECRET_MAX)
            return 0;
        out[n++] = (unsigned char)(high * 16 + low);
        *at += 2;
    }
    return n >= SPLIT_TOKEN_SECRET_MIN ? n : 0;
}

int
split_token_keys_parse(const char *text, size_t text_len, char (*ids)[SPLIT_TOKEN_KEY_ID_MAX + 1],
                       unsigned char (*secrets)[SPLIT_TOKEN_SECRET_MAX], split_token_key *out_keys,
                       size_t max_keys, size_t *out_n)
{
    size_t n = 0;
    if (text == NULL || ids == NULL || secrets == NULL || out_keys == NULL || out_n == NULL)
        return SPLIT_ERR_ARG;
    const char *end = text + text_len;
    for (const char *at = skip_gaps(text, end); at < end; at = skip_gaps(at, end)) {
        size_t id_len = token__name_len(at, (size_t)(end - at));
        if (n == max_keys)
            return SPLIT_ERR_LIMIT;
        if (id_len == 0 || id_len > SPLIT_TOKEN_KEY_ID_MAX || at + id_len == end ||
            at[id_len] != ':')
            return SPLIT_ERR_FIELD;
        memcpy(ids[n], at, id_len);
        ids[n][id_len] = '\0';
        at += id_len + 1;
        size_t secret_len = read_secret(&at, end, secrets[n]);
        if (secret_len == 0)
            return SPLIT_ERR_FIELD;
        out_keys[n] = (split_token_key){ids[n], secrets[n], secret_len};
        n++;
    }
    if (n == 0)
        return SPLIT_ERR_FIELD;
    *out_n = n;
    return SPLIT_OK;
}
