/* SPDX-License-Identifier: MIT */
/* Credentials of a role for a web identity token: one unsigned request to STS. */
#include "net/aws/identity/web.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/base/error.h"
#include "net/aws/base/region.h"
#include "net/base/fault.h"

static const char *
variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void
put_address(char *url, size_t url_size)
{
    char region[AWS_REGION_BYTES];
    const char *endpoint = variable("AWS_ENDPOINT_URL_STS");
    const char *where = variable("AWS_REGION");
    if (endpoint == NULL)
        endpoint = variable("AWS_ENDPOINT_URL");
    if (where == NULL)
        where = variable("AWS_DEFAULT_REGION");
    if (endpoint != NULL)
        snprintf(url, url_size, "%s", endpoint);
    else if (where != NULL && split__aws_region(where, region))
        snprintf(url, url_size, "https://sts.%s.amazonaws.com%s/", region,
                 strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
    else
        snprintf(url, url_size, "https://sts.amazonaws.com/");
}

/* The body, or NULL without memory; the token is in it. */
static char *
form_of(const char *role, const char *session, const char *token)
{
    char *r = curl_easy_escape(NULL, role, 0);
    char *s = curl_easy_escape(NULL, session, 0);
    char *t = curl_easy_escape(NULL, token, 0);
    char *form = NULL;
    if (r == NULL || s == NULL || t == NULL ||
        asprintf(&form,
                 "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=%s"
                 "&RoleSessionName=%s&WebIdentityToken=%s",
                 r, s, t) < 0)
        form = NULL;
    curl_free(r);
    curl_free(s);
    curl_free(t);
    return form;
}

static int
ask(split_http *http, const char *form, aws_identity *out, split_error *error)
{
    char url[512];
    split_http_answer answer;
    aws_error refusal;
    split_error why = {.size = sizeof why};
    put_address(url, sizeof url);
    const split_http_request request = {.size = sizeof request,
                                        .url = url,
                                        .body = form,
                                        .body_len = strlen(form),
                                        .repeatable = true};
    int rc = split_http_send(http, &request, &answer, &why);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc, "STS cannot be reached for the web identity: %s",
                                why.text);
    if (answer.status == 200)
        return split__aws_identity_xml(answer.body, "STS", out, error);
    split__aws_error_read(&answer, &refusal);
    return split__net_fault(error, SPLIT_ERR_PEER,
                            "STS gives no credentials for the web identity: status %d %.40s",
                            (int)answer.status, refusal.code);
}

int
split__aws_web_of(split_http *http, const char *file, const char *role, const char *session,
                  aws_identity *out, split_error *error)
{
    char reference[1024];
    char token[SPLIT_SECRET_BYTES];
    snprintf(reference, sizeof reference, "file:%s", file);
    int rc = split_secret_read(reference, token, error);
    if (rc != SPLIT_OK)
        return rc == SPLIT_ERR_NO_DATA ? SPLIT_ERR_IO : rc;
    char *form = form_of(role, session, token);
    OPENSSL_cleanse(token, sizeof token);
    if (form == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    rc = ask(http, form, out, error);
    OPENSSL_cleanse(form, strlen(form));
    free(form);
    return rc;
}

int
split__aws_web(split_http *http, aws_identity *out, split_error *error)
{
    const char *file = variable("AWS_WEB_IDENTITY_TOKEN_FILE");
    const char *role = variable("AWS_ROLE_ARN");
    const char *session = variable("AWS_ROLE_SESSION_NAME");
    if (file == NULL || role == NULL)
        return SPLIT_ERR_NO_DATA;
    return split__aws_web_of(http, file, role, session != NULL ? session : "libsplit", out, error);
}
