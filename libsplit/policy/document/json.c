/* SPDX-License-Identifier: MIT */
/* A JSON document: the scanner's nodes joined with cJSON's tree, doubled names, paths. */
#include "policy/document/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/document/arena.h"
#include "policy/document/utf8.h"

typedef struct named {
    const char *key;
    uint32_t node;
} named;

static int
compare_named(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order != 0 ? order : (x->node > y->node) - (x->node < y->node);
}

static uint32_t
line_of(const json_doc *doc, uint32_t pos)
{
    uint32_t line = 1;
    for (uint32_t i = 0; i < pos; i++)
        line += doc->text[i] == '\n';
    return line;
}

static void
book_doubled(json_doc *doc, uint32_t first, uint32_t again)
{
    char path[JSON_PATH_BYTES], name[JSON_QUOTE_BYTES];
    const char *key = split__json_key(doc, again);
    doc->nodes[again].doubled = true;
    if (!split__fault_has_room(doc->faults, doc->nodes[again].key_pos)) {
        split__fault_add(doc->faults, SPLIT_ERR_FIELD, doc->nodes[again].key_pos, "", "%s", "");
        return;
    }
    split__json_path(doc, again, NULL, path);
    split__fault_add(doc->faults, SPLIT_ERR_FIELD, doc->nodes[again].key_pos, path,
                     "\"%s\" is here twice, first on line %u; keep one of them.",
                     split__json_quote(key, strlen(key), name),
                     (unsigned)line_of(doc, doc->nodes[first].key_pos));
}

/* Mark each member whose name an earlier member of the same object has. `work` has room for all
 * nodes. */
static void
find_doubled(json_doc *doc, uint32_t object, named *work)
{
    size_t n = 0;
    for (uint32_t c = split__json_child(doc, object); c != JSON_NONE;
         c = split__json_sibling(doc, c))
        work[n++] = (named){split__json_key(doc, c), c};
    qsort(work, n, sizeof *work, compare_named);
    for (size_t i = 1, first = 0; i < n; i++) {
        if (strcmp(work[i].key, work[first].key) == 0)
            book_doubled(doc, work[first].node, work[i].node);
        else
            first = i;
    }
}

static int
check_doubled(json_doc *doc)
{
    named *work = split__memory_take(doc->alloc, doc->n_nodes * sizeof *work);
    if (work == NULL)
        return SPLIT_ERR_NOMEM;
    for (uint32_t i = 0; i < doc->n_nodes; i++)
        if (doc->nodes[i].kind == JSON_OBJECT)
            find_doubled(doc, i, work);
    split__memory_give(doc->alloc, work);
    return SPLIT_OK;
}

/* cJSON keeps the order of the text, so both trees are walked in step. Returns the index after the
 * item's nodes. */
static uint32_t
join_tree(json_doc *doc, const cJSON *item, uint32_t node)
{
    doc->nodes[node++].item = item;
    for (const cJSON *child = item->child; child != NULL; child = child->next)
        node = join_tree(doc, child, node);
    return node;
}

int
split__json_parse(json_doc *doc, const char *text, size_t len, const split_alloc *alloc,
                  fault_list *faults)
{
    const char *end;
    *doc = (json_doc){.text = text, .len = len, .alloc = alloc, .faults = faults};
    faults->text = text;
    faults->text_len = len;
    int err = split__json_scan(doc);
    if (err != SPLIT_OK)
        return err;
    /* The scanner has accepted the text, so cJSON can only fail for want of memory. */
    doc->root = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    if (doc->root == NULL)
        return SPLIT_ERR_NOMEM;
    if (join_tree(doc, doc->root, 0) != doc->n_nodes)
        return SPLIT_ERR_BUG;
    return check_doubled(doc);
}

void
split__json_free(json_doc *doc)
{
    cJSON_Delete(doc->root);
    split__memory_give(doc->alloc, doc->nodes);
    doc->root = NULL;
    doc->nodes = NULL;
}

