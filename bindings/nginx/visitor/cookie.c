/* SPDX-License-Identifier: MIT */
/* The grammar of cookies as servers meet them; tests/vectors/cookie holds it. nginx's own $cookie_
 * variables compare names without regard to case and take the first value whatever it is. */
#include <string.h>
#include <sys/random.h>

#include "visitor/cookie.h"

/* [A-Za-z0-9_-] */
static const uint32_t id_bytes[8] = {0, 0x03ff2000, 0x87fffffe, 0x07fffffe};

bool
cookie_is_id(const char *text, size_t n)
{
    if (n == 0 || n > COOKIE_ID_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((id_bytes[c >> 5] >> (c & 31) & 1) == 0)
            return false;
    }
    return true;
}

struct search {
    const char *name;
    size_t name_len;
    bool (*fits)(const char *text, size_t n);
    const char *value;
    size_t value_len;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* One pair between semicolons: the name up to the first '=', blanks trimmed, compared exactly. */
static bool
take_pair(struct search *s, const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    if ((size_t)(end - at) <= s->name_len || memcmp(at, s->name, s->name_len) != 0)
        return false;
    at += s->name_len;
    while (at < end && is_blank(*at))
        at++;
    if (at == end || *at != '=')
        return false;
    at++;
    while (at < end && is_blank(*at))
        at++;
    while (end > at && is_blank(end[-1]))
        end--;
    if (s->fits != NULL && !s->fits(at, (size_t)(end - at)))
        return false;
    s->value = at;
    s->value_len = (size_t)(end - at);
    return true;
}

static bool
search_header(struct search *s, const ngx_str_t *header)
{
    const char *at = (const char *)header->data;
    const char *end = at + header->len;
    while (at < end) {
        const char *semicolon = memchr(at, ';', (size_t)(end - at));
        if (semicolon == NULL)
            semicolon = end;
        if (take_pair(s, at, semicolon))
            return true;
        at = semicolon + 1;
    }
    return false;
}

bool
cookie_find(const ngx_http_request_t *r, const char *name, bool (*fits)(const char *text, size_t n),
            const char **out, size_t *out_n)
{
    struct search s = {.name = name, .name_len = strlen(name), .fits = fits};
    bool found = false;
#if (nginx_version >= 1023000)
    for (ngx_table_elt_t *h = r->headers_in.cookie; h != NULL && !found; h = h->next)
        found = search_header(&s, &h->value);
#else
    ngx_table_elt_t *const *cookies = r->headers_in.cookies.elts;
    for (ngx_uint_t i = 0; i < r->headers_in.cookies.nelts && !found; i++)
        found = search_header(&s, &cookies[i]->value);
#endif
    *out = s.value;
    *out_n = s.value_len;
    return found;
}

bool
cookie_draw(char out[COOKIE_ID_MAX + 1])
{
    unsigned char raw[COOKIE_ID_DRAWN / 2];
    if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
        return false;
    *ngx_hex_dump((u_char *)out, raw, sizeof raw) = '\0';
    return true;
}

/* TLS of the visitor's own connection. */
static bool
is_secure(const ngx_http_request_t *r, const struct cookie_rules *rules)
{
    if (rules->secure != COOKIE_SECURE_AUTO)
        return rules->secure == COOKIE_SECURE_ON;
#if (NGX_HTTP_SSL)
    return r->connection->ssl != NULL;
#else
    (void)r;
    return false;
#endif
}

ngx_int_t
cookie_format(ngx_http_request_t *r, const struct cookie_rules *rules, const char *name,
              const char *value, split_us max_age_us, ngx_str_t *out)
{
    size_t room = strlen(name) + strlen(value) + rules->domain.len + rules->path.len +
                  rules->samesite.len + 128;
    u_char *p = ngx_pnalloc(r->pool, room);
    if (p == NULL)
        return NGX_ERROR;
    u_char *end = p + room;
    out->data = p;
    p = ngx_slprintf(p, end, "%s=%s; Path=%s", name, value,
                     rules->path.len > 0 ? (const char *)rules->path.data : "/");
    if (rules->domain.len > 0)
        p = ngx_slprintf(p, end, "; Domain=%V", &rules->domain);
    if (max_age_us != SPLIT_NEVER)
        p = ngx_slprintf(p, end, "; Max-Age=%L", (int64_t)(max_age_us / 1000000));
    p = ngx_slprintf(p, end, "; HttpOnly; SameSite=%s%s%s",
                     rules->samesite.len > 0 ? (const char *)rules->samesite.data : "Lax",
                     is_secure(r, rules) ? "; Secure" : "",
                     rules->partitioned ? "; Partitioned" : "");
    out->len = (size_t)(p - out->data);
    return NGX_OK;
}
