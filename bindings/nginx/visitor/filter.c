/* SPDX-License-Identifier: MIT */
/* Headers of visitors and origins (design: P2, P4, P27). The filter runs after nginx's cache, so
 * no cookie is ever stored in it. */
#include <string.h>

#include "memory/counters.h"
#include "visitor/decide.h"
#include "visitor/filter.h"
#include "visitor/pin.h"

#define VARIANT_HEADER "x-split-variant"

static ngx_http_output_header_filter_pt next_header_filter;

static bool
is_variant_header(const ngx_table_elt_t *h)
{
    return h->key.len == sizeof VARIANT_HEADER - 1 &&
           ngx_strncasecmp(h->key.data, (u_char *)VARIANT_HEADER, sizeof VARIANT_HEADER - 1) == 0;
}

/* An empty part would mislead whoever walks the list: nginx looks at its first element. */
static void
unlink_part(ngx_list_t *list, ngx_list_part_t *before, ngx_list_part_t *part)
{
    ngx_list_part_t *next = part->next;
    part->nelts = 0;
    if (before != NULL) {
        before->next = next;
        if (list->last == part) {
            list->last = before;
            list->nalloc = before->nelts; /* Full: the next header gets a part of its own. */
        }
    } else if (next != NULL) {
        if (list->last == next)
            list->last = part;
        *part = *next;
    }
}

/* Take one header out of a list whose elements others point to: the part is cut in two. */
static ngx_int_t
cut_out(ngx_pool_t *pool, ngx_list_t *list, ngx_list_part_t *part, ngx_uint_t at)
{
    ngx_table_elt_t *elements = part->elts;
    if (at + 1 == part->nelts) {
        part->nelts--;
        return NGX_OK;
    }
    if (at == 0) {
        part->elts = &elements[1];
        part->nelts--;
        if (list->last == part)
            list->nalloc = part->nelts;
        return NGX_OK;
    }
    ngx_list_part_t *rest = ngx_palloc(pool, sizeof *rest);
    if (rest == NULL)
        return NGX_ERROR;
    rest->elts = &elements[at + 1];
    rest->nelts = part->nelts - at - 1;
    rest->next = part->next;
    part->nelts = at;
    part->next = rest;
    if (list->last == part) {
        list->last = rest;
        list->nalloc = rest->nelts;
    }
    return NGX_OK;
}

static ngx_int_t
find_forged(const ngx_list_part_t *part)
{
    const ngx_table_elt_t *h = part->elts;
    for (ngx_uint_t i = 0; i < part->nelts; i++)
        if (is_variant_header(&h[i]))
            return (ngx_int_t)i;
    return NGX_DECLINED;
}

/* A visitor who names a variant is not believed. */
static ngx_int_t
drop_forged(ngx_http_request_t *r)
{
    ngx_list_t *list = &r->headers_in.headers;
    ngx_list_part_t *before = NULL, *part = &list->part;
    while (part != NULL) {
        ngx_int_t at = find_forged(part);
        if (at == NGX_DECLINED) {
            before = part;
            part = part->next;
        } else if (part->nelts > 1) {
            if (cut_out(r->pool, list, part, (ngx_uint_t)at) != NGX_OK)
                return NGX_ERROR;
        } else {
            bool first = before == NULL, more = part->next != NULL;
            unlink_part(list, before, part);
            part = first ? (more ? part : NULL) : before->next;
        }
    }
    return NGX_DECLINED;
}

static ngx_int_t
add_header(ngx_http_request_t *r, const char *name, const ngx_str_t *value)
{
    ngx_table_elt_t *h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL)
        return NGX_ERROR;
    memset(h, 0, sizeof *h);
    h->hash = 1;
    h->key.data = (u_char *)name;
    h->key.len = strlen(name);
    h->value = *value;
    return NGX_OK;
}

