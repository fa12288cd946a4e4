/* SPDX-License-Identifier: MIT */
/* Names of the rollout's registries. */
#include "common/names.h"
#include "split/rollout.h"

SPLIT__NAME_FUNCTION(split_judgement_name, SPLIT_JUDGEMENT_MAP)
SPLIT__NAME_FUNCTION(split_verdict_name, SPLIT_VERDICT_MAP)
SPLIT__NAME_FUNCTION(split_decision_name, SPLIT_DECISION_MAP)
SPLIT__NAME_FUNCTION(split_reason_name, SPLIT_REASON_MAP)
SPLIT__NAME_FUNCTION(split_action_name, SPLIT_ACTION_MAP)
