# Shared by the scripts of this folder: options, questions, stack outputs. Sourced, never run. Nothing here decides: shares go to
# splitctl, stacks go to the AWS CLI.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

AWS_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SERVICE=search POLICY=policy.json SYSTEMS_REGION=${AWS_REGION:-eu-west-1} PRESET=small
YES=0 DRY_RUN=0 INTERACTIVE=1
ARGUMENTS=()

die() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; }
step() { printf '\n== %s\n' "$*"; }
# The help is the comment at the head of the script itself.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }

need() { # PROGRAM...: what must be installed
  local program
  for program in "$@"; do command -v "$program" >/dev/null || die "$program is not installed" 2; done
}

value_of() { # OPTION VALUE...: the value, or an error that names the option
  if [ $# -lt 2 ] || [ -z "$2" ]; then die "$1 needs a value" 2; fi
  printf '%s' "$2"
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help) usage; exit 0 ;;
      -y | --yes) YES=1 ;;
      -n | --dry-run) DRY_RUN=1 ;;
      --non-interactive) INTERACTIVE=0 ;;
      --service) SERVICE=$(value_of "$@"); shift ;;
      --policy) POLICY=$(value_of "$@"); shift ;;
      --region) SYSTEMS_REGION=$(value_of "$@"); shift ;;
      --preset) PRESET=$(value_of "$@"); shift ;;
      --) shift; ARGUMENTS+=("$@"); return ;;
      -*) die "unknown option $1; --help lists them" 2 ;;
      *) ARGUMENTS+=("$1") ;;
    esac
    shift
  done
  [ -t 0 ] || INTERACTIVE=0
}

run() { # COMMAND...: shown always, done unless --dry-run
  printf '+ %s\n' "$*"
  [ "$DRY_RUN" = 1 ] || "$@"
}

ask() { # QUESTION WORD: go on only when WORD is typed
  [ "$DRY_RUN" = 0 ] || return 0
  [ "$YES" = 0 ] || return 0
  [ "$INTERACTIVE" = 1 ] || die "nobody can be asked; give --yes to go on without the question: $1" 2
  local answer
  read -r -p "$1 Type '$2' to go on: " answer
  [ "$answer" = "$2" ] || die "stopped; nothing was changed" 8
}

wanted() { # VARIABLE PROMPT: a value from the environment, or asked for
  local name=$1 answer
  [ -z "${!name:-}" ] || return 0
  [ "$INTERACTIVE" = 1 ] || die "set the environment variable $name: $2" 2
  read -r -p "$2: " answer
  [ -n "$answer" ] || die "$name is empty" 2
  printf -v "$name" '%s' "$answer"
}

secret() { # VARIABLE PROMPT: as wanted, without showing it; secrets never stand on a command line
  local name=$1 answer
  [ -z "${!name:-}" ] || return 0
  [ "$INTERACTIVE" = 1 ] || die "set the environment variable $name: $2" 2
  read -r -s -p "$2: " answer
  printf '\n'
  [ -n "$answer" ] || die "$name is empty" 2
  printf -v "$name" '%s' "$answer"
}

output_of() { # REGION STACK KEY: an output of a stack, empty when there is none
  local value
  value=$(aws cloudformation describe-stacks --region "$1" --stack-name "$2" \
    --query "Stacks[0].Outputs[?OutputKey=='$3'].OutputValue | [0]" --output text 2>/dev/null) || return 0
  [ "$value" = None ] || printf '%s' "$value"
}

validate() { # REGION TEMPLATE
  run aws cloudformation validate-template --region "$1" --template-body "file://$2" >/dev/null ||
    die "CloudFormation refuses $2 (the reason is above)"
}

deploy() { # REGION STACK TEMPLATE PARAMETERS_FILE
  # Parameters come from a file, since a command line shows them to every user of the machine.
  run aws cloudformation deploy --region "$1" --stack-name "$2" --template-file "$3" --no-fail-on-empty-changeset \
    --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND --parameter-overrides "file://$4" ||
    die "stack $2 was not deployed; see: aws cloudformation describe-stack-events --region $1 --stack-name $2"
}

share_in_force() { splitctl status -p "$POLICY" --json 2>/dev/null || true; }

move_to() { # PERCENT QUESTIONS: show who moves, ask, publish to every sink, say how to go back
  local percent=$1 questions=$2 rc=0
  [ -f "$POLICY" ] || die "there is no $POLICY; give --policy FILE" 2
  step "who moves at $percent %"
  splitctl plan -p "$POLICY" --to "$percent" || die "the plan cannot be made (the reason is above)"
  ask "Send $percent % of the visitors to the new system?" "$percent"
  [ "$questions" = 1 ] || ask "This takes the legacy system out of service for visitors. Are you sure?" "all"
  step "publishing $percent %"
  run splitctl set "$percent" -p "$POLICY" || rc=$?
  case $rc in
    0) ;;
    7) printf 'The route is published, and a place named above does not show it yet: splitctl publish -p %s\n' "$POLICY" >&2 ;;
    *) die "nothing was published (exit $rc)" "$rc" ;;
  esac
  cat <<EOT

Watch:     $AWS_HERE/scripts/monitor-rollout.sh --policy $POLICY
Compare:   $AWS_HERE/scripts/compare-systems.sh --policy $POLICY
Way back:  $AWS_HERE/scripts/rollback-traffic.sh 0 --policy $POLICY
EOT
  return "$rc"
}
