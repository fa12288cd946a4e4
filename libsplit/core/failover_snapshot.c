/* SPDX-License-Identifier: MIT */
/* State as bytes and back: ages and remaining times, never instants (DESIGN.md F33). */
#include "failover_data.h"

#include <string.h>

#include "hash.h"
#include "num.h"
#include "split/error.h"

#define MAGIC 0x31464c50u /* "PLF1" */
#define HEAD_WORDS 5u
#define ORIGIN_WORDS (22u + FO_FLAPS_MAX + 3u * FO_SLOTS_MAX)

/* One direction of a walk over the words of a snapshot. */
typedef struct fo_cursor {
    uint8_t *write;      /* NULL when reading */
    const uint8_t *read; /* NULL when writing */
    split_us now;
} fo_cursor;

static void
word(fo_cursor *c, uint64_t *value)
{
    uint64_t read = 0;
    for (uint32_t i = 0; i < 8; i++) {
        if (c->write != NULL)
            *c->write++ = (uint8_t)(*value >> 8 * i);
        else
            read |= (uint64_t)*c->read++ << 8 * i;
    }
    if (c->write == NULL)
        *value = read;
}

static void
number32(fo_cursor *c, uint32_t *value)
{
    uint64_t w = *value;
    word(c, &w);
    *value = (uint32_t)w;
}

static void
number8(fo_cursor *c, uint8_t *value)
{
    uint64_t w = *value;
    word(c, &w);
    *value = (uint8_t)w;
}

static void
flag(fo_cursor *c, bool *value)
{
    uint64_t w = *value;
    word(c, &w);
    *value = w != 0;
}

/* An instant travels as its distance from now, in two's complement. */
static void
instant(fo_cursor *c, split_us *value)
{
    uint64_t w = (uint64_t)*value - (uint64_t)c->now;
    word(c, &w);
    if (c->write != NULL)
        return;
    const int64_t away = (int64_t)w;
    if (away >= 0)
        *value = split__add_sat(c->now, away);
    else
        *value = c->now + split__max_i64(away, -c->now);
}

/* Every word of an origin, in the order of the format; serves both directions. */
static void
walk_origin(fo_cursor *c, fo_origin *o)
{
    number8(c, &o->state);
    number8(c, &o->mode);
    number8(c, &o->step);
    number32(c, &o->gen);
    number32(c, &o->epoch);
    number32(c, &o->level);
    number32(c, &o->run);
    number32(c, &o->hard_run);
    word(c, &o->run_keys);
    number32(c, &o->n_good);
    number32(c, &o->probe_ok);
    number32(c, &o->lost);
    number32(c, &o->ramp_ok);
    number32(c, &o->ramp_fail);
    flag(c, &o->degraded);
    flag(c, &o->latched);
    flag(c, &o->probed);
    instant(c, &o->open_until);
    instant(c, &o->since);
    instant(c, &o->last_probe);
    instant(c, &o->run_start);
    instant(c, &o->good_since);
}

static void
walk_lists(fo_cursor *c, fo_origin *o, uint32_t n_slots)
{
    for (uint32_t i = 0; i < FO_FLAPS_MAX; i++)
        instant(c, &o->flaps[i]);
    for (uint32_t back = 0; back < FO_SLOTS_MAX; back++) {
        fo_slot unused = {0};
        fo_slot *slot = back < n_slots ? &o->slots[(o->newest + n_slots - back) % n_slots] : &unused;
        number32(c, &slot->total);
        number32(c, &slot->bad);
        word(c, &slot->keys);
    }
}

/* The words that need another form on the way: identity, floor, position in the rings. */
static void
walk_rest(fo_cursor *c, fo_origin *o, const split_failover *fo)
{
    split_us floor_us = split__max_i64(o->floor_us, c->now);
    instant(c, &floor_us);
    o->floor_us = floor_us > c->now ? floor_us : 0;
    instant(c, &o->slot_start);
    uint8_t flaps = (uint8_t)(o->n_flaps | o->next_flap << 4);
    number8(c, &flaps);
    o->n_flaps = flaps & 15u;
    o->next_flap = flaps >> 4;
    walk_lists(c, o, fo->p.buckets);
}

size_t
split_failover_snapshot_size(const split_failover *fo)
{
    return 8u * (HEAD_WORDS + fo->n_origins * (1u + 3u + ORIGIN_WORDS) + 1u);
}

int
split_failover_snapshot(const split_failover *fo, split_us now, void *buf, size_t buf_bytes, size_t *out_bytes)
{
    if (fo == NULL || buf == NULL || out_bytes == NULL)
        return SPLIT_ERR_ARG;
    const size_t n_bytes = split_failover_snapshot_size(fo);
    if (buf_bytes < n_bytes)
        return SPLIT_ERR_SPACE;
    fo_cursor c = {.write = buf, .now = split__max_i64(now, fo->now)};
    uint64_t head[HEAD_WORDS] = {MAGIC, fo->n_origins, fo->p.buckets, fo->budget_milli, (uint64_t)fo->slot_us};
    for (uint32_t i = 0; i < HEAD_WORDS; i++)
        word(&c, &head[i]);
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        fo_origin copy = *fo_origin_at(fo, i);
        word(&c, &copy.id);
        walk_origin(&c, &copy);
        walk_rest(&c, &copy, fo);
    }
    uint64_t sum = split__hash_bytes(buf, n_bytes - 8);
    word(&c, &sum);
    *out_bytes = n_bytes;
    return SPLIT_OK;
}

