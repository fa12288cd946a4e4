/* SPDX-License-Identifier: MIT */
/* Loading a route by the reader's rules, its getters, and the revision fence. */
#include <string.h>

#include "policy/document/file.h"
#include "policy/document/parse.h"
#include "policy/document/table.h"
#include "policy/route/data.h"

/* What the core says of the plan, reported at the field at fault. */
static void
book_refused_plan(loader *l, int err)
{
    const char *blamed = err == SPLIT_ERR_INDEX ? "default"
                         : err == SPLIT_ERR_KEY ? "overrides"
                                                : "ranges";
    uint32_t node = split__json_member(&l->doc, 0, blamed);
    split__fault_value(
        l, err, node != JSON_NONE ? node : 0,
        err == SPLIT_ERR_LAYOUT
            ? "The ranges must be sorted and cover 0 to 1048576 once; publish the route again."
            : split_strerror(err));
}

static void
link_plan(loader *l, split_route *route)
{
    split_plan *plan = NULL;
    split_plan_options *o = &route->plan_options;
    split_plan_options_init(o);
    o->name = route->name;
    o->salt = route->salt;
    o->home = route->home.items;
    o->ranges = route->ranges.items;
    o->overrides = route->overrides.items;
    o->n_variants = route->variants.n;
    o->n_ranges = route->ranges.n;
    o->n_overrides = route->overrides.n;
    o->mode = (uint32_t)route->mode;
    o->default_variant = (uint32_t)route->default_variant;
    o->coverage_e6 = (uint32_t)route->coverage_e6;
    o->holdout_e6 = (uint32_t)route->holdout_e6;
    int err = split_plan_new(o, l->arena.alloc, &plan);
    split_plan_free(&plan, l->arena.alloc);
    if (err == SPLIT_ERR_NOMEM)
        l->arena.failed = true;
    else if (err != SPLIT_OK)
        book_refused_plan(l, err);
}

/* Indices out of range, before the core sees them, so that each gets its place. */
static void
check_indices(loader *l, const split_route *route)
{
    const split_range *ranges = route->ranges.items;
    const split_override *overrides = route->overrides.items;
    size_t n = route->variants.n;
    uint32_t node = split__json_member(&l->doc, 0, "ranges");
    uint32_t c = split__json_child(&l->doc, node);
    for (size_t i = 0; i < route->ranges.n; i++, c = split__json_sibling(&l->doc, c))
        if (ranges[i].variant >= n)
            split__fault_value(l, SPLIT_ERR_INDEX, c,
                               "The range names a variant that does not exist.");
    node = split__json_member(&l->doc, 0, "overrides");
    c = node != JSON_NONE ? split__json_child(&l->doc, node) : JSON_NONE;
    for (size_t i = 0; i < route->overrides.n; i++, c = split__json_sibling(&l->doc, c))
        if (overrides[i].variant >= n)
            split__fault_value(l, SPLIT_ERR_INDEX, c,
                               "The override names a variant that does not exist.");
    if (route->default_variant >= n)
        split__fault_value(l, SPLIT_ERR_INDEX, split__json_member(&l->doc, 0, "default"),
                           "The default names a variant that does not exist.");
}

static void
check_counts(loader *l, const split_route *route)
{
    if (route->chains.n != route->variants.n)
        split__fault_value(l, SPLIT_ERR_LAYOUT, split__json_member(&l->doc, 0, "chains"),
                           "There must be one chain for each variant.");
    if (route->home.n > 0 && route->home.n != route->variants.n)
        split__fault_value(l, SPLIT_ERR_LAYOUT, split__json_member(&l->doc, 0, "home"),
                           "There must be one count for each variant.");
}

static void
link_chains(loader *l, split_route *route)
{
    doc_list *chains = route->chains.items;
    const doc_origin *origins = route->origins.items;
    for (size_t i = 0; i < route->chains.n; i++)
        for (size_t j = 0; j < chains[i].n; j++) {
            doc_name *name = (doc_name *)chains[i].items + j;
            name->index = 0;
            while (name->index < route->origins.n &&
                   strcmp(origins[name->index].info.name, name->text) != 0)
                name->index++;
            if (name->index == route->origins.n)
                split__fault_value(l, SPLIT_ERR_INDEX, name->item.node,
                                   "No origin of the route has this name.");
        }
}

