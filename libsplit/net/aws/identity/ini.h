/* SPDX-License-Identifier: MIT */
/* One value of the files that AWS's tools share: sections of "name = value" lines. */
#ifndef SPLIT_NET_AWS_IDENTITY_INI_H
#define SPLIT_NET_AWS_IDENTITY_INI_H

#include <stdbool.h>
#include <stddef.h>

/* The value of a name in a section, the last one that is there; "" and false when there is none,
 * or when it is longer than the buffer. `*out_section` (may be NULL) says that there is such a
 * section. */
bool split__ini_read(const char *path, const char *section, const char *name, char *buf,
                     size_t buf_size, bool *out_section);

#endif
