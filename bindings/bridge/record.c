/* SPDX-License-Identifier: MIT */
/* Records: checked reading and writing of what crosses to scripts. */
#include "record.h"

#include "split/base.h"
#include "split/error.h"

#include <stdlib.h>
#include <string.h>

int
splitb_reader_init(splitb_reader *r, const double *in, size_t n_in, const char *text,
                   size_t text_len)
{
    *r = (splitb_reader){.in = in, .n_in = n_in, .text = text, .text_len = text_len};
    /* Each text takes one number for its length, so this holds all of them with their final
     * zeros. */
    r->copy = malloc(text_len + n_in + 1);
    if (r->copy == NULL)
        r->err = SPLIT_ERR_NOMEM;
    return r->err;
}

int
splitb_reader_done(splitb_reader *r)
{
    free(r->copy);
    r->copy = NULL;
    if (r->err == SPLIT_OK && (r->n_in > 0 || r->text_len > 0))
        r->err = SPLIT_ERR_ARG;
    return r->err;
}

void
splitb_fail(splitb_reader *r, int err)
{
    if (r->err == SPLIT_OK)
        r->err = err;
}

double
splitb_read_double(splitb_reader *r)
{
    if (r->err != SPLIT_OK || r->n_in == 0) {
        splitb_fail(r, SPLIT_ERR_ARG);
        return 0;
    }
    r->n_in--;
    return *r->in++;
}

static int64_t
to_exact(splitb_reader *r, double x)
{
    if (!(x > -SPLITB_EXACT && x < SPLITB_EXACT) || (double)(int64_t)x < x ||
        (double)(int64_t)x > x) {
        splitb_fail(r, SPLIT_ERR_ARG);
        return 0;
    }
    return (int64_t)x;
}

int64_t
splitb_read_int(splitb_reader *r, int64_t low, int64_t high)
{
    int64_t x = to_exact(r, splitb_read_double(r));
    if (x < low || x > high)
        splitb_fail(r, SPLIT_ERR_ARG);
    return r->err == SPLIT_OK ? x : 0;
}

uint32_t
splitb_read_u32(splitb_reader *r)
{
    return (uint32_t)splitb_read_int(r, 0, UINT32_MAX);
}

bool
splitb_read_bool(splitb_reader *r)
{
    return splitb_read_int(r, 0, 1) == 1;
}

uint64_t
splitb_read_u64(splitb_reader *r)
{
    uint64_t high = splitb_read_u32(r);
    uint64_t low = splitb_read_u32(r);
    return high << 32 | low;
}

int64_t
splitb_read_us(splitb_reader *r)
{
    double x = splitb_read_double(r);
    if (x > SPLITB_EXACT && x - x != 0)
        return SPLIT_NEVER;
    return to_exact(r, x);
}

uint64_t
splitb_read_e6(splitb_reader *r, int err)
{
    double x = splitb_read_double(r);
    if (r->err != SPLIT_OK)
        return 0;
    double scaled = x * 1e6;
    if (!(scaled >= 0 && scaled < SPLITB_EXACT)) {
        splitb_fail(r, err);
        return 0;
    }
    uint64_t whole = (uint64_t)(scaled + 0.5);
    double off = scaled - (double)whole;
    /* Two roundings, of the decimal text and of the product, are worth less than scaled * 2^-51. */
    double allowed = scaled * 0x1p-51;
    if (off > allowed || -off > allowed)
        splitb_fail(r, err);
    return whole;
}

void
splitb_read_weights(splitb_reader *r, uint64_t *weights, size_t n)
{
    bool whole = true;
    const double *at = r->in;
    if (r->err != SPLIT_OK || r->n_in < n) {
        splitb_fail(r, SPLIT_ERR_ARG);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!(at[i] >= 0 && at[i] < SPLITB_EXACT)) {
            splitb_fail(r, SPLIT_ERR_WEIGHTS);
            return;
        }
        whole = whole && !((double)(int64_t)at[i] < at[i]);
    }
    for (size_t i = 0; i < n; i++)
        weights[i] = whole ? (uint64_t)splitb_read_double(r) : splitb_read_e6(r, SPLIT_ERR_WEIGHTS);
}

size_t
splitb_read_count(splitb_reader *r, size_t max, size_t width)
{
    size_t n = (size_t)splitb_read_int(r, 0, INT32_MAX);
    if (n > max)
        splitb_fail(r, SPLIT_ERR_LIMIT);
    if (n * width > r->n_in)
        splitb_fail(r, SPLIT_ERR_ARG);
    return r->err == SPLIT_OK ? n : 0;
}

const char *
splitb_read_bytes(splitb_reader *r, size_t *out_len)
{
    size_t len = (size_t)splitb_read_int(r, 0, INT32_MAX);
    const char *bytes = r->text;
    if (len > r->text_len)
        splitb_fail(r, SPLIT_ERR_ARG);
    *out_len = r->err == SPLIT_OK ? len : 0;
    if (*out_len > 0) {
        r->text += len;
        r->text_len -= len;
    }
    return bytes;
}

const char *
splitb_read_text(splitb_reader *r, int err)
{
    size_t len;
    const char *bytes = splitb_read_bytes(r, &len);
    if (r->err != SPLIT_OK)
        return "";
    char *copy = r->copy + r->copied;
    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    r->copied += len + 1;
    if (len > 0 && memchr(copy, '\0', len) != NULL)
        splitb_fail(r, err);
    return copy;
}

void
splitb_put(splitb_writer *w, double value)
{
    if (w->n_out < SPLITB_RECORD_MAX)
        w->out[w->n_out++] = value;
    else
        w->err = SPLIT_ERR_SPACE;
}

void
splitb_put_u64(splitb_writer *w, uint64_t value)
{
    splitb_put(w, (double)(value >> 32));
    splitb_put(w, (double)(value & UINT32_MAX));
}

void
splitb_put_us(splitb_writer *w, int64_t us)
{
    splitb_put(w, us == SPLIT_NEVER ? (double)__builtin_huge_val() : (double)us);
}
