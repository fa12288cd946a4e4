/* SPDX-License-Identifier: MIT */
/* A session cookie with the origin's name. It is not signed: what a visitor writes into it is an
 * origin of the variant's own chain, or nothing. */
#include <stdio.h>
#include <string.h>

#include "visitor/pin.h"

static void
name_of(const struct decision *d, char out[STORED_NAME_BYTES])
{
    snprintf(out, STORED_NAME_BYTES, "%.64s" PIN_SUFFIX, d->routing->cookie.name);
}

void
pin_read(struct decision *d, ngx_http_request_t *r)
{
    char name[STORED_NAME_BYTES];
    const char *value;
    size_t n;
    name_of(d, name);
    if (!cookie_find(r, name, NULL, &value, &n))
        return;
    for (uint32_t i = 0; i < d->routing->n_origins; i++) {
        const char *origin = d->routing->origins[i].info.name;
        if (strlen(origin) == n && memcmp(origin, value, n) == 0)
            d->pinned = (int32_t)i;
    }
}

bool
pin_cookie(struct decision *d, ngx_http_request_t *r, ngx_str_t *out)
{
    char name[STORED_NAME_BYTES];
    if (!d->routing->stay || d->origin < 0 || d->origin == d->pinned)
        return false;
    if (d->pinned < 0 && d->origin == (int32_t)d->routing->home[d->who.variant] && !d->repin)
        return false; /* At home without a pin: nothing to keep. */
    name_of(d, name);
    return cookie_format(r, &d->site->cookie_rules, name, d->routing->origins[d->origin].info.name,
                         SPLIT_NEVER, out) == NGX_OK;
}
