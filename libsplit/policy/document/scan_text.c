/* SPDX-License-Identifier: MIT */
/* Strings and numbers of JSON text, and the faults of the scanner with the path of where they
 * are. */
#include "policy/document/scan_text.h"

#include <stdio.h>
#include <string.h>

#include "policy/document/scan.h"
#include "policy/document/utf8.h"

/* cJSON copies a number into 63 bytes; nothing we read needs more than these. */
#define MAX_NUMBER_BYTES 40

/* Bytes of a name as it is written, between its quotes; faults come before anything is decoded. */
static size_t
name_bytes(const json_doc *doc, uint32_t key_pos)
{
    uint32_t end = key_pos + 1;
    while (end < doc->len && doc->text[end] != '"')
        end += doc->text[end] == '\\' ? 2 : 1;
    return end < doc->len ? end - key_pos - 1 : 0;
}

static uint32_t
elder_siblings(const json_doc *doc, uint32_t node)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < node; i++)
        n += doc->nodes[i].parent == doc->nodes[node].parent;
    return n;
}

static void
append_node(const json_doc *doc, uint32_t node, char out[JSON_PATH_BYTES])
{
    char name[JSON_QUOTE_BYTES];
    uint32_t parent = doc->nodes[node].parent;
    if (parent == JSON_NONE) {
        memcpy(out, "$", 2);
        return;
    }
    append_node(doc, parent, out);
    size_t n = strlen(out);
    if (doc->nodes[parent].kind == JSON_ARRAY) {
        snprintf(out + n, JSON_PATH_BYTES - n, "[%u]", (unsigned)elder_siblings(doc, node));
        return;
    }
    uint32_t key_pos = doc->nodes[node].key_pos;
    split__json_quote(doc->text + key_pos + 1, name_bytes(doc, key_pos), name);
    snprintf(out + n, JSON_PATH_BYTES - n, ".%s", name);
}

/* The value that is being read: the newest node when it is not closed yet, else the open
 * container. */
static void
current_path(const scanner *s, char out[JSON_PATH_BYTES])
{
    const json_doc *doc = s->doc;
    uint32_t newest = doc->n_nodes - 1;
    memcpy(out, "$", 2);
    if (doc->n_nodes > 0 && doc->nodes[newest].next == 0)
        append_node(doc, newest, out);
    else if (s->parent != JSON_NONE)
        append_node(doc, s->parent, out);
}

void
split__scan_book(scanner *s, int code, uint32_t pos, const char *sentence)
{
    char path[JSON_PATH_BYTES] = "";
    if (split__fault_has_room(s->doc->faults, pos))
        current_path(s, path);
    split__fault_add(s->doc->faults, code, pos, path, "%s", sentence);
}

int
split__scan_stop(scanner *s, int code, uint32_t pos, const char *sentence)
{
    split__scan_book(s, code, pos, sentence);
    return s->status = SPLIT_ERR_JSON;
}

int
split__scan_peek(const scanner *s)
{
    return s->pos < s->doc->len ? (unsigned char)s->doc->text[s->pos] : -1;
}

bool
split__scan_starts(const scanner *s, const char *word)
{
    size_t n = strlen(word);
    return s->doc->len - s->pos >= n && memcmp(s->doc->text + s->pos, word, n) == 0;
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

/* The four digits after \u, or -1; the position is then after them. */
static int
scan_hex(scanner *s)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(split__scan_peek(s));
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
        split__scan_book(s, SPLIT_ERR_JSON, start,
                         "\\u needs four hexadecimal digits, such as \\u00e9.");
    } else if (unit == 0) {
        split__scan_book(s, SPLIT_ERR_TEXT, start, "\\u0000 is not allowed in text; remove it.");
    } else if (unit >= 0xd800 && unit <= 0xdbff && split__scan_starts(s, "\\u")) {
        s->pos += 2;
        unit = scan_hex(s);
        if (unit < 0xdc00 || unit > 0xdfff)
            split__scan_book(
                s, SPLIT_ERR_TEXT, start,
                "A surrogate without its pair is no character; write the character itself.");
    } else if (unit >= 0xd800 && unit <= 0xdfff) {
        split__scan_book(
            s, SPLIT_ERR_TEXT, start,
            "A surrogate without its pair is no character; write the character itself.");
    }
}

static void
scan_escape(scanner *s)
{
    uint32_t start = s->pos++;
    int c = split__scan_peek(s);
    if (c < 0)
        return;
    s->pos++;
    if (c == 'u')
        scan_unicode_escape(s, start);
    else if (c == 0 || strchr("\"\\/bfnrt", c) == NULL)
        split__scan_book(
            s, SPLIT_ERR_JSON, start,
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
        return split__scan_stop(
            s, SPLIT_ERR_JSON, s->pos,
            "The string is not closed on its line; add the missing \" or write \\n.");
    if (c < 0x20)
        split__scan_book(s, SPLIT_ERR_JSON, s->pos,
                         "A control character must be written as an escape such as \\t.");
    else if (n == 0)
        split__scan_book(s, SPLIT_ERR_TEXT, s->pos,
                         "This byte is not valid UTF-8; save the file as UTF-8.");
    s->pos += n == 0 ? 1 : (uint32_t)n;
    return SPLIT_OK;
}

/* The string that starts here, quotes included. */
int
split__scan_string(scanner *s)
{
    uint32_t start = s->pos++;
    while (s->status == SPLIT_OK) {
        int c = split__scan_peek(s);
        if (c < 0)
            return split__scan_stop(
                s, SPLIT_ERR_JSON, start,
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
    while (split__scan_peek(s) >= '0' && split__scan_peek(s) <= '9')
        s->pos++;
    return s->pos - start;
}

static const char *
scan_number_parts(scanner *s)
{
    if (split__scan_peek(s) == '-')
        s->pos++;
    uint32_t whole = s->pos, n = skip_digits(s);
    if (n == 0)
        return split__scan_starts(s, "Inf") ? "Infinity is no JSON number; write a finite one."
                                            : "A number needs a digit here.";
    if (n > 1 && s->doc->text[whole] == '0')
        return "A number may not start with 0; remove the leading zeros.";
    if (split__scan_peek(s) == '.') {
        s->pos++;
        if (skip_digits(s) == 0)
            return "A number needs a digit after its point.";
    }
    if (split__scan_peek(s) == 'e' || split__scan_peek(s) == 'E') {
        s->pos++;
        if (split__scan_peek(s) == '+' || split__scan_peek(s) == '-')
            s->pos++;
        if (skip_digits(s) == 0)
            return "A number needs a digit after its e.";
    }
    return NULL;
}

int
split__scan_number(scanner *s)
{
    uint32_t start = s->pos;
    const char *fault = scan_number_parts(s);
    if (fault != NULL)
        return split__scan_stop(s, SPLIT_ERR_JSON, start, fault);
    if (s->pos - start > MAX_NUMBER_BYTES)
        split__scan_book(s, SPLIT_ERR_VALUE, start,
                         "The number is longer than 40 characters; write it shorter.");
    return SPLIT_OK;
}
