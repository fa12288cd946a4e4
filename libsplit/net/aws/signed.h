/* SPDX-License-Identifier: MIT */
/* One request to AWS on the wire: its address, its headers, and its signature. */
#ifndef SPLIT_NET_AWS_SIGNED_H
#define SPLIT_NET_AWS_SIGNED_H

#include "net/aws/aws.h"

/* One attempt. 0 with any status; otherwise as split_http_send(), `why` in its words. */
int split__aws_send_signed(split_http *http, const aws_call *call, const aws_identity *who,
                           split_http_answer *out, split_error *why);

#endif