static void
link_route(loader *l, split_route *route)
{
    check_indices(l, route);
    check_counts(l, route);
    link_chains(l, route);
    if (l->faults.n > 0 || l->arena.failed)
        return;
    link_plan(l, route);
    split__failover_link(l, &route->failover, &route->origins, route->chains.items, route->chains.n,
                         &route->failover_options);
}

/* A route of another schema says nothing to this reader; its other fields are not read. */
static bool
other_schema(loader *l)
{
    static const field one = {.min = 1, .max = 1};
    uint32_t node = split__json_member(&l->doc, 0, "schema");
    uint64_t unused = 0;
    size_t n_before = l->faults.n;
    if (node == JSON_NONE || l->doc.nodes[node].kind != JSON_NUMBER)
        return false;
    split__read_schema(l, &one, node, &unused);
    return l->faults.n != n_before;
}

static int
read_route(loader *l, const char *text, size_t len, const split_alloc *alloc, split_route **out)
{
    int err = split__json_parse(&l->doc, text, len, alloc, &l->faults);
    if (err != SPLIT_OK)
        return err;
    split_route *route = split__arena_take(&l->arena, sizeof *route);
    if (route == NULL)
        return SPLIT_ERR_NOMEM;
    if (!other_schema(l))
        split__table_load(l, &split__route_table, 0, route);
    if (l->faults.n == 0 && !l->arena.failed)
        link_route(l, route);
    route->text = split__arena_copy(&l->arena, text, len);
    route->text_len = len;
    *out = route;
    return SPLIT_OK;
}

int
split_route_load(const char *text, size_t text_len, const split_alloc *alloc, split_error *faults,
                 size_t n_faults, size_t *out_n_faults, split_route **out)
{
    loader l = {.arena = {.alloc = alloc}, .lenient = true};
    split_route *route = NULL;
    if (out_n_faults != NULL)
        *out_n_faults = 0;
    if (text == NULL || out == NULL || (faults == NULL && n_faults > 0))
        return SPLIT_ERR_ARG;
    int err = split__fault_list_init(&l.faults, faults, n_faults);
    if (err != SPLIT_OK)
        return err;
    err = split__load_result(&l, read_route(&l, text, text_len, alloc, &route));
    split__json_free(&l.doc);
    if (out_n_faults != NULL)
        *out_n_faults = l.faults.n;
    if (err != SPLIT_OK) {
        split__arena_free(&l.arena);
        return err;
    }
    route->arena = l.arena;
    *out = route;
    return SPLIT_OK;
}

static int
load_into(const char *text, size_t text_len, const split_alloc *alloc, split_error *faults,
          size_t n_faults, size_t *out_n_faults, void *out)
{
    return split_route_load(text, text_len, alloc, faults, n_faults, out_n_faults, out);
}

int
split_route_load_file(const char *path, const split_alloc *alloc, split_error *faults,
                      size_t n_faults, size_t *out_n_faults, split_route **out)
{
    return split__document_load_file(path, load_into, alloc, faults, n_faults, out_n_faults, out);
}

void
split_route_free(split_route **route, const split_alloc *alloc)
{
    if (route == NULL || *route == NULL)
        return;
    arena whole = (*route)->arena; /* the route itself lives in it */
    whole.alloc = alloc;
    split__arena_free(&whole);
    *route = NULL;
}

int
split_route_accept(const split_route *current, const split_route *next)
{
    if (next == NULL)
        return SPLIT_ERR_ARG;
    if (current == NULL)
        return SPLIT_OK;
    if (strcmp(current->name, next->name) != 0)
        return SPLIT_ERR_NAME;
    if (next->revision > current->revision)
        return SPLIT_OK;
    bool same = current->text_len == next->text_len &&
                memcmp(current->text, next->text, next->text_len) == 0;
    return same ? SPLIT_OK : SPLIT_ERR_REVISION;
}
