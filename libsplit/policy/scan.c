/* SPDX-License-Identifier: MIT */
/* Strict scanner of JSON text: grammar of RFC 8259, UTF-8, depth, and the place of every value
 * (DESIGN.md 7, D1 to D4). */
#include <string.h>

#include "arena.h"
#include "json.h"
#include "split/policy.h"
#include "utf8.h"

/* cJSON copies a number into 63 bytes; nothing we read needs more than these. */
#define MAX_NUMBER_BYTES 40

typedef struct scanner {
    json_doc *doc;
    uint32_t pos;
    uint32_t depth;
    uint32_t parent;
    int status; /* 0, or why the scan must stop */
} scanner;

static const char no_comments[] =
    "JSON has no comments; delete it or use a field whose name starts with x-.";

static int scan_value(scanner *s, uint32_t key_pos);

/* A fault that leaves the rest readable. */
static void
book(scanner *s, int code, uint32_t pos, const char *sentence)
{
    char path[JSON_PATH_BYTES] = "$";
    split__fault_add(s->doc->faults, code, pos, path, "%s", sentence);
}

/* A fault after which nothing can be read. */
static int
stop(scanner *s, int code, uint32_t pos, const char *sentence)
{
    book(s, code, pos, sentence);
    return s->status = SPLIT_ERR_JSON;
}

static int
peek(const scanner *s)
{
    return s->pos < s->doc->len ? (unsigned char)s->doc->text[s->pos] : -1;
}

static void
skip_space(scanner *s)
{
    for (int c = peek(s); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(s))
        s->pos++;
}

static bool
starts_with(const scanner *s, const char *word)
{
    size_t n = strlen(word);
    return s->doc->len - s->pos >= n && memcmp(s->doc->text + s->pos, word, n) == 0;
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
hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits after \u, or -1; the position stays behind them. */
static int
scan_hex(scanner *s)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(peek(s));
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
        s->pos++;
    }
    return value;
}

static void
scan_unicode_escape(scanner *s, uint32_t start)
{
    int unit = scan_hex(s);
    if (unit < 0) {
        book(s, SPLIT_ERR_JSON, start, "\\u needs four hexadecimal digits, such as \\u00e9.");
    } else if (unit == 0) {
        book(s, SPLIT_ERR_TEXT, start, "\\u0000 is not allowed in text; remove it.");
    } else if (unit >= 0xd800 && unit <= 0xdbff && starts_with(s, "\\u")) {
        s->pos += 2;
        unit = scan_hex(s);
        if (unit < 0xdc00 || unit > 0xdfff)
            book(s, SPLIT_ERR_TEXT, start,
                 "A surrogate without its pair is no character; write the character itself.");
    } else if (unit >= 0xd800 && unit <= 0xdfff) {
        book(s, SPLIT_ERR_TEXT, start,
             "A surrogate without its pair is no character; write the character itself.");
    }
}

static void
scan_escape(scanner *s)
{
    uint32_t start = s->pos++;
    int c = peek(s);
    if (c < 0)
        return;
    s->pos++;
    if (c == 'u')
        scan_unicode_escape(s, start);
    else if (c == 0 || strchr("\"\\/bfnrt", c) == NULL)
        book(s, SPLIT_ERR_JSON, start,
             "Only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u are escapes in JSON; write \\\\ for a "
             "backslash.");
}

/* A character of a string that is no quote and no escape. */
static int
scan_character(scanner *s, int c)
{
    size_t n =
        split__utf8_length((const unsigned char *)s->doc->text + s->pos, s->doc->len - s->pos);
    if (c == '\n' || c == '\r')
        return stop(s, SPLIT_ERR_JSON, s->pos,
                    "The string is not closed on its line; add the missing \" or write \\n.");
    if (c < 0x20)
        book(s, SPLIT_ERR_JSON, s->pos,
             "A control character must be written as an escape such as \\t.");
    else if (n == 0)
        book(s, SPLIT_ERR_TEXT, s->pos, "This byte is not valid UTF-8; save the file as UTF-8.");
    s->pos += n == 0 ? 1 : (uint32_t)n;
    return SPLIT_OK;
}

/* The string that starts here, quotes included. */
static int
scan_string(scanner *s)
{
    uint32_t start = s->pos++;
    while (s->status == SPLIT_OK) {
        int c = peek(s);
        if (c < 0)
            return stop(s, SPLIT_ERR_JSON, start,
                        "The string that starts here is never closed; add the missing \".");
        if (c == '"')
            break;
        if (c == '\\')
            scan_escape(s);
        else
            scan_character(s, c);
    }
    s->pos++;
    return s->status;
}

static uint32_t
skip_digits(scanner *s)
{
    uint32_t start = s->pos;
    while (peek(s) >= '0' && peek(s) <= '9')
        s->pos++;
    return s->pos - start;
}

static const char *
scan_number_parts(scanner *s)
{
    if (peek(s) == '-')
        s->pos++;
    uint32_t whole = s->pos, n = skip_digits(s);
    if (n == 0)
        return starts_with(s, "Inf") ? "Infinity is no JSON number; write a finite one."
                                     : "A number needs a digit here.";
    if (n > 1 && s->doc->text[whole] == '0')
        return "A number may not start with 0; remove the leading zeros.";
    if (peek(s) == '.') {
        s->pos++;
        if (skip_digits(s) == 0)
            return "A number needs a digit after its point.";
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->pos++;
        if (peek(s) == '+' || peek(s) == '-')
            s->pos++;
        if (skip_digits(s) == 0)
            return "A number needs a digit after its e.";
    }
    return NULL;
}

