# SPDX-License-Identifier: MIT
"""Sinks of AWS: s3, alb and lambda-alias against moto, which checks signatures; cloudfront-kvs against a stand-in that AWS's own
client accepts. Run by with-moto."""
import io
import json
import os
import pathlib
import socket
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import boto3
import botocore.config
import botocore.exceptions

import ctl
import kvs_stand_in
from ctl import NOT_PUBLISHED, OK, TIMEOUT
from moto_kit import REGION, Moto

ARN = "arn:aws:cloudfront::123456789012:key-value-store/0b1c2d3e-aaaa-bbbb-cccc-0123456789ab"


class Folder:
    def __init__(self, sinks, env):
        self.path = pathlib.Path(tempfile.mkdtemp())
        self.policy, self.env = self.path / "policy.json", env
        self.write(sinks)

    def write(self, sinks):
        self.policy.write_text(json.dumps({**ctl.POLICY, "publish": sinks}))

    def ctl(self, command, *args, code=OK, env=None):
        got, out, err = ctl.splitctl(command, "-p", self.policy, *args, env={**self.env, **(env or {})})
        assert got == code, (command, args, got, out, err)
        return out + err


def check_s3(moto):
    s3 = moto.client("s3")
    s3.create_bucket(Bucket="routes")
    f = Folder([{"kind": "s3", "bucket": "routes", "key": "search/route-1.json", "region": REGION}], moto.env())
    for n, share in enumerate((10, 20, 30), 1):
        assert f"published revision {n}" in f.ctl("set", share)
    there = json.loads(s3.get_object(Bucket="routes", Key="search/route-1.json")["Body"].read())
    assert there["revision"] == 3, there
    assert "revision 3, in force" in f.ctl("status", code=6)
    assert "AWS_SECRET_ACCESS_KEY does not fit" in f.ctl("set", "40", code=NOT_PUBLISHED, env={"AWS_SECRET_ACCESS_KEY": "wrong"})
    f.write([{"kind": "s3", "bucket": "nosuch", "key": "k", "region": REGION}])
    assert "NoSuchBucket" in f.ctl("set", "40", code=NOT_PUBLISHED)
    print("s3: signed, fenced by its ETag, wrong secret and bucket named")


def check_alb(moto):
    ec2, elb = moto.client("ec2"), moto.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    nets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=REGION + z)["Subnet"]["SubnetId"]
            for i, z in enumerate("ab")]
    balancer = elb.create_load_balancer(Name="lb", Subnets=nets)["LoadBalancers"][0]["LoadBalancerArn"]
    targets = {name: elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
               for name in ("new", "legacy")}
    both = {"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": targets["new"], "Weight": 1}, {"TargetGroupArn": targets["legacy"], "Weight": 9}],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 600}}}
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[both])["Listeners"][0]["ListenerArn"]
    rule = elb.create_rule(ListenerArn=listener, Priority=1, Conditions=[{"Field": "path-pattern", "Values": ["/a"]}],
                           Actions=[both])["Rules"][0]["RuleArn"]
    f = Folder([{"kind": "file", "path": "route.json", "primary": True}, {"kind": "alb", "arn": rule, "targets": targets},
                {"kind": "alb", "arn": listener, "targets": targets}], moto.env())
    for share, weights in (("26.1", [261, 739]), ("100", [999, 0]), ("0", [0, 999])):
        out = f.ctl("set", share)
        assert out.count("in force after") == 3, out
        got = elb.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]["ForwardConfig"]
        assert [g["Weight"] for g in got["TargetGroups"]] == weights, got
        assert got["TargetGroupStickinessConfig"] == both["ForwardConfig"]["TargetGroupStickinessConfig"], got
    assert "between two steps of 0.1 %" in f.ctl("set", "0.05", code=TIMEOUT)
    print("alb: rule and listener, stickiness kept, finer steps refused")


