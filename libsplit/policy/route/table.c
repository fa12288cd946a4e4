/* SPDX-License-Identifier: MIT */
/* Field table of the route and readers of its arrays of numbers. */
#include <string.h>

#include "policy/document/clock_text.h"
#include "policy/document/form.h"
#include "policy/document/number.h"
#include "policy/route/data.h"
#include "policy/document/value.h"

#define AT(type, member) .offset = offsetof(type, member), .bytes = sizeof(((type *)0)->member)

static const char *const modes[] = {
#define XX(name, number, text) text,
    SPLIT_MODE_MAP(XX)
#undef XX
        NULL};

static void
read_time(loader *l, const field *f, uint32_t node, void *object)
{
    split_us us;
    if (!split__want_kind(l, node, JSON_STRING, "a time in quotes"))
        return;
    const char *text = split__json_text(&l->doc, node);
    if (split__number_time(text, strlen(text), &us))
        memcpy((char *)object + f->offset, &us, sizeof us);
    else
        split__fault_value(l, SPLIT_ERR_VALUE, node,
                           "A time looks like \"2026-11-23T00:17:00Z\"; correct it.");
}

/* Whole numbers up to 2^20 of an array, which must have n of them. Returns how many were read. */
static uint32_t
read_buckets(loader *l, uint32_t node, uint32_t *out, uint32_t n)
{
    const field bucket = {.max = SPLIT_BUCKETS};
    uint64_t value;
    uint32_t i = 0;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE && i < n;
         c = split__json_sibling(&l->doc, c)) {
        if (!split__read_whole(l, &bucket, c, &value))
            return i;
        out[i++] = (uint32_t)value;
    }
    return i;
}

static void
read_home(loader *l, const field *f, uint32_t node, void *object)
{
    uint32_t n;
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of bucket counts") ||
        !split__read_count(l, f, node, &n))
        return;
    uint32_t *home = split__arena_take(&l->arena, n * sizeof *home);
    if (home != NULL && read_buckets(l, node, home, n) == n)
        *list = (doc_list){home, n};
}

static void
read_range(loader *l, uint32_t node, split_range *out)
{
    const field three = {.min = 3, .max = 3};
    uint32_t n, numbers[3] = {0};
    if (!split__want_kind(l, node, JSON_ARRAY, "an array [start, end, variant]") ||
        !split__read_count(l, &three, node, &n) || read_buckets(l, node, numbers, 3) != 3)
        return;
    *out = (split_range){numbers[0], numbers[1], numbers[2]};
}

static void
read_ranges(loader *l, const field *f, uint32_t node, void *object)
{
    uint32_t n;
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of ranges") ||
        !split__read_count(l, f, node, &n))
        return;
    split_range *ranges = split__arena_take(&l->arena, n * sizeof *ranges);
    uint32_t c = split__json_child(&l->doc, node);
    for (uint32_t i = 0; ranges != NULL && i < n; i++, c = split__json_sibling(&l->doc, c))
        read_range(l, c, &ranges[i]);
    *list = (doc_list){ranges, ranges != NULL ? n : 0};
}

static void
read_chains(loader *l, const field *f, uint32_t node, void *object)
{
    const field chain = {.kind = FIELD_NAMES, .min = 1, .max = DOC_CHAIN_MAX};
    uint32_t n;
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of chains") ||
        !split__read_count(l, f, node, &n))
        return;
    doc_list *chains = split__arena_take(&l->arena, n * sizeof *chains);
    uint32_t c = split__json_child(&l->doc, node);
    for (uint32_t i = 0; chains != NULL && i < n; i++, c = split__json_sibling(&l->doc, c))
        split__value_load(l, &chain, c, &chains[i]);
    *list = (doc_list){chains, chains != NULL ? n : 0};
}

