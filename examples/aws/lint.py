"""What cfn-lint cannot know about a split at CloudFront. Needs cfn-lint's reader.

Usage: lint.py STACK.yaml             prints a line for each fault; exit 1 when there are any
       lint.py --self-test STACK.yaml breaks a good stack in every way that a rule looks for, and expects a finding
"""
import copy
import json
import re
import sys

from cfnlint.decode import cfn_yaml

FAILOVER = {500, 502, 503, 504}
CACHED_ERRORS = {404, 405, 414, 500, 501, 502, 503, 504}
STATISTICS = {
    "Requests": "Sum", "5xxErrorRate": "Average", "4xxErrorRate": "Average", "TotalErrorRate": "Average", "CacheHitRate": "Average",
    "OriginLatency": "p", "FunctionExecutionErrors": "Sum", "FunctionThrottles": "Sum", "FunctionValidationErrors": "Sum"}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
LOG_FIELDS = {"timestamp(ms)", "cs(Cookie)", "sc-status", "x-edge-result-type", "time-to-first-byte", "origin-fbl", "origin-lbl"}


def plain(node):
    """Dicts, lists and scalars without the reader's positions."""
    if isinstance(node, dict):
        return {str(k): plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [plain(v) for v in node]
    return str(node) if isinstance(node, str) else node


def of_type(stack, kind):
    return {name: r.get("Properties", {}) for name, r in stack["Resources"].items() if r["Type"] == kind}


def target(reference):
    """Name of the resource that a Ref or GetAtt means."""
    if "Ref" in reference:
        return reference["Ref"]
    name = reference.get("Fn::GetAtt", "")
    return name[0] if isinstance(name, list) else name.split(".")[0]


def config_of(function):
    """The CONFIG that was compiled into a function."""
    found = re.search(r"^var CONFIG=(.*);$", function["FunctionCode"], re.M)
    return json.loads(found.group(1)) if found else None


def behaviours(distribution):
    return [distribution["DefaultCacheBehavior"], *distribution.get("CacheBehaviors", [])]


def check_region(stack):
    if "us-east-1" not in json.dumps(stack.get("Rules", {})):
        yield "no rule keeps the stack in us-east-1, where CloudFront's metrics are"


def check_alarms(stack):
    for name, alarm in of_type(stack, "AWS::CloudWatch::Alarm").items():
        dimensions = {d["Name"]: d["Value"] for d in alarm.get("Dimensions", [])}
        wanted = "FunctionName" if alarm["MetricName"].startswith("Function") else "DistributionId"
        if dimensions.get("Region") != "Global" or set(dimensions) != {"Region", wanted}:
            yield f"{name}: the dimensions must be {wanted} and Region=Global, or no datapoint ever comes"
        if alarm.get("TreatMissingData") == "notBreaching":
            yield f"{name}: missing data would show as OK"
        known, given = STATISTICS.get(alarm["MetricName"]), alarm.get("Statistic") or alarm.get("ExtendedStatistic", "")
        if known is None or not given.startswith(known):
            yield f"{name}: {alarm['MetricName']} has no statistic {given}"


def check_cache_keys(stack):
    policies = of_type(stack, "AWS::CloudFront::CachePolicy")
    for distribution in of_type(stack, "AWS::CloudFront::Distribution").values():
        for behaviour in behaviours(distribution["DistributionConfig"]):
            policy = policies.get(target(behaviour["CachePolicyId"])) if isinstance(behaviour.get("CachePolicyId"), dict) else None
            if policy is None:
                yield "a behaviour's cache policy is not in this stack: its key cannot be checked"
                continue
            key = policy["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
            if "x-split-variant" not in [h.lower() for h in key["HeadersConfig"].get("Headers", [])]:
                yield "x-split-variant is not in the cache key: variants would share their answers"
            if key["CookiesConfig"]["CookieBehavior"] != "none":
                yield "cookies are in the cache key: one entry for each visitor"


def check_errors(stack):
    for distribution in of_type(stack, "AWS::CloudFront::Distribution").values():
        responses = distribution["DistributionConfig"].get("CustomErrorResponses", [])
        short = {r["ErrorCode"] for r in responses if r.get("ErrorCachingMinTTL", 10) <= 1}
        if CACHED_ERRORS - short:
            yield f"errors {sorted(CACHED_ERRORS - short)} are cached for longer than a second: a rollback would still serve them"


def check_groups(stack):
    for distribution in of_type(stack, "AWS::CloudFront::Distribution").values():
        config = distribution["DistributionConfig"]
        groups = {g["Id"]: set(g["FailoverCriteria"]["StatusCodes"]["Items"])
                  for g in config.get("OriginGroups", {}).get("Items", [])}
        for group, codes in groups.items():
            if FAILOVER - codes:
                yield f"group {group}: without {sorted(FAILOVER - codes)} a dead origin does not fail over"
        for behaviour in behaviours(config):
            if behaviour["TargetOriginId"] in groups and UNSAFE & set(behaviour["AllowedMethods"]):
                yield "a behaviour of a group must not allow POST, PUT, PATCH, DELETE"


def check_one_behaviour(behaviour, functions):
    events = {a["EventType"]: target(a["FunctionARN"]) for a in behaviour.get("FunctionAssociations", [])}
    if set(events) != {"viewer-request", "viewer-response"} or len(set(events.values())) != 1:
        yield "a behaviour needs the one function on viewer-request and on viewer-response"
        return
    config = config_of(functions[events["viewer-request"]])
    if config is None:
        return
    unsafe = UNSAFE & set(behaviour["AllowedMethods"])
    if unsafe and config["statuses"]:
        yield "a behaviour that allows POST has a function that makes groups"
    if not unsafe and FAILOVER - set(config["statuses"]):
        yield f"failover misses {sorted(FAILOVER - set(config['statuses']))}: a dead origin does not fail over"
    if behaviour["TargetOriginId"] != config["legacy"]["origin"]:
        yield "the behaviour's own origin is not that of the default variant"


def check_functions(stack):
    functions = of_type(stack, "AWS::CloudFront::Function")
    for name, function in functions.items():
        settings = function["FunctionConfig"]
        if settings["Runtime"] != "cloudfront-js-2.0" or not settings.get("KeyValueStoreAssociations"):
            yield f"{name}: needs runtime 2.0 and the store"
        if function.get("AutoPublish") is not True:
            yield f"{name}: without AutoPublish a new code stays in development"
        if len(function["FunctionCode"].encode()) > 10240:
            yield f"{name}: more than 10 KB"
        if config_of(function) is None:
            yield f"{name}: no route is compiled in; use render.js"
    for distribution in of_type(stack, "AWS::CloudFront::Distribution").values():
        for behaviour in behaviours(distribution["DistributionConfig"]):
            yield from check_one_behaviour(behaviour, functions)


def check_origins(stack):
    configs = [c for c in map(config_of, of_type(stack, "AWS::CloudFront::Function").values()) if c]
    for distribution in of_type(stack, "AWS::CloudFront::Distribution").values():
        origins = {o["Id"]: o for o in distribution["DistributionConfig"]["Origins"]}
        for config in configs:
            missing = set(config["route"]["origins"]) - set(origins)
            if missing:
                yield f"the distribution has no origin {sorted(missing)}, which the route names"
        for name, origin in origins.items():
            custom = origin.get("CustomOriginConfig", {})
            if origin.get("ConnectionTimeout", 10) * origin.get("ConnectionAttempts", 3) > 5 or custom.get("OriginReadTimeout", 30) > 10:
                yield f"origin {name}: its time-outs make failover slower than a visitor's patience"
            if not origin.get("OriginCustomHeaders"):
                yield f"origin {name}: nothing shows it that a request came through the edge"


def check_versions(stack):
    for name, version in of_type(stack, "AWS::Lambda::Version").items():
        function = of_type(stack, "AWS::Lambda::Function").get(target(version["FunctionName"]), {})
        used = set(re.findall(r'"Ref": "(\w+)"', json.dumps(function.get("Code", {})))) & set(stack.get("Parameters", {}))
        used |= {p for p in stack.get("Parameters", {}) if "${" + p + "}" in json.dumps(function.get("Code", {}))}
        shown = json.dumps(version.get("Description", ""))
        if any(p not in shown for p in used):
            yield f"{name}: stays the same version when {sorted(used)} change; put them into its Description"


def check_rights(stack):
    for name, policy in of_type(stack, "AWS::IAM::ManagedPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            wide = statement["Resource"] == "*" and not all(a.startswith("cloudwatch:") for a in actions)
            if wide or any("*" in a for a in actions):
                yield f"{name}: more rights than the tool needs"


def check_logs(stack):
    for name, delivery in of_type(stack, "AWS::Logs::Delivery").items():
        if LOG_FIELDS - set(delivery["RecordFields"]):
            yield f"{name}: splitctl logs needs {sorted(LOG_FIELDS - set(delivery['RecordFields']))}"


CHECKS = [check_region, check_alarms, check_cache_keys, check_errors, check_groups, check_functions, check_origins, check_versions,
          check_rights, check_logs]


def faults(stack):
    return [fault for check in CHECKS for fault in check(stack)]


def breakages():
    """(what, how to break a good stack, a word of the fault that must follow)"""
    def res(name):
        return lambda s: s["Resources"][name]["Properties"]
    dist = lambda s: res("Distribution")(s)["DistributionConfig"]
    group = {"Items": [{"Id": "g", "FailoverCriteria": {"StatusCodes": {"Items": [500, 502, 504]}}}]}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": {"Fn::Sub": "share = ${NewDomain}"}}}}
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}}
    return [
        ("no rule on the region", lambda s: s.pop("Rules"), "us-east-1"),
        ("alarm without Region", lambda s: res("ErrorAlarm")(s)["Dimensions"].pop(), "Region=Global"),
        ("alarm that calls silence OK", lambda s: res("ErrorAlarm")(s).update(TreatMissingData="notBreaching"), "missing data"),
        ("average of a percentile metric", lambda s: res("LatencyAlarm")(s).update(ExtendedStatistic="Average"), "no statistic"),
        ("variant not in the key", lambda s: res("PagesCachePolicy")(s)["CachePolicyConfig"][
            "ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"].update(Headers=["accept"]), "share their answers"),
        ("cookie in the key", lambda s: res("PagesCachePolicy")(s)["CachePolicyConfig"][
            "ParametersInCacheKeyAndForwardedToOrigin"]["CookiesConfig"].update(CookieBehavior="all"), "each visitor"),
        ("errors cached", lambda s: dist(s)["CustomErrorResponses"].pop(), "rollback"),
        ("group without 503", lambda s: dist(s).update(OriginGroups=group), "group g"),
        ("POST on a group", lambda s: (dist(s).update(OriginGroups=group), dist(s)["CacheBehaviors"][0].update(TargetOriginId="g")),
         "must not allow POST"),
        ("function on one event", lambda s: dist(s)["DefaultCacheBehavior"]["FunctionAssociations"].pop(), "on viewer-response"),
        ("groups where POST is allowed", lambda s: dist(s)["DefaultCacheBehavior"]["AllowedMethods"].append("POST"), "makes groups"),
        ("another own origin", lambda s: dist(s)["DefaultCacheBehavior"].update(TargetOriginId="new"), "default variant"),
        ("old runtime", lambda s: res("ApiRouter")(s)["FunctionConfig"].update(Runtime="cloudfront-js-1.0"), "runtime 2.0"),
        ("not published", lambda s: res("ApiRouter")(s).update(AutoPublish=False), "AutoPublish"),
        ("no code", lambda s: res("ApiRouter")(s).update(FunctionCode="function handler() {}"), "render.js"),
        ("too large", lambda s: res("ApiRouter")(s).update(FunctionCode=res("ApiRouter")(s)["FunctionCode"] + " " * 10240), "10 KB"),
        ("origin missing", lambda s: dist(s)["Origins"].pop(0), "no origin"),
        ("patient origin", lambda s: dist(s)["Origins"][0].update(ConnectionTimeout=10), "patience"),
        ("open origin", lambda s: dist(s)["Origins"][0].pop("OriginCustomHeaders"), "through the edge"),
        ("version trap", lambda s: s["Resources"].update(F=copy.deepcopy(function), V=copy.deepcopy(version)), "same version"),
        ("wide rights", lambda s: res("ToolPolicy")(s)["PolicyDocument"]["Statement"][0].update(Resource="*"), "more rights"),
        ("log without the cookie", lambda s: res("LogDelivery")(s)["RecordFields"].remove("cs(Cookie)"), "splitctl logs"),
    ]


def self_test(stack):
    passed = failed = 0
    for what, damage, word in breakages():
        broken = copy.deepcopy(stack)
        damage(broken)
        told = [f for f in faults(broken) if word in f]
        passed, failed = passed + bool(told), failed + (not told)
        if not told:
            print(f"FAILED {what}: nothing said {word!r}: {faults(broken)}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


def main():
    stack = plain(cfn_yaml.load(sys.argv[-1]))
    with open(sys.argv[-1], encoding="utf-8") as file:
        aliases = re.findall(r"^[^\"\n]*[:-] [&*]\w+$|^ *<<:.*$", file.read(), re.M)
    found = faults(stack) + [f"CloudFormation reads no YAML aliases: {line.strip()}" for line in aliases]
    print("\n".join(found) or "no faults")
    return bool(found) or ("--self-test" in sys.argv and self_test(stack))


if __name__ == "__main__":
    sys.exit(main())
