/* SPDX-License-Identifier: MIT */
/* Names of the machine's registries. */
#include "common/names.h"
#include "split/failover.h"

SPLIT__NAME_FUNCTION(split_failover_state_name, SPLIT_FAILOVER_STATE_MAP)
SPLIT__NAME_FUNCTION(split_failover_mode_name, SPLIT_FAILOVER_MODE_MAP)
SPLIT__NAME_FUNCTION(split_failover_action_name, SPLIT_FAILOVER_ACTION_MAP)
SPLIT__NAME_FUNCTION(split_failover_kind_name, SPLIT_FAILOVER_KIND_MAP)
SPLIT__NAME_FUNCTION(split_failover_reason_name, SPLIT_FAILOVER_REASON_MAP)
SPLIT__NAME_FUNCTION(split_failover_class_name, SPLIT_FAILOVER_CLASS_MAP)
SPLIT__NAME_FUNCTION(split_failover_credit_name, SPLIT_FAILOVER_CREDIT_MAP)
SPLIT__NAME_FUNCTION(split_failover_next_name, SPLIT_FAILOVER_NEXT_MAP)
SPLIT__NAME_FUNCTION(split_failover_cause_name, SPLIT_FAILOVER_CAUSE_MAP)
SPLIT__NAME_FUNCTION(split_failover_preset_name, SPLIT_FAILOVER_PRESET_MAP)
