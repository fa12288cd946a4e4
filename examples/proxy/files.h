/* SPDX-License-Identifier: MIT */
/* As many open files as the system allows. */
#ifndef PROXY_FILES_H
#define PROXY_FILES_H

#include "options.h"

/* Raise the limit of open files; take fewer connections, and say so, when it is still too low. */
void files_fit(struct options *options);

#endif
