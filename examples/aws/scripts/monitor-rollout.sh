#!/usr/bin/env bash
# Watch the rollout: both systems' requests, errors, P50/P95/P99, cache hits, the edge's requests and 5xx, alarms, the realised share,
# and what to do next, every minute. Ends with a comparison of the time it watched.
#
# Usage: monitor-rollout.sh [OPTION...] [-- SPLITCTL_OPTION...]
#   --policy FILE       the rollout's policy (policy.json)
#   --service NAME      prefix of the stacks and of the alarms (search)
#   --region REGION     where the systems run (AWS_REGION, or eu-west-1)
#
# On a terminal it is a live view (q leaves it); elsewhere it prints a block each minute. What stands after -- goes to splitctl monitor.
# Exit: as splitctl monitor (0 healthy, 2 warning or hold, 3 critical, 4 no data, 6 a source failed).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
parse "$@"
need splitctl
sources=(--source "cloudwatch:$SYSTEMS_REGION?alarms=$SERVICE-" --source "cloudwatch:us-east-1?settle=5m")

if command -v aws >/dev/null; then
  distribution=$(output_of us-east-1 "$SERVICE-edge" DistributionId)
  if [ -n "$distribution" ]; then
    state=$(aws cloudfront get-distribution --id "$distribution" --query Distribution.Status --output text 2>/dev/null || echo unknown)
    printf 'distribution %s: %s\n' "$distribution" "$state"
  fi
fi

# shellcheck disable=SC2317 # the trap calls it
summary() {
  step "the time that was watched"
  splitctl compare -p "$POLICY" "${sources[@]}" || true
}
trap summary EXIT
rc=0
splitctl monitor -p "$POLICY" "${sources[@]}" --interval 60s ${ARGUMENTS[@]+"${ARGUMENTS[@]}"} || rc=$?
exit "$rc"
