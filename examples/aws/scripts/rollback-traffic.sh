#!/usr/bin/env bash
# Take the traffic back: 0 sends everybody to the legacy system, a larger number leaves that many percent on the new one.
#
# Usage: rollback-traffic.sh PERCENT [OPTION...]
#   --policy FILE       the rollout's policy (policy.json)
#   -y, --yes           ask nothing; a rollback to 0 never asks
#   -n, --dry-run       say what would be done
#   --non-interactive   never prompt
#
# Exit: 0 in force everywhere, 7 published but not confirmed everywhere, 8 nothing published, 2 wrong use.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
parse "$@"
[ ${#ARGUMENTS[@]} -eq 1 ] || die "give the share to go back to, such as 0" 2
percent=${ARGUMENTS[0]}
[[ $percent =~ ^[0-9]+(\.[0-9]+)?$ ]] || die "'$percent' is not a share in percent" 2
need splitctl
[ "$percent" = 0 ] || ask "Go back to $percent % on the new system?" "$percent"
rc=0
run splitctl rollback "$percent" -p "$POLICY" --yes || rc=$?
printf '\nNow look at the reason: %s/scripts/monitor-rollout.sh --policy %s\n' "$AWS_HERE" "$POLICY"
exit "$rc"
