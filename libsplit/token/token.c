/* SPDX-License-Identifier: MIT */
/* The object that reads and writes stored decisions: options, life cycle, write, read
 * (design/stored.md). */
#include "common/names.h"
#include <stdlib.h>
#include <string.h>

#include "common/sized.h"
#include "split/error.h"
#include "token/mac.h"
#include "token/text.h"
#include "token/token_data.h"

#define SECOND_US INT64_C(1000000)
#define YEAR_US (365 * 86400 * SECOND_US)
/* 18 digits of a value suffice for any revision and time up to here. */
#define NUMBER_MAX INT64_C(999999999999999999)

SPLIT__NAME_FUNCTION(split_token_status_name, SPLIT_TOKEN_STATUS_MAP)

void
split_token_options_init_sized(split_token_options *options, size_t size)
{
    const split_token_options own = {
        .max_age_us = YEAR_US, .idle_us = SPLIT_NEVER, .skew_us = 60 * SECOND_US};
    split__sized_init(options, size, &own, sizeof own);
}

static bool
is_name(const char *text, size_t max)
{
    size_t n = token__name_len(text, max + 1);
    return n > 0 && n <= max && text[n] == '\0';
}

static int
check_key(const split_token_options *o, size_t index)
{
    const split_token_key *key = &o->keys[index];
    if (key->id == NULL || key->secret == NULL)
        return SPLIT_ERR_ARG;
    if (!is_name(key->id, SPLIT_TOKEN_KEY_ID_MAX))
        return SPLIT_ERR_NAME;
    if (key->secret_len < SPLIT_TOKEN_SECRET_MIN || key->secret_len > SPLIT_TOKEN_SECRET_MAX)
        return SPLIT_ERR_VALUE;
    for (size_t i = 0; i < index; i++)
        if (strcmp(o->keys[i].id, key->id) == 0)
            return SPLIT_ERR_DUPLICATE;
    return SPLIT_OK;
}

static int
check_options(const split_token_options *o)
{
    int err = SPLIT_OK;
    if (o->split == NULL || (o->n_keys > 0 && o->keys == NULL))
        return SPLIT_ERR_ARG;
    if (!is_name(o->split, SPLIT_NAME_BYTES_MAX))
        return SPLIT_ERR_NAME;
    if (o->n_keys > SPLIT_TOKEN_KEYS_MAX)
        return SPLIT_ERR_LIMIT;
    if (o->max_age_us <= 0 || o->idle_us <= 0 || o->skew_us < 0)
        return SPLIT_ERR_VALUE;
    for (size_t i = 0; i < o->n_keys && err == 0; i++)
        err = check_key(o, i);
    return err;
}

/* Whole seconds, rounded up, so that a life of half a second is not none. */
static int64_t
seconds_of(split_us us)
{
    return us == SPLIT_NEVER ? INT64_MAX : us / SECOND_US + (us % SECOND_US > 0);
}

size_t
split_token_size(const split_token_options *options)
{
    split_token_options own;
    return split__sized_take(&own, sizeof own, SPLIT_TOKEN_OPTIONS_V1, options) == 0
               ? sizeof(split_token)
               : 0;
}

int
split_token_init(void *mem, size_t mem_bytes, const split_token_options *options, split_token **out)
{
    split_token_options o;
    int err = out == NULL || mem == NULL
                  ? SPLIT_ERR_ARG
                  : split__sized_take(&o, sizeof o, SPLIT_TOKEN_OPTIONS_V1, options);
    if (err == 0)
        err = check_options(&o);
    if (err != 0)
        return err;
    if ((uintptr_t)mem % 8 != 0)
        return SPLIT_ERR_ALIGN;
    if (mem_bytes < sizeof(split_token))
        return SPLIT_ERR_MEMORY_SIZE;
    split_token *token = mem;
    memset(token, 0, sizeof *token);
    memcpy(token->split, o.split, strlen(o.split));
    token->n_keys = o.n_keys;
    token->max_age_s = seconds_of(o.max_age_us);
    token->idle_s = seconds_of(o.idle_us);
    token->skew_s = seconds_of(o.skew_us);
    token->fence = o.fence;
    for (size_t i = 0; i < o.n_keys; i++) {
        memcpy(token->keys[i].id, o.keys[i].id, strlen(o.keys[i].id));
        memcpy(token->keys[i].bytes, o.keys[i].secret, o.keys[i].secret_len);
        token->keys[i].n_bytes = o.keys[i].secret_len;
    }
    *out = token;
    return SPLIT_OK;
}

int
split_token_new(const split_token_options *options, const split_alloc *alloc, split_token **out)
{
    size_t n_bytes = sizeof(split_token);
    void *mem = alloc != NULL ? alloc->malloc_fn(n_bytes, alloc->ctx) : malloc(n_bytes);
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    int err = split_token_init(mem, n_bytes, options, out);
    if (err == 0)
        return SPLIT_OK;
    if (alloc != NULL)
        alloc->free_fn(mem, alloc->ctx);
    else
        free(mem);
    return err;
}

