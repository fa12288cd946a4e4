/* SPDX-License-Identifier: MIT */
/* Parsing: the scanner's nodes joined with cJSON's tree, and doubled names found. */
#include "policy/document/parse.h"

#include <stdlib.h>
#include <string.h>

#include "policy/document/arena.h"
#include "policy/document/scan.h"

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
