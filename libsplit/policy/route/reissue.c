/* SPDX-License-Identifier: MIT */
/* A route made from the one in force: new ranges, revision and issuer; every other member stays as
 * it was written, also one that this version does not know. */
#include <string.h>

#include "policy/document/clock_text.h"
#include "policy/document/number.h"
#include "policy/document/parse.h"
#include "policy/route/data.h"
#include "policy/route/write.h"

typedef struct reissue {
    const split_plan *plan; /* NULL: the ranges stay */
    uint64_t revision;
    split_us issued_at_us;
    const char *by;
    const char *why;
} reissue;

/* Members that are written new; the others are copied. */
static const char *const own_names[] = {"revision", "issued_at", "issued_by", "issued_why"};
static const char *const plan_names[] = {"home", "ranges"};

static bool
is_among(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool
is_line(const char *text, size_t max_bytes)
{
    if (text == NULL)
        return true;
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return false;
    return n <= max_bytes;
}

static void
write_issue(text_out *out, const reissue *r)
{
    char time[NUMBER_TEXT_BYTES];
    split__number_time_text(r->issued_at_us - r->issued_at_us % MICROS, time);
    split__out_key(out, "revision");
    split__out_whole(out, (int64_t)r->revision);
    split__out_key(out, "issued_at");
    split__out_name(out, time);
    if (r->by != NULL && r->by[0] != '\0') {
        split__out_key(out, "issued_by");
        split__out_name(out, r->by);
    }
    if (r->why != NULL && r->why[0] != '\0') {
        split__out_key(out, "issued_why");
        split__out_name(out, r->why);
    }
}

static int
write_plan(text_out *out, const split_plan *plan)
{
    split__out_key(out, "home");
    split__route_write_home(out, plan);
    split__out_key(out, "ranges");
    return split__route_write_ranges(out, plan);
}

static int
write_members(text_out *out, const json_doc *doc, const reissue *r)
{
    int err = SPLIT_OK;
    split__out_raw(out, "{");
    for (uint32_t c = split__json_child(doc, 0); c != JSON_NONE; c = split__json_sibling(doc, c)) {
        const char *name = split__json_key(doc, c);
        const json_node *node = &doc->nodes[c];
        bool own = is_among(name, own_names, sizeof own_names / sizeof own_names[0]);
        bool plan =
            r->plan != NULL && is_among(name, plan_names, sizeof plan_names / sizeof plan_names[0]);
        if (strcmp(name, "revision") == 0)
            write_issue(out, r);
        if (plan && strcmp(name, "ranges") == 0)
            err = write_plan(out, r->plan);
        if (own || plan)
            continue;
        split__out_key(out, name);
        split__out_bytes(out, doc->text + node->pos, node->end - node->pos);
    }
    split__out_raw(out, "}");
    return err;
}

static int
check(const split_route *route, const reissue *r)
{
    if (r->revision < 1 || r->revision > ROUTE_REVISION_MAX || r->issued_at_us < 0 ||
        r->issued_at_us > NUMBER_TIME_MAX || !is_line(r->by, SPLIT_ROUTE_BY_BYTES_MAX) ||
        !is_line(r->why, SPLIT_ROUTE_WHY_BYTES_MAX))
        return SPLIT_ERR_VALUE;
    if (r->plan != NULL && (strcmp(split_plan_name(r->plan), route->name) != 0 ||
                            split_plan_n_variants(r->plan) != route->variants.n))
        return SPLIT_ERR_FIELD;
    return SPLIT_OK;
}

int
split_route_reissue(const split_route *route, const split_plan *plan, uint64_t revision,
                    split_us issued_at_us, const char *by, const char *why,
                    const split_alloc *alloc, split_route **out)
{
    const reissue r = {plan, revision, issued_at_us, by, why};
    text_out text = {.alloc = alloc};
    json_doc doc = {0};
    fault_list faults;
    if (route == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    int err = check(route, &r);
    if (err != SPLIT_OK)
        return err;
    split__fault_list_init(&faults, NULL, 0);
    err = split__json_parse(&doc, route->text, route->text_len, alloc, &faults);
    if (err == SPLIT_OK)
        err = write_members(&text, &doc, &r);
    split__json_free(&doc);
    if (err == SPLIT_OK && text.failed)
        err = SPLIT_ERR_NOMEM;
    if (err == SPLIT_OK && text.len > SPLIT_DOCUMENT_BYTES_MAX)
        err = SPLIT_ERR_LIMIT;
    if (err == SPLIT_OK)
        err = split_route_load(text.text, text.len, alloc, NULL, 0, NULL, out);
    split__out_free(&text);
    return err;
}
