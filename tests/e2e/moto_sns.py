# SPDX-License-Identifier: MIT
"""SNS notices against moto, which checks Signature Version 4. Skipped (exit 77) where moto and boto3 are not installed."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from ctl import POLICY, ROLLED_BACK, SPLITCTL, AdminPort, free_port

try:
    import boto3
    import moto  # noqa: F401
except ImportError:
    sys.exit(77)

SETUP_CALLS = 6  # made before moto begins to check signatures


def start_moto(port):
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(SETUP_CALLS)})
    return server


def set_up(url):
    """A user with a key, a topic, and a queue that receives what is published."""
    any_key = {"endpoint_url": url, "region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "y"}
    iam, sns, sqs = (boto3.client(name, **any_key) for name in ("iam", "sns", "sqs"))
    end = time.monotonic() + 30
    while True:
        try:
            iam.create_user(UserName="u")
            break
        except Exception:  # not listening yet
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps(allow))
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:q")
    return key["AccessKeyId"], key["SecretAccessKey"], topic, queue


def roll_back(folder, url, key, secret, topic):
    policy = folder / "policy.json"
    document = {**POLICY, "notify": [{"type": "sns", "topic": topic, "on": ["rollback"]}]}
    policy.write_text(json.dumps(document))
    with AdminPort(folder / "route.json") as admin:
        admin.errors = 0.5
        done = subprocess.run([str(SPLITCTL.resolve()), "run", "-p", str(policy), "--new", "--source", admin.url],
                              capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": key,
                                   "AWS_SECRET_ACCESS_KEY": secret})
    assert done.returncode == ROLLED_BACK, done.stderr
    return done.stderr


def main():
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = start_moto(port)
    try:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            key, secret, topic, queue = set_up(url)
            errors = roll_back(folder, url, key, secret, topic)
            assert "notify" not in errors, errors
            errors = roll_back(folder, url, key, "wrong", topic)
            assert "notify[0] (rollback): SNS: SignatureDoesNotMatch: AWS_SECRET_ACCESS_KEY does not fit" in errors, errors
            sqs = boto3.client("sqs", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key,
                               aws_secret_access_key=secret)
            got = [json.loads(m["Body"]) for m in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]]
            assert [m["Subject"] for m in got] == ["demo: rollback"], got
            assert "critical is proven" in got[0]["Message"], got
        print("moto accepted the signature, refused a wrong secret, and delivered 1 notice")
    finally:
        server.terminate()
        server.wait(timeout=20)


main()
