/* SPDX-License-Identifier: MIT */
/* Which variant a record belongs to. */
#include <string.h>

#include "net/source/log/format.h"

/* Value of a cookie in a Cookie header, as logs write it ("a=1;%20b=2" or "a=1; b=2"). */
static split_log_text
cookie_value(split_log_text header, const char *name)
{
    size_t n = strlen(name);
    const char *p = header.at;
    const char *end = p + header.len;
    while (p < end) {
        const char *semicolon = memchr(p, ';', (size_t)(end - p));
        const char *stop = semicolon != NULL ? semicolon : end;
        if ((size_t)(stop - p) > n && memcmp(p, name, n) == 0 && p[n] == '=')
            return (split_log_text){p + n + 1, (size_t)(stop - p) - n - 1};
        p = stop < end ? stop + 1 : end;
        while (p < end && *p == ' ')
            p++;
        if (end - p > 3 && memcmp(p, "%20", 3) == 0)
            p += 3;
    }
    return (split_log_text){0};
}

static split_log_text
mapped(const split_log_arms *arms, split_log_text upstream)
{
    for (size_t i = 0; i < arms->n_maps; i++) {
        const split_log_map *map = &arms->maps[i];
        if (strlen(map->upstream) == upstream.len &&
            memcmp(map->upstream, upstream.at, upstream.len) == 0)
            return (split_log_text){map->variant, strlen(map->variant)};
    }
    return (split_log_text){0};
}

/* As it was decided when the request ended. */
static split_log_text
assigned(const split_log_arms *arms, const split_log_record *r)
{
    split_log_text id = cookie_value(r->cookie, arms->cookie);
    const char *name = id.len > 0 ? arms->assign(arms->assign_ctx, id.at, id.len, r->at_us) : NULL;
    return name == NULL ? (split_log_text){0} : (split_log_text){name, strlen(name)};
}

split_log_text
split_log_arm(const split_log_arms *arms, const split_log_record *record)
{
    split_log_text arm = record->variant;
    bool has_cookie = arms->cookie != NULL && record->cookie.len > 0;
    if (arm.len == 0 && arms->cookie_is_variant && has_cookie)
        arm = cookie_value(record->cookie, arms->cookie);
    if (arm.len == 0 && record->upstream.len > 0)
        arm = mapped(arms, record->upstream);
    if (arm.len == 0 && arms->assign != NULL && has_cookie)
        arm = assigned(arms, record);
    return arm;
}

split_log_text
split_log_attempt_arm(const split_log_arms *arms, const split_log_record *record, uint32_t attempt)
{
    if (attempt >= record->n_attempts)
        return (split_log_text){0};
    return attempt == 0 ? split_log_arm(arms, record)
                        : mapped(arms, record->attempts[attempt].upstream);
}
