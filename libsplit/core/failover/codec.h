/* SPDX-License-Identifier: MIT */
/* Little-endian words of a snapshot, written and read by one walk (design/failover.md F32). */
#ifndef SPLIT_CORE_FAILOVER_CODEC_H
#define SPLIT_CORE_FAILOVER_CODEC_H

#include "core/failover/state.h"

/* A walk over snapshot bytes. Writing copies fields to bytes, reading copies bytes to fields. */
typedef struct split__fo_codec {
    uint8_t *bytes; /* read only when reading */
    size_t pos, n_bytes;
    split_us now;
    bool is_writing, failed;
} split__fo_codec;

/* Exchange one 64-bit word. */
uint64_t split__fo_codec_word(split__fo_codec *c, uint64_t value);

/* Exchange a number in a word of its own; a word that does not fit fails. */
void split__fo_codec_u32(split__fo_codec *c, uint32_t *x);

/* Exchange an instant as a duration from now. */
split_us split__fo_codec_instant(split__fo_codec *c, split_us instant);

/* Exchange everything an origin knows. fo gives the layout that the bytes have. */
void split__fo_codec_origin(split__fo_codec *c, const split_failover *layout, split__fo_origin *o);

#endif
