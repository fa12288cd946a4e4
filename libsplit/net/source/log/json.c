/* SPDX-License-Identifier: MIT */
/* JSON lines of any program: the values at named paths of one object per line. */
#include "net/source/log/json.h"

#include <math.h>
#include <string.h>

#include "net/source/log/custom.h"

#define DEPTH_MAX 8
#define PATH_BYTES 128

typedef struct walk {
    const char *p;
    const char *end;
    char path[PATH_BYTES]; /* names joined by dots */
    size_t path_len;
    int depth;
    const log_custom *custom;
    split_log_record *out;
} walk;

static void
skip_blanks(walk *w)
{
    while (w->p < w->end && (*w->p == ' ' || *w->p == '\t' || *w->p == '\r'))
        w->p++;
}

static bool
take_byte(walk *w, char c)
{
    skip_blanks(w);
    if (w->p == w->end || *w->p != c)
        return false;
    w->p++;
    return true;
}

/* A value that the map wants goes into the record. False for one that it cannot be. */
static bool
give(walk *w, split_log_text value)
{
    for (size_t i = 0; i < w->custom->n_fields; i++) {
        const log_field *f = &w->custom->fields[i];
        if (f->path_len == w->path_len && memcmp(f->path, w->path, w->path_len) == 0 &&
            !split__log_give(f->meaning, value, w->out))
            return false;
    }
    return true;
}

static bool take_value(walk *w);

/* A name is put behind the path for what follows; one that does not fit is nobody's. */
static size_t
push(walk *w, split_log_text name)
{
    size_t old = w->path_len;
    size_t dot = old > 0 ? 1 : 0;
    if (old + dot + name.len > PATH_BYTES) {
        w->path_len = PATH_BYTES;
        return old;
    }
    if (dot > 0)
        w->path[old] = '.';
    memcpy(w->path + old + dot, name.at, name.len);
    w->path_len = old + dot + name.len;
    return old;
}

static bool
take_object(walk *w)
{
    if (take_byte(w, '}'))
        return true;
    do {
        skip_blanks(w);
        if (w->p == w->end || *w->p != '"')
            return false;
        split_log_text name = split__log_quoted(&w->p, w->end);
        if (name.at == NULL || !take_byte(w, ':'))
            return false;
        size_t old = push(w, name);
        bool good = take_value(w);
        w->path_len = old;
        if (!good)
            return false;
    } while (take_byte(w, ','));
    return take_byte(w, '}');
}

/* The first element stands for all: headers are written as lists of one. */
static bool
take_array(walk *w)
{
    size_t path_len = w->path_len;
    if (take_byte(w, ']'))
        return true;
    do {
        if (!take_value(w))
            return false;
        w->path_len = PATH_BYTES + 1; /* no path is that long */
    } while (take_byte(w, ','));
    w->path_len = path_len;
    return take_byte(w, ']');
}

static bool
take_scalar(walk *w)
{
    split_log_text value = {w->p, 0};
    if (*w->p == '"') {
        value = split__log_quoted(&w->p, w->end);
        return value.at != NULL && give(w, value);
    }
    while (w->p < w->end && strchr(",}] \t\r", *w->p) == NULL)
        w->p++;
    value.len = (size_t)(w->p - value.at);
    bool is_null = value.len == 4 && memcmp(value.at, "null", 4) == 0;
    return value.len > 0 && (is_null || give(w, value));
}

static bool
take_value(walk *w)
{
    skip_blanks(w);
    if (w->p == w->end || w->depth == DEPTH_MAX)
        return false;
    w->depth++;
    bool good = *w->p == '{'   ? (w->p++, take_object(w))
                : *w->p == '[' ? (w->p++, take_array(w))
                               : take_scalar(w);
    w->depth--;
    return good;
}

split_log_answer
split__log_json_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    walk w = {.p = line, .end = line + n, .custom = s->custom, .out = out};
    out->status = -1;
    if (n == 0 || line[0] != '{' || !take_value(&w))
        return SPLIT_LOG_REJECT;
    skip_blanks(&w);
    return w.p == w.end && out->status >= 0 ? SPLIT_LOG_RECORD : SPLIT_LOG_REJECT;
}
