/* SPDX-License-Identifier: MIT */
/* One exchange with a Prometheus server: address, secrets, and what its statuses mean. */
#include "net/source/promql/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/fields.h"
#include "net/source/source.h"
#include "split/notify.h"

#define PATH "/api/v1/query"
#define BODY_MAX (8u << 20)

/* A secret that fits into a header; "" for none. A file may come and go, a token may change: it is
 * read each time. */
static int
read_secret(const char *reference, char buf[SPLIT_SECRET_BYTES], split_error *error)
{
    buf[0] = '\0';
    if (reference == NULL)
        return SPLIT_OK;
    if (split_secret_read(reference, buf, error) != SPLIT_OK)
        return SPLIT_ERR_PEER;
    for (const char *p = buf; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return split__net_fault(error, SPLIT_ERR_PEER,
                                    "promql: %.200s has a line end or another "
                                    "control character within",
                                    reference);
    return SPLIT_OK;
}

static int
post(promql_server *p, const char *form, split_http_answer *answer, split_error *error)
{
    char token[SPLIT_SECRET_BYTES];
    char user[SPLIT_SECRET_BYTES];
    char password[SPLIT_SECRET_BYTES];
    char line[SPLIT_SECRET_BYTES + 32];
    const char *headers[] = {"Content-Type: application/x-www-form-urlencoded", line};
    split_http_request r = {
        .size = sizeof r, .url = p->url, .headers = headers, .repeatable = true};
    int rc = read_secret(p->token, token, error);
    if (rc == SPLIT_OK)
        rc = read_secret(p->user, user, error);
    if (rc == SPLIT_OK)
        rc = read_secret(p->password, password, error);
    if (rc != SPLIT_OK)
        return rc;
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    r.n_headers = p->token != NULL ? 2 : 1;
    r.user = p->user != NULL ? user : NULL;
    r.password = password;
    r.body = form;
    r.body_len = strlen(form);
    return split_http_send(p->http, &r, answer, error);
}

static int
refuse_status(const promql_server *p, int status, split_error *error)
{
    const char *hint = "";
    if (status == 401 || status == 403)
        return split__net_fault(
            error, SPLIT_ERR_PEER,
            "%s refuses %s (status %d); name a token, or user and password, in the "
            "policy's sources or in PROMQL_TOKEN, PROMQL_USER and PROMQL_PASSWORD",
            p->url,
            p->token != NULL  ? "this token"
            : p->user != NULL ? "this user or password"
                              : "a visitor without a token or password",
            status);
    if (status == 404 || status / 100 == 3)
        hint = "; give the address that " PATH " comes after";
    return split__net_fault(error, SPLIT_ERR_PEER, "%s answers status %d%s", p->url, status, hint);
}

/* Ask, and take the answer apart. With 0, `*a` is an answer, maybe one that says what is wrong with
 * the query. */
int
split__promql_ask(promql_server *p, const char *form, promql_answer *a, split_error *error)
{
    split_http_answer answer;
    *a = (promql_answer){0};
    int rc = post(p, form, &answer, error);
    if (rc == SPLIT_ERR_SPACE)
        return split__net_fault(
            error, rc, "%s answers more than %u MiB; name fewer series in the policy's sources",
            p->url, BODY_MAX >> 20);
    if (rc != SPLIT_OK)
        return rc;
    if (answer.status == 401 || answer.status == 403)
        return refuse_status(p, answer.status, error);
    if (split__promql_answer_read(a, answer.body, answer.body_len) &&
        (answer.status == 200 || a->error != NULL))
        return SPLIT_OK;
    split__promql_answer_free(a);
    if (answer.status != 200)
        return refuse_status(p, answer.status, error);
    return split__net_fault(
        error, SPLIT_ERR_PEER,
        "%s answers nothing that a Prometheus server says; give the address that " PATH
        " comes after",
        p->url);
}

/* "HOST[:PORT][/PREFIX]" with or without a scheme; the API's path may stand there already. */
static char *
api_url(const char *place)
{
    const char *scheme = strstr(place, "://") == NULL ? "http://" : "";
    size_t len = strlen(place);
    while (len > 0 && place[len - 1] == '/')
        len--;
    size_t path = strlen(PATH);
    bool whole = len > path && memcmp(place + len - path, PATH, path) == 0;
    size_t n = strlen(scheme) + len + path + 1;
    char *url = malloc(n);
    if (url != NULL)
        snprintf(url, n, "%s%.*s%s", scheme, (int)len, place, whole ? "" : PATH);
    return url;
}

static int
check_place(const char *place, split_error *error)
{
    if (strchr(place, '@') != NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "promql: no password in the address; name user and password in the "
                                "policy's sources, or set PROMQL_USER and PROMQL_PASSWORD");
    const char *host = strstr(place, "://");
    host = host == NULL ? place : host + 3;
    if (*host == '\0' || *host == '/' || strpbrk(place, "?# \t\r\n") != NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "promql: '%.120s' is no address of a Prometheus server; write "
                                "promql:http://HOST:PORT",
                                place);
    return SPLIT_OK;
}

static bool
is_reference(const char *text)
{
    return text == NULL || strncmp(text, "env:", 4) == 0 || strncmp(text, "file:", 5) == 0;
}

/* Names in the policy come first, then the environment. A secret itself does not belong into a
 * policy (design/documents.md D12). */
static int
take_secrets(promql_server *p, const split_source_options *o, split_error *error)
{
    char buf[SPLIT_SECRET_BYTES];
    p->token = split__field_own(o, "token");
    p->user = split__field_own(o, "user");
    p->password = split__field_own(o, "password");
    if (!is_reference(p->token) || !is_reference(p->password))
        return split__net_fault(
            error, SPLIT_ERR_VALUE,
            "promql: write token and password as \"env:NAME\" or \"file:PATH\"; a "
            "secret itself does not belong into a policy");
    if (p->token == NULL && p->user == NULL && getenv("PROMQL_TOKEN") != NULL)
        p->token = "env:PROMQL_TOKEN";
    if (p->token == NULL && p->user == NULL && getenv("PROMQL_USER") != NULL)
        p->user = "env:PROMQL_USER";
    if (p->user != NULL && p->password == NULL)
        p->password = "env:PROMQL_PASSWORD";
    const char *const all[] = {p->token, p->user, p->password};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (read_secret(all[i], buf, error) != SPLIT_OK)
            return SPLIT_ERR_VALUE;
    return SPLIT_OK;
}

int
split__promql_server_open(promql_server *p, const split_source_options *options, const char *place,
                          split_error *error)
{
    split_http_options http = *options->http;
    int rc = check_place(place, error);
    if (rc == SPLIT_OK)
        rc = take_secrets(p, options, error);
    if (rc != SPLIT_OK)
        return rc;
    p->url = api_url(place);
    if (http.max_body_bytes > BODY_MAX)
        http.max_body_bytes = BODY_MAX;
    rc = p->url == NULL ? SPLIT_ERR_NOMEM : split_http_new(&http, &p->http);
    return rc == SPLIT_OK ? rc : split__net_fault(error, rc, "%s", split_strerror(rc));
}

void
split__promql_server_close(promql_server *p)
{
    split_http_free(&p->http);
    free(p->url);
    p->url = NULL;
}
