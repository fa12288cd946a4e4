/* SPDX-License-Identifier: MIT */
/* The policy's text for a metric of CloudWatch: NAMESPACE:METRIC{NAME=VALUE,...}:STATISTIC. */
#include "net/source/cloudwatch/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"

#define ARM "$arm"
#define SPARSE " or 0"

/* Reading position; what was read is written back to the same buffer, without its escapes. */
typedef struct scanner {
    const char *at;
    char *to;
} scanner;

/* Take text up to one of the stops, trimmed; the stop that was met, '\0' at the end. A backslash
 * makes any character a plain one. */
static char
take(scanner *s, const char *stops, const char **out)
{
    while (*s->at == ' ')
        s->at++;
    char *begin = s->to;
    char *last = begin; /* after the last character that is not a plain space */
    while (*s->at != '\0' && strchr(stops, *s->at) == NULL) {
        bool escaped = s->at[0] == '\\' && s->at[1] != '\0';
        s->at += escaped ? 1 : 0;
        bool space = *s->at == ' ' && !escaped;
        *s->to++ = *s->at++;
        last = space ? last : s->to;
    }
    char stop = *s->at;
    s->at += stop != '\0' ? 1 : 0;
    s->to = last;
    *s->to++ = '\0'; /* at most where the stop stood */
    *out = begin;
    return stop;
}

static size_t
count_arms(const char *text)
{
    size_t n = 0;
    for (const char *p = strstr(text, ARM); p != NULL; p = strstr(p + strlen(ARM), ARM))
        n++;
    return n;
}

bool
split__cw_names_arm(const char *text)
{
    return strstr(text, ARM) != NULL;
}

/* With the arm's name in place of $arm, every character of it plain. */
static char *
with_arm(const char *text, const char *arm)
{
    char *own = malloc(strlen(text) + count_arms(text) * 2 * strlen(arm) + 2);
    char *to = own;
    while (own != NULL && *text != '\0') {
        if (strncmp(text, ARM, strlen(ARM)) != 0) {
            *to++ = *text++;
            continue;
        }
        for (const char *p = arm; *p != '\0'; p++) {
            *to++ = '\\';
            *to++ = *p;
        }
        text += strlen(ARM);
    }
    if (own != NULL)
        *to = '\0';
    return own;
}

/* "{NAME=VALUE,...}" after its first brace. */
static bool
take_dimensions(scanner *s, cw_text *out)
{
    char stop = ',';
    while (stop == ',') {
        const char *name;
        const char *value;
        stop = take(s, "=,}", &name);
        if (stop == '}' && name[0] == '\0' && out->n_dimensions == 0)
            return true;
        if (stop != '=' || name[0] == '\0' || out->n_dimensions == CW_DIMENSIONS_MAX)
            return false;
        stop = take(s, ",}", &value);
        if (value[0] == '\0')
            return false;
        out->dimension[out->n_dimensions].name = name;
        out->dimension[out->n_dimensions++].value = value;
    }
    return stop == '}';
}

static size_t
without_sparse(const char *text, size_t n)
{
    size_t tail = strlen(SPARSE);
    return n > tail && strncmp(text + n - tail, SPARSE, tail) == 0 ? n - tail : n;
}

const char *
split__cw_region(const char *text, size_t *out_len)
{
    size_t n = without_sparse(text, strlen(text));
    size_t at = n;
    while (at > 0 && strchr("abcdefghijklmnopqrstuvwxyz0123456789-", text[at - 1]) != NULL)
        at--;
    bool named = at > 0 && at < n && text[at - 1] == '@';
    *out_len = named ? n - at : 0;
    return text + at;
}

/* Behind the next plain colon; the end without one. */
static const char *
behind_colon(const char *p)
{
    while (*p != '\0' && *p != ':')
        p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
    return *p == ':' ? p + 1 : p;
}

/* Where the last part stands: after the colon that follows the dimensions, or the second one. */
static const char *
last_part(const char *text)
{
    const char *brace = strrchr(text, '}');
    return brace != NULL ? behind_colon(brace) : behind_colon(behind_colon(text));
}

void
split__cw_statistic(const char *text, char *buf, size_t buf_size)
{
    size_t n_region;
    const char *from = last_part(text);
    const char *region = split__cw_region(text, &n_region);
    size_t n = without_sparse(from, strlen(from));
    if (n_region > 0)
        n = (size_t)(region - 1 - from);
    while (n > 0 && from[0] == ' ')
        from++, n--;
    while (n > 0 && from[n - 1] == ' ')
        n--;
    snprintf(buf, buf_size, "%.*s", (int)n, from);
}

char *
split__cw_with_statistic(const char *text, const char *statistic)
{
    size_t n_region;
    char *out = NULL;
    const char *region = split__cw_region(text, &n_region);
    int n_head = (int)(last_part(text) - text);
    if (asprintf(&out, "%.*s%s%s%.*s", n_head, text, statistic, n_region > 0 ? "@" : "",
                 (int)n_region, region) < 0)
        return NULL;
    return out;
}

static bool
read_parts(scanner *s, cw_text *out)
{
    const char *between = "";
    char stop = take(s, ":{}", &out->name_space);
    if (stop != ':' || out->name_space[0] == '\0')
        return false;
    stop = take(s, ":{}", &out->metric);
    if (stop == '{') {
        if (!take_dimensions(s, out))
            return false;
        stop = take(s, ":", &between);
    }
    if (stop != ':' || between[0] != '\0' || out->metric[0] == '\0')
        return false;
    (void)take(s, "@", &out->statistic);
    return out->statistic[0] != '\0';
}

int
split__cw_text_read(const char *text, const char *arm, cw_text *out, split_error *error)
{
    *out = (cw_text){.own = with_arm(text, arm)};
    if (out->own == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    size_t n = strlen(out->own);
    size_t n_plain = without_sparse(out->own, n);
    out->sparse = n_plain < n;
    out->own[n_plain] = '\0';
    scanner s = {out->own, out->own};
    if (read_parts(&s, out))
        return SPLIT_OK;
    free(out->own);
    out->own = NULL;
    return split__net_fault(error, SPLIT_ERR_VALUE,
                            "cloudwatch: '%.60s' is not NAMESPACE:METRIC{NAME=VALUE}:STATISTIC",
                            text);
}

void
split__cw_print(const cw_text *t, char *buf, size_t buf_size)
{
    size_t n = (size_t)snprintf(buf, buf_size, "%s:%s", t->name_space, t->metric);
    for (size_t i = 0; i < t->n_dimensions && n < buf_size; i++)
        n += (size_t)snprintf(buf + n, buf_size - n, "%s%s=%s", i == 0 ? "{" : ",",
                              t->dimension[i].name, t->dimension[i].value);
    if (n < buf_size)
        snprintf(buf + n, buf_size - n, "%s:%s", t->n_dimensions > 0 ? "}" : "", t->statistic);
}
