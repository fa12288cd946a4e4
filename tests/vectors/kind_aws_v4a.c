/* SPDX-License-Identifier: MIT */
/* Kind aws-v4a: a folder holds one case of the public suite of AWS (SOURCE.md beside them). */
#include "net/aws/v4a/canonical.h"
#include "net/aws/v4a/key.h"
#include "vectors.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/v4a/v4a.h"

#define HEADERS_MAX 24
#define POINT_BYTES 65

/* One case; every text is malloc'd and lives until free_case(). */
typedef struct v4a_case {
    char *request;
    char *canonical;
    char *to_sign;
    char *signature;
    char date[V4A_DATE_BYTES];
    char sum[V4A_SHA256_HEX_BYTES];
    cJSON *context;
    cJSON *public_key;
    v4a_header headers[HEADERS_MAX];
    v4a_request what;
} v4a_case;

static char *
read_file(vectors_run *run, const char *name)
{
    char path[4096];
    size_t len;
    snprintf(path, sizeof path, "%s/%s", run->file, name);
    char *text = vectors_read(path, &len);
    if (text == NULL)
        vectors_unreadable(run, name, "cannot be read");
    return text;
}

static cJSON *
read_json(vectors_run *run, const char *name)
{
    char *text = read_file(run, name);
    cJSON *json = text != NULL ? vectors_parse(run, text, strlen(text)) : NULL;
    free(text);
    return json;
}

static const char *
text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool
is_true(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static void
add_header(v4a_case *c, const char *name, const char *value)
{
    if (c->what.n_headers < HEADERS_MAX)
        c->headers[c->what.n_headers++] = (v4a_header){name, value};
}

/* "GET /path?query HTTP/1.1"; the path may hold spaces. */
static bool
take_request_line(v4a_case *c, char *line)
{
    char *space = strchr(line, ' ');
    char *version = strrchr(line, ' ');
    if (space == NULL || version == space)
        return false;
    *space = *version = '\0';
    c->what.method = line;
    c->what.path = space + 1;
    c->what.query = "";
    char *mark = strchr(space + 1, '?');
    if (mark != NULL) {
        *mark = '\0';
        c->what.query = mark + 1;
    }
    return true;
}

/* Header lines up to an empty one; what follows is the body. */
static bool
take_request(v4a_case *c)
{
    char *line = c->request;
    bool first = true;
    c->what.body = "";
    while (*line != '\0') {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        if (line[0] == '\0') {
            c->what.body = end != NULL ? end + 1 : "";
            break;
        }
        char *colon = strchr(line, ':');
        if (first ? !take_request_line(c, line) : colon == NULL)
            return false;
        if (!first) {
            *colon = '\0';
            add_header(c, line, colon + 1);
        }
        first = false;
        if (end == NULL)
            break;
        line = end + 1;
    }
    c->what.body_len = strlen(c->what.body);
    return !first;
}

/* "2015-08-30T12:36:00Z" to "20150830T123600Z". */
static void
take_date(v4a_case *c, const char *text)
{
    size_t n = 0;
    for (; text != NULL && *text != '\0' && n + 1 < sizeof c->date; text++)
        if (*text != '-' && *text != ':')
            c->date[n++] = *text;
    c->date[n] = '\0';
}

static bool
read_case(vectors_run *run, v4a_case *c)
{
    c->request = read_file(run, "request.txt");
    c->canonical = read_file(run, "header-canonical-request.txt");
    c->to_sign = read_file(run, "header-string-to-sign.txt");
    c->signature = read_file(run, "header-signature.txt");
    c->context = read_json(run, "context.json");
    c->public_key = read_json(run, "public-key.json");
    if (c->request == NULL || c->canonical == NULL || c->to_sign == NULL || c->signature == NULL ||
        c->context == NULL || c->public_key == NULL)
        return false;
    const cJSON *who = cJSON_GetObjectItemCaseSensitive(c->context, "credentials");
    if (!take_request(c) || text_of(c->context, "service") == NULL ||
        text_of(c->context, "region") == NULL || text_of(who, "access_key_id") == NULL ||
        text_of(who, "secret_access_key") == NULL || text_of(c->context, "timestamp") == NULL) {
        vectors_unreadable(run, NULL, "request.txt or context.json is not of this form");
        return false;
    }
    take_date(c, text_of(c->context, "timestamp"));
    add_header(c, "X-Amz-Date", c->date);
    add_header(c, "X-Amz-Region-Set", text_of(c->context, "region"));
    if (text_of(who, "token") != NULL)
        add_header(c, "X-Amz-Security-Token", text_of(who, "token"));
    split__v4a_sha256(c->what.body, c->what.body_len, c->sum);
    if (is_true(c->context, "sign_body"))
        add_header(c, "X-Amz-Content-Sha256", c->sum);
    c->what.headers = c->headers;
    c->what.service = text_of(c->context, "service");
    c->what.date = c->date;
    c->what.normalize = is_true(c->context, "normalize");
    return true;
}

static void
free_case(v4a_case *c)
{
    free(c->request);
    free(c->canonical);
    free(c->to_sign);
    free(c->signature);
    cJSON_Delete(c->context);
    cJSON_Delete(c->public_key);
}

static bool
has_public_key(const v4a_case *c, v4a_key *key)
{
    unsigned char point[POINT_BYTES];
    char hex[2 * POINT_BYTES + 1];
    char expected[2 * POINT_BYTES + 1];
    size_t n = 0;
    const char *x = text_of(c->public_key, "X");
    const char *y = text_of(c->public_key, "Y");
    if (x == NULL || y == NULL ||
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n) !=
            1 ||
        n != sizeof point)
        return false;
    for (size_t i = 0; i < n; i++)
        snprintf(hex + 2 * i, 3, "%02x", point[i]);
    snprintf(expected, sizeof expected, "04%.64s%.64s", x, y);
    return strcmp(hex, expected) == 0;
}

