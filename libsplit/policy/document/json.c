/* SPDX-License-Identifier: MIT */
/* A JSON document once it is parsed: members, texts, paths. */
#include "policy/document/json.h"

#include <stdio.h>
#include <string.h>

#include "policy/document/utf8.h"

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
