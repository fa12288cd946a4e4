# SPDX-License-Identifier: MIT
"""A moto server that checks Signature Version 4, with one user who may do anything."""
import json
import os
import subprocess
import sys
import time

import boto3
import botocore.config

from ctl import free_port

REGION = "us-east-1"
USER_CALLS = 3  # that make the user; moto checks no signature of them


class Moto:
    def __init__(self, unsigned_calls=USER_CALLS):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL,
                                       env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(unsigned_calls)})
        self.key, self.secret = "x", "y"

    def client(self, name):
        plain = botocore.config.Config(disable_request_compression=True)  # moto does not unpack what is signed
        return boto3.client(name, endpoint_url=self.url, region_name=REGION, aws_access_key_id=self.key,
                            aws_secret_access_key=self.secret, config=plain)

    def make_user(self):
        iam = self.client("iam")
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
        self.key, self.secret = key["AccessKeyId"], key["SecretAccessKey"]

    def env(self, secret=None):
        """For a program that asks as this user, or with another secret."""
        return {**os.environ, "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": self.key,
                "AWS_SECRET_ACCESS_KEY": self.secret if secret is None else secret}

    def __enter__(self):
        try:
            self.make_user()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait(timeout=20)
