/* SPDX-License-Identifier: MIT */
/* Credentials of the environment's three variables. */
#include "net/aws/identity/environment.h"

#include "net/base/fault.h"

int
split__aws_environment(split_http *http, aws_identity *out, split_error *error)
{
    (void)http;
    int rc = split_secret_read("env:AWS_ACCESS_KEY_ID", out->id, error);
    if (rc != SPLIT_OK)
        return rc;
    rc = split_secret_read("env:AWS_SECRET_ACCESS_KEY", out->secret, error);
    if (rc == SPLIT_ERR_NO_DATA)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    if (rc == SPLIT_OK &&
        split_secret_read("env:AWS_SESSION_TOKEN", out->token, NULL) == SPLIT_ERR_SPACE)
        rc = split__net_fault(error, SPLIT_ERR_SPACE, "AWS_SESSION_TOKEN is too long");
    return rc;
}
