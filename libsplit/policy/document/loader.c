/* SPDX-License-Identifier: MIT */
/* A document while it is loaded: its nodes, its memory, and the faults found so far. */
#include "policy/document/loader.h"

#include <stdio.h>

void
split__fault_value(loader *l, int code, uint32_t node, const char *sentence)
{
    char path[JSON_PATH_BYTES] = "";
    uint32_t pos = l->doc.nodes[node].pos;
    if (split__fault_has_room(&l->faults, pos))
        split__json_path(&l->doc, node, NULL, path);
    split__fault_add(&l->faults, code, pos, path, "%s", sentence);
}

void
split__fault_key(loader *l, int code, uint32_t node, const char *sentence)
{
    char path[JSON_PATH_BYTES] = "";
    uint32_t pos = l->doc.nodes[node].key_pos;
    if (split__fault_has_room(&l->faults, pos))
        split__json_path(&l->doc, node, NULL, path);
    split__fault_add(&l->faults, code, pos, path, "%s", sentence);
}

void
split__fault_missing(loader *l, uint32_t object, const char *name, const char *cure)
{
    char path[JSON_PATH_BYTES] = "";
    uint32_t pos = l->doc.nodes[object].pos;
    if (split__fault_has_room(&l->faults, pos))
        split__json_path(&l->doc, object, name, path);
    split__fault_add(&l->faults, SPLIT_ERR_FIELD, pos, path, "The field \"%s\" is missing; %s.",
                     name, cure);
}

bool
split__want_kind(loader *l, uint32_t node, json_kind kind, const char *wanted)
{
    char sentence[256];
    json_kind found = l->doc.nodes[node].kind;
    if (found == kind)
        return true;
    snprintf(sentence, sizeof sentence, "This must be %s, but it is %s.", wanted,
             split__json_kind_name(found));
    split__fault_value(l, SPLIT_ERR_FIELD, node, sentence);
    return false;
}

int
split__load_result(const loader *l, int err)
{
    if (err == SPLIT_ERR_NOMEM || err == SPLIT_ERR_BUG)
        return err;
    if (l->arena.failed)
        return SPLIT_ERR_NOMEM;
    return l->faults.n > 0 ? l->faults.first_code : SPLIT_OK;
}
