/* SPDX-License-Identifier: MIT */
/* The decision cookie. Every rule of it is the library's: split_token_decide() says what holds,
 * what is to be counted, and what the answer stores. */
#include <stdio.h>
#include <string.h>

#include <split/net.h>

#include "cookie.h"
#include "counters.h"
#include "log.h"
#include "routing.h"
#include "stored.h"

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
    int rc;

    split_token_options_init(&options);
    options.split = split_route_name(g->route);
    options.keys = keys->items;
    options.n_keys = keys->n;
    options.max_age_us = g->cookie.max_age_us;
    options.idle_us = g->cookie.idle_us;
    rc = split_token_new(&options, NULL, &token);
    if (rc)
        return rc;
    split_token_free(&s->token, NULL);
    s->token = token;
    if (keys != s->keys)
        keys_free(&s->keys);
    s->keys = keys;
    return 0;
}

/* False, and nothing is stored, when the route does not ask for it or the library could not. */
static bool
is_wanted(const struct routing *g)
{
    if (!g->cookie.signed_by) {
        if (g->cookie.idle_us != SPLIT_NEVER)
            log_say("cookie.idle has no effect without cookie.signed");
        return false;
    }
    if (split_plan_mode(g->plan) == SPLIT_MODE_STICKY)
        return true;
    log_say("cookie.signed is not used: only the mode sticky has decisions to store");
    return false;
}

/* False with a sentence; the keys before stay. */
static bool
take_keys(struct stored *s, const struct routing *g, char *why, size_t why_size)
{
    struct keys *fresh = keys_read(g->cookie.signed_by, why, why_size);
    int rc = fresh ? use_keys(s, g, fresh) : 0;

    if (!rc)
        return fresh;
    snprintf(why, why_size, "%.200s: %s", g->cookie.signed_by,
             rc == SPLIT_ERR_DUPLICATE ? "two signing keys have one id" : split_strerror(rc));
    keys_free(&fresh);
    return false;
}

int
stored_load(struct stored *s, const struct routing *g, struct counters *counters, char *why,
            size_t why_size)
{
    bool taken;

    if (!is_wanted(g)) {
        stored_close(s);
        return 0;
    }
    snprintf(s->name, sizeof(s->name), "%.64s" STORED_SUFFIX, g->cookie.name);
    s->cookie = g->cookie;
    s->cookie.name = s->name;
    s->cookie.signed_by = NULL;
    taken = take_keys(s, g, why, why_size);
    counters->key_reads[taken]++;
    if (taken)
        log_say("decisions are stored in %s, signed by key %s, the first of %zu", s->name,
                s->keys->ids[0], s->keys->n);
    else if (s->keys && use_keys(s, g, s->keys) != 0)
        stored_close(s);
    return taken ? 0 : -1;
}

void
stored_reload(struct stored *s, const struct routing *g, struct counters *counters)
{
    char why[512];

    if (stored_load(s, g, counters, why, sizeof(why)) != 0)
        log_say("%s; %s", why,
                s->token ? "the keys read before stay"
                         : "nothing is stored until they can be read");
}

bool
stored_decide(const struct stored *s, const struct routing *g, const char *text, const char *id,
              struct choice *out)
{
    uint32_t status;

    if (!s->token || split_token_decide(s->token, g->plan, g->variants, g->n_variants, text,
                                        text ? strlen(text) : 0, id, strlen(id), split_clock_wall(),
                                        g->revision, &out->who, &status, &out->to_store) != 0) {
        out->to_store.variant[0] = '\0';
        return false;
    }
    out->stored = (int32_t)status;
    return true;
}

bool
stored_format(const struct stored *s, const struct choice *choice, const char *id, bool secure,
              char *out, size_t out_size)
{
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    int n;

    if (!s->token || !choice->to_store.variant[0] ||
        split_token_write(s->token, &choice->to_store, id, strlen(id), text, sizeof(text)) != 0)
        return false;
    n = cookie_format(out, out_size, &s->cookie, text, secure);
    return n > 0 && (size_t)n < out_size;
}
