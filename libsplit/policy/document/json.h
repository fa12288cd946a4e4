/* SPDX-License-Identifier: MIT */
/* A JSON document with the place of every value: cJSON decodes, our scanner checks and remembers
 * places. */
#ifndef SPLIT_POLICY_JSON_H
#define SPLIT_POLICY_JSON_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "policy/document/fault.h"
#include "split/base.h"

#define JSON_NONE UINT32_MAX
#define JSON_PATH_BYTES 256

typedef enum json_kind {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} json_kind;

/* Nodes are in document order, a parent before its children. */
typedef struct json_node {
    const cJSON *item; /* decoded key and text */
    uint32_t pos;      /* first byte of the value */
    uint32_t end;      /* after its last byte */
    uint32_t key_pos;  /* first byte of the member's name; as pos when it is no member */
    uint32_t parent;   /* JSON_NONE for the root */
    uint32_t next;     /* index after the last node inside this one */
    json_kind kind;
    bool doubled; /* an earlier member has the same name */
} json_node;

typedef struct json_doc {
    const char *text;
    size_t len;
    json_node *nodes;
    uint32_t n_nodes;
    uint32_t n_room;
    cJSON *root;
    const split_alloc *alloc;
    fault_list *faults;
    size_t max_bytes;
} json_doc;

/* First child and next sibling, or JSON_NONE. */
uint32_t split__json_child(const json_doc *doc, uint32_t node);
uint32_t split__json_sibling(const json_doc *doc, uint32_t node);
uint32_t split__json_count(const json_doc *doc, uint32_t node);

/* Member of an object by name, or JSON_NONE. */
uint32_t split__json_member(const json_doc *doc, uint32_t node, const char *name);

/* Decoded name of a member and decoded text of a string. */
const char *split__json_key(const json_doc *doc, uint32_t node);
const char *split__json_text(const json_doc *doc, uint32_t node);
bool split__json_true(const json_doc *doc, uint32_t node);

/* Path of a node such as $.metrics[1].target; with a name after it when `member` is not NULL. */
void split__json_path(const json_doc *doc, uint32_t node, const char *member,
                      char out[JSON_PATH_BYTES]);

/* "a string", "a number" and so on, for sentences. */
const char *split__json_kind_name(json_kind kind);

/* Copy text to a sentence: control characters and invalid bytes become '?', at most 48 bytes.
 * Returns out. */
#define JSON_QUOTE_BYTES 56
const char *split__json_quote(const char *text, size_t len, char out[JSON_QUOTE_BYTES]);

#endif
