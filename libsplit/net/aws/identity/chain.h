/* SPDX-License-Identifier: MIT */
/*
 * Credentials as every AWS tool finds them, asked in this order until one has some:
 *   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 *   2. AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN
 *   3. the profile (AWS_PROFILE, or "default") of ~/.aws/credentials and ~/.aws/config: keys,
 *      credential_process, or a role with a web identity token
 *   4. AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI (ECS, EKS)
 *   5. instance metadata, version 2 (EC2)
 * What ends is fetched again before it ends.
 */
#ifndef SPLIT_NET_AWS_IDENTITY_CHAIN_H
#define SPLIT_NET_AWS_IDENTITY_CHAIN_H

#include "net/aws/identity/identity.h"

/* Keeps what was found. Thread rule: exclusive. */
typedef struct aws_chain aws_chain;

/* 0; SPLIT_ERR_NOMEM. Nothing is asked yet. */
int split__aws_chain_new(aws_chain **out);
void split__aws_chain_free(aws_chain **chain);

/*
 * Who signs now; `*out` is borrowed until the next call. 0; SPLIT_ERR_NO_DATA when no link has
 * credentials; SPLIT_ERR_NET, SPLIT_ERR_PEER, SPLIT_ERR_IO, SPLIT_ERR_VALUE when one that is set up
 * fails: a later one is not asked then.
 */
int split__aws_chain_get(aws_chain *chain, const aws_identity **out, split_error *error);

/* AWS refused what was found last: fetch it again next time. False when it came from where it
 * cannot have changed. */
bool split__aws_chain_renew(aws_chain *chain);

/* One place where credentials may be. SPLIT_ERR_NO_DATA: not set up, the next one is asked. */
typedef int aws_link(split_http *http, aws_identity *out, split_error *error);

#endif
