#!/usr/bin/env bash
# Deploy both stacks and send the first 10 % of the visitors to the new system.
#
# Usage: deploy-production-10-percent.sh [OPTION...]
#   --service NAME      prefix of the stacks NAME-new and NAME-edge (search)
#   --policy FILE       the rollout's policy (policy.json); its sink cloudfront-kvs gets the new store's ARN
#   --region REGION     where the systems run (AWS_REGION, or eu-west-1); the edge is always in us-east-1
#   --preset SIZE       small or production (small)
#   -y, --yes           ask nothing
#   -n, --dry-run       say what would be done
#   --non-interactive   never prompt; what is missing is an error
#
# Asked for when they are not in the environment: CODE_BUCKET, CODE_KEY, LEGACY_DOMAIN, ORIGIN_SECRET (20 bytes or more, not shown).
# Optional: ALARM_EMAIL, SLACK_WEBHOOK_SECRET_ARN, CODE_SHA256, DOMAIN_NAME, CERTIFICATE_ARN.
# Exit: 0 in force everywhere, 7 published but not confirmed everywhere, 8 nothing published, 2 wrong use, 1 a stack failed.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
parse "$@"
[ ${#ARGUMENTS[@]} -eq 0 ] || die "no arguments are expected: ${ARGUMENTS[*]}" 2
need aws splitctl node python3
[ -f "$POLICY" ] || die "there is no $POLICY; begin with $AWS_HERE/policy.json" 2

step "what is needed"
wanted CODE_BUCKET "Bucket with the service's code"
wanted CODE_KEY "Key of the code's zip archive"
wanted LEGACY_DOMAIN "Host name of the legacy system"
secret ORIGIN_SECRET "Secret that the edge sends to both systems (20 bytes or more)"
[ ${#ORIGIN_SECRET} -ge 20 ] || die "ORIGIN_SECRET has ${#ORIGIN_SECRET} bytes; 20 or more are needed" 2

work=$(mktemp -d)
chmod 700 "$work"
trap 'rm -rf "$work"' EXIT

step "policy and templates"
splitctl check "$POLICY" || die "mend the policy first"
export CODE_BUCKET CODE_KEY LEGACY_DOMAIN ORIGIN_SECRET
export ALARM_EMAIL SLACK_WEBHOOK_SECRET_ARN CODE_SHA256 DOMAIN_NAME CERTIFICATE_ARN SERVICE PRESET SYSTEMS_REGION NEW_DOMAIN
# CloudFormation's parameter file, written by a program so that any value is quoted right.
parameters() { # FILE KEY=VARIABLE...
  python3 - "$@" <<'EOT'
import json, os, sys
rows = (row.split("=") for row in sys.argv[2:])
open(sys.argv[1], "w").write(json.dumps([f"{key}={os.environ[name]}" for key, name in rows if os.environ.get(name)]))
EOT
}
validate "$SYSTEMS_REGION" "$AWS_HERE/infrastructure.yaml"

step "the new system: stack $SERVICE-new in $SYSTEMS_REGION"
parameters "$work/new.json" ServiceName=SERVICE Preset=PRESET CodeBucket=CODE_BUCKET CodeKey=CODE_KEY CodeSha256=CODE_SHA256 \
  OriginSecret=ORIGIN_SECRET AlarmEmail=ALARM_EMAIL SlackWebhookSecretArn=SLACK_WEBHOOK_SECRET_ARN
deploy "$SYSTEMS_REGION" "$SERVICE-new" "$AWS_HERE/infrastructure.yaml" "$work/new.json"
NEW_DOMAIN=$(output_of "$SYSTEMS_REGION" "$SERVICE-new" ApiDomain)
if [ -z "$NEW_DOMAIN" ]; then
  [ "$DRY_RUN" = 1 ] || die "stack $SERVICE-new has no output ApiDomain"
  NEW_DOMAIN=not-deployed.invalid
fi
printf 'the new system answers at %s\n' "$NEW_DOMAIN"

step "the edge: stack $SERVICE-edge in us-east-1"
route=$(dirname "$POLICY")/route.json
[ -f "$route" ] || run splitctl set 0 -p "$POLICY"
[ -f "$route" ] || route=$AWS_HERE/../edge/route.json
node "$AWS_HERE/render.js" "$route" >"$work/edge.yaml" || die "the edge's template cannot be rendered"
validate us-east-1 "$work/edge.yaml"
parameters "$work/edge.json" NewDomain=NEW_DOMAIN LegacyDomain=LEGACY_DOMAIN OriginSecret=ORIGIN_SECRET AlarmEmail=ALARM_EMAIL \
  DomainName=DOMAIN_NAME CertificateArn=CERTIFICATE_ARN SystemsRegion=SYSTEMS_REGION
deploy us-east-1 "$SERVICE-edge" "$work/edge.yaml" "$work/edge.json"

step "the store of the route"
store=$(output_of us-east-1 "$SERVICE-edge" StoreArn)
[ -n "$store" ] || [ "$DRY_RUN" = 1 ] || die "stack $SERVICE-edge has no output StoreArn"
if [ -n "$store" ]; then
  python3 - "$POLICY" "$store" <<'EOT'
import json, os, sys
path, arn = sys.argv[1:]
policy = json.load(open(path))
sinks = [s for s in policy.get("publish", []) if s["kind"] == "cloudfront-kvs"]
if not sinks:
    sys.exit(f"error: {path} has no sink of kind cloudfront-kvs in \"publish\"; the edge would never learn of a change")
if any(s.get("arn") != arn for s in sinks):
    for sink in sinks:
        sink["arn"] = arn
    with open(path + ".new", "w") as out:
        json.dump(policy, out, indent=2)
        out.write("\n")
    os.replace(path + ".new", path)
    print(f"{path}: the store is {arn}")
EOT
fi
move_to 10 1