static void
read_overrides(loader *l, const field *f, uint32_t node, void *object)
{
    const field index = {.max = SPLIT_VARIANTS_MAX - 1};
    uint32_t n;
    uint64_t variant;
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of key and variant index") ||
        !split__read_count(l, f, node, &n))
        return;
    split_override *items = split__arena_take(&l->arena, n * sizeof *items);
    uint32_t c = split__json_child(&l->doc, node);
    for (uint32_t i = 0; items != NULL && i < n; i++, c = split__json_sibling(&l->doc, c)) {
        const char *key = split__json_key(&l->doc, c);
        items[i].key_len = strlen(key);
        items[i].key = split__arena_copy(&l->arena, key, items[i].key_len);
        if (split__read_whole(l, &index, c, &variant))
            items[i].variant = (uint32_t)variant;
    }
    *list = (doc_list){items, items != NULL ? n : 0};
}

static void
prepare_route(loader *l, uint32_t node, void *object)
{
    split_route *route = object;
    route->coverage_e6 = DOC_PERCENT_ALL;
    split__cookie_table.prepare(l, node, &route->cookie);
    split__failover_table.prepare(l, JSON_NONE, &route->failover);
}

static const field route_fields[] = {
    {"schema", FIELD_CUSTOM, FIELD_REQUIRED, AT(split_route, schema), .min = 1, .max = 1,
     .read = split__read_schema},
    {"split", FIELD_NAME, FIELD_REQUIRED, AT(split_route, name)},
    {"revision", FIELD_WHOLE, FIELD_REQUIRED, AT(split_route, revision), .min = 1,
     .max = ROUTE_REVISION_MAX},
    {"issued_at", FIELD_CUSTOM, FIELD_REQUIRED, AT(split_route, issued_at_us), .read = read_time},
    {"issued_by", FIELD_TEXT, AT(split_route, issued_by), .max = SPLIT_ROUTE_BY_BYTES_MAX},
    {"issued_why", FIELD_TEXT, AT(split_route, issued_why), .max = SPLIT_ROUTE_WHY_BYTES_MAX},
    {"salt", FIELD_TEXT, AT(split_route, salt), .max = 64, .form = split__form_salt,
     .form_name = "a salt of A-Z a-z 0-9 . _ -, or \"\" for none"},
    {"mode", FIELD_CHOICE, AT(split_route, mode), .choices = modes},
    {"variants", FIELD_NAMES, FIELD_REQUIRED, AT(split_route, variants), .min = 1,
     .max = SPLIT_VARIANTS_MAX},
    {"default", FIELD_WHOLE, FIELD_REQUIRED, AT(split_route, default_variant),
     .max = SPLIT_VARIANTS_MAX - 1},
    {"home", FIELD_CUSTOM, AT(split_route, home), .min = 1, .max = SPLIT_VARIANTS_MAX,
     .read = read_home},
    {"ranges", FIELD_CUSTOM, FIELD_REQUIRED, AT(split_route, ranges), .min = 1,
     .max = SPLIT_RANGES_MAX, .read = read_ranges},
    {"chains", FIELD_CUSTOM, FIELD_REQUIRED, AT(split_route, chains), .min = 1,
     .max = SPLIT_VARIANTS_MAX, .read = read_chains},
    {"origins", FIELD_MAP, FIELD_REQUIRED, AT(split_route, origins), .min = 1,
     .max = DOC_ORIGINS_MAX, .table = &split__origin_table},
    {"failover", FIELD_OBJECT, AT(split_route, failover), .table = &split__failover_table},
    {"overrides", FIELD_CUSTOM, AT(split_route, overrides), .max = SPLIT_OVERRIDES_MAX,
     .read = read_overrides},
    {"coverage", FIELD_MICROS, AT(split_route, coverage_e6), .max = DOC_PERCENT_ALL},
    {"holdout", FIELD_MICROS, AT(split_route, holdout_e6), .max = DOC_PERCENT_ALL},
    {"cookie", FIELD_OBJECT, AT(split_route, cookie), .table = &split__cookie_table},
};

const object_table split__route_table = {route_fields, sizeof route_fields / sizeof route_fields[0],
                                         sizeof(split_route), prepare_route, NULL};
