/* SPDX-License-Identifier: MIT */
/* Classing (design: P9, P10). Only what the visitor did is neutral: whatever ends in an
 * error for the visitor counts for the origin. */
#include "origins/outcome.h"

bool
outcome_is_failure(split_failover_class klass)
{
    return klass == SPLIT_FAILOVER_CLASS_FAIL_STATUS ||
           klass == SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT || klass == SPLIT_FAILOVER_CLASS_FAIL_RESET ||
           klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
}

/* nginx's request_sent is that of the attempt before until this one is sent; the connection knows. */
bool
outcome_nothing_sent(const ngx_peer_connection_t *pc)
{
    return pc->connection == NULL || pc->connection->sent == 0;
}

static bool
timed_out(const ngx_peer_connection_t *pc)
{
    const ngx_connection_t *c = pc->connection;
    return c != NULL && (c->read->timedout || c->write->timedout);
}

/* The visitor left, sent a bad body, or nginx itself failed. */
static bool
is_visitors(const struct attempt *a)
{
    return a->r->connection->error || !a->ended || a->rc == NGX_ERROR ||
           a->rc == NGX_HTTP_CLIENT_CLOSED_REQUEST || a->rc == NGX_HTTP_REQUEST_TIME_OUT ||
           a->rc == NGX_HTTP_BAD_REQUEST || a->rc == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE ||
           a->rc == NGX_HTTP_INTERNAL_SERVER_ERROR;
}

/* The answer was passed on whole; NGX_AGAIN: the visitor still reads its end. */
static bool
is_good(ngx_int_t rc)
{
    return rc == NGX_OK || rc == NGX_AGAIN || rc == NGX_DONE || rc == NGX_DECLINED;
}

split_failover_class
outcome_of_end(const struct attempt *a, const ngx_peer_connection_t *pc, ngx_uint_t state)
{
    if ((state & NGX_PEER_FAILED) != 0) {
        if (outcome_nothing_sent(pc))
            return SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
        return timed_out(pc) ? SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT : SPLIT_FAILOVER_CLASS_FAIL_RESET;
    }
    if (a->headed && a->ended && is_good(a->rc))
        return a->head_class;
    if (a->headed && timed_out(pc))
        return SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT;
    if (is_visitors(a))
        return SPLIT_FAILOVER_CLASS_NEUTRAL;
    return a->headed && a->rc < NGX_HTTP_SPECIAL_RESPONSE ? a->head_class
                                                          : SPLIT_FAILOVER_CLASS_FAIL_RESET;
}

split_us
outcome_push_back(const ngx_http_upstream_t *u)
{
    const ngx_list_part_t *part = &u->headers_in.headers.part;
    const ngx_table_elt_t *h = part->elts;
    for (ngx_uint_t i = 0;; i++) {
        if (i >= part->nelts) {
            if (part->next == NULL)
                return 0;
            part = part->next;
            h = part->elts;
            i = 0;
        }
        if (h[i].key.len != sizeof "Retry-After" - 1 ||
            ngx_strcasecmp(h[i].key.data, (u_char *)"Retry-After") != 0)
            continue;
        ngx_int_t seconds = ngx_atoi(h[i].value.data, h[i].value.len);
        if (seconds <= 0)
            return 0;
        return seconds > 86400 ? 86400000000 : (split_us)seconds * 1000000;
    }
}
