/* SPDX-License-Identifier: MIT */
/* The key of SigV4A, derived from a secret, and signatures by it. */
#ifndef SPLIT_NET_AWS_V4A_KEY_H
#define SPLIT_NET_AWS_V4A_KEY_H

#include "net/aws/v4a/v4a.h"

/* Derive the key of a secret (NIST SP 800-108, counter mode). NULL without memory. */
v4a_key *split__v4a_key(const char *key_id, const char *secret);
void split__v4a_key_free(v4a_key *key);

/* Sign a text: DER in hex. False without memory. */
bool split__v4a_sign(v4a_key *key, const char *text, char hex[V4A_SIGNATURE_BYTES]);
void split__v4a_sha256(const char *data, size_t len, char hex[V4A_SHA256_HEX_BYTES]);

#endif