uint32_t
split__json_child(const json_doc *doc, uint32_t node)
{
    return doc->nodes[node].next > node + 1 ? node + 1 : JSON_NONE;
}

uint32_t
split__json_sibling(const json_doc *doc, uint32_t node)
{
    uint32_t next = doc->nodes[node].next;
    return next < doc->nodes[doc->nodes[node].parent].next ? next : JSON_NONE;
}

uint32_t
split__json_count(const json_doc *doc, uint32_t node)
{
    uint32_t n = 0;
    for (uint32_t c = split__json_child(doc, node); c != JSON_NONE; c = split__json_sibling(doc, c))
        n++;
    return n;
}

uint32_t
split__json_member(const json_doc *doc, uint32_t node, const char *name)
{
    if (node == JSON_NONE || doc->nodes[node].kind != JSON_OBJECT)
        return JSON_NONE;
    for (uint32_t c = split__json_child(doc, node); c != JSON_NONE; c = split__json_sibling(doc, c))
        if (strcmp(split__json_key(doc, c), name) == 0)
            return c;
    return JSON_NONE;
}

const char *
split__json_key(const json_doc *doc, uint32_t node)
{
    return doc->nodes[node].item->string;
}

const char *
split__json_text(const json_doc *doc, uint32_t node)
{
    return doc->nodes[node].item->valuestring;
}

bool
split__json_true(const json_doc *doc, uint32_t node)
{
    return cJSON_IsTrue(doc->nodes[node].item) != 0;
}

static bool
plain_name(const char *key)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-$";
    return key[0] != '\0' && key[strspn(key, plain)] == '\0';
}

static void
append_name(char out[JSON_PATH_BYTES], const char *key)
{
    char name[JSON_QUOTE_BYTES];
    size_t n = strlen(out);
    split__json_quote(key, strlen(key), name);
    snprintf(out + n, JSON_PATH_BYTES - n, plain_name(key) ? ".%s" : "[\"%s\"]", name);
}

static uint32_t
index_in_parent(const json_doc *doc, uint32_t node)
{
    uint32_t i = 0;
    for (uint32_t c = doc->nodes[node].parent + 1; c != node; c = doc->nodes[c].next)
        i++;
    return i;
}

static void
append_path(const json_doc *doc, uint32_t node, char out[JSON_PATH_BYTES])
{
    uint32_t parent = doc->nodes[node].parent;
    if (parent == JSON_NONE) {
        memcpy(out, "$", 2);
        return;
    }
    append_path(doc, parent, out);
    size_t n = strlen(out);
    if (doc->nodes[parent].kind == JSON_OBJECT)
        append_name(out, split__json_key(doc, node));
    else
        snprintf(out + n, JSON_PATH_BYTES - n, "[%u]", (unsigned)index_in_parent(doc, node));
}

void
split__json_path(const json_doc *doc, uint32_t node, const char *member, char out[JSON_PATH_BYTES])
{
    append_path(doc, node, out);
    if (member != NULL)
        append_name(out, member);
}

const char *
split__json_kind_name(json_kind kind)
{
    static const char *const names[] = {"null", "true or false", "a number",
                                        "text", "an array",      "an object"};
    return names[kind];
}

const char *
split__json_quote(const char *text, size_t len, char out[JSON_QUOTE_BYTES])
{
    size_t n = 0, step;
    for (size_t i = 0; i < len; i += step) {
        size_t known = split__utf8_length((const unsigned char *)text + i, len - i);
        step = known > 0 ? known : 1;
        if (n + step > JSON_QUOTE_BYTES - 8) {
            memcpy(out + n, "...", 3);
            n += 3;
            break;
        }
        if (known == 0 || (unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            out[n++] = '?';
        else {
            memcpy(out + n, text + i, known);
            n += known;
        }
    }
    out[n] = '\0';
    return out;
}
