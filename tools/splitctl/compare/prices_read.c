/* SPDX-License-Identifier: MIT */
/* Items and systems of a price file. */
#include <string.h>

#include "compare/prices_read.h"

#define N_OF(rows) (sizeof(rows) / sizeof(rows)[0])
#define PRICE_MAX INT64_C(1000000)
#define QUANTITY_MAX INT64_C(1000000000)
#define PER_MAX 80

static const char *const cover_words[] = {
#define XX(name, word, text) word,
    PRICE_COVER_MAP(XX)
#undef XX
};

static const char *const cover_texts[] = {
#define XX(name, word, text) text,
    PRICE_COVER_MAP(XX)
#undef XX
};

static const char *const basis_words[] = {"read", "recalled", "billed"};

const char *
price_cover_word(price_cover cover)
{
    return cover_words[cover];
}

const char *
price_cover_text(price_cover cover)
{
    return cover_texts[cover];
}

static void
item_id(form_reader *r, const char *path, const cJSON *value, void *object)
{
    price_item *item = object;
    if (!form_name(r, path, value, &item->id))
        return;
    for (const price_item *i = r->out->items; i < item; i++)
        if (i->id != NULL && strcmp(i->id, item->id) == 0)
            form_fault(r, path, "There is an item \"%s\" already; rename one of them.", item->id);
}

static void
item_price(form_reader *r, const char *path, const cJSON *value, void *object)
{
    (void)form_number(r, path, value, MONEY_DECIMALS, PRICE_MAX, &((price_item *)object)->price);
}

static void
item_per(form_reader *r, const char *path, const cJSON *value, void *object)
{
    (void)form_text(r, path, value, PER_MAX, &((price_item *)object)->per);
}

static void
item_basis(form_reader *r, const char *path, const cJSON *value, void *object)
{
    int *out = &((price_item *)object)->basis;
    if (form_choice(r, path, value, basis_words, N_OF(basis_words), out))
        ++*out; /* PRICE_BASIS_READ is the first word */
}

static void *
same_place(form_reader *r, const char *path, const cJSON *entry, void *object)
{
    (void)r;
    (void)path;
    (void)entry;
    return object;
}

static void
read_cover(form_reader *r, const char *path, const cJSON *value, void *object)
{
    int cover;
    if (form_choice(r, path, value, cover_words, PRICE_COVERS, &cover))
        *(unsigned *)object |= 1u << cover;
}

static void
item_covers(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_list(r, path, value, same_place, read_cover, &((price_item *)object)->covers);
}

static const form_row item_rows[] = {
    {"id", true, item_id},        {"price", true, item_price},    {"per", true, item_per},
    {"basis", false, item_basis}, {"covers", false, item_covers},
};

static void *
place_item(form_reader *r, const char *path, const cJSON *entry, void *object)
{
    prices *p = object;
    (void)entry;
    if (p->n_items < PRICES_ITEMS_MAX)
        return &p->items[p->n_items++];
    form_fault(r, path, "There may be at most %d items.", PRICES_ITEMS_MAX);
    return NULL;
}

static void
read_item(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_object(r, path, value, item_rows, N_OF(item_rows), object);
}

void
prices_read_items(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_list(r, path, value, place_item, read_item, object);
}

static void
line_item(form_reader *r, const char *path, const cJSON *value, void *object)
{
    const char *id = NULL;
    if (!form_name(r, path, value, &id))
        return;
    for (size_t i = 0; i < r->out->n_items; i++)
        if (r->out->items[i].id != NULL && strcmp(r->out->items[i].id, id) == 0)
            ((price_line *)object)->item = &r->out->items[i];
    if (((price_line *)object)->item == NULL)
        form_fault(r, path, "There is no item \"%s\"; add it to $.items, or correct the name.", id);
}

static void
line_quantity(form_reader *r, const char *path, const cJSON *value, void *object)
{
    (void)form_number(r, path, value, 6, QUANTITY_MAX, &((price_line *)object)->quantity_micros);
}

static const form_row line_rows[] = {{"id", true, line_item}, {"quantity", true, line_quantity}};

static void *
place_line(form_reader *r, const char *path, const cJSON *entry, void *object)
{
    price_system *s = object;
    (void)entry;
    if (s->n_lines < PRICES_LINES_MAX)
        return &s->lines[s->n_lines++];
    form_fault(r, path, "A system may have at most %d lines.", PRICES_LINES_MAX);
    return NULL;
}

static void
read_line(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_object(r, path, value, line_rows, N_OF(line_rows), object);
}

static void
read_lines(form_reader *r, const char *path, const cJSON *value, price_system *s, price_use use)
{
    size_t before = s->n_lines;
    form_list(r, path, value, place_line, read_line, s);
    for (size_t i = before; i < s->n_lines; i++)
        s->lines[i].use = use;
}

static void
system_requests(form_reader *r, const char *path, const cJSON *value, void *object)
{
    read_lines(r, path, value, object, PRICE_PER_REQUESTS);
}

static void
system_misses(form_reader *r, const char *path, const cJSON *value, void *object)
{
    read_lines(r, path, value, object, PRICE_PER_MISSES);
}

static void
system_month(form_reader *r, const char *path, const cJSON *value, void *object)
{
    read_lines(r, path, value, object, PRICE_PER_MONTH);
}

static void
system_without(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_list(r, path, value, same_place, read_cover, &((price_system *)object)->without);
}

static const form_row system_rows[] = {
    {"per_million_requests", false, system_requests},
    {"per_million_misses", false, system_misses},
    {"monthly", false, system_month},
    {"without", false, system_without},
};

static price_system *
next_system(form_reader *r, const char *path, const cJSON *entry, price_system *all, size_t *n)
{
    if (*n == PRICES_SYSTEMS_MAX) {
        form_fault(r, path, "There may be at most %d of them.", PRICES_SYSTEMS_MAX);
        return NULL;
    }
    all[*n].name = entry->string;
    return &all[(*n)++];
}

static void *
place_origin(form_reader *r, const char *path, const cJSON *entry, void *object)
{
    prices *p = object;
    return next_system(r, path, entry, p->origins, &p->n_origins);
}

static void *
place_router(form_reader *r, const char *path, const cJSON *entry, void *object)
{
    prices *p = object;
    return next_system(r, path, entry, p->routers, &p->n_routers);
}

static void
read_system(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_object(r, path, value, system_rows, N_OF(system_rows), object);
}

void
prices_read_origins(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_map(r, path, value, place_origin, read_system, object);
}

void
prices_read_routers(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_map(r, path, value, place_router, read_system, object);
}

void
prices_read_router(form_reader *r, const char *path, const cJSON *value, void *object)
{
    prices *p = object;
    const char *name = NULL;
    if (!form_name(r, path, value, &name))
        return;
    for (size_t i = 0; i < p->n_routers; i++)
        if (strcmp(p->routers[i].name, name) == 0)
            p->router = &p->routers[i];
    if (p->router == NULL)
        form_fault(r, path, "There is no router \"%s\" in $.routers.", name);
}
