/* SPDX-License-Identifier: MIT */
/* Credentials of a role for a web identity token (EKS, and any OpenID Connect issuer). */
#ifndef SPLIT_NET_AWS_IDENTITY_WEB_H
#define SPLIT_NET_AWS_IDENTITY_WEB_H

#include "net/aws/identity/chain.h"

aws_link split__aws_web;

/* The same with the file and the role from elsewhere. */
int split__aws_web_of(split_http *http, const char *file, const char *role, const char *session,
                      aws_identity *out, split_error *error);

#endif
