/* SPDX-License-Identifier: MIT */
/*
 * Records: how structs cross to scripts. A record is an array of doubles and a run of bytes;
 * lengths of texts stand in the doubles. Integers must be exact (below 2^53); 64-bit hashes and
 * seeds are two numbers, high half first; "never" is infinity. The same layout serves Python, Node
 * and WebAssembly, and is checked here once for all of them.
 */
#ifndef SPLIT_BRIDGE_RECORD_H
#define SPLIT_BRIDGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPLITB_RECORD_MAX 8192 /* Doubles that any call hands out, at most. */
#define SPLITB_EXACT 9007199254740992.0

/* Reads a record once, front to back; after an error every read gives zero. */
typedef struct splitb_reader {
    const double *in;
    size_t n_in;
    const char *text;
    size_t text_len;
    char *copy; /* Zero-terminated copies of the texts read so far. */
    size_t copied;
    int err;
} splitb_reader;

typedef struct splitb_writer {
    double *out;
    size_t n_out;
    int err;
} splitb_writer;

int splitb_reader_init(splitb_reader *r, const double *in, size_t n_in, const char *text,
                       size_t text_len);
/* Frees the copies. Returns the first error, or SPLIT_ERR_ARG when something was left over. */
int splitb_reader_done(splitb_reader *r);
/* Keep the first error. */
void splitb_fail(splitb_reader *r, int err);

int64_t splitb_read_int(splitb_reader *r, int64_t low, int64_t high);
uint32_t splitb_read_u32(splitb_reader *r);
bool splitb_read_bool(splitb_reader *r);
uint64_t splitb_read_u64(splitb_reader *r);
double splitb_read_double(splitb_reader *r);
/* Microseconds; infinity is SPLIT_NEVER. */
int64_t splitb_read_us(splitb_reader *r);
/* A number with up to six decimals, times 10^6. `err` is what a bad one gives. */
uint64_t splitb_read_e6(splitb_reader *r, int err);
/* n weights. Whole numbers are taken as they are; with one fraction among them all are scaled by
 * 10^6, which keeps their proportions exact. */
void splitb_read_weights(splitb_reader *r, uint64_t *weights, size_t n);
/* A count, and that many numbers must follow, each `width` doubles long. */
size_t splitb_read_count(splitb_reader *r, size_t max, size_t width);
/* Bytes inside the record's text. */
const char *splitb_read_bytes(splitb_reader *r, size_t *out_len);
/* A zero-terminated copy; a zero byte inside gives `err`. */
const char *splitb_read_text(splitb_reader *r, int err);

void splitb_put(splitb_writer *w, double value);
void splitb_put_u64(splitb_writer *w, uint64_t value);
void splitb_put_us(splitb_writer *w, int64_t us);

#endif
