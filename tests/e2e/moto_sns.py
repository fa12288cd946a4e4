# SPDX-License-Identifier: MIT
"""SNS notices against moto, which checks Signature Version 4; an e-mail subscriber gets the subject. Run by with-moto."""
import json
import pathlib
import subprocess
import tempfile

from ctl import POLICY, ROLLED_BACK, SPLITCTL, AdminPort
from moto_kit import Moto


def roll_back(folder, moto, secret, topic):
    policy = folder / "policy.json"
    document = {**POLICY, "notify": [{"type": "sns", "topic": topic, "on": ["rollback"]}]}
    policy.write_text(json.dumps(document))
    with AdminPort(folder / "route.json") as admin:
        admin.errors = 0.5
        done = subprocess.run([str(SPLITCTL.resolve()), "run", "-p", str(policy), "--new", "--source", admin.url],
                              capture_output=True, text=True, timeout=60, check=False, env=moto.env(secret))
    assert done.returncode == ROLLED_BACK, done.stderr
    return done.stderr


def check_subject(subject):
    """What SNS asks of a subject, which becomes the one of the e-mail."""
    assert subject == "demo: rollback", subject
    assert len(subject) < 100 and subject.isascii() and subject.isprintable() and subject[0] != " ", subject


def main():
    with Moto() as moto, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        sns, sqs = moto.client("sns"), moto.client("sqs")
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        queue = sqs.create_queue(QueueName="q")["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:q")
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
        errors = roll_back(folder, moto, None, topic)
        assert "notify" not in errors, errors
        errors = roll_back(folder, moto, "wrong", topic)
        assert "notify[0] (rollback): SNS: SignatureDoesNotMatch: AWS_SECRET_ACCESS_KEY does not fit" in errors, errors
        assert "wrong" not in errors.replace("demo", ""), errors
        got = [json.loads(m["Body"]) for m in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]]
        assert len(got) == 1, got
        check_subject(got[0]["Subject"])
        assert "critical is proven" in got[0]["Message"], got
        subscribers = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert {s["Protocol"] for s in subscribers} == {"sqs", "email"}, subscribers
    print("moto accepted the signature of SNS Publish, refused a wrong secret, and delivered 1 notice with its subject")


main()
