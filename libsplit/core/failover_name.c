/* SPDX-License-Identifier: MIT */
/* Words of the failover machine, from the lists in failover_types.h. Arrays of text, not of pointers: no relocations. */
#include "split/failover.h"

#define FAILOVER_WORD(name) #name,
#define NAMES(function, type, MAP)                                                                 \
    const char *function(type value)                                                               \
    {                                                                                              \
        static const char words[][24] = {MAP(FAILOVER_WORD)};                                      \
        return (unsigned)value < sizeof words / sizeof words[0] ? words[(unsigned)value] : "?";    \
    }

NAMES(split_failover_state_name, split_failover_state, SPLIT_FAILOVER_STATE_MAP)
NAMES(split_failover_mode_name, split_failover_mode, SPLIT_FAILOVER_MODE_MAP)
NAMES(split_failover_action_name, split_failover_action, SPLIT_FAILOVER_ACTION_MAP)
NAMES(split_failover_kind_name, split_failover_kind, SPLIT_FAILOVER_KIND_MAP)
NAMES(split_failover_reason_name, split_failover_reason, SPLIT_FAILOVER_REASON_MAP)
NAMES(split_failover_class_name, split_failover_class, SPLIT_FAILOVER_CLASS_MAP)
NAMES(split_failover_credit_name, split_failover_credit, SPLIT_FAILOVER_CREDIT_MAP)
NAMES(split_failover_next_name, split_failover_next, SPLIT_FAILOVER_NEXT_MAP)
NAMES(split_failover_cause_name, split_failover_cause, SPLIT_FAILOVER_CAUSE_MAP)
