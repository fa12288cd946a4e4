/* SPDX-License-Identifier: MIT */
/* Names of the machine's words, from the X-macro lists. Switches, because a table of pointers would
 * be writable data. */
#include "split/failover.h"

#define NAMES(list, what, ROW)                                                                     \
    const char *split_failover_##what##_name(split_failover_##what value)                          \
    {                                                                                              \
        switch (value) {                                                                           \
            list(ROW) default : return "?";                                                        \
        }                                                                                          \
    }
#define STATE_NAME(name)                                                                           \
    case SPLIT_FAILOVER_##name:                                                                    \
        return #name;
#define MODE_NAME(name)                                                                            \
    case SPLIT_FAILOVER_MODE_##name:                                                               \
        return #name;
#define ACTION_NAME(name)                                                                          \
    case SPLIT_FAILOVER_DO_##name:                                                                 \
        return #name;
#define KIND_NAME(name)                                                                            \
    case SPLIT_FAILOVER_KIND_##name:                                                               \
        return #name;
#define REASON_NAME(name)                                                                          \
    case SPLIT_FAILOVER_REASON_##name:                                                             \
        return #name;
#define CLASS_NAME(name)                                                                           \
    case SPLIT_FAILOVER_CLASS_##name:                                                              \
        return #name;
#define CREDIT_NAME(name)                                                                          \
    case SPLIT_FAILOVER_CREDIT_##name:                                                             \
        return #name;
#define NEXT_NAME(name)                                                                            \
    case SPLIT_FAILOVER_NEXT_##name:                                                               \
        return #name;
#define CAUSE_NAME(name)                                                                           \
    case SPLIT_FAILOVER_CAUSE_##name:                                                              \
        return #name;

NAMES(SPLIT_FAILOVER_STATE_MAP, state, STATE_NAME)
NAMES(SPLIT_FAILOVER_MODE_MAP, mode, MODE_NAME)
NAMES(SPLIT_FAILOVER_ACTION_MAP, action, ACTION_NAME)
NAMES(SPLIT_FAILOVER_KIND_MAP, kind, KIND_NAME)
NAMES(SPLIT_FAILOVER_REASON_MAP, reason, REASON_NAME)
NAMES(SPLIT_FAILOVER_CLASS_MAP, class, CLASS_NAME)
NAMES(SPLIT_FAILOVER_CREDIT_MAP, credit, CREDIT_NAME)
NAMES(SPLIT_FAILOVER_NEXT_MAP, next, NEXT_NAME)
NAMES(SPLIT_FAILOVER_CAUSE_MAP, cause, CAUSE_NAME)
