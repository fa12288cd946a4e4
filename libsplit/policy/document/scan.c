/* SPDX-License-Identifier: MIT */
/* Strict scanner of JSON text: grammar of RFC 8259, depth, and the place of every value
 * (design/documents.md D1 to D4). */
#include "policy/document/scan.h"

#include <string.h>

#include "policy/document/arena.h"
#include "policy/document/scan_text.h"
#include "split/policy.h"

static const char no_comments[] =
    "JSON has no comments; delete it or use a field whose name starts with x-.";

static int scan_value(scanner *s, uint32_t key_pos);

static void
skip_space(scanner *s)
{
    for (int c = split__scan_peek(s); c == ' ' || c == '\t' || c == '\n' || c == '\r';
         c = split__scan_peek(s))
        s->pos++;
}

static int
grow(json_doc *doc)
{
    uint32_t n_room = doc->n_room == 0 ? 256 : doc->n_room * 2;
    json_node *nodes = split__memory_take(doc->alloc, n_room * sizeof *nodes);
    if (nodes == NULL)
        return SPLIT_ERR_NOMEM;
    if (doc->n_nodes > 0)
        memcpy(nodes, doc->nodes, doc->n_nodes * sizeof *nodes);
    split__memory_give(doc->alloc, doc->nodes);
    doc->nodes = nodes;
    doc->n_room = n_room;
    return SPLIT_OK;
}

/* A node that starts here; its end and next are set by close_node(). */
static uint32_t
open_node(scanner *s, json_kind kind, uint32_t key_pos)
{
    json_doc *doc = s->doc;
    if (doc->n_nodes == doc->n_room && (s->status = grow(doc)) != SPLIT_OK)
        return JSON_NONE;
    doc->nodes[doc->n_nodes] = (json_node){
        .pos = s->pos,
        .key_pos = key_pos == JSON_NONE ? s->pos : key_pos,
        .parent = s->parent,
        .kind = kind,
    };
    return doc->n_nodes++;
}

static int
close_node(scanner *s, uint32_t node)
{
    s->doc->nodes[node].end = s->pos;
    s->doc->nodes[node].next = s->doc->n_nodes;
    return SPLIT_OK;
}

static int
scan_key(scanner *s)
{
    static const char sentence[] = "The name of a field must be a string in double quotes.";
    if (split__scan_peek(s) == '/')
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos, no_comments);
    if (split__scan_peek(s) != '"')
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos,
                                split__scan_peek(s) == '}' ? "Remove the comma before }."
                                                           : sentence);
    if (split__scan_string(s) != SPLIT_OK)
        return s->status;
    skip_space(s);
    if (split__scan_peek(s) != ':')
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos,
                                "A colon must follow the name of a field.");
    s->pos++;
    skip_space(s);
    return SPLIT_OK;
}

/* After an element: true when another one follows a comma. */
static bool
another_element(scanner *s, int close)
{
    skip_space(s);
    int c = split__scan_peek(s);
    if (c == ',') {
        s->pos++;
        skip_space(s);
        if (close == ']' && split__scan_peek(s) == close)
            split__scan_stop(s, SPLIT_ERR_JSON, s->pos, "Remove the comma before ].");
        return s->status == SPLIT_OK;
    }
    if (c == '/')
        split__scan_stop(s, SPLIT_ERR_JSON, s->pos, no_comments);
    else if (c < 0)
        split__scan_stop(s, SPLIT_ERR_JSON, s->pos,
                         "The text ends too early; close what is open with } or ].");
    else if (c != close)
        split__scan_stop(s, SPLIT_ERR_JSON, s->pos,
                         close == '}' ? "A comma or } must follow here."
                                      : "A comma or ] must follow here.");
    return false;
}

