/* SPDX-License-Identifier: MIT */
/* The texts of SigV4A: canonical request, string to sign, and the header that carries the
 * signature. */
#ifndef SPLIT_NET_AWS_V4A_CANONICAL_H
#define SPLIT_NET_AWS_V4A_CANONICAL_H

#include "net/aws/v4a/v4a.h"

/* The two texts of the algorithm, each to be freed; NULL without memory. */
char *split__v4a_canonical(const v4a_request *request);
char *split__v4a_string_to_sign(const v4a_request *request, const char *canonical);

/* The value of the header Authorization, to be freed; NULL without memory. */
char *split__v4a_authorization(const v4a_request *request, const char *key_id, v4a_key *key);

/* The names that are signed, sorted and joined by ";", to be freed; NULL without memory. */
char *split__v4a_signed_names(const v4a_request *request);

#endif
