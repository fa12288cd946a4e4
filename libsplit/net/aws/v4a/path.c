/* SPDX-License-Identifier: MIT */
/* Paths and queries in canonical form: normalized, encoded and sorted as SigV4A asks. */
#include "net/aws/v4a/path.h"

#include <stdlib.h>
#include <string.h>

static bool
is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           strchr("-._~", c) != NULL;
}

void
split__v4a_encode(FILE *out, const char *text, size_t len, bool keep_slashes)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c != '\0' && (is_unreserved(c) || (keep_slashes && c == '/')))
            fputc(c, out);
        else
            fprintf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

/* Drops the last segment of what was written. */
static size_t
parent_of(const char *path, size_t n)
{
    while (n > 0 && path[n - 1] != '/')
        n--;
    return n > 0 ? n - 1 : 0;
}

/* RFC 3986, 5.2.4, with runs of slashes folded. `out` has room for strlen(path) + 2. */
static void
normalize(const char *path, char *out)
{
    size_t n = 0;
    bool folder = true; /* what was read last ends with a slash */
    for (const char *p = path; *p != '\0';) {
        size_t len = strcspn(p, "/");
        bool dot = len == 1 && p[0] == '.';
        bool dots = len == 2 && p[0] == '.' && p[1] == '.';
        if (len > 0 && !dot && !dots) {
            out[n++] = '/';
            memcpy(out + n, p, len);
            n += len;
        }
        if (dots)
            n = parent_of(out, n);
        p += len;
        folder = *p == '/' || dot || dots;
        p += *p == '/' ? 1 : 0;
    }
    if (n == 0 || folder)
        out[n++] = '/';
    out[n] = '\0';
}

bool
split__v4a_put_path(FILE *out, const char *path, bool normalized)
{
    char *short_path = malloc(strlen(path) + 2);
    if (short_path == NULL)
        return false;
    if (normalized)
        normalize(path, short_path);
    else
        strcpy(short_path, path[0] != '\0' ? path : "/");
    split__v4a_encode(out, short_path, strlen(short_path), true);
    free(short_path);
    return true;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* By name, then by value: "=" would sort after "-" and "." in the names. */
static void
mark_names(char *query, char from, char to)
{
    for (char *p = query; *p != '\0'; p++)
        if (*p == from)
            *p = to;
}

bool
split__v4a_put_query(FILE *out, const char *query)
{
    size_t n = 0;
    size_t room = 1;
    for (const char *p = query; *p != '\0'; p++)
        room += *p == '&' ? 1 : 0;
    char *copy = strdup(query);
    char **parts = calloc(room, sizeof *parts);
    bool done = copy != NULL && parts != NULL;
    char *rest = NULL;
    if (done)
        mark_names(copy, '=', '\1');
    for (char *p = done ? strtok_r(copy, "&", &rest) : NULL; p != NULL;
         p = strtok_r(NULL, "&", &rest))
        parts[n++] = p;
    if (n > 0)
        qsort(parts, n, sizeof *parts, compare);
    for (size_t i = 0; i < n; i++) {
        bool has_value = strchr(parts[i], '\1') != NULL;
        mark_names(parts[i], '\1', '=');
        fprintf(out, "%s%s%s", i > 0 ? "&" : "", parts[i], has_value ? "" : "=");
    }
    free(parts);
    free(copy);
    return done;
}
