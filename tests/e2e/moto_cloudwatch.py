# SPDX-License-Identifier: MIT
"""CloudWatch sums and alarms from moto, which checks Signature Version 4. Run by with-moto."""
import datetime
import json
import pathlib
import subprocess
import tempfile
import time

from ctl import HOLD, NO_DATA, OK, POLICY, SPLITCTL
from moto_kit import Moto

SPEC = "cloudwatch:us-east-1?period=1s&settle=1s&alarms=search-"
NAMES = {"bad": "search:Errors{Arm=$arm}:Sum", "total": "search:Calls{Arm=$arm}:Sum"}
CALLS = {"new": 20, "legacy": 180}  # a second; one of the new system's fails
ERRORS = {"new": 1, "legacy": 0}
SECONDS = 40


def fill(cloudwatch):
    """Counts of the seconds around now, and alarms in each state."""
    now = int(time.time())
    data = [{"MetricName": name, "Dimensions": [{"Name": "Arm", "Value": arm}], "Value": counts[arm],
             "Timestamp": datetime.datetime.fromtimestamp(second, datetime.timezone.utc)}
            for second in range(now - SECONDS // 2, now + SECONDS) for name, counts in (("Calls", CALLS), ("Errors", ERRORS))
            for arm in ("new", "legacy")]
    for at in range(0, len(data), 100):
        cloudwatch.put_metric_data(Namespace="search", MetricData=data[at:at + 100])
    for name, state in (("search-errors", "ALARM"), ("search-fine", "OK"), ("search-young", "INSUFFICIENT_DATA"),
                        ("other", "ALARM")):
        cloudwatch.put_metric_alarm(AlarmName=name, Namespace="search", MetricName="Errors", Statistic="Sum", Period=60,
                                    EvaluationPeriods=1, Threshold=5, ComparisonOperator="GreaterThanThreshold")
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="set by a test")


def ask(policy, moto, *args, secret=None):
    done = subprocess.run([str(SPLITCTL.resolve()), args[0], "-p", str(policy), "--source", SPEC, *args[1:], "--json"],
                          capture_output=True, text=True, timeout=60, check=False, env=moto.env(secret))
    return done.returncode, done.stdout, done.stderr


def main():
    document = json.loads(json.dumps(POLICY))
    document["rollout"]["window"] = "1s"
    document["metrics"] = [{**document["metrics"][0], "target": "< 10%", "warning": "> 15%", "critical": "> 30%",
                            "sources": {"cloudwatch": NAMES}}]
    with Moto() as moto, tempfile.TemporaryDirectory() as folder:
        policy = pathlib.Path(folder) / "policy.json"
        policy.write_text(json.dumps(document))
        fill(moto.client("cloudwatch"))
        code, out, err = ask(policy, moto, "compare", "--period", "4s")
        assert (code, err) == (OK, ""), (code, out, err)
        got = json.loads(out)["metrics"][0]
        seconds, rest = divmod(got["new_n"], CALLS["new"])
        assert rest == 0 and 3 <= seconds <= 5 and got["baseline_n"] == CALLS["legacy"] * seconds, got
        assert got["new_percent"] == 5 and got["baseline_percent"] == 0, got
        code, out, err = ask(policy, moto, "monitor", "--once", "--interval", "2s")
        shown = json.loads(out)
        assert code in (OK, HOLD) and (err, shown["alarms"], shown["alarms_unknown"]) == ("", 1, 1), (code, out, err)
        assert [a["name"] for a in shown["alarm_names"]] == ["search-errors", "search-young"], shown["alarm_names"]
        code, out, err = ask(policy, moto, "compare", "--period", "1s", secret="wrong")
        assert (code, out) == (NO_DATA, "") and "AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID" in err, (code, err)
    print(f"moto accepted the signature of GetMetricData and DescribeAlarms, and refused a wrong secret; {seconds} seconds "
          f"of sums to the request, 1 alarm and 1 without data")


main()
