/* SPDX-License-Identifier: MIT */
/* Forms of texts that the rooms of the documents share. */
#ifndef SPLIT_POLICY_FORM_H
#define SPLIT_POLICY_FORM_H

#include <stdbool.h>

bool split__form_arn(const char *text);

#endif
