/* SPDX-License-Identifier: MIT */
/* Stored decisions for scripts. */
#include "token.h"

#include "document_box.h"
#include "split/error.h"
#include "split/token.h"

#include <stdlib.h>
#include <string.h>

struct splitb_token {
    splitb_box box;
    split_stored last;
};

static void
free_token(void *core)
{
    split_token *token = core;
    split_token_free(&token, NULL);
}

splitb_token *
splitb_token_create(void)
{
    return calloc(1, sizeof(splitb_token));
}

void
splitb_token_destroy(splitb_token *self)
{
    if (self != NULL)
        splitb_box_delete(&self->box, free_token);
}

int
splitb_token_close(splitb_token *self)
{
    splitb_box_empty(&self->box, free_token);
    return SPLIT_OK;
}

typedef struct key_room {
    char ids[SPLIT_TOKEN_KEYS_MAX][SPLIT_TOKEN_KEY_ID_MAX + 1];
    unsigned char secrets[SPLIT_TOKEN_KEYS_MAX][SPLIT_TOKEN_SECRET_MAX];
    split_token_key keys[SPLIT_TOKEN_KEYS_MAX];
} key_room;

static void
read_keys(splitb_reader *r, key_room *room, split_token_options *options)
{
    size_t len, n = 0;
    const char *file = splitb_read_bytes(r, &len);
    if (r->err == SPLIT_OK && len > 0)
        splitb_fail(r, split_token_keys_parse(file, len, room->ids, room->secrets, room->keys,
                                              SPLIT_TOKEN_KEYS_MAX, &n));
    size_t n_more = splitb_read_count(r, SPLIT_TOKEN_KEYS_MAX - n, 2);
    for (size_t i = n; i < n + n_more; i++) {
        room->keys[i].id = splitb_read_text(r, SPLIT_ERR_NAME);
        room->keys[i].secret =
            (const unsigned char *)splitb_read_bytes(r, &room->keys[i].secret_len);
    }
    options->n_keys = n + n_more;
    options->keys = options->n_keys > 0 ? room->keys : NULL;
}

int
splitb_token_open(splitb_token *self, const double *in, size_t n_in, const char *text,
                  size_t text_len)
{
    splitb_reader r;
    split_token_options options;
    key_room room;
    split_token *made = NULL;
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    split_token_options_init(&options);
    options.split = splitb_read_text(&r, SPLIT_ERR_NAME);
    options.max_age_us = splitb_read_us(&r);
    options.idle_us = splitb_read_us(&r);
    options.skew_us = splitb_read_us(&r);
    options.fence = splitb_read_u64(&r);
    read_keys(&r, &room, &options);
    if (r.err == SPLIT_OK && r.n_in == 0 && r.text_len == 0)
        splitb_fail(&r, split_token_new(&options, NULL, &made));
    int err = splitb_reader_done(&r);
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_token);
    memset(&room, 0, sizeof room);
    return err;
}

int
splitb_token_write(splitb_token *self, const double *in, size_t n_in, const char *text,
                   size_t text_len, const char **out_text, size_t *out_text_len)
{
    splitb_reader r;
    split_stored stored = {0};
    size_t subject_len;
    char *out = splitb_box_scratch(&self->box, SPLIT_TOKEN_TEXT_MAX + 1);
    if (out == NULL || splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    stored.revision = splitb_read_u64(&r);
    stored.issued_s = splitb_read_int(&r, INT64_MIN, INT64_MAX);
    stored.seen_s = splitb_read_int(&r, INT64_MIN, INT64_MAX);
    const char *variant = splitb_read_text(&r, SPLIT_ERR_NAME);
    if (strlen(variant) >= sizeof stored.variant)
        splitb_fail(&r, SPLIT_ERR_NAME);
    else
        memcpy(stored.variant, variant, strlen(variant) + 1);
    const char *subject = splitb_read_bytes(&r, &subject_len);
    if (self->box.core == NULL)
        splitb_fail(&r, SPLIT_ERR_MODE);
    if (r.err == SPLIT_OK)
        splitb_fail(&r, split_token_write(self->box.core, &stored, subject, subject_len, out,
                                          SPLIT_TOKEN_TEXT_MAX + 1));
    int err = splitb_reader_done(&r);
    return err != SPLIT_OK ? err : splitb_give_text(out, out_text, out_text_len);
}

static void
put_stored(splitb_writer *w, const split_stored *stored)
{
    splitb_put_u64(w, stored->revision);
    splitb_put(w, (double)stored->issued_s);
    splitb_put(w, (double)stored->seen_s);
}

int
splitb_token_read(splitb_token *self, const double *in, size_t n_in, const char *text,
                  size_t text_len, double *out, size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in, .text = text, .text_len = text_len};
    splitb_writer w = {.out = out};
    size_t value_len, subject_len;
    uint32_t status = 0;
    split_us now = splitb_read_us(&r);
    const char *value = splitb_read_bytes(&r, &value_len);
    const char *subject = splitb_read_bytes(&r, &subject_len);
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    if (r.err != SPLIT_OK)
        return r.err;
    memset(&self->last, 0, sizeof self->last);
    int err = split_token_read(self->box.core, value, value_len, subject, subject_len, now,
                               &self->last, &status);
    if (err != SPLIT_OK)
        return err;
    splitb_put(&w, status);
    put_stored(&w, &self->last);
    *n_out = w.n_out;
    return SPLIT_OK;
}

static int
decide(splitb_token *self, splitb_plan *plan, splitb_reader *r, splitb_writer *w)
{
    const char *names[SPLIT_VARIANTS_MAX];
    size_t value_len, key_len;
    uint32_t status = 0;
    split_assignment got = {0};
    split_us now = splitb_read_us(r);
    uint64_t revision = splitb_read_u64(r);
    size_t n_names = splitb_read_count(r, SPLIT_VARIANTS_MAX, 1);
    for (size_t i = 0; i < n_names; i++)
        names[i] = splitb_read_text(r, SPLIT_ERR_NAME);
    const char *value = splitb_read_bytes(r, &value_len);
    const char *key = splitb_read_bytes(r, &key_len);
    if (self->box.core == NULL || splitb_plan_core(plan) == NULL)
        return SPLIT_ERR_MODE;
    if (r->err != SPLIT_OK)
        return r->err;
    memset(&self->last, 0, sizeof self->last);
    int err =
        split_token_decide(self->box.core, splitb_plan_core(plan), names, n_names, value, value_len,
                           key, key_len, now, revision, &got, &status, &self->last);
    if (err != SPLIT_OK)
        return err;
    splitb_put(w, got.variant);
    splitb_put(w, got.bucket == SPLIT_NO_BUCKET ? -1 : (double)got.bucket);
    splitb_put(w, got.reason);
    splitb_put(w, status);
    put_stored(w, &self->last);
    return SPLIT_OK;
}

int
splitb_token_decide(splitb_token *self, splitb_plan *plan, const double *in, size_t n_in,
                    const char *text, size_t text_len, double *out, size_t *n_out)
{
    splitb_reader r;
    splitb_writer w = {.out = out};
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    splitb_fail(&r, decide(self, plan, &r, &w));
    *n_out = w.n_out;
    return splitb_reader_done(&r);
}

int
splitb_token_variant(splitb_token *self, const char **out_text, size_t *out_text_len)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    return splitb_give_text(self->last.variant, out_text, out_text_len);
}
