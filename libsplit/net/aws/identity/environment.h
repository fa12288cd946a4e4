/* SPDX-License-Identifier: MIT */
/* Credentials of the environment's three variables. */
#ifndef SPLIT_NET_AWS_IDENTITY_ENVIRONMENT_H
#define SPLIT_NET_AWS_IDENTITY_ENVIRONMENT_H

#include "net/aws/identity/chain.h"

aws_link split__aws_environment;

#endif
