/* SPDX-License-Identifier: MIT */
/* Who asks, and what the plan says. The plan is split_assign()'s, the stored decision
 * split_token_decide()'s; nothing is decided here. */
#include <string.h>

#include "memory/machine.h"
#include "memory/zone.h"
#include "visitor/decide.h"
#include "visitor/pin.h"

static void
forget(void *data)
{
    struct decision *d = data;
    routing_release(d->routing);
}

/* nginx clears a request's contexts when it is redirected inside; its pool stays. */
struct decision *
decide_made(ngx_http_request_t *r)
{
    ngx_http_request_t *main = r->main;
    struct decision *d = ngx_http_get_module_ctx(main, ngx_http_split_module);
    if (d != NULL || !(main->internal || main->filter_finalize))
        return d;
    for (ngx_pool_cleanup_t *c = main->pool->cleanup; c != NULL; c = c->next) {
        if (c->handler == forget) {
            d = c->data; /* The newest one: the head of the list. */
            ngx_http_set_ctx(main, d, ngx_http_split_module);
            break;
        }
    }
    return d;
}

struct split_site *
decide_site(ngx_http_request_t *r)
{
    const struct loc_conf *loc = ngx_http_get_module_loc_conf(r, ngx_http_split_module);
    return loc->site;
}

static bool
take_cookie(struct decision *d, ngx_http_request_t *r)
{
    return cookie_find(r, d->routing->cookie.name, cookie_is_id, &d->key, &d->key_len);
}

static bool
take_variable(struct decision *d, ngx_http_request_t *r, ngx_int_t index)
{
    const ngx_http_variable_value_t *v = ngx_http_get_indexed_variable(r, (ngx_uint_t)index);
    if (v == NULL || v->not_found || v->len == 0 || v->len > SPLIT_KEY_BYTES_MAX)
        return false;
    d->key = (const char *)v->data;
    d->key_len = v->len;
    return true;
}

/* The first usable key wins. A visitor without any gets a fresh id when the cookie is among the
 * keys. */
static void
find_key(struct decision *d, ngx_http_request_t *r)
{
    const struct key_source *keys = d->site->keys.elts;
    for (ngx_uint_t i = 0; i < d->site->keys.nelts; i++)
        if (keys[i].is_cookie ? take_cookie(d, r) : take_variable(d, r, keys[i].variable))
            return;
    d->key = d->fresh_id;
    d->key_len = 0;
    if (d->site->wants_cookie && cookie_draw(d->fresh_id))
        d->key_len = COOKIE_ID_DRAWN;
}

/* By the plan alone. */
static int
draw(struct split_site *site, const split_plan *plan, struct decision *d)
{
    bool decided = false;
    if (split_plan_mode(plan) == SPLIT_MODE_STICKY)
        return split_assign(plan, d->key, d->key_len, &d->who);
    int rc = split_assign_gate(plan, d->key, d->key_len, &d->who, &decided);
    if (rc == SPLIT_ERR_KEY)
        rc = 0; /* A draw needs no key. */
    if (rc != 0 || decided)
        return rc;
    if (split_plan_mode(plan) == SPLIT_MODE_RANDOM)
        return split_assign_random(plan, &site->random, &d->who);
    machine_enter(site);
    rc = split_assign_even(plan, &site->zone->mem->even, &d->who);
    machine_leave(site);
    return rc;
}

/* One hash for the decision and for the failover machine. */
static bool
assign_sticky(struct decision *d)
{
    split_explanation e;
    if (split_assign_explain(d->routing->plan, d->key, d->key_len, &e) != 0)
        return false;
    d->key_hash = e.hash;
    d->who.variant = e.variant;
    d->who.bucket = e.bucket;
    d->who.reason = e.reason;
    return true;
}

static void
assign(struct decision *d, ngx_http_request_t *r)
{
    const split_plan *plan = d->routing->plan;
    if (d->site->stored.token == NULL && split_plan_mode(plan) == SPLIT_MODE_STICKY &&
        assign_sticky(d))
        return;
    if (split_plan_unit_hash(plan, d->key, d->key_len, &d->key_hash) != 0)
        d->key_hash = 0;
    if (stored_decide(d->site, r, d) || draw(d->site, plan, d) == 0)
        return;
    d->who = (split_assignment){.variant = split_plan_default(plan),
                                .bucket = SPLIT_NO_BUCKET,
                                .reason = SPLIT_RULE_DEFAULT};
}

struct decision *
decide(ngx_http_request_t *r, struct split_site *site)
{
    struct decision *made = decide_made(r);
    for (struct decision *d = made; d != NULL; d = d->next)
        if (d->site == site)
            return d;
    ngx_http_request_t *main = r->main;
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(main->pool, sizeof(struct decision));
    if (cleanup == NULL)
        return NULL;
    struct decision *d = cleanup->data;
    memset(d, 0, offsetof(struct decision, outcomes));
    d->next = made;
    d->site = site;
    d->main = main;
    d->routing = routing_hold(site);
    cleanup->handler = forget;
    d->stored = STORED_NONE;
    d->origin = d->pinned = -1;
    d->replayable = true;
    find_key(d, main);
    assign(d, main);
    if (d->routing->stay)
        pin_read(d, main);
    if (d->stored != STORED_NONE)
        zone_count(&site->zone->mem->stored[d->stored]);
    ngx_http_set_ctx(main, d, ngx_http_split_module);
    return d;
}
