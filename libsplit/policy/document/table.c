/* SPDX-License-Identifier: MIT */
/* Walks an object by its field table, and records what does not fit. */
#include "policy/document/table.h"

#include <stdio.h>
#include <string.h>

#include "policy/document/value.h"

static const field *
find_field(const object_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (strcmp(table->fields[i].name, name) == 0)
            return &table->fields[i];
    return NULL;
}

/* Number of single-letter edits from a to b, where swapping neighbours counts as two; at most 32
 * bytes each. */
static size_t
edit_distance(const char *a, const char *b)
{
    size_t row[33], n = strlen(b);
    if (strlen(a) > 32 || n > 32)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i] != b[j - 1]);
            diagonal = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
        }
    }
    return row[n];
}

static const char *
nearest_field(const object_table *table, const char *name)
{
    const char *best = NULL;
    size_t least = 3; /* farther than two letters is another word */
    for (size_t i = 0; i < table->n_fields; i++) {
        size_t distance = edit_distance(name, table->fields[i].name);
        if (distance < least && distance < strlen(table->fields[i].name)) {
            least = distance;
            best = table->fields[i].name;
        }
    }
    return best;
}

static void
book_unknown(loader *l, const object_table *table, uint32_t node)
{
    char sentence[256], name[JSON_QUOTE_BYTES];
    const char *key = split__json_key(&l->doc, node), *near;
    if (l->lenient || strncmp(key, "x-", 2) == 0)
        return;
    if (l->doc.nodes[node].parent == 0 && strcmp(key, "$schema") == 0)
        return;
    split__json_quote(key, strlen(key), name);
    near = split__fault_has_room(&l->faults, l->doc.nodes[node].key_pos) ? nearest_field(table, key)
                                                                         : NULL;
    if (near != NULL)
        snprintf(sentence, sizeof sentence, "The field \"%s\" is not known; did you mean \"%s\"?",
                 name, near);
    else
        snprintf(sentence, sizeof sentence,
                 "The field \"%s\" is not known here; remove it, or start its name with x- to keep "
                 "a note.",
                 name);
    split__fault_key(l, SPLIT_ERR_FIELD, node, sentence);
}

/* Room for n structs of the table, each with its node and name. */
static void
load_items(loader *l, const field *f, uint32_t node, uint32_t n, doc_list *list)
{
    char *items = split__arena_take(&l->arena, n * f->table->bytes);
    uint32_t c = split__json_child(&l->doc, node);
    for (uint32_t i = 0; items != NULL && i < n; i++, c = split__json_sibling(&l->doc, c)) {
        doc_item *item = (doc_item *)(void *)(items + i * f->table->bytes);
        const char *key = split__json_key(&l->doc, c);
        item->node = c;
        item->name = key != NULL ? split__arena_copy(&l->arena, key, strlen(key)) : NULL;
        split__table_load(l, f->table, c, item);
    }
    *list = (doc_list){items, items != NULL ? n : 0};
}

static void
check_map_names(loader *l, uint32_t node)
{
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c))
        if (!split__name_valid(split__json_key(&l->doc, c)))
            split__fault_key(l, SPLIT_ERR_NAME, c,
                             "A name starts with a letter or digit and has up to 64 of A-Z a-z 0-9 "
                             ". _ -; rename it.");
}

static void
load_list(loader *l, const field *f, uint32_t node, void *object)
{
    uint32_t n;
    bool map = f->kind == FIELD_MAP;
    if (!split__want_kind(l, node, map ? JSON_OBJECT : JSON_ARRAY, map ? "an object" : "an array"))
        return;
    if (!split__read_count(l, f, node, &n))
        return;
    if (map)
        check_map_names(l, node);
    load_items(l, f, node, n, (doc_list *)(void *)((char *)object + f->offset));
}

static void
load_object(loader *l, const field *f, uint32_t node, void *object)
{
    doc_item *item = (doc_item *)(void *)((char *)object + f->offset);
    item->node = node;
    split__table_load(l, f->table, node, item);
}

static void
load_field(loader *l, const field *f, uint32_t node, void *object)
{
    if ((f->flags & FIELD_NULLABLE) != 0 && l->doc.nodes[node].kind == JSON_NULL)
        return;
    switch (f->kind) {
    case FIELD_OBJECT:
        load_object(l, f, node, object);
        break;
    case FIELD_LIST:
    case FIELD_MAP:
        load_list(l, f, node, object);
        break;
    case FIELD_CUSTOM:
        f->read(l, f, node, object);
        break;
    case FIELD_ANY:
        break;
    default:
        split__value_load(l, f, node, object);
    }
}

static void
check_required(loader *l, const object_table *table, uint32_t node)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const field *f = &table->fields[i];
        if ((f->flags & FIELD_REQUIRED) != 0 &&
            split__json_member(&l->doc, node, f->name) == JSON_NONE)
            split__fault_missing(l, node, f->name, "add it");
    }
}

void
split__table_load(loader *l, const object_table *table, uint32_t node, void *object)
{
    size_t n_before = l->faults.n;
    if (table->prepare != NULL)
        table->prepare(l, node, object);
    if (!split__want_kind(l, node, JSON_OBJECT, "an object"))
        return;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c)) {
        const field *f = find_field(table, split__json_key(&l->doc, c));
        if (f == NULL)
            book_unknown(l, table, c);
        else if (!l->doc.nodes[c].doubled)
            load_field(l, f, c, object);
    }
    check_required(l, table, node);
    if (table->check != NULL && !l->arena.failed)
        table->check(l, node, object, l->faults.n == n_before);
}
