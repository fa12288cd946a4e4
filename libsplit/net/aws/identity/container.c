/* SPDX-License-Identifier: MIT */
/* Credentials from the container's endpoint: ECS by a relative path, EKS by a whole URL. */
#include "net/aws/identity/container.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"

#define ECS "http://169.254.170.2"

static bool
starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Credentials go in the clear to the machine itself and to AWS's two fixed addresses only. */
static bool
is_allowed(const char *url)
{
    static const char *const hosts[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
                                        "localhost", "[::1]"};
    if (starts(url, "https://"))
        return true;
    if (!starts(url, "http://"))
        return false;
    const char *host = url + strlen("http://");
    size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    if (memchr(host, '@', strcspn(host, "/?#")) != NULL)
        return false;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        if (strlen(hosts[i]) == n && memcmp(host, hosts[i], n) == 0)
            return true;
    return starts(host, "127.") && strspn(host, "0123456789.") == n;
}

/* "" when none is asked for. */
static int
read_token(char token[SPLIT_SECRET_BYTES], split_error *error)
{
    char reference[1024];
    const char *file = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    snprintf(reference, sizeof reference, "file:%s", file != NULL ? file : "");
    int rc = split_secret_read(
        file != NULL && file[0] != '\0' ? reference : "env:AWS_CONTAINER_AUTHORIZATION_TOKEN",
        token, error);
    return rc == SPLIT_ERR_NO_DATA ? SPLIT_OK : rc;
}

static int
ask(split_http *http, const char *url, const char *token, aws_identity *out, split_error *error)
{
    char line[SPLIT_SECRET_BYTES + 32];
    const char *headers[] = {line};
    split_http_answer answer;
    split_error why = {.size = sizeof why};
    snprintf(line, sizeof line, "Authorization: %s", token);
    const split_http_request request = {.size = sizeof request,
                                        .url = url,
                                        .headers = headers,
                                        .n_headers = token[0] != '\0' ? 1 : 0};
    int rc = split_http_send(http, &request, &answer, &why);
    OPENSSL_cleanse(line, sizeof line);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc, "the container's credentials cannot be reached: %s",
                                why.text);
    if (answer.status != 200)
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "the container's credentials: the endpoint answers status %d",
                                (int)answer.status);
    return split__aws_identity_json(answer.body, "the container's endpoint", out, error);
}

int
split__aws_container(split_http *http, aws_identity *out, split_error *error)
{
    char url[1024];
    char token[SPLIT_SECRET_BYTES];
    const char *relative = getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative != NULL && relative[0] != '\0')
        snprintf(url, sizeof url, "%s%s", ECS, relative);
    else if (full != NULL && full[0] != '\0')
        snprintf(url, sizeof url, "%s", full);
    else
        return SPLIT_ERR_NO_DATA;
    if (!is_allowed(url))
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or an address "
                                "of this machine");
    int rc = read_token(token, error);
    if (rc == SPLIT_OK)
        rc = ask(http, url, token, out, error);
    OPENSSL_cleanse(token, sizeof token);
    return rc;
}
