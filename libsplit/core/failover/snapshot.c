/* SPDX-License-Identifier: MIT */
/* Snapshots: versioned, checksummed, with durations from now in place of instants
 * (design/failover.md F32). */
#include <string.h>

#include "core/failover/adopt.h"
#include "core/failover/check.h"
#include "core/failover/codec.h"
#include "core/failover/window.h"
#include "core/base/bytes_hash.h"
#include "core/base/num.h"
#include "split/error.h"

#define MAGIC_AND_VERSION UINT64_C(0x0001464f54505321) /* "!SPTOF", version 1 */
#define HEAD_WORDS 9u
#define BODY_WORDS 26u /* identity and the fixed fields of an origin */

static size_t
snapshot_bytes(uint64_t n_origins, const split__fo_params *p)
{
    uint64_t body = BODY_WORDS + 3u * p->buckets + 2u * p->probes_in_flight + p->flap_limit;
    return (size_t)((HEAD_WORDS + n_origins * body + 1) * 8);
}

size_t
split_failover_snapshot_size(const split_failover *fo)
{
    return snapshot_bytes(fo->n_origins, &fo->p);
}

/* An origin copied out of its machine, with all that follows it. */
typedef union scratch {
    split__fo_origin origin;
    uint8_t bytes[SPLIT__FO_ORIGIN_BYTES_MAX];
} scratch;

/* Head of the bytes: which layout they have, and what belongs to the whole machine. */
static void
codec_head(split__fo_codec *c, split_failover *head)
{
    if (split__fo_codec_word(c, MAGIC_AND_VERSION) != MAGIC_AND_VERSION)
        c->failed = true;
    split__fo_codec_u32(c, &head->n_origins);
    split__fo_codec_u32(c, &head->p.buckets);
    head->p.slot_len = (split_us)split__fo_codec_word(c, (uint64_t)head->p.slot_len);
    split__fo_codec_u32(c, &head->p.probes_in_flight);
    split__fo_codec_u32(c, &head->p.flap_limit);
    head->seq = split__fo_codec_word(c, head->seq);
    split__fo_codec_u32(c, &head->budget);
    head->n_regressions = split__fo_codec_word(c, head->n_regressions);
}

static void
lay_out_as_read(split_failover *head)
{
    head->lease_offset =
        (uint32_t)(sizeof(split__fo_origin) + head->p.buckets * sizeof(split__fo_slot));
    head->stamp_offset =
        head->lease_offset + (uint32_t)(head->p.probes_in_flight * sizeof(split__fo_ticket));
}

int
split_failover_snapshot(const split_failover *fo, split_us now, void *buf, size_t buf_bytes,
                        size_t *out_bytes)
{
    if (fo == NULL || buf == NULL || out_bytes == NULL)
        return SPLIT_ERR_ARG;
    size_t n_bytes = split_failover_snapshot_size(fo);
    if (buf_bytes < n_bytes)
        return SPLIT_ERR_SPACE;
    split_failover head = *fo;
    head.now = split__max_i64(fo->now, now);
    split__fo_codec c = {.bytes = buf, .n_bytes = n_bytes, .now = head.now, .is_writing = true};
    codec_head(&c, &head);
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        scratch s;
        memcpy(s.bytes, split__fo_at(fo, i), fo->stride);
        split__fo_window_roll(&head, &s.origin);
        (void)split__fo_codec_word(&c, s.origin.id);
        split__fo_codec_origin(&c, &head, &s.origin);
    }
    (void)split__fo_codec_word(&c, split__hash_bytes(buf, c.pos));
    *out_bytes = c.pos;
    return SPLIT_OK;
}

/* Read the next origin into scratch, its window placed as the clock of `head` wants it. */
static uint64_t
read_origin(split__fo_codec *c, const split_failover *head, scratch *s)
{
    memset(s, 0, sizeof *s);
    split__fo_window_roll(head, &s->origin);
    uint64_t id = split__fo_codec_word(c, 0);
    split__fo_codec_origin(c, head, &s->origin);
    s->origin.in_flight = 0; /* those attempts ended with their process */
    if (c->failed || !split__fo_origin_is_valid(head, &s->origin))
        c->failed = true;
    return id;
}

static bool
checksum_fits(const uint8_t *bytes, size_t n_bytes)
{
    uint64_t stored = 0;
    if (n_bytes < (HEAD_WORDS + 1) * 8 || n_bytes % 8 != 0)
        return false;
    for (uint32_t i = 0; i < 8; i++)
        stored |= (uint64_t)bytes[n_bytes - 8 + i] << (8 * i);
    return stored == split__hash_bytes(bytes, n_bytes - 8);
}

/* Walk all origins, each of another name; with fo, take over those it has. */
static bool
walk_origins(split__fo_codec c, const split_failover *head, split_failover *fo)
{
    uint64_t ids[SPLIT_FAILOVER_ORIGINS_MAX];
    for (uint32_t i = 0; i < head->n_origins && !c.failed; i++) {
        scratch s;
        uint64_t id = read_origin(&c, head, &s);
        ids[i] = id;
        for (uint32_t j = 0; j < i; j++)
            if (ids[j] == id)
                c.failed = true;
        for (uint32_t j = 0; fo != NULL && j < fo->n_origins; j++)
            if (split__fo_at(fo, j)->id == id)
                split__fo_adopt(fo, j, head, &s.origin);
    }
    return !c.failed;
}

int
split_failover_restore(split_failover *fo, split_us now, const void *bytes, size_t n_bytes)
{
    if (fo == NULL || bytes == NULL)
        return SPLIT_ERR_ARG;
    if (!checksum_fits(bytes, n_bytes))
        return SPLIT_ERR_SNAPSHOT;
    split_failover head = {.now = split__max_i64(fo->now, now)};
    split__fo_codec c = {
        .bytes = (uint8_t *)(uintptr_t)bytes, .n_bytes = n_bytes - 8, .now = head.now};
    codec_head(&c, &head);
    if (c.failed || !split__fo_head_is_valid(&head) ||
        n_bytes != snapshot_bytes(head.n_origins, &head.p))
        return SPLIT_ERR_SNAPSHOT;
    lay_out_as_read(&head);
    if (!walk_origins(c, &head, NULL))
        return SPLIT_ERR_SNAPSHOT;
    fo->now = head.now;
    fo->seq = fo->seq > head.seq ? fo->seq : head.seq;
    fo->budget = head.budget < fo->p.retry_cap ? head.budget : fo->p.retry_cap;
    fo->n_regressions = head.n_regressions;
    (void)walk_origins(c, &head, fo);
    return SPLIT_OK;
}
