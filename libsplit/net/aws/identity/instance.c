/* SPDX-License-Identifier: MIT */
/* Credentials from instance metadata, version 2: a session token, the role's name, its keys. */
#include "net/aws/identity/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/base/fault.h"

#define PUBLIC "http://169.254.169.254"
#define ROLES "/latest/meta-data/iam/security-credentials/"

/* One exchange; the answer lives until the next. SPLIT_ERR_NO_DATA: nobody there, or not it. */
static int
ask(split_http *http, const char *method, const char *path, const char *header,
    split_http_answer *out, split_error *error)
{
    char url[1024];
    const char *endpoint = getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    bool own = endpoint != NULL && endpoint[0] != '\0';
    size_t n = own ? strlen(endpoint) : 0;
    while (n > 0 && endpoint[n - 1] == '/')
        n--;
    snprintf(url, sizeof url, "%.*s%s", own ? (int)n : (int)strlen(PUBLIC), own ? endpoint : PUBLIC,
             path);
    const split_http_request request = {
        .size = sizeof request, .method = method, .url = url, .headers = &header, .n_headers = 1};
    int rc = split_http_send(http, &request, out, NULL);
    if (rc == SPLIT_ERR_NOMEM)
        return split__net_fault(error, rc, "%s", split_strerror(rc));
    if (rc != SPLIT_OK || out->status == 404 || out->status == 403 || out->status == 405)
        return SPLIT_ERR_NO_DATA;
    if (out->status != 200)
        return split__net_fault(error, SPLIT_ERR_PEER, "instance metadata answers status %d",
                                (int)out->status);
    return SPLIT_OK;
}

int
split__aws_instance(split_http *http, aws_identity *out, split_error *error)
{
    char line[512];
    char path[512];
    split_http_answer answer;
    const char *disabled = getenv("AWS_EC2_METADATA_DISABLED");
    if (disabled != NULL && strcasecmp(disabled, "true") == 0)
        return SPLIT_ERR_NO_DATA;
    int rc = ask(http, "PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600",
                 &answer, error);
    if (rc != SPLIT_OK)
        return rc;
    snprintf(line, sizeof line, "X-aws-ec2-metadata-token: %.400s", answer.body);
    rc = ask(http, "GET", ROLES, line, &answer, error);
    if (rc != SPLIT_OK)
        return rc;
    snprintf(path, sizeof path, "%s%.*s", ROLES, (int)strcspn(answer.body, "\r\n"), answer.body);
    rc = ask(http, "GET", path, line, &answer, error);
    return rc != SPLIT_OK ? rc
                          : split__aws_identity_json(answer.body, "instance metadata", out, error);
}
