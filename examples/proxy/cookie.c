/* SPDX-License-Identifier: MIT */
/* Visitor ids in a cookie: HttpOnly, SameSite=Lax, Path=/, Max-Age, and Secure behind TLS. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "cookie.h"

static bool
is_id(const char *id)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = strspn(id, allowed);

    return n > 0 && n <= COOKIE_ID_MAX && id[n] == '\0';
}

const char *
cookie_read(struct MHD_Connection *conn, const char *name)
{
    const char *id = MHD_lookup_connection_value(conn, MHD_COOKIE_KIND, name);

    return id && is_id(id) ? id : NULL;
}

int
cookie_draw(char out_id[COOKIE_ID_BYTES])
{
    uint8_t raw[(COOKIE_ID_BYTES - 1) / 2];
    size_t i;

    if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
        return -1;
    for (i = 0; i < sizeof(raw); i++)
        snprintf(out_id + 2 * i, 3, "%02x", (unsigned)raw[i]);
    return 0;
}

int
cookie_format(char *out, size_t out_size, const split_cookie_info *cookie, const char *id,
              bool secure)
{
    return snprintf(out, out_size, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                    cookie->name, id, (long long)(cookie->max_age_us / 1000000),
                    secure ? "; Secure" : "");
}
