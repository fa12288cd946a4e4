/* SPDX-License-Identifier: MIT */
/* Visitor ids in a cookie: HttpOnly, SameSite=Lax, Path=/, Max-Age, and Secure behind TLS. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
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

struct cookie_search {
    const char *name;
    const char *value; /* NULL until it is found. */
    size_t n_value;
};

static void
find_in(struct cookie_search *search, const char *header)
{
    size_t n_name = strlen(search->name);

    for (;;) {
        size_t n;

        header += strspn(header, " \t");
        n = strcspn(header, ";");
        if (n > n_name && header[n_name] == '=' && !strncmp(header, search->name, n_name)) {
            search->value = header + n_name + 1;
            search->n_value = n - n_name - 1;
            while (search->n_value && strchr(" \t", search->value[search->n_value - 1]))
                search->n_value--;
            return;
        }
        if (!header[n])
            return;
        header += n + 1;
    }
}

/* There may be several Cookie headers behind a proxy that speaks HTTP/2. */
static enum MHD_Result
look_for_cookie(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct cookie_search *search = ctx;

    (void)kind;
    if (value && !strcasecmp(name, "Cookie"))
        find_in(search, value);
    return search->value ? MHD_NO : MHD_YES;
}

/* Not by libmicrohttpd's own list of cookies: one stray quote in somebody else's cookie ends it. */
bool
cookie_find(struct MHD_Connection *conn, const char *name, char *out, size_t out_size)
{
    struct cookie_search search = {.name = name};

    MHD_get_connection_values(conn, MHD_HEADER_KIND, look_for_cookie, &search);
    if (search.value)
        snprintf(out, out_size, "%.*s", (int)search.n_value, search.value);
    return search.value;
}

bool
cookie_read(struct MHD_Connection *conn, const char *name, char out_id[COOKIE_ID_MAX + 1])
{
    char id[COOKIE_ID_MAX + 2];

    if (!cookie_find(conn, name, id, sizeof(id)) || !is_id(id))
        return false;
    memcpy(out_id, id, strlen(id) + 1);
    return true;
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
