/* SPDX-License-Identifier: MIT */
/* Where nginx says how an attempt goes: the head of the answer, the next attempt, the end. */
#ifndef HOOKS_H
#define HOOKS_H

#include "origins/attempt.h"

/* Put ours before the protocol module's functions of this request. */
void hooks_install(struct attempt *attempt);

#endif