static int
scan_number(scanner *s)
{
    uint32_t start = s->pos;
    const char *fault = scan_number_parts(s);
    if (fault != NULL)
        return stop(s, SPLIT_ERR_JSON, start, fault);
    if (s->pos - start > MAX_NUMBER_BYTES)
        book(s, SPLIT_ERR_VALUE, start,
             "The number is longer than 40 characters; write it shorter.");
    return SPLIT_OK;
}

static int
scan_key(scanner *s)
{
    static const char sentence[] = "The name of a field must be a string in double quotes.";
    if (peek(s) == '/')
        return stop(s, SPLIT_ERR_JSON, s->pos, no_comments);
    if (peek(s) != '"')
        return stop(s, SPLIT_ERR_JSON, s->pos,
                    peek(s) == '}' ? "Remove the comma before }." : sentence);
    if (scan_string(s) != SPLIT_OK)
        return s->status;
    skip_space(s);
    if (peek(s) != ':')
        return stop(s, SPLIT_ERR_JSON, s->pos, "A colon must follow the name of a field.");
    s->pos++;
    skip_space(s);
    return SPLIT_OK;
}

/* After an element: true when another one follows a comma. */
static bool
another_element(scanner *s, int close)
{
    skip_space(s);
    int c = peek(s);
    if (c == ',') {
        s->pos++;
        skip_space(s);
        if (close == ']' && peek(s) == close)
            stop(s, SPLIT_ERR_JSON, s->pos, "Remove the comma before ].");
        return s->status == SPLIT_OK;
    }
    if (c == '/')
        stop(s, SPLIT_ERR_JSON, s->pos, no_comments);
    else if (c < 0)
        stop(s, SPLIT_ERR_JSON, s->pos, "The text ends too early; close what is open with } or ].");
    else if (c != close)
        stop(s, SPLIT_ERR_JSON, s->pos,
             close == '}' ? "A comma or } must follow here." : "A comma or ] must follow here.");
    return false;
}

/* An object or array, entered at its opening bracket. */
static int
scan_container(scanner *s, json_kind kind, uint32_t key_pos)
{
    int close = kind == JSON_OBJECT ? '}' : ']';
    if (s->depth == SPLIT_DOCUMENT_MAX_DEPTH)
        return stop(s, SPLIT_ERR_LIMIT, s->pos,
                    "The document is nested deeper than 16 levels; make it flatter.");
    uint32_t outer = s->parent, node = open_node(s, kind, key_pos);
    if (node == JSON_NONE)
        return s->status;
    s->parent = node;
    s->depth++;
    s->pos++;
    skip_space(s);
    bool more = peek(s) != close;
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
    if (node == JSON_NONE || (kind == JSON_STRING ? scan_string(s) : scan_number(s)) != SPLIT_OK)
        return s->status;
    return close_node(s, node);
}

static int
refuse_value(scanner *s, int c)
{
    if (c < 0)
        return stop(s, SPLIT_ERR_JSON, s->pos, "The text ends where a value must follow.");
    if (c == '/')
        return stop(s, SPLIT_ERR_JSON, s->pos, no_comments);
    if (c == '\'')
        return stop(s, SPLIT_ERR_JSON, s->pos, "Text must be in double quotes.");
    if (starts_with(s, "NaN") || starts_with(s, "nan") || starts_with(s, "Inf") ||
        starts_with(s, "inf"))
        return stop(s, SPLIT_ERR_JSON, s->pos,
                    "NaN and Infinity are no JSON numbers; write a finite one.");
    if (c == '+' || c == '.')
        return stop(s, SPLIT_ERR_JSON, s->pos,
                    "A number starts with a digit or a minus sign, such as 0.5.");
    return stop(s, SPLIT_ERR_JSON, s->pos,
                "A value must follow here: text in quotes, a number, true, false, null, { or [.");
}

static int
scan_value(scanner *s, uint32_t key_pos)
{
    int c = peek(s);
    if (c == '{' || c == '[')
        return scan_container(s, c == '{' ? JSON_OBJECT : JSON_ARRAY, key_pos);
    if (c == '"')
        return scan_text_or_number(s, JSON_STRING, key_pos);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_text_or_number(s, JSON_NUMBER, key_pos);
    if (starts_with(s, "true"))
        return scan_word(s, JSON_BOOL, "true", key_pos);
    if (starts_with(s, "false"))
        return scan_word(s, JSON_BOOL, "false", key_pos);
    if (starts_with(s, "null"))
        return scan_word(s, JSON_NULL, "null", key_pos);
    return refuse_value(s, c);
}

int
split__json_scan(json_doc *doc)
{
    scanner s = {.doc = doc, .parent = JSON_NONE};
    if (doc->len > SPLIT_DOCUMENT_MAX_BYTES)
        return stop(&s, SPLIT_ERR_LIMIT, 0,
                    "The document is larger than 256 KB; split or shorten it.");
    if (starts_with(&s, "\xef\xbb\xbf"))
        return stop(&s, SPLIT_ERR_JSON, 0,
                    "The text starts with a byte order mark; save it as UTF-8 without one.");
    skip_space(&s);
    if (scan_value(&s, JSON_NONE) != SPLIT_OK)
        return s.status;
    skip_space(&s);
    if (peek(&s) == '/')
        return stop(&s, SPLIT_ERR_JSON, s.pos, no_comments);
    if (peek(&s) >= 0)
        return stop(&s, SPLIT_ERR_JSON, s.pos,
                    "Something follows the end of the document; delete it.");
    return doc->faults->n > 0 ? SPLIT_ERR_JSON : SPLIT_OK;
}
