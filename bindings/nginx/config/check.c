/* SPDX-License-Identifier: MIT */
/* Checks with a cure. nginx writes one Host header for all attempts of a request, and workers are
 * not the user that the master is. */
#include <string.h>
#include <sys/stat.h>

#include "config/check.h"
#include "route/routing.h"

const char *
check_origin(const struct routing *g, uint32_t origin)
{
    const char *host = g->origins[origin].info.host;
    for (uint32_t i = 0; i < origin; i++) {
        const char *other = g->origins[i].info.host;
        if ((host == NULL) != (other == NULL) || (host != NULL && strcmp(host, other) != 0))
            return "its \"host\" differs from that of another origin; nginx sends one Host to all "
                   "origins of an upstream: give all the same, or none and use proxy_set_header";
    }
    return NULL;
}

static bool
may_read(const char *path, ngx_uid_t user, ngx_gid_t group)
{
    struct stat st;
    if (stat(path, &st) != 0 || user == 0)
        return true;
    mode_t wanted = st.st_uid == user ? S_IRUSR : st.st_gid == group ? S_IRGRP : S_IROTH;
    return (st.st_mode & wanted) != 0;
}

void
check_readable(ngx_cycle_t *cycle, const struct split_site *site)
{
    ngx_core_conf_t *core = (ngx_core_conf_t *)ngx_get_conf(cycle->conf_ctx, ngx_core_module);
    if (site->route_path.len == 0 || geteuid() != 0 || core->user == (ngx_uid_t)NGX_CONF_UNSET_UINT)
        return;
    if (!may_read((const char *)site->route_path.data, core->user, core->group))
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "split \"%V\": \"%V\" can be read by the master but not by the workers' user "
                      "\"%s\", so that later routes would be refused; change its mode or owner, "
                      "in %V:%ui",
                      &site->name, &site->route_path, core->username, &site->file, site->line);
}

ngx_int_t
check_cookie(ngx_conf_t *cf, const struct split_site *site)
{
    const struct cookie_rules *rules = &site->cookie_rules;
    const char *name = site->now->cookie.name, *fault = NULL;
    bool host = strncmp(name, "__Host-", 7) == 0, secure = strncmp(name, "__Secure-", 9) == 0;
    bool lax_none = ngx_strcasecmp(rules->samesite.len > 0 ? rules->samesite.data : (u_char *)"Lax",
                                   (u_char *)"None") == 0;
    bool not_on = rules->secure != COOKIE_SECURE_ON;
    if (!site->wants_cookie)
        return NGX_OK;
    if ((host || secure) && not_on)
        fault = "browsers keep a cookie of this name with Secure only: write \"cookie secure=on\"";
    else if (host && (rules->domain.len > 0 || rules->path.len > 0))
        fault = "browsers keep a __Host- cookie without Domain and with Path=/ only: take "
                "\"domain=\" and \"path=\" away";
    else if (lax_none && not_on)
        fault = "browsers keep SameSite=None with Secure only: write \"cookie secure=on\"";
    else if (rules->partitioned && not_on)
        fault = "browsers keep a partitioned cookie with Secure only: write \"cookie secure=on\"";
    if (fault == NULL)
        return NGX_OK;
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "split \"%V\": cookie %s: %s in %V:%ui", &site->name,
                  name, fault, &site->file, site->line);
    return NGX_ERROR;
}
