/* SPDX-License-Identifier: MIT */
/* The texts of SigV4A: canonical request, string to sign, and the header that carries the
 * signature. */
#include "net/aws/v4a/canonical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/aws/v4a/key.h"
#include "net/aws/v4a/path.h"
#include "net/aws/v4a/v4a.h"

#define HEADERS_MAX 32
#define DAY_LEN 8 /* of "20150830T..." */

static const char *
name_at(const v4a_request *r, const size_t *order, size_t i)
{
    return r->headers[order[i]].name;
}

/* Indices of the headers by name; equal names keep their order. Returns how many there are. */
static size_t
sort_headers(const v4a_request *r, size_t order[HEADERS_MAX])
{
    size_t n = r->n_headers < HEADERS_MAX ? r->n_headers : HEADERS_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0 && strcasecmp(name_at(r, order, at - 1), r->headers[i].name) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return n;
}

static void
put_lower(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        fputc(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text, out);
}

/* Without space around it, and with runs of space as one. */
static void
put_value(FILE *out, const char *text)
{
    const char *p = text + strspn(text, " \t");
    while (*p != '\0') {
        size_t word = strcspn(p, " \t");
        size_t gap = strspn(p + word, " \t");
        fprintf(out, "%.*s%s", (int)word, p, p[word + gap] != '\0' ? " " : "");
        p += word + gap;
    }
}

static void
put_headers(FILE *out, const v4a_request *r)
{
    size_t order[HEADERS_MAX];
    size_t n = sort_headers(r, order);
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && strcasecmp(name_at(r, order, i - 1), name_at(r, order, i)) == 0;
        if (again) {
            fputc(',', out);
        } else {
            fputs(i > 0 ? "\n" : "", out);
            put_lower(out, name_at(r, order, i));
            fputc(':', out);
        }
        put_value(out, r->headers[order[i]].value);
    }
    fputs("\n", out);
}

static void
put_names(FILE *out, const v4a_request *r)
{
    size_t order[HEADERS_MAX];
    size_t n = sort_headers(r, order);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && strcasecmp(name_at(r, order, i - 1), name_at(r, order, i)) == 0)
            continue;
        fputs(i > 0 ? ";" : "", out);
        put_lower(out, name_at(r, order, i));
    }
}

/* Closes a stream over memory; the text, or NULL when some of it is missing. */
static char *
end_text(FILE *out, bool complete, char **text)
{
    if (out == NULL)
        return NULL;
    complete = ferror(out) == 0 && complete;
    if (fclose(out) == 0 && complete)
        return *text;
    free(*text);
    return NULL;
}

char *
split__v4a_signed_names(const v4a_request *request)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out != NULL)
        put_names(out, request);
    return end_text(out, true, &text);
}

char *
split__v4a_canonical(const v4a_request *request)
{
    char sum[V4A_SHA256_HEX_BYTES];
    char *text = NULL;
    size_t len;
    bool done = true;
    FILE *out = open_memstream(&text, &len);
    if (out != NULL) {
        split__v4a_sha256(request->body, request->body_len, sum);
        fprintf(out, "%s\n", request->method);
        done = split__v4a_put_path(out, request->path, request->normalize);
        fputc('\n', out);
        done = split__v4a_put_query(out, request->query) && done;
        fputc('\n', out);
        put_headers(out, request);
        fputc('\n', out);
        put_names(out, request);
        fprintf(out, "\n%s", sum);
    }
    return end_text(out, done, &text);
}

char *
split__v4a_string_to_sign(const v4a_request *request, const char *canonical)
{
    char sum[V4A_SHA256_HEX_BYTES];
    char *text = NULL;
    split__v4a_sha256(canonical, strlen(canonical), sum);
    int n = asprintf(&text, V4A_ALGORITHM "\n%s\n%.*s/%s/aws4_request\n%s", request->date, DAY_LEN,
                     request->date, request->service, sum);
    return n < 0 ? NULL : text;
}

char *
split__v4a_authorization(const v4a_request *request, const char *key_id, v4a_key *key)
{
    char signature[V4A_SIGNATURE_BYTES];
    char *canonical = split__v4a_canonical(request);
    char *text = canonical != NULL ? split__v4a_string_to_sign(request, canonical) : NULL;
    char *names = split__v4a_signed_names(request);
    char *header = NULL;
    if (text == NULL || names == NULL || !split__v4a_sign(key, text, signature) ||
        asprintf(&header,
                 V4A_ALGORITHM " Credential=%s/%.*s/%s/aws4_request, SignedHeaders=%s, "
                               "Signature=%s",
                 key_id, DAY_LEN, request->date, request->service, names, signature) < 0)
        header = NULL;
    free(canonical);
    free(text);
    free(names);
    return header;
}