/* A signature in hex over a text, by the key's public half. */
static bool
verifies(v4a_key *key, const char *text, const char *hex)
{
    unsigned char der[V4A_SIGNATURE_BYTES / 2];
    size_t n = strspn(hex, "0123456789abcdef") / 2;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (n > sizeof der)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned byte = 0;
        (void)sscanf(hex + 2 * i, "%2x", &byte);
        der[i] = (unsigned char)byte;
    }
    bool good = n > 0 && ctx != NULL &&
                EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(ctx, der, n, (const unsigned char *)text, strlen(text)) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

/* The one header that a peer sees; what it says is checked piece by piece. */
static bool
authorizes(const v4a_case *c, v4a_key *key, const char *id)
{
    char start[256];
    char *names = split__v4a_signed_names(&c->what);
    char *header = split__v4a_authorization(&c->what, id, key);
    snprintf(start, sizeof start,
             "%s Credential=%s/%.8s/%s/aws4_request, SignedHeaders=", V4A_ALGORITHM, id, c->date,
             c->what.service);
    bool good = names != NULL && header != NULL && strncmp(header, start, strlen(start)) == 0 &&
                strncmp(header + strlen(start), names, strlen(names)) == 0;
    const char *signature = good ? strstr(header, ", Signature=") : NULL;
    good = signature != NULL && verifies(key, c->to_sign, signature + strlen(", Signature="));
    free(names);
    free(header);
    return good;
}

static void
check_case(vectors_run *run, v4a_case *c)
{
    char signature[V4A_SIGNATURE_BYTES];
    const cJSON *who = cJSON_GetObjectItemCaseSensitive(c->context, "credentials");
    const char *id = text_of(who, "access_key_id");
    v4a_key *key = split__v4a_key(id, text_of(who, "secret_access_key"));
    char *canonical = split__v4a_canonical(&c->what);
    char *to_sign = canonical != NULL ? split__v4a_string_to_sign(&c->what, canonical) : NULL;
    if (key == NULL || to_sign == NULL)
        vectors_case(run, run->file, "no memory");
    else if (!has_public_key(c, key))
        vectors_case(run, run->file, "the secret derives another key than public-key.json");
    else if (strcmp(canonical, c->canonical) != 0)
        vectors_case(run, run->file, "canonical request: expected\n%s\ngot\n%s", c->canonical,
                     canonical);
    else if (strcmp(to_sign, c->to_sign) != 0)
        vectors_case(run, run->file, "string to sign: expected\n%s\ngot\n%s", c->to_sign, to_sign);
    else if (!verifies(key, to_sign, c->signature))
        vectors_case(run, run->file, "the suite's signature does not verify");
    else if (!split__v4a_sign(key, to_sign, signature) || !verifies(key, c->to_sign, signature))
        vectors_case(run, run->file, "the signature made here does not verify");
    else if (verifies(key, c->canonical, signature))
        vectors_case(run, run->file, "a signature verifies over another text");
    else if (!authorizes(c, key, id))
        vectors_case(run, run->file, "the header Authorization is not right");
    else
        vectors_case(run, run->file, NULL);
    free(canonical);
    free(to_sign);
    split__v4a_key_free(key);
}

static void
check_folder(vectors_run *run)
{
    v4a_case c = {0};
    if (read_case(run, &c))
        check_case(run, &c);
    free_case(&c);
}

const vectors_kind vectors_aws_v4a = {.name = "aws-v4a", .check_folder = check_folder};
