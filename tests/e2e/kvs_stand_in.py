# SPDX-License-Identifier: MIT
"""CloudFront KeyValueStore's data plane: SigV4A checked with `cryptography`, ETags, conflicts, the limit of 1 KB, throttling."""
import hashlib
import hmac
import http.server
import json
import re
import threading
import time
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM = b"AWS4-ECDSA-P256-SHA256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SKEW_S = 300


def public_key(key_id, secret):
    for counter in range(1, 255):
        text = b"\0\0\0\1" + ALGORITHM + b"\0" + key_id.encode() + bytes([counter]) + b"\0\0\1\0"
        number = int.from_bytes(hmac.new(b"AWS4A" + secret.encode(), text, hashlib.sha256).digest(), "big")
        if number <= ORDER - 2:
            return ec.derive_private_key(number + 1, ec.SECP256R1()).public_key()
    raise ValueError("no key")


class KeyValueStore(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, arn, key_id="AKIDEXAMPLE", secret="wJalrXUtnFEMI", token=None):
        self.arn, self.key_id, self.token = arn, key_id, token
        self.key = public_key(key_id, secret)
        self.values, self.version, self.skew_s, self.throttle, self.refused = {}, 1, 0, 0, []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def tag(self):
        return f"ETAG{self.version}"


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, body=None, tag=None):
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("x-amzn-RequestId", "r-1")
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def refuse(self, status, code, message=""):
        self.server.refused.append(code)
        self.answer(status, {"__type": code, "Message": message})

    def is_signed(self, body):
        """The signature, computed as AWS documents it: the path is encoded once more."""
        got = re.fullmatch(r"AWS4-ECDSA-P256-SHA256 Credential=(\S+?)/(\d{8})/cloudfront-keyvaluestore/aws4_request, "
                           r"SignedHeaders=(\S+?), Signature=([0-9a-f]+)", self.headers.get("Authorization", ""))
        if not got:
            return "MissingAuthenticationTokenException"
        key_id, day, names, signature = got.groups()
        date = self.headers["X-Amz-Date"]
        if key_id != self.server.key_id or self.headers.get("X-Amz-Security-Token") != self.server.token:
            return "UnrecognizedClientException"
        if not {"host", "x-amz-date", "x-amz-region-set"} <= set(names.split(";")) or self.headers["X-Amz-Region-Set"] != "*":
            return "IncompleteSignatureException"
        path, _, query = self.path.partition("?")
        canonical = "\n".join([self.command, urllib.parse.quote(path, safe="/~"), "&".join(sorted(query.split("&"))),
                               *(f"{n}:{' '.join(self.headers[n].split())}" for n in names.split(";")), "", names,
                               hashlib.sha256(body).hexdigest()])
        text = "\n".join([ALGORITHM.decode(), date, f"{day}/cloudfront-keyvaluestore/aws4_request",
                          hashlib.sha256(canonical.encode()).hexdigest()])
        try:
            self.server.key.verify(bytes.fromhex(signature), text.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return "InvalidSignatureException"
        now = time.time() + self.server.skew_s
        if abs(time.mktime(time.strptime(date + " UTC", "%Y%m%dT%H%M%SZ %Z")) - time.timezone - now) > SKEW_S:
            return "RequestExpired"
        return None

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.is_signed(body)
        parts = [urllib.parse.unquote(p) for p in self.path.split("?")[0].split("/")]
        s = self.server
        if fault:
            return self.refuse(403, fault)
        if s.throttle > 0:
            s.throttle -= 1
            return self.refuse(429, "ThrottlingException", "Rate exceeded")
        if parts[1] != "key-value-stores" or parts[2] != s.arn:
            return self.refuse(404, "ResourceNotFoundException", "no such store")
        with s.lock:
            return self.act(parts, body)

    def act(self, parts, body):
        s = self.server
        if len(parts) == 3:
            return self.answer(200, {"ItemCount": len(s.values), "TotalSizeInBytes": 0, "KvsARN": s.arn, "Created": 0}, s.tag())
        key = parts[4]
        if self.command == "GET":
            if key not in s.values:
                return self.refuse(404, "ResourceNotFoundException", "no such key")
            return self.answer(200, {"Key": key, "Value": s.values[key], "ItemCount": len(s.values), "TotalSizeInBytes": 0})
        if self.headers.get("If-Match") != s.tag():
            return self.refuse(409, "ConflictException", "stale")
        value = json.loads(body)["Value"]
        if len(value.encode()) > 1024:
            return self.refuse(400, "ValidationException", "too long")
        s.values[key] = value
        s.version += 1
        return self.answer(200, {"ItemCount": len(s.values), "TotalSizeInBytes": 0}, s.tag())

    do_GET = do_PUT = handle_any
