#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A stand-in for the AWS command line: the calls that examples/aws/scripts make, kept in a folder (AWS_STAND_IN).

It refuses any other call, so a script cannot use what the guide's rights do not allow. Outputs of a stack are there only once it was
deployed. FAIL names a stack whose deployment fails.
"""
import json
import os
import pathlib
import sys

FOLDER = pathlib.Path(os.environ["AWS_STAND_IN"])
OUTPUTS = {"new": {"ApiDomain": "abc.execute-api.eu-west-1.amazonaws.com"},
           "edge": {"StoreArn": "arn:aws:cloudfront::123456789012:key-value-store/11111111-2222-3333-4444-555555555555",
                    "DistributionId": "E123EXAMPLE"}}


def option(name):
    return sys.argv[sys.argv.index(name) + 1]


def deployed(stack):
    return (FOLDER / f"{stack}.json").exists()


def validate_template():
    assert option("--template-body").startswith("file:///")


def deploy():
    stack = option("--stack-name")
    if os.environ.get("FAIL") == stack:
        sys.exit("An error occurred (ValidationError): the stack could not be made")
    given = json.loads(pathlib.Path(option("--parameter-overrides").removeprefix("file://")).read_text())
    text = pathlib.Path(option("--template-file")).read_text()
    missing = [p for p in given if f"  {p.split('=')[0]}:\n" not in text]
    if missing:
        sys.exit(f"An error occurred (ValidationError): Parameters {missing} do not exist in the template")
    (FOLDER / f"{stack}.json").write_text(json.dumps(given))


def describe_stacks():
    stack = option("--stack-name")
    if not deployed(stack):
        sys.exit(f"An error occurred (ValidationError): Stack with id {stack} does not exist")
    key = option("--query").split("'")[1]
    print(OUTPUTS[stack.rsplit("-", 1)[1]].get(key))


def get_distribution():
    print("Deployed")


def get_key():
    assert option("--kvs-arn").startswith("arn:") and option("--key") == "route"
    print(json.dumps({"schema": 1}))


def arguments(*names):
    """A call of a runbook: it must give these, and none empty."""
    def call():
        for name in names:
            assert option(name), name
    return call


CALLS = {("cloudfront-keyvaluestore", "get-key"): get_key, ("sts", "get-caller-identity"): arguments(),
         ("logs", "tail"): arguments("--since", "--region"),
         ("rds", "restore-db-instance-to-point-in-time"): arguments(
             "--source-db-instance-identifier", "--target-db-instance-identifier", "--restore-time", "--db-subnet-group-name",
             "--vpc-security-group-ids"),
         ("rds", "wait"): arguments("--db-instance-identifier"),
         ("cloudformation", "validate-template"): validate_template, ("cloudformation", "deploy"): deploy,
         ("cloudformation", "describe-stacks"): describe_stacks, ("cloudfront", "get-distribution"): get_distribution}
with open(FOLDER / "calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\n")
call = CALLS.get(tuple(sys.argv[1:3]))
if call is None:
    sys.exit(f"not a call that the scripts may make: {sys.argv[1:3]}")
call()