static ngx_int_t
replace_variant(ngx_http_request_t *r, const struct decision *d)
{
    ngx_list_part_t *part = &r->headers_out.headers.part;
    for (; part != NULL; part = part->next) {
        ngx_table_elt_t *h = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++)
            if (h[i].hash != 0 && is_variant_header(&h[i]))
                h[i].hash = 0;
    }
    ngx_str_t value;
    value.data = (u_char *)d->routing->variants[d->who.variant];
    value.len = strlen((char *)value.data);
    return add_header(r, VARIANT_HEADER, &value);
}

static bool
says_public(const ngx_table_elt_t *h)
{
    u_char *text = h->value.data;
    u_char *end = text + h->value.len;
    return h->hash != 0 && h->key.len == sizeof "Cache-Control" - 1 &&
           ngx_strncasecmp(h->key.data, (u_char *)"Cache-Control", h->key.len) == 0 &&
           (ngx_strlcasestrn(text, end, (u_char *)"public", 6 - 1) != NULL ||
            ngx_strlcasestrn(text, end, (u_char *)"s-maxage", 8 - 1) != NULL);
}

/* May this answer carry a cookie? One that shared caches may store carries none, unless the site
 * asks for it: then it is made private. */
static bool
may_set(ngx_http_request_t *r, const struct cookie_rules *rules)
{
    bool public = false;
    ngx_list_part_t *part = &r->headers_out.headers.part;
    for (; part != NULL; part = part->next) {
        ngx_table_elt_t *h = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (!says_public(&h[i]))
                continue;
            public = true;
            if (rules->with_public) {
                ngx_str_set(&h[i].value, "private"); /* Two statements. */
            }
        }
    }
    return !public || rules->with_public;
}

static ngx_int_t
set_cookie(ngx_http_request_t *r, const struct decision *d, const char *name, const char *value,
           split_us max_age_us)
{
    ngx_str_t text;
    if (cookie_format(r, &d->site->cookie_rules, name, value, max_age_us, &text) != NGX_OK)
        return NGX_ERROR;
    return add_header(r, "Set-Cookie", &text);
}

static ngx_int_t
set_cookies(ngx_http_request_t *r, struct decision *d)
{
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    ngx_str_t pin;
    bool has_stored = stored_value(d->site, d, text), has_pin = pin_cookie(d, r, &pin);
    if ((d->fresh_id[0] == '\0' && !has_stored && !has_pin) || !may_set(r, &d->site->cookie_rules))
        return NGX_OK;
    if (d->fresh_id[0] != '\0') {
        if (set_cookie(r, d, d->routing->cookie.name, d->fresh_id, d->routing->cookie.max_age_us) !=
            NGX_OK)
            return NGX_ERROR;
        counters_unit(d); /* Here, so that an answer from the cache counts too. */
    }
    if (has_stored &&
        set_cookie(r, d, d->site->stored.name, text, d->site->stored.max_age_us) != NGX_OK)
        return NGX_ERROR;
    return has_pin ? add_header(r, "Set-Cookie", &pin) : NGX_OK;
}

static ngx_int_t
header_filter(ngx_http_request_t *r)
{
    if (r != r->main)
        return next_header_filter(r);
    for (struct decision *d = decide_made(r); d != NULL; d = d->next) {
        if (d->cookies_set)
            continue;
        d->cookies_set = true;
        if (replace_variant(r, d) != NGX_OK || set_cookies(r, d) != NGX_OK)
            return NGX_ERROR;
    }
    return next_header_filter(r);
}

static ngx_int_t
log_handler(ngx_http_request_t *r)
{
    for (struct decision *d = decide_made(r); d != NULL; d = d->next)
        counters_answer(r, d);
    return NGX_OK;
}

static ngx_int_t
add_handler(ngx_conf_t *cf, ngx_http_phases phase, ngx_http_handler_pt handler)
{
    ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt *h = ngx_array_push(&core->phases[phase].handlers);
    if (h == NULL)
        return NGX_ERROR;
    *h = handler;
    return NGX_OK;
}

ngx_int_t
filter_init(ngx_conf_t *cf)
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
    if (add_handler(cf, NGX_HTTP_POST_READ_PHASE, drop_forged) != NGX_OK)
        return NGX_ERROR;
    return add_handler(cf, NGX_HTTP_LOG_PHASE, log_handler);
}
