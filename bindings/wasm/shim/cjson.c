/* SPDX-License-Identifier: MIT */
/* Reads JSON that a strict scanner has accepted into a tree. */
#include "cjson/cJSON.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IS_TRUE 1

typedef struct reader {
    const char *at;
    const char *end;
    int failed;
} reader;

static cJSON *read_value(reader *r);

static void
skip_space(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

static unsigned
read_hex(reader *r)
{
    unsigned unit = 0;
    for (int i = 0; i < 4 && r->at < r->end; i++, r->at++) {
        unsigned c = (unsigned char)*r->at;
        unit = unit << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return unit;
}

static char *
put_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 63));
    } else {
        if (c < 0x10000) {
            *out++ = (char)(0xE0 | c >> 12);
        } else {
            *out++ = (char)(0xF0 | c >> 18);
            *out++ = (char)(0x80 | (c >> 12 & 63));
        }
        *out++ = (char)(0x80 | (c >> 6 & 63));
        *out++ = (char)(0x80 | (c & 63));
    }
    return out;
}

static char *
read_escape(reader *r, char *out)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    char c = *r->at++;
    const char *known = c != '\0' ? strchr(from, c) : NULL;
    if (c != 'u') {
        *out++ = known != NULL ? to[known - from] : c;
        return out;
    }
    unsigned unit = read_hex(r);
    if ((unit & 0xFC00) == 0xD800 && r->end - r->at >= 6) {
        r->at += 2;
        unit = 0x10000 + ((unit & 0x3FF) << 10) + (read_hex(r) & 0x3FF);
    }
    return put_utf8(out, unit);
}

static char *
read_text(reader *r)
{
    const char *close = r->at + 1;
    while (close < r->end && *close != '"')
        close += *close == '\\' ? 2 : 1;
    char *text = malloc((size_t)(close - r->at) + 1), *out = text;
    if (text == NULL) {
        r->failed = 1;
        return NULL;
    }
    for (r->at++; r->at < r->end && *r->at != '"';) {
        if (*r->at == '\\') {
            r->at++;
            out = read_escape(r, out);
        } else {
            *out++ = *r->at++;
        }
    }
    r->at++;
    *out = '\0';
    return text;
}

/* Members of an object or items of an array, up to the closing byte. */
static cJSON *
read_members(reader *r, char close)
{
    cJSON *first = NULL, **last = &first;
    r->at++;
    skip_space(r);
    while (!r->failed && r->at < r->end && *r->at != close) {
        char *name = NULL;
        if (close == '}') {
            name = read_text(r);
            skip_space(r);
            r->at++;
        }
        cJSON *item = read_value(r);
        if (item == NULL) {
            free(name);
            break;
        }
        item->string = name;
        *last = item;
        last = &item->next;
        skip_space(r);
        if (r->at < r->end && *r->at == ',')
            r->at++;
        skip_space(r);
    }
    r->at++;
    return first;
}

static cJSON *
read_value(reader *r)
{
    cJSON *item = calloc(1, sizeof *item);
    skip_space(r);
    if (item == NULL || r->at >= r->end) {
        r->failed = 1;
        free(item);
        return NULL;
    }
    if (*r->at == '{' || *r->at == '[') {
        item->child = read_members(r, *r->at == '{' ? '}' : ']');
    } else if (*r->at == '"') {
        item->valuestring = read_text(r);
    } else {
        item->type = *r->at == 't' ? IS_TRUE : 0;
        while (r->at < r->end && strchr(",]} \t\r\n", *r->at) == NULL)
            r->at++;
    }
    return item;
}

cJSON *
cJSON_ParseWithLengthOpts(const char *text, size_t text_len, const char **end,
                          cJSON_bool require_end)
{
    reader r = {text, text + text_len, 0};
    cJSON *root = read_value(&r);
    (void)require_end;
    if (end != NULL)
        *end = r.at;
    if (r.failed) {
        cJSON_Delete(root);
        return NULL;
    }
    return root;
}

void
cJSON_Delete(cJSON *item)
{
    while (item != NULL) {
        cJSON *next = item->next;
        cJSON_Delete(item->child);
        free(item->string);
        free(item->valuestring);
        free(item);
        item = next;
    }
}

cJSON_bool
cJSON_IsTrue(const cJSON *item)
{
    return item != NULL && item->type == IS_TRUE;
}