/* An object or array, entered at its opening bracket. */
static int
scan_container(scanner *s, json_kind kind, uint32_t key_pos)
{
    int close = kind == JSON_OBJECT ? '}' : ']';
    if (s->depth == SPLIT_DOCUMENT_DEPTH_MAX)
        return split__scan_stop(s, SPLIT_ERR_LIMIT, s->pos,
                                "The document is nested deeper than 16 levels; make it flatter.");
    uint32_t outer = s->parent, node = open_node(s, kind, key_pos);
    if (node == JSON_NONE)
        return s->status;
    s->parent = node;
    s->depth++;
    s->pos++;
    skip_space(s);
    bool more = split__scan_peek(s) != close;
    while (more) {
        uint32_t start = kind == JSON_OBJECT ? s->pos : JSON_NONE;
        if ((kind == JSON_OBJECT && scan_key(s) != SPLIT_OK) || scan_value(s, start) != SPLIT_OK)
            return s->status;
        more = another_element(s, close);
    }
    if (s->status != SPLIT_OK)
        return s->status;
    s->pos++;
    s->depth--;
    s->parent = outer;
    return close_node(s, node);
}

static int
scan_word(scanner *s, json_kind kind, const char *word, uint32_t key_pos)
{
    uint32_t node = open_node(s, kind, key_pos);
    if (node == JSON_NONE)
        return s->status;
    s->pos += (uint32_t)strlen(word);
    return close_node(s, node);
}

static int
scan_text_or_number(scanner *s, json_kind kind, uint32_t key_pos)
{
    uint32_t node = open_node(s, kind, key_pos);
    if (node == JSON_NONE ||
        (kind == JSON_STRING ? split__scan_string(s) : split__scan_number(s)) != SPLIT_OK)
        return s->status;
    return close_node(s, node);
}

static int
refuse_value(scanner *s, int c)
{
    if (c < 0)
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos,
                                "The text ends where a value must follow.");
    if (c == '/')
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos, no_comments);
    if (c == '\'')
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos, "Text must be in double quotes.");
    if (split__scan_starts(s, "NaN") || split__scan_starts(s, "nan") ||
        split__scan_starts(s, "Inf") || split__scan_starts(s, "inf"))
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos,
                                "NaN and Infinity are no JSON numbers; write a finite one.");
    if (c == '+' || c == '.')
        return split__scan_stop(s, SPLIT_ERR_JSON, s->pos,
                                "A number starts with a digit or a minus sign, such as 0.5.");
    return split__scan_stop(
        s, SPLIT_ERR_JSON, s->pos,
        "A value must follow here: text in quotes, a number, true, false, null, { or [.");
}

static int
scan_value(scanner *s, uint32_t key_pos)
{
    int c = split__scan_peek(s);
    if (c == '{' || c == '[')
        return scan_container(s, c == '{' ? JSON_OBJECT : JSON_ARRAY, key_pos);
    if (c == '"')
        return scan_text_or_number(s, JSON_STRING, key_pos);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_text_or_number(s, JSON_NUMBER, key_pos);
    if (split__scan_starts(s, "true"))
        return scan_word(s, JSON_BOOL, "true", key_pos);
    if (split__scan_starts(s, "false"))
        return scan_word(s, JSON_BOOL, "false", key_pos);
    if (split__scan_starts(s, "null"))
        return scan_word(s, JSON_NULL, "null", key_pos);
    return refuse_value(s, c);
}

int
split__json_scan(json_doc *doc)
{
    scanner s = {.doc = doc, .parent = JSON_NONE};
    if (doc->len > SPLIT_DOCUMENT_BYTES_MAX)
        return split__scan_stop(&s, SPLIT_ERR_LIMIT, 0,
                                "The document is larger than 256 KB; split or shorten it.");
    if (split__scan_starts(&s, "\xef\xbb\xbf"))
        return split__scan_stop(
            &s, SPLIT_ERR_JSON, 0,
            "The text starts with a byte order mark; save it as UTF-8 without one.");
    skip_space(&s);
    if (scan_value(&s, JSON_NONE) != SPLIT_OK)
        return s.status;
    skip_space(&s);
    if (split__scan_peek(&s) == '/')
        return split__scan_stop(&s, SPLIT_ERR_JSON, s.pos, no_comments);
    if (split__scan_peek(&s) >= 0)
        return split__scan_stop(&s, SPLIT_ERR_JSON, s.pos,
                                "Something follows the end of the document; delete it.");
    return doc->faults->n > 0 ? SPLIT_ERR_JSON : SPLIT_OK;
}
