/* SPDX-License-Identifier: MIT */
/* Names of AWS regions. */
#include "net/aws/base/region.h"

#include <string.h>

bool
split__aws_region(const char *text, char region[AWS_REGION_BYTES])
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (n == 0 || n >= AWS_REGION_BYTES || (text[n] != '\0' && text[n] != ':'))
        return false;
    memcpy(region, text, n);
    region[n] = '\0';
    return true;
}
