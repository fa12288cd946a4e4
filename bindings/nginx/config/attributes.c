/* SPDX-License-Identifier: MIT */
/* Reading the line `cookie ...;` of a split. */
#include <string.h>

#include "config/attributes.h"

bool
attributes_starts(const ngx_str_t *word, const char *with, ngx_str_t *rest)
{
    size_t n = strlen(with);
    if (word->len < n || ngx_strncmp(word->data, with, n) != 0)
        return false;
    rest->data = word->data + n;
    rest->len = word->len - n;
    return true;
}

/* A value that ends an attribute would begin another one. */
static bool
is_attribute(const ngx_str_t *value)
{
    for (size_t i = 0; i < value->len; i++)
        if (value->data[i] <= ' ' || value->data[i] == ';' || value->data[i] == ',' ||
            value->data[i] >= 127)
            return false;
    return value->len > 0;
}

static bool
take_secure(struct cookie_rules *rules, const ngx_str_t *value)
{
    static const char *const words[] = {"auto", "on", "off"};
    for (int i = 0; i < 3; i++) {
        if (value->len == strlen(words[i]) && ngx_strncmp(value->data, words[i], value->len) == 0) {
            rules->secure = (enum cookie_secure)i;
            return true;
        }
    }
    return false;
}

static bool
take_samesite(struct cookie_rules *rules, const ngx_str_t *value)
{
    static const char *const words[] = {"Strict", "Lax", "None"};
    for (int i = 0; i < 3; i++) {
        if (value->len != strlen(words[i]) ||
            ngx_strncasecmp(value->data, (u_char *)words[i], value->len) != 0)
            continue;
        rules->samesite.data = (u_char *)words[i];
        rules->samesite.len = value->len;
        return true;
    }
    return false;
}

static bool
take_attribute(struct cookie_rules *rules, const ngx_str_t *word)
{
    ngx_str_t value;
    if (attributes_starts(word, "domain=", &rules->domain))
        return is_attribute(&rules->domain);
    if (attributes_starts(word, "path=", &rules->path))
        return is_attribute(&rules->path) && rules->path.data[0] == '/';
    if (attributes_starts(word, "secure=", &value))
        return take_secure(rules, &value);
    if (attributes_starts(word, "samesite=", &value))
        return take_samesite(rules, &value);
    if (ngx_strcmp(word->data, "partitioned") == 0)
        rules->partitioned = true;
    else if (ngx_strcmp(word->data, "public") == 0)
        rules->with_public = true;
    else
        return false;
    return true;
}

char *
attributes_take(ngx_conf_t *cf, struct split_site *site)
{
    const ngx_str_t *words = cf->args->elts;
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        if (take_attribute(&site->cookie_rules, &words[i]))
            continue;
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no attribute of the cookie: write domain=D, path=/P, "
                           "samesite=Strict, Lax or None, secure=auto, on or off, partitioned, "
                           "public",
                           &words[i]);
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}
