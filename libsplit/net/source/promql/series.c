/* SPDX-License-Identifier: MIT */
/* design/sources.md Q3, Q4: differences of counters by series. */
#include "net/source/promql/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/decimal.h"
#include "net/source/counter.h"
#include "net/source/source.h"

/* FNV-1a over name and value with their ends; labels are added up, so their order is of no
 * account. */
static uint64_t
hash_label(const char *name, const char *value)
{
    uint64_t h = UINT64_C(14695981039346656037);
    const char *const parts[] = {name, value};
    for (int i = 0; i < 2; i++)
        for (const char *p = parts[i];; p++) {
            h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
            if (*p == '\0')
                break;
        }
    return h ^ h >> 29;
}

static split_us
edge_of(const char *le)
{
    double value;
    if (!split__decimal_read(le, &value) || !(value >= 0))
        return -1;
    return value < 1e9 ? (split_us)llround(value * 1e6) : SPLIT_NEVER;
}

void
split__promql_series_name(promql_series *s, const promql_sample *sample)
{
    *s = (promql_series){.edge = -1};
    for (const cJSON *l = sample->labels->child; l != NULL; l = l->next) {
        if (strcmp(l->string, PROMQL_SLOT_LABEL) == 0)
            continue;
        uint64_t h = hash_label(l->string, l->valuestring);
        bool is_edge = strcmp(l->string, "le") == 0;
        s->name += h;
        s->group += is_edge ? 0 : h;
        if (is_edge)
            s->edge = edge_of(l->valuestring);
        if (strcmp(l->string, "instance") == 0 && l->valuestring[0] != '\0')
            s->peer = h;
    }
}

bool
split__promql_table_add(promql_table *t, const promql_series *s)
{
    if (t->n == t->room) {
        size_t room = t->room == 0 ? 64 : t->room * 2;
        promql_series *items = realloc(t->items, room * sizeof *items);
        if (items == NULL)
            return false;
        t->items = items;
        t->room = room;
    }
    t->items[t->n++] = *s;
    return true;
}

static int
order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int
order_series(const void *x, const void *y)
{
    const promql_series *a = x;
    const promql_series *b = y;
    int by_slot = order(a->slot, b->slot);
    int by_group = order(a->group, b->group);
    return by_slot != 0 ? by_slot : by_group != 0 ? by_group : order(a->name, b->name);
}

static int
order_peers(const void *x, const void *y)
{
    const uint64_t *a = x;
    const uint64_t *b = y;
    return order(*a, *b);
}

bool
split__promql_table_close(promql_table *t)
{
    t->peers = calloc(t->n + 1, sizeof *t->peers);
    if (t->peers == NULL)
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (t->items[i].peer != 0)
            t->peers[t->n_peers++] = t->items[i].peer;
    qsort(t->peers, t->n_peers, sizeof *t->peers, order_peers);
    if (t->n > 0)
        qsort(t->items, t->n, sizeof *t->items, order_series);
    return true;
}

void
split__promql_table_free(promql_table *t)
{
    free(t->items);
    free(t->peers);
    *t = (promql_table){0};
}

static const promql_series *
find(const promql_table *t, const promql_series *s)
{
    return t->n == 0 ? NULL : bsearch(s, t->items, t->n, sizeof *s, order_series);
}

static bool
has_peer(const uint64_t *peers, size_t n, uint64_t peer)
{
    return n > 0 && bsearch(&peer, peers, n, sizeof peer, order_peers) != NULL;
}

/* Peers that show series no more which they showed before: maybe under other labels, so that what
 * is new about them may be old. Sorted; for the caller to free. NULL without memory. */
static uint64_t *
find_changed(const promql_table *before, const promql_table *now, size_t *n)
{
    uint64_t *changed = calloc(before->n + 1, sizeof *changed);
    *n = 0;
    for (size_t i = 0; changed != NULL && i < before->n; i++)
        if (before->items[i].peer != 0 && !before->items[i].gone &&
            find(now, &before->items[i]) == NULL)
            changed[(*n)++] = before->items[i].peer;
    if (changed != NULL)
        qsort(changed, *n, sizeof *changed, order_peers);
    return changed;
}

typedef struct promql_past {
    const promql_table *before;
    const uint64_t *changed; /* peers, sorted */
    size_t n_changed;
    const uint64_t *restarted; /* likewise */
    size_t n_restarted;
} promql_past;

typedef struct peer_sum {
    uint64_t peer;
    int64_t before;
    int64_t now;
} peer_sum;

static int
order_sums(const void *x, const void *y)
{
    const peer_sum *a = x;
    const peer_sum *b = y;
    return order(a->peer, b->peer);
}

/* C1. An instance restarted when all that it counts fell to less than a tenth. Sorted; for the
 * caller to free. NULL without memory. */
