/* SPDX-License-Identifier: MIT */
/* The decision cookie. Every rule of it is the library's: split_token_decide() says what holds,
 * what is to be counted, and what the answer stores. */
#include <stdio.h>
#include <string.h>

#include "memory/zone.h"
#include "visitor/decide.h"
#include "visitor/keys.h"

void
stored_close(struct stored *s)
{
    split_token_free(&s->token, NULL);
    keys_free(&s->keys);
}

/* Put keys in force for a route. They are taken over when that works. */
static int
use_keys(struct stored *s, const struct routing *g, struct keys *keys)
{
    split_token_options options;
    split_token *token = NULL;
    split_token_options_init(&options);
    options.split = split_route_name(g->route);
    options.keys = keys->items;
    options.n_keys = keys->n;
    options.max_age_us = g->cookie.max_age_us;
    options.idle_us = g->cookie.idle_us;
    int rc = split_token_new(&options, NULL, &token);
    if (rc != 0)
        return rc;
    split_token_free(&s->token, NULL);
    s->token = token;
    if (keys != s->keys)
        keys_free(&s->keys);
    s->keys = keys;
    return 0;
}

static bool
is_wanted(const struct split_site *site, const struct routing *g)
{
    const char *why = NULL;
    if (g->cookie.signed_by == NULL && g->cookie.idle_us != SPLIT_NEVER)
        why = "cookie.idle has no effect without cookie.signed";
    else if (g->cookie.signed_by != NULL && split_plan_mode(g->plan) != SPLIT_MODE_STICKY)
        why = "cookie.signed is not used: only the mode sticky has decisions to store";
    if (why != NULL)
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0, "split \"%V\": %s", &site->name, why);
    return why == NULL && g->cookie.signed_by != NULL;
}

/* False with a sentence; the keys before stay. */
static bool
take_keys(struct stored *s, const struct routing *g, char why[STORED_WHY_BYTES])
{
    struct keys *fresh = keys_read(g->cookie.signed_by, why, STORED_WHY_BYTES);
    int rc = fresh != NULL ? use_keys(s, g, fresh) : 0;
    if (rc == 0)
        return fresh != NULL;
    snprintf(why, STORED_WHY_BYTES, "%.200s: %s", g->cookie.signed_by,
             rc == SPLIT_ERR_DUPLICATE ? "two signing keys have one id" : split_strerror(rc));
    keys_free(&fresh);
    return false;
}

bool
stored_load(struct split_site *site, const struct routing *g, char why[STORED_WHY_BYTES])
{
    struct stored *s = &site->stored;
    if (!is_wanted(site, g)) {
        stored_close(s);
        return true;
    }
    snprintf(s->name, sizeof s->name, "%.64s" STORED_SUFFIX, g->cookie.name);
    s->max_age_us = g->cookie.max_age_us;
    s->idle_us = g->cookie.idle_us;
    bool taken = take_keys(s, g, why);
    zone_count(&site->zone->mem->key_reads[taken]);
    if (!taken && s->keys != NULL && use_keys(s, g, s->keys) != 0)
        stored_close(s);
    return taken;
}

bool
stored_decide(struct split_site *site, ngx_http_request_t *r, struct decision *d)
{
    const struct stored *s = &site->stored;
    const struct routing *g = d->routing;
    const char *text = NULL;
    size_t n = 0;
    uint32_t status;
    if (s->token == NULL)
        return false;
    cookie_find(r, s->name, NULL, &text, &n);
    if (split_token_decide(s->token, g->plan, g->variants, g->n_variants, text, n, d->key,
                           d->key_len, wall_us(), g->revision, &d->who, &status,
                           &d->to_store) != 0) {
        d->to_store.variant[0] = '\0';
        return false;
    }
    d->stored = (int32_t)status;
    return true;
}

bool
stored_value(const struct split_site *site, const struct decision *d,
             char out[SPLIT_TOKEN_TEXT_MAX + 1])
{
    const struct stored *s = &site->stored;
    return s->token != NULL && d->to_store.variant[0] != '\0' &&
           split_token_write(s->token, &d->to_store, d->key, d->key_len, out,
                             SPLIT_TOKEN_TEXT_MAX + 1) == 0;
}
