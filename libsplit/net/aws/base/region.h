/* SPDX-License-Identifier: MIT */
/* Names of AWS regions. */
#ifndef SPLIT_NET_AWS_BASE_REGION_H
#define SPLIT_NET_AWS_BASE_REGION_H

#include <stdbool.h>

#define AWS_REGION_BYTES 32

/* Whether the text, up to its end or a colon, is the name of a region; copied when it is. */
bool split__aws_region(const char *text, char region[AWS_REGION_BYTES]);

#endif
