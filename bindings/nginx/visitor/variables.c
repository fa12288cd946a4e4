/* SPDX-License-Identifier: MIT */
/* Variables for cache keys, maps, headers and logs. The first one that is read decides. */
#include <string.h>

#include "visitor/decide.h"
#include "visitor/variables.h"

static void
set_text(ngx_http_variable_value_t *v, const char *text)
{
    v->data = (u_char *)text;
    v->len = (unsigned)strlen(text) & 0xfffffff;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
}

/* NULL, with the variable not found, where the request belongs to no split. */
static struct decision *
decision_of(ngx_http_request_t *r, ngx_http_variable_value_t *v)
{
    struct split_site *site = decide_site(r);
    v->not_found = 1;
    return site == NULL ? NULL : decide(r, site);
}

static ngx_int_t
get_variant(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d != NULL)
        set_text(v, d->routing->variants[d->who.variant]);
    return NGX_OK;
}

static ngx_int_t
get_reason(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d != NULL)
        set_text(v, split_rule_name((int)d->who.reason));
    return NGX_OK;
}

static ngx_int_t
set_number(ngx_http_request_t *r, ngx_http_variable_value_t *v, const char *format, uint64_t number)
{
    u_char *text = ngx_pnalloc(r->pool, NGX_INT64_LEN + 1);
    if (text == NULL)
        return NGX_ERROR;
    *ngx_sprintf(text, format, number) = '\0';
    set_text(v, (char *)text);
    return NGX_OK;
}

static ngx_int_t
get_bucket(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d == NULL || d->who.bucket == SPLIT_NO_BUCKET)
        return NGX_OK;
    return set_number(r, v, "%uL", d->who.bucket);
}

static ngx_int_t
get_visitor(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    return d == NULL || d->key_len == 0 ? NGX_OK : set_number(r, v, "%016xL", d->key_hash);
}

static ngx_int_t
get_revision(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    return d == NULL ? NGX_OK : set_number(r, v, "%uL", d->routing->revision);
}

static ngx_int_t
get_id(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d == NULL || d->key_len == 0)
        return NGX_OK;
    set_text(v, "");
    v->data = (u_char *)d->key;
    v->len = (unsigned)d->key_len & 0xfffffff;
    return NGX_OK;
}

static ngx_int_t
get_new(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d != NULL)
        set_text(v, d->fresh_id[0] != '\0' ? "1" : "0");
    return NGX_OK;
}

static ngx_int_t
get_stored(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d != NULL && d->stored != STORED_NONE)
        set_text(v, split_token_status_name(d->stored));
    return NGX_OK;
}

static ngx_int_t
get_host(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d != NULL && d->routing->origins[0].info.host != NULL)
        set_text(v, d->routing->origins[0].info.host);
    return NGX_OK;
}

/* Who served: changes with each attempt, so it is not kept. */
static ngx_int_t
get_origin(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    if (d != NULL && d->origin >= 0)
        set_text(v, d->routing->origins[d->origin].info.name);
    v->no_cacheable = 1;
    return NGX_OK;
}

/* "new:fail_reset,legacy:ok" */
static ngx_int_t
get_outcomes(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const struct decision *d = decision_of(r, v);
    (void)data;
    v->no_cacheable = 1;
    if (d == NULL || d->n_outcomes == 0)
        return NGX_OK;
    u_char *text = ngx_pnalloc(r->pool, d->n_outcomes * (SPLIT_NAME_BYTES_MAX + 24));
    if (text == NULL)
        return NGX_ERROR;
    u_char *p = text;
    for (uint32_t i = 0; i < d->n_outcomes; i++) {
        if (i > 0)
            *p++ = ',';
        p = ngx_sprintf(p, "%s:%s", d->routing->origins[d->outcomes[i].origin].info.name,
                        split_failover_class_name((int)d->outcomes[i].klass));
    }
    *p = '\0';
    set_text(v, (char *)text);
    v->no_cacheable = 1;
    return NGX_OK;
}

/* The moment of writing, in UTC, as `splitctl logs` reads it. */
static ngx_int_t
get_time(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const ngx_time_t *now = ngx_timeofday();
    u_char *text = ngx_pnalloc(r->pool, sizeof "2026-12-01T00:00:00.000Z");
    ngx_tm_t tm;
    (void)data;
    if (text == NULL)
        return NGX_ERROR;
    ngx_gmtime(now->sec, &tm);
    *ngx_sprintf(text, "%4d-%02d-%02dT%02d:%02d:%02d.%03MZ", tm.ngx_tm_year, tm.ngx_tm_mon,
                 tm.ngx_tm_mday, tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec, now->msec) = '\0';
    set_text(v, (char *)text);
    v->no_cacheable = 1;
    return NGX_OK;
}

/* Since the request's first byte. */
static ngx_int_t
get_total(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    const ngx_time_t *now = ngx_timeofday();
    int64_t ms =
        ((int64_t)now->sec - r->start_sec) * 1000 + (int64_t)now->msec - (int64_t)r->start_msec;
    (void)data;
    v->no_cacheable = 1;
    return set_number(r, v, "%uL", ms > 0 ? (uint64_t)ms * 1000 : 0);
}

static const struct {
    ngx_str_t name;
    ngx_http_get_variable_pt get;
    ngx_uint_t flags;
} variables[] = {
    {ngx_string("split_variant"), get_variant, 0},
    {ngx_string("split_bucket"), get_bucket, 0},
    {ngx_string("split_reason"), get_reason, 0},
    {ngx_string("split_id"), get_id, 0},
    {ngx_string("split_new"), get_new, 0},
    {ngx_string("split_visitor"), get_visitor, 0},
    {ngx_string("split_revision"), get_revision, 0},
    {ngx_string("split_stored"), get_stored, 0},
    {ngx_string("split_host"), get_host, 0},
    {ngx_string("split_origin"), get_origin, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("split_outcomes"), get_outcomes, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("split_time"), get_time, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("split_total_us"), get_total, NGX_HTTP_VAR_NOCACHEABLE},
};

ngx_int_t
variables_add(ngx_conf_t *cf)
{
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        ngx_str_t name = variables[i].name;
        ngx_http_variable_t *v = ngx_http_add_variable(cf, &name, variables[i].flags);
        if (v == NULL)
            return NGX_ERROR;
        v->get_handler = variables[i].get;
    }
    return NGX_OK;
}