void
split_token_free(split_token **token, const split_alloc *alloc)
{
    if (token == NULL || *token == NULL)
        return;
    token__wipe(*token, sizeof **token);
    if (alloc != NULL)
        alloc->free_fn(*token, alloc->ctx);
    else
        free(*token);
    *token = NULL;
}

int
split_token_write(const split_token *token, const split_stored *stored, const char *subject,
                  size_t subject_len, char *out, size_t out_bytes)
{
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    if (token == NULL || stored == NULL || out == NULL || (subject == NULL && subject_len > 0))
        return SPLIT_ERR_ARG;
    if (!is_name(stored->variant, SPLIT_NAME_BYTES_MAX))
        return SPLIT_ERR_NAME;
    if (stored->issued_s < 0 || stored->seen_s < stored->issued_s || stored->seen_s > NUMBER_MAX ||
        stored->revision > (uint64_t)NUMBER_MAX)
        return SPLIT_ERR_VALUE;
    if (subject_len > SPLIT_KEY_BYTES_MAX)
        return SPLIT_ERR_KEY;
    size_t n =
        token__format(stored, token->n_keys > 0 ? token->keys[0].id : "-", text, sizeof text);
    size_t total = n + (token->n_keys > 0 ? 1 + MAC_TEXT : 0);
    if (n == 0 || total > SPLIT_TOKEN_TEXT_MAX || total >= out_bytes)
        return SPLIT_ERR_SPACE;
    if (token->n_keys > 0) {
        int err = token__mac(token, &token->keys[0], text, n, subject, subject_len, text + n + 1);
        if (err != 0)
            return err;
        text[n] = ':';
    }
    memcpy(out, text, total);
    out[total] = '\0';
    return SPLIT_OK;
}

/* Only the key that the value names is tried. */
static int
check_signature(const split_token *token, const token_parts *parts, const char *text,
                const char *subject, size_t subject_len, uint32_t *out_status)
{
    char mac[MAC_TEXT];
    *out_status = SPLIT_TOKEN_UNSIGNED;
    if (parts->mac == NULL)
        return SPLIT_OK;
    *out_status = subject_len > SPLIT_KEY_BYTES_MAX ? SPLIT_TOKEN_FORGED : SPLIT_TOKEN_UNKNOWN_KEY;
    for (size_t i = 0; i < token->n_keys && *out_status == SPLIT_TOKEN_UNKNOWN_KEY; i++) {
        const token_secret *key = &token->keys[i];
        if (strlen(key->id) != parts->key_id_len ||
            memcmp(key->id, parts->key_id, parts->key_id_len) != 0)
            continue;
        int err = token__mac(token, key, text, parts->signed_len, subject, subject_len, mac);
        if (err != 0)
            return err;
        *out_status = token__same_mac(mac, parts->mac) ? SPLIT_TOKEN_VALID : SPLIT_TOKEN_FORGED;
    }
    return SPLIT_OK;
}

/* T5: future first, so that the ages below are not negative by more than the skew. */
static uint32_t
check_times(const split_token *token, const split_stored *s, int64_t now_s)
{
    if (s->seen_s > now_s && s->seen_s - now_s > token->skew_s)
        return SPLIT_TOKEN_FUTURE;
    if (now_s - s->issued_s > token->max_age_s)
        return SPLIT_TOKEN_EXPIRED;
    if (now_s - s->seen_s > token->idle_s)
        return SPLIT_TOKEN_IDLE;
    return s->revision < token->fence ? SPLIT_TOKEN_FENCED : SPLIT_TOKEN_VALID;
}

int
split_token_read(const split_token *token, const char *text, size_t text_len, const char *subject,
                 size_t subject_len, split_us unix_us, split_stored *out, uint32_t *out_status)
{
    token_parts parts;
    uint32_t status = SPLIT_TOKEN_VALID;
    int err = SPLIT_OK;
    if (token == NULL || out == NULL || out_status == NULL || (subject == NULL && subject_len > 0))
        return SPLIT_ERR_ARG;
    if (text == NULL || text_len == 0)
        status = SPLIT_TOKEN_ABSENT;
    else if (text_len > SPLIT_TOKEN_TEXT_MAX)
        status = SPLIT_TOKEN_TOO_LONG;
    else if (!token__parse(text, text_len, &parts) || (token->n_keys == 0 && parts.mac != NULL))
        status = SPLIT_TOKEN_MALFORMED;
    else if (token->n_keys > 0)
        err = check_signature(token, &parts, text, subject, subject_len, &status);
    if (err != 0)
        return err;
    if (status == SPLIT_TOKEN_VALID)
        status = check_times(token, &parts.stored, unix_us < 0 ? 0 : unix_us / SECOND_US);
    if (status == SPLIT_TOKEN_VALID)
        *out = parts.stored;
    *out_status = status;
    return SPLIT_OK;
}
