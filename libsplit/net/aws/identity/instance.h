/* SPDX-License-Identifier: MIT */
/* Credentials from instance metadata, version 2 (EC2). */
#ifndef SPLIT_NET_AWS_IDENTITY_INSTANCE_H
#define SPLIT_NET_AWS_IDENTITY_INSTANCE_H

#include "net/aws/identity/chain.h"

aws_link split__aws_instance;

#endif
