#!/usr/bin/env bash
# Compare both systems over the same minutes: errors, latency, cache hits, what each costs now and with all the traffic.
#
# Usage: compare-systems.sh [OPTION...] [-- SPLITCTL_OPTION...]
#   --policy FILE       the rollout's policy (policy.json); its "cost" names the price file
#   --region REGION     where the systems run (AWS_REGION, or eu-west-1)
#
# What stands after -- goes to splitctl compare, for example: -- --json
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
parse "$@"
need splitctl
exec splitctl compare -p "$POLICY" --source "cloudwatch:$SYSTEMS_REGION" --source "cloudwatch:us-east-1?settle=5m" \
  ${ARGUMENTS[@]+"${ARGUMENTS[@]}"}
