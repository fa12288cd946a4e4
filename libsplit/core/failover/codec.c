/* SPDX-License-Identifier: MIT */
/* Fields of an origin to and from snapshot bytes: one walk does both, so they cannot differ
 * (design/failover.md F32). */
#include "core/failover/codec.h"

#include "core/base/num.h"

uint64_t
split__fo_codec_word(split__fo_codec *c, uint64_t value)
{
    if (c->failed || c->n_bytes - c->pos < 8) {
        c->failed = true;
        return 0;
    }
    uint64_t word = 0;
    for (uint32_t i = 0; i < 8; i++) {
        if (c->is_writing)
            c->bytes[c->pos + i] = (uint8_t)(value >> (8 * i));
        word |= (uint64_t)c->bytes[c->pos + i] << (8 * i);
    }
    c->pos += 8;
    return word;
}

/* Both fit: now is never negative, and a difference that would not fit stops at the end. */
split_us
split__fo_codec_instant(split__fo_codec *c, split_us instant)
{
    split_us distance = instant < 0 && c->now > INT64_MAX + instant ? -INT64_MAX : instant - c->now;
    distance = (split_us)split__fo_codec_word(c, (uint64_t)distance);
    if (distance < -INT64_MAX) {
        c->failed = true;
        return 0;
    }
    return distance > 0 ? split__add_sat(c->now, distance) : c->now + distance;
}

/* A word that is at most `most`, or failure. */
static uint64_t
codec_at_most(split__fo_codec *c, uint64_t value, uint64_t most)
{
    uint64_t word = split__fo_codec_word(c, value);
    if (word <= most)
        return word;
    c->failed = true;
    return 0;
}

void
split__fo_codec_u32(split__fo_codec *c, uint32_t *x)
{
    *x = (uint32_t)codec_at_most(c, *x, UINT32_MAX);
}

static void
codec_u8(split__fo_codec *c, uint8_t *x)
{
    *x = (uint8_t)codec_at_most(c, *x, UINT8_MAX);
}

static void
codec_instant(split__fo_codec *c, split_us *x)
{
    *x = split__fo_codec_instant(c, *x);
}

/* An instant that means nothing is a zero word, so that equal states make equal bytes. */
static void
codec_instant_if(split__fo_codec *c, bool means_something, split_us *x)
{
    if (means_something)
        codec_instant(c, x);
    else
        *x = (split_us)codec_at_most(c, 0, 0);
}

static void
codec_times(split__fo_codec *c, split__fo_origin *o)
{
    codec_instant(c, &o->run_start);
    codec_instant(c, &o->open_until);
    codec_instant(c, &o->floor);
    codec_instant(c, &o->since);
    codec_instant(c, &o->last_probe);
}

static void
codec_counts(split__fo_codec *c, split__fo_origin *o)
{
    uint32_t *const words[] = {&o->run, &o->hard_run, &o->gen,       &o->epoch,          &o->ok,
                               &o->bad, &o->lost,     &o->in_flight, &o->in_flight_limit};
    uint8_t *const octets[] = {&o->state,   &o->mode, &o->level,   &o->degraded,
                               &o->latched, &o->step, &o->n_stamps};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        split__fo_codec_u32(c, words[i]);
    for (size_t i = 0; i < sizeof octets / sizeof octets[0]; i++)
        codec_u8(c, octets[i]);
    o->run_keys = split__fo_codec_word(c, o->run_keys);
    o->n_issued = split__fo_codec_word(c, o->n_issued);
    o->n_reported = split__fo_codec_word(c, o->n_reported);
    o->n_stale = split__fo_codec_word(c, o->n_stale);
}

/* Slots go by age, in slots before the current one: their place in the ring belongs to the
 * machine's own clock. */
static void
codec_window(split__fo_codec *c, const split_failover *layout, split__fo_origin *o)
{
    for (uint32_t age = 0; age < layout->p.buckets; age++) {
        uint32_t at = (o->slot_at + layout->p.buckets - age) % layout->p.buckets;
        split__fo_slot *slot = split__fo_slots(o) + at;
        slot->bad_keys = split__fo_codec_word(c, slot->bad_keys);
        split__fo_codec_u32(c, &slot->total);
        split__fo_codec_u32(c, &slot->bad);
    }
}

void
split__fo_codec_origin(split__fo_codec *c, const split_failover *layout, split__fo_origin *o)
{
    codec_times(c, o);
    codec_counts(c, o);
    codec_window(c, layout, o);
    for (uint32_t i = 0; i < layout->p.probes_in_flight; i++) {
        split__fo_ticket *lease = split__fo_leases(layout, o) + i;
        lease->seq = split__fo_codec_word(c, lease->seq);
        codec_instant_if(c, lease->seq != 0, &lease->expiry);
    }
    for (uint32_t i = 0; i < layout->p.flap_limit; i++)
        codec_instant_if(c, i < o->n_stamps, split__fo_stamps(layout, o) + i);
}
