/* SPDX-License-Identifier: MIT */
/* design/sources.md Q3, Q4: differences of counters by series. */
#include "net/source/promql/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/decimal.h"

/* FNV-1a over name and value with their ends; labels are added up, so their order is of no account.
 */
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
    const uint64_t *changed;
    size_t n_changed;
} promql_past;

static int64_t
count_one(const promql_past *past, const promql_series *s, bool fell)
{
    const promql_series *old = find(past->before, s);
    if (old != NULL && !fell)
        return s->value - old->value;
    if (s->peer == 0)
        return -1;
    bool from_zero = fell || (has_peer(past->before->peers, past->before->n_peers, s->peer) &&
                              !has_peer(past->changed, past->n_changed, s->peer));
    return from_zero ? s->value : -1;
}

/* The series of one group, n of them from `first` on. Returns whether one fell. */
static bool
count_group(const promql_past *past, promql_series *first, size_t n)
{
    bool fell = false;
    for (size_t i = 0; i < n; i++) {
        const promql_series *old = find(past->before, &first[i]);
        fell = fell || (old != NULL && first[i].value < old->value);
    }
    for (size_t i = 0; i < n; i++)
        first[i].since = count_one(past, &first[i], fell);
    return fell;
}

bool
split__promql_count(const promql_table *before, promql_table *now, bool *out_fell)
{
    promql_past past = {.before = before};
    uint64_t *changed = find_changed(before, now, &past.n_changed);
    if (changed == NULL)
        return false;
    past.changed = changed;
    *out_fell = false;
    for (size_t i = 0, n; i < now->n; i += n) {
        promql_series *first = &now->items[i];
        for (n = 1;
             i + n < now->n && first[n].slot == first->slot && first[n].group == first->group;)
            n++;
        *out_fell = count_group(&past, first, n) || *out_fell;
    }
    free(changed);
    return true;
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
