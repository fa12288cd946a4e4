/* SPDX-License-Identifier: MIT */
/* Credentials of a profile in ~/.aws. */
#ifndef SPLIT_NET_AWS_IDENTITY_PROFILE_H
#define SPLIT_NET_AWS_IDENTITY_PROFILE_H

#include "net/aws/identity/chain.h"

aws_link split__aws_profile;

#endif
