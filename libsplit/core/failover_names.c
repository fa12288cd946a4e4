/* SPDX-License-Identifier: MIT */
/* Names of the machine's words, from the X-macro lists. */
#include "split/failover.h"

#define NAME(name) #name,
#define NAMES(list, what, type)                                                                    \
    const char *split_failover_##what##_name(split_failover_##type value)                          \
    {                                                                                              \
        static const char *const names[] = {list(NAME)};                                           \
        return (size_t)value < sizeof names / sizeof names[0] ? names[value] : "?";                \
    }

NAMES(SPLIT_FAILOVER_STATE_MAP, state, state)
NAMES(SPLIT_FAILOVER_MODE_MAP, mode, mode)
NAMES(SPLIT_FAILOVER_ACTION_MAP, action, action)
NAMES(SPLIT_FAILOVER_KIND_MAP, kind, kind)
NAMES(SPLIT_FAILOVER_REASON_MAP, reason, reason)
NAMES(SPLIT_FAILOVER_CLASS_MAP, class, class)
NAMES(SPLIT_FAILOVER_CREDIT_MAP, credit, credit)
NAMES(SPLIT_FAILOVER_NEXT_MAP, next, next)
NAMES(SPLIT_FAILOVER_CAUSE_MAP, cause, cause)
