/* SPDX-License-Identifier: MIT */
/* The attempts of a request, as nginx lists them: "A, B : C". Comma: the next server of a group.
 * Colon: another group, to which error_page or X-Accel-Redirect led. */
#include "net/source/log/attempts.h"

#include <string.h>

static const char *
skip_spaces(const char *p, const char *end)
{
    while (p < end && *p == ' ')
        p++;
    return p;
}

split_log_text
split__log_list(const char **p, const char *end)
{
    split_log_text list = split__log_word(p, end);
    for (;;) {
        const char *next = skip_spaces(*p, end);
        bool joined = list.len > 0 && list.at[list.len - 1] == ',';
        bool colon = end - next > 2 && next[0] == ':' && next[1] == ' ';
        if (!joined && !colon)
            return list;
        *p = colon ? next + 1 : next;
        split_log_text more = split__log_word(p, end);
        if (more.len == 0)
            return list;
        list.len = (size_t)(more.at + more.len - list.at);
    }
}

/* The next value of a list; false at its end. */
static bool
next_of(split_log_text *rest, split_log_text *out)
{
    const char *p = skip_spaces(rest->at, rest->at + rest->len);
    const char *end = rest->at + rest->len;
    const char *stop = p;
    while (stop < end && *stop != ',' && !(*stop == ' ' && end - stop > 2 && stop[1] == ':'))
        stop++;
    *out = (split_log_text){p, (size_t)(stop - p)};
    while (out->len > 0 && p[out->len - 1] == ' ')
        out->len--;
    stop = stop < end && *stop == ' ' ? stop + 1 : stop;
    rest->at = stop < end ? stop + 1 : end;
    rest->len = (size_t)(end - rest->at);
    return out->len > 0;
}

void
split__log_upstreams(split_log_text list, split_log_record *out)
{
    split_log_text one;
    uint32_t n = 0;
    while (n < SPLIT_LOG_ATTEMPTS_MAX && next_of(&list, &one))
        out->attempts[n++].upstream = one;
    out->n_attempts = n > out->n_attempts ? n : out->n_attempts;
    if (n > 0)
        out->upstream = out->attempts[0].upstream;
}

void
split__log_statuses(split_log_text list, split_log_record *out)
{
    split_log_text one;
    int64_t status;
    uint32_t n = 0;
    while (n < SPLIT_LOG_ATTEMPTS_MAX && next_of(&list, &one)) {
        bool known = one.len == 3 && split__log_integer(one.at, 3, &status);
        out->attempts[n++].status = known ? (int32_t)status : 0;
    }
    out->n_attempts = n > out->n_attempts ? n : out->n_attempts;
    if (n > 1)
        out->first_status = out->attempts[0].status;
}