static bool
is_sound(const fo_origin *o, const split_failover *fo)
{
    return o->state < SPLIT_FAILOVER_N_STATES && o->mode < SPLIT_FAILOVER_N_MODES && o->n_flaps <= FO_FLAPS_MAX &&
           o->next_flap < FO_FLAPS_MAX && o->level <= UINT8_MAX && fo->n_origins > 0;
}

/* Instants in the future of a stamp would break ages; slots must begin on the grid of this machine's clock. */
static void
settle(const split_failover *fo, fo_origin *o)
{
    split_us *const stamps[] = {&o->since, &o->last_probe, &o->run_start, &o->good_since, &o->slot_start};
    for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++)
        *stamps[i] = split__min_i64(*stamps[i], fo->now);
    for (uint32_t i = 0; i < FO_FLAPS_MAX; i++)
        o->flaps[i] = split__min_i64(o->flaps[i], fo->now);
    o->slot_start -= o->slot_start % fo->slot_us;
    if (o->step >= fo->p.n_ramp)
        o->step = (uint8_t)(fo->p.n_ramp - 1);
}

/* Evidence in slots of another length means nothing here. */
static void
take_over(split_failover *fo, fo_origin *mine, const fo_origin *theirs, bool same_slots)
{
    fo_origin next = *theirs;
    if (!same_slots)
        split__failover_window_clear(&next);
    next.id = mine->id;
    next.chains = mine->chains;
    next.heads = mine->heads;
    next.in_flight_cap = mine->in_flight_cap;
    fo->n_unsettled += next.state != SPLIT_FAILOVER_CLOSED;
    fo->n_unsettled -= mine->state != SPLIT_FAILOVER_CLOSED;
    settle(fo, &next);
    *mine = next;
}

static int
read_origins(split_failover *fo, fo_cursor *c, const uint64_t *head, bool apply)
{
    const bool same_slots = head[2] == fo->p.buckets && head[4] == (uint64_t)fo->slot_us;
    for (uint32_t i = 0; i < head[1]; i++) {
        fo_origin read = {0};
        word(c, &read.id);
        walk_origin(c, &read);
        walk_rest(c, &read, fo);
        if (!is_sound(&read, fo))
            return SPLIT_ERR_SNAPSHOT;
        for (uint32_t j = 0; apply && j < fo->n_origins; j++)
            if (fo_origin_at(fo, j)->id == read.id)
                take_over(fo, fo_origin_at(fo, j), &read, same_slots);
    }
    return SPLIT_OK;
}

int
split_failover_restore(split_failover *fo, split_us now, const void *bytes, size_t n_bytes)
{
    uint64_t head[HEAD_WORDS] = {0}, sum = 0;
    if (fo == NULL || bytes == NULL)
        return SPLIT_ERR_ARG;
    const split_us at = split__max_i64(now, fo->now);
    fo_cursor c = {.read = bytes, .now = at};
    if (n_bytes < 8u * (HEAD_WORDS + 1u))
        return SPLIT_ERR_SNAPSHOT;
    for (uint32_t i = 0; i < HEAD_WORDS; i++)
        word(&c, &head[i]);
    fo_cursor tail = {.read = (const uint8_t *)bytes + n_bytes - 8};
    word(&tail, &sum);
    if (head[0] != MAGIC || head[1] > SPLIT_FAILOVER_MAX_ORIGINS || sum != split__hash_bytes(bytes, n_bytes - 8) ||
        n_bytes != 8u * (HEAD_WORDS + head[1] * (4u + ORIGIN_WORDS) + 1u))
        return SPLIT_ERR_SNAPSHOT;
    fo_cursor again = c;
    const int rc = read_origins(fo, &c, head, false);
    if (rc != SPLIT_OK)
        return rc;
    fo->now = at;
    fo->budget_milli = head[3] < fo->p.retry_cap_milli ? (uint32_t)head[3] : fo->p.retry_cap_milli;
    return read_origins(fo, &again, head, true);
}

int
split_failover_reload(split_failover *fo, const split_failover *old)
{
    if (fo == NULL || old == NULL)
        return SPLIT_ERR_ARG;
    const bool same_slots = old->p.buckets == fo->p.buckets && old->slot_us == fo->slot_us;
    fo->now = split__max_i64(fo->now, old->now);
    fo->seq = old->seq;
    fo->n_regressions = old->n_regressions;
    fo->budget_milli = old->budget_milli < fo->p.retry_cap_milli ? old->budget_milli : fo->p.retry_cap_milli;
    for (uint32_t i = 0; i < old->n_origins; i++)
        for (uint32_t j = 0; j < fo->n_origins; j++)
            if (fo_origin_at(fo, j)->id == fo_origin_at(old, i)->id)
                take_over(fo, fo_origin_at(fo, j), fo_origin_at(old, i), same_slots);
    return SPLIT_OK;
}
