/* SPDX-License-Identifier: MIT */
/* GET PREFIX/metrics, PREFIX/status; POST PREFIX/origin/NAME/ACTION. There is no password: the
 * location is for loopback addresses and whom `allow` names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory/machine.h"
#include "module.h"
#include "page/metrics.h"
#include "page/status.h"
#include "route/routing.h"

static ngx_int_t
send_text(ngx_http_request_t *r, ngx_uint_t status, const char *type, const char *text, size_t n)
{
    ngx_buf_t *b = ngx_create_temp_buf(r->pool, n > 0 ? n : 1);
    ngx_chain_t out = {.buf = b, .next = NULL};
    ngx_table_elt_t *h = ngx_list_push(&r->headers_out.headers);
    if (b == NULL || h == NULL)
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    memset(h, 0, sizeof *h);
    h->hash = 1;
    ngx_str_set(&h->key, "Cache-Control");
    ngx_str_set(&h->value, "no-store");
    b->last = ngx_cpymem(b->last, text, n);
    b->last_buf = 1;
    b->last_in_chain = 1;
    r->headers_out.status = status;
    r->headers_out.content_length_n = (off_t)n;
    r->headers_out.content_type.data = (u_char *)type;
    r->headers_out.content_type.len = strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
        return rc;
    return ngx_http_output_filter(r, &out);
}

static ngx_int_t
send_line(ngx_http_request_t *r, ngx_uint_t status, const char *line)
{
    return send_text(r, status, "text/plain; charset=utf-8", line, strlen(line));
}

static ngx_int_t
send_page(ngx_http_request_t *r, struct split_site *site, const char *type,
          void (*write)(struct split_site *site, struct zone_memory *copy, FILE *out))
{
    struct zone_memory *copy = metrics_copy(site);
    char *text = NULL;
    size_t n = 0;
    FILE *out = copy == NULL ? NULL : open_memstream(&text, &n);
    if (out == NULL) {
        free(copy);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    write(site, copy, out);
    free(copy);
    ngx_int_t rc = fclose(out) == 0 ? send_text(r, NGX_HTTP_OK, type, text, n)
                                    : NGX_HTTP_INTERNAL_SERVER_ERROR;
    free(text);
    return rc;
}

static bool
find_action(const char *word, size_t n, split_failover_action *out)
{
    static const struct {
        const char *word;
        split_failover_action action;
    } actions[] = {{"up", SPLIT_FAILOVER_DO_FORCE_UP}, {"down", SPLIT_FAILOVER_DO_FORCE_DOWN},
                   {"auto", SPLIT_FAILOVER_DO_AUTO},   {"approve", SPLIT_FAILOVER_DO_APPROVE},
                   {"reset", SPLIT_FAILOVER_DO_RESET}, {"observe", SPLIT_FAILOVER_DO_OBSERVE}};
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strlen(actions[i].word) == n && memcmp(actions[i].word, word, n) == 0) {
            *out = actions[i].action;
            return true;
        }
    }
    return false;
}

static int
act(split_failover *fo, const char *name, size_t n, split_failover_action action,
    split_failover_events *events)
{
    int32_t index = split_failover_find(fo, name, n);
    split_failover_status status;
    if (index < 0)
        return SPLIT_ERR_NAME;
    int rc = split_failover_origin_status(fo, (uint32_t)index, &status);
    if (rc == 0 && action == SPLIT_FAILOVER_DO_APPROVE && status.state != SPLIT_FAILOVER_HOLD)
        return SPLIT_ERR_MODE;
    return rc != 0 ? rc : split_failover_admin(fo, now_us(), (uint32_t)index, action, events);
}

static ngx_int_t
change_origin(ngx_http_request_t *r, struct split_site *site, const char *name, size_t n)
{
    const char *slash = memchr(name, '/', n);
    split_failover_events events;
    split_failover_action action;
    size_t name_len = slash == NULL ? n : (size_t)(slash - name);
    if (slash == NULL || !find_action(slash + 1, n - name_len - 1, &action))
        return send_line(r, NGX_HTTP_NOT_FOUND,
                         "write POST origin/NAME/up, down, auto, observe, approve or reset\n");
    events.n = 0;
    split_failover *fo = machine_enter(site);
    int rc = act(fo, name, name_len, action, &events);
    machine_leave(site);
    if (rc == SPLIT_ERR_NAME)
        return send_line(r, NGX_HTTP_NOT_FOUND, "there is no origin of this name\n");
    if (rc == SPLIT_ERR_MODE)
        return send_line(r, NGX_HTTP_CONFLICT, "the origin is not held\n");
    if (rc != 0)
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    machine_log(site, &events);
    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0, "split \"%V\": operator at %V: origin %*s",
                  &site->name, &r->connection->addr_text, n, name);
    return send_line(r, NGX_HTTP_OK, "ok\n");
}

static bool
is(const char *rest, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(rest, word, n) == 0;
}

/* A web page in an operator's browser can reach this location too; browsers then send Origin. */
static bool
is_web_page(const ngx_http_request_t *r)
{
    const ngx_list_part_t *part = &r->headers_in.headers.part;
    for (; part != NULL; part = part->next) {
        const ngx_table_elt_t *h = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++)
            if (h[i].key.len == 6 && ngx_strncasecmp(h[i].key.data, (u_char *)"Origin", 6) == 0)
                return true;
    }
    return false;
}