static uint64_t *
find_restarted(const promql_table *before, const promql_table *now, size_t *n)
{
    uint64_t *peers = calloc(now->n_peers + 1, sizeof *peers);
    peer_sum *sums = calloc(now->n_peers + 1, sizeof *sums);
    size_t n_sums = 0;
    *n = 0;
    for (size_t i = 0; sums != NULL && i < now->n_peers; i++)
        if (n_sums == 0 || sums[n_sums - 1].peer != now->peers[i])
            sums[n_sums++].peer = now->peers[i];
    for (size_t i = 0; sums != NULL && n_sums > 0 && i < now->n; i++) {
        const promql_series *old = find(before, &now->items[i]);
        const peer_sum key = {.peer = now->items[i].peer};
        peer_sum *sum =
            key.peer == 0 ? NULL : bsearch(&key, sums, n_sums, sizeof *sums, order_sums);
        if (old == NULL || sum == NULL)
            continue;
        split__count_add(&sum->before, old->value);
        split__count_add(&sum->now, now->items[i].value);
    }
    for (size_t i = 0; peers != NULL && i < n_sums; i++)
        if (split__counter_restarted(sums[i].before, sums[i].now))
            peers[(*n)++] = sums[i].peer;
    if (sums == NULL) {
        free(peers);
        peers = NULL;
    }
    free(sums);
    return peers;
}

static int64_t
count_one(const promql_past *past, const promql_series *s, bool restarted)
{
    const promql_series *old = find(past->before, s);
    if (old != NULL && !restarted)
        return s->value - old->value;
    if (s->peer == 0)
        return PROMQL_SINCE_UNKNOWN;
    bool from_zero = restarted || (has_peer(past->before->peers, past->before->n_peers, s->peer) &&
                                   !has_peer(past->changed, past->n_changed, s->peer));
    return from_zero ? s->value : PROMQL_SINCE_UNKNOWN;
}

/* What the series of a group have in common. */
typedef struct group_state {
    bool fell;
    bool restarted;
    uint32_t n_dips; /* looks in a row, this one with it */
} group_state;

static group_state
state_of(const promql_past *past, const promql_series *first, size_t n)
{
    group_state g = {0};
    int64_t before = 0;
    int64_t now = 0;
    for (size_t i = 0; i < n; i++) {
        const promql_series *old = find(past->before, &first[i]);
        if (old == NULL)
            continue;
        g.fell = g.fell || first[i].value < old->value;
        g.n_dips = old->n_dips > g.n_dips ? old->n_dips : g.n_dips;
        split__count_add(&before, old->value);
        split__count_add(&now, first[i].value);
    }
    g.restarted = first->peer == 0 ? split__counter_restarted(before, now)
                                   : has_peer(past->restarted, past->n_restarted, first->peer);
    g.n_dips = g.fell && !g.restarted ? g.n_dips + 1 : 0;
    return g;
}

/* C2. A group that is a little lower stays where it was, until it was so for some looks. */
static void
leave_group(const promql_past *past, promql_series *first, size_t n, uint32_t n_dips)
{
    bool believed = n_dips >= COUNTER_DIPS_MAX;
    for (size_t i = 0; i < n; i++) {
        const promql_series *old = find(past->before, &first[i]);
        first[i].since = believed ? PROMQL_SINCE_UNKNOWN : PROMQL_SINCE_LOWER;
        first[i].n_dips = believed ? 0 : n_dips;
        if (old != NULL && !believed)
            first[i].value = old->value;
    }
}

/* The series of one group, n of them from `first` on. Returns whether it restarted. */
static bool
count_group(const promql_past *past, promql_series *first, size_t n)
{
    group_state g = state_of(past, first, n);
    if (g.n_dips > 0) {
        leave_group(past, first, n, g.n_dips);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        first[i].since = count_one(past, &first[i], g.restarted);
    return g.restarted && g.fell;
}

bool
split__promql_count(const promql_table *before, promql_table *now, bool *out_fell)
{
    promql_past past = {.before = before};
    uint64_t *changed = find_changed(before, now, &past.n_changed);
    uint64_t *restarted = find_restarted(before, now, &past.n_restarted);
    bool done = changed != NULL && restarted != NULL;
    past.changed = changed;
    past.restarted = restarted;
    *out_fell = false;
    for (size_t i = 0, n; done && i < now->n; i += n) {
        promql_series *first = &now->items[i];
        for (n = 1;
             i + n < now->n && first[n].slot == first->slot && first[n].group == first->group;)
            n++;
        *out_fell = count_group(&past, first, n) || *out_fell;
    }
    free(changed);
    free(restarted);
    return done;
}

bool
split__promql_table_carry(promql_table *now, const promql_table *before)
{
    promql_table whole = *now; /* `now` stays sorted up to its own end while others come behind */
    for (size_t i = 0; i < before->n && whole.n < PROMQL_SERIES_MAX; i++) {
        promql_series s = before->items[i];
        const promql_table own = {.items = whole.items, .n = now->n};
        s.gone = true;
        if (find(&own, &s) == NULL && !split__promql_table_add(&whole, &s)) {
            *now = whole;
            return false;
        }
    }
    *now = whole;
    if (now->n > 0)
        qsort(now->items, now->n, sizeof *now->items, order_series);
    return true;
}
