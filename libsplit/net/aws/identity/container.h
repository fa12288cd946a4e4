/* SPDX-License-Identifier: MIT */
/* Credentials from the container's endpoint (ECS, EKS Pod Identity). */
#ifndef SPLIT_NET_AWS_IDENTITY_CONTAINER_H
#define SPLIT_NET_AWS_IDENTITY_CONTAINER_H

#include "net/aws/identity/chain.h"

aws_link split__aws_container;

#endif