def check_lambda(moto):
    role = moto.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}", Path="/x/")["Role"]["Arn"]
    aws = moto.client("lambda")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as z:
        z.writestr("f.py", "x = 1")
    aws.create_function(FunctionName="search", Runtime="python3.11", Role=role, Handler="f.h", Code={"ZipFile": code.getvalue()},
                        Publish=True)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as z:
        z.writestr("f.py", "x = 2")
    assert aws.update_function_code(FunctionName="search", ZipFile=code.getvalue(), Publish=True)["Version"] == "2"
    aws.create_alias(FunctionName="search", Name="live", FunctionVersion="1")
    f = Folder([{"kind": "file", "path": "route.json", "primary": True}, {
        "kind": "lambda-alias", "function": "search", "alias": "live", "region": REGION, "targets": {"new": "2", "legacy": "1"}}],
        moto.env())
    for share, version, more in ((10, "1", {"2": 0.1}), (75, "2", {"1": 0.25}), (100, "2", {}), (0, "1", {})):
        out = f.ctl("set", share)
        got = aws.get_alias(FunctionName="search", Name="live")
        assert got["FunctionVersion"] == version and got["RoutingConfig"]["AdditionalVersionWeights"] == more, (share, got, out)
    assert "revision 4, in force" in f.ctl("status", code=6)
    print("lambda-alias: weights and versions; its description keeps the revision")


def aws_client(store, secret="wJalrXUtnFEMI"):
    """AWS's own client; it puts the account before the host, which is made to resolve here."""
    real = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *a, **k: real("127.0.0.1" if str(host).endswith("127.0.0.1") else host, *a, **k)
    return boto3.client("cloudfront-keyvaluestore", endpoint_url=store.url, region_name=REGION, aws_access_key_id="AKIDEXAMPLE",
                        aws_secret_access_key=secret, config=botocore.config.Config(retries={"max_attempts": 1}))


def check_kvs():
    store = kvs_stand_in.KeyValueStore(ARN)
    client = aws_client(store)
    tag = client.describe_key_value_store(KvsARN=ARN)["ETag"]
    tag = client.put_key(KvsARN=ARN, Key="a/b +é", Value="from AWS's client", IfMatch=tag)["ETag"]
    assert client.get_key(KvsARN=ARN, Key="a/b +é")["Value"] == "from AWS's client"
    for bad, what in ((aws_client(store, "wrong"), "InvalidSignatureException"), (client, "ConflictException")):
        try:
            bad.put_key(KvsARN=ARN, Key="k", Value="v", IfMatch="stale")
            raise SystemExit("the stand-in took it")
        except botocore.exceptions.ClientError as e:
            assert e.response["Error"]["Code"] == what, e
    env = {**os.environ, "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE": store.url, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
           "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"}
    sink = {"kind": "cloudfront-kvs", "arn": ARN, "key": "route +é"}
    f = Folder([sink], env)
    for n, share in enumerate((10, 20, 30), 1):
        assert f"published revision {n}" in f.ctl("set", share)
    assert json.loads(client.get_key(KvsARN=ARN, Key="route +é")["Value"])["revision"] == 3
    store.throttle = 2
    f.ctl("set", 40)
    store.throttle = 99
    assert "too many requests" in f.ctl("set", "50", code=NOT_PUBLISHED)
    store.throttle = 0
    assert "does not fit" in f.ctl("set", "50", code=NOT_PUBLISHED, env={"AWS_SECRET_ACCESS_KEY": "wrong"})
    store.skew_s = 900
    assert "the clock of this machine is wrong" in f.ctl("set", "50", code=NOT_PUBLISHED)
    store.skew_s = 0
    f.write([{**sink, "arn": ARN.replace("0b1c", "ffff")}])
    assert "ResourceNotFoundException" in f.ctl("set", "50", code=NOT_PUBLISHED)
    store.token = "session"
    f.write([sink])
    assert "AWS does not know" in f.ctl("set", "50", code=NOT_PUBLISHED)
    f.ctl("set", 50, env={"AWS_SESSION_TOKEN": "session"})
    print("cloudfront-kvs: the stand-in takes AWS's own client and ours; wrong secret, stale tag, skewed clock, throttling and another "
          "store are refused and named")


def main():
    check_kvs()
    with Moto() as moto:
        check_s3(moto)
        check_alb(moto)
    with Moto(unsigned_calls=10**6) as moto:  # it refuses the signature of AWS's own client on a GET of Lambda
        check_lambda(moto)


main()
