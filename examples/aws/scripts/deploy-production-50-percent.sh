#!/usr/bin/env bash
# Send 50 % of the visitors to the new system.
#
# Usage: deploy-production-50-percent.sh [OPTION...]
#   --policy FILE       the rollout's policy (policy.json)
#   -y, --yes           ask nothing
#   -n, --dry-run       say what would be done
#   --non-interactive   never prompt; what is missing is an error
#
# Exit: 0 in force everywhere, 7 published but not confirmed everywhere, 8 nothing published, 2 wrong use.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
parse "$@"
[ ${#ARGUMENTS[@]} -eq 0 ] || die "no arguments are expected: ${ARGUMENTS[*]}" 2
need splitctl
move_to 50 1
