/* SPDX-License-Identifier: MIT */
/* Who signs a request to AWS, as the peers and programs that hand out credentials write it. */
#ifndef SPLIT_NET_AWS_IDENTITY_IDENTITY_H
#define SPLIT_NET_AWS_IDENTITY_IDENTITY_H

#include "split/notify.h"

typedef struct aws_identity {
    char id[SPLIT_SECRET_BYTES];
    char secret[SPLIT_SECRET_BYTES];
    char token[SPLIT_SECRET_BYTES]; /* "" for none */
    split_us expires_us;            /* wall clock; SPLIT_NEVER */
} aws_identity;

/* {"AccessKeyId", "SecretAccessKey", "Token" or "SessionToken", "Expiration"}. `from` names who
 * said it. 0; SPLIT_ERR_PEER for anything else, with a sentence that holds no secret. */
int split__aws_identity_json(const char *text, const char *from, aws_identity *out,
                             split_error *error);

/* The same as elements of XML, as STS answers. */
int split__aws_identity_xml(const char *text, const char *from, aws_identity *out,
                            split_error *error);

void split__aws_identity_wipe(aws_identity *identity);

#endif
