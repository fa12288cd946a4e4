# SPDX-License-Identifier: MIT
"""Stands in for CloudWatch: raw values in, statistics out, in JSON 1.0, with Signature Version 4 checked.

Percentiles and trimmed counts come from the raw values (moto has neither). Standard library only.
"""
import hashlib
import hmac
import http.server
import json
import math
import re
import threading
import time

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI"


def percentile(values, p):
    """Linear between ranks, as CloudWatch shows it."""
    rank = (len(values) - 1) * p / 100
    low = math.floor(rank)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (rank - low)


def bounds(text):
    low, high = text.split(":")
    return float(low) if low else -math.inf, float(high) if high else math.inf


def statistic(name, values):
    """Of the sorted raw values of a period; KeyError for a statistic that there is not."""
    if m := re.fullmatch(r"p(\d+(?:\.\d+)?)", name):
        return percentile(values, float(m[1]))
    if m := re.fullmatch(r"(TC|PR)\((.*)\)", name):
        low, high = bounds(m[2])
        n = sum(low < v <= high for v in values)
        return n if m[1] == "TC" else 100 * n / len(values)
    return {"Sum": sum(values), "SampleCount": len(values), "Average": sum(values) / len(values),
            "Minimum": values[0], "Maximum": values[-1]}[name]


def signature(secret, authorization, request, body):
    """What the signature of this request must be."""
    scope = re.search(r"Credential=[^/]+/([^,]+)", authorization)[1]
    signed = re.search(r"SignedHeaders=([^,]+)", authorization)[1]
    date, region, service, _ = scope.split("/")
    lines = [f"{name}:{' '.join(request.headers[name].split())}\n" for name in signed.split(";")]
    canonical = "\n".join([request.command, "/", "", "".join(lines), signed, hashlib.sha256(body).hexdigest()])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope,
                         hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request", to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


class Refusal(Exception):
    def __init__(self, status, code, message=""):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class FakeCloudWatch:
    """put() raw values, set `alarms` and `failures` (refusals that come first), ask it over HTTP at `url`.

    A value is seen `delay` seconds after its time; a page holds `page` series.
    """

    def __init__(self, page=500, delay=0.0):
        self.values = {}  # (namespace, metric, dimensions) -> [(time, value)]
        self.alarms, self.failures, self.asked, self.token = [], [], [], None
        self.page, self.delay = page, delay
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    status, answer = 200, outer.answer(self, body)
                except Refusal as r:
                    status, answer = r.status, {"__type": f"com.amazonaws.cloudwatch#{r.code}", "message": r.message}
                out = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in (("Content-Type", "application/x-amz-json-1.0"), ("Content-Length", len(out)),
                                    ("x-amzn-RequestId", f"fake-{len(outer.asked)}")):
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(out)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, namespace, metric, dimensions, values, at=None):
        with self.lock:
            series = self.values.setdefault((namespace, metric, frozenset(dimensions.items())), [])
            series += [(time.time() if at is None else at, float(v)) for v in values]

    def answer(self, request, body):
        authorization = request.headers.get("Authorization", "")
        if f"Credential={KEY}/" not in authorization:
            raise Refusal(403, "UnrecognizedClientException", "The security token included in the request is invalid.")
        if not authorization.endswith(f"Signature={signature(SECRET, authorization, request, body)}"):
            raise Refusal(403, "InvalidSignatureException", "The request signature we calculated does not match")
        if request.headers["Content-Type"] != "application/x-amz-json-1.0" or request.path != "/":
            raise Refusal(404, "UnknownOperationException")
        action = request.headers["X-Amz-Target"].removeprefix("GraniteServiceVersion20100801.")
        asked = json.loads(body)
        with self.lock:
            self.asked.append((action, asked))
            if self.token is not None and request.headers.get("X-Amz-Security-Token") != self.token:
                raise Refusal(403, "ExpiredTokenException", "The security token included in the request is expired")
            if self.failures:
                raise self.failures.pop(0)
            return {"GetMetricData": self.get_metric_data, "DescribeAlarms": self.describe_alarms}[action](asked)

    def get_metric_data(self, asked):
        queries = asked["MetricDataQueries"]
        if not 1 <= len(queries) <= 500 or len({q["Id"] for q in queries}) != len(queries):
            raise Refusal(400, "ValidationError", "The number of queries must be 1 to 500")
        first = int(asked.get("NextToken", "0"))
        out = {"Messages": [], "MetricDataResults": [self.result(q, asked) for q in queries[first:first + self.page]]}
        if first + self.page < len(queries):
            out["NextToken"] = str(first + self.page)
        return out

    def result(self, query, asked):
        stat = query["MetricStat"]
        metric, period = stat["Metric"], stat["Period"]
        name = (metric["Namespace"], metric["MetricName"], frozenset((d["Name"], d["Value"]) for d in metric["Dimensions"]))
        periods = {}
        for at, value in self.values.get(name, []):
            if asked["StartTime"] <= at < asked["EndTime"] and at + self.delay <= time.time():
                periods.setdefault(int(at // period * period), []).append(value)
        try:
            points = [(t, statistic(stat["Stat"], sorted(v))) for t, v in sorted(periods.items())]
        except KeyError:
            raise Refusal(400, "InvalidParameterValueException", f"The statistic {stat['Stat']} is not valid") from None
        return {"Id": query["Id"], "Label": metric["MetricName"], "StatusCode": "Complete",
                "Timestamps": [t for t, _ in points], "Values": [v for _, v in points]}

    def describe_alarms(self, asked):
        return {"MetricAlarms": [a for a in self.alarms if a["AlarmName"].startswith(asked.get("AlarmNamePrefix", ""))],
                "CompositeAlarms": []}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