static bool
is_loopback(const ngx_http_request_t *r)
{
    const struct sockaddr *sa = r->connection->sockaddr;
    if (sa->sa_family == AF_UNIX)
        return true;
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)sa;
        return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
    }
#if (NGX_HAVE_INET6)
    if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)sa;
        return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
    }
#endif
    return false;
}

static ngx_int_t
handle(ngx_http_request_t *r)
{
    const struct loc_conf *loc = ngx_http_get_module_loc_conf(r, ngx_http_split_module);
    const ngx_http_core_loc_conf_t *core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    size_t skip = core->name.len < r->uri.len ? core->name.len : r->uri.len;
    const char *rest = (const char *)r->uri.data + skip;
    size_t n = r->uri.len - skip;
    ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK)
        return rc;
    while (n > 0 && *rest == '/') {
        rest++;
        n--;
    }
    if (is_web_page(r))
        return send_line(r, NGX_HTTP_FORBIDDEN, "not for web pages\n");
    if (!loc->remote && !is_loopback(r))
        return send_line(r, NGX_HTTP_FORBIDDEN, "for loopback addresses only\n");
    if (r->method == NGX_HTTP_POST && n > 7 && memcmp(rest, "origin/", 7) == 0)
        return change_origin(r, loc->page, rest + 7, n - 7);
    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0)
        return NGX_HTTP_NOT_ALLOWED;
    if (n == 0 || is(rest, n, "metrics"))
        return send_page(r, loc->page, "text/plain; version=0.0.4; charset=utf-8", metrics_write);
    if (is(rest, n, "status"))
        return send_page(r, loc->page, "application/json", status_json);
    return send_line(r, NGX_HTTP_NOT_FOUND, "there are metrics and status\n");
}

char *
status_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    struct loc_conf *loc = conf;
    struct main_conf *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_split_module);
    ngx_http_core_loc_conf_t *core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    const ngx_str_t *words = cf->args->elts;
    ngx_uint_t n = cf->args->nelts;
    (void)cmd;
    if (loc->page != NULL)
        return "is duplicate";
    if (n > 1 && ngx_strcmp(words[n - 1].data, "allow_remote") == 0) {
        loc->remote = true;
        n--;
    }
    if (n == 1 && main->sites.nelts == 1)
        loc->page = *(struct split_site **)main->sites.elts;
    else if (n == 2)
        loc->page = site_find(main, &words[1]);
    if (loc->page == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"split_status\" needs the name of a split that stands above it");
        return NGX_CONF_ERROR;
    }
    core->handler = handle;
    return NGX_CONF_OK;
}
