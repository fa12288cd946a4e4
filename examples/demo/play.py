"""Plays the demo: a healthy release that is promoted, then one that fails and is rolled back. Called by `run`."""
import argparse
import os
import pathlib
import shutil
import sys
import time
import urllib.request

from stage import Stage
from verdict import Verdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEALTHY = {"latency_ms": 15, "jitter_ms": 10, "fail_percent": 0, "cache_hit_percent": 95}


def say(text):
    print(f"\n== {text}")


def control(port, **settings):
    query = "&".join(f"{k}={v}" for k, v in settings.items())
    request = urllib.request.Request(f"http://127.0.0.1:{port}/_control?{query}", method="POST")
    urllib.request.urlopen(request, timeout=5).read()


def act_one(stage, verdict):
    say("Act 1: the new system is healthy; 10 % -> 50 % -> 100 %")
    rollout = stage.start_rollout()
    code = stage.wait(rollout, stage.times.limit)
    verdict.expect(code == 0, "the rollout ends by itself with exit code 0", f"exit code {code}")
    verdict.expect(stage.percents() == [10, 50, 100], "shares published", str(stage.percents()))


def act_two(stage, verdict):
    say("Act 2: at 50 % the new system starts to fail, then it is killed")
    rollout = stage.start_rollout()
    stage.wait_for_percent(50, stage.times.limit)
    stage.sleep(stage.times.before_fault)
    fault_at = time.time()
    control(stage.new_port, fail_percent=30)
    print("-- fault: 30 % of the new system's answers are errors")
    stage.sleep(1.5)
    stage.kill_new()
    print("-- fault: the new system got SIGKILL")
    code = stage.wait(rollout, stage.times.limit)
    verdict.expect(code == 5, "the rollout rolls back by itself, exit code 5", f"exit code {code}")
    verdict.expect(stage.percents() == [10, 50, 0], "shares published", str(stage.percents()))
    stage.sleep(2)
    return fault_at


def play(name, act, times, keep):
    work = ROOT / "build" / "demo" / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    stage, verdict = Stage(ROOT, work, times, HEALTHY), Verdict(name)
    try:
        stage.open()
        fault_at = act(stage, verdict)
        if keep:
            stage.keep()
        stage.close()
        verdict.judge(stage, fault_at)
    finally:
        stage.kill_all()
    return verdict


class Times:
    def __init__(self, fast):
        self.bake = "6s" if fast else "12s"
        self.before_fault = 2 if fast else 5
        self.limit = 60 if fast else 90
        self.rate = 600
        self.visitors = 2000


def main():
    parser = argparse.ArgumentParser(prog="examples/demo/run")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    os.chdir(ROOT)
    started = time.monotonic()
    verdicts = [play("act1", act_one, Times(args.fast), False),
                play("act2", act_two, Times(args.fast), args.keep)]
    for verdict in verdicts:
        verdict.print_summary()
    good = all(v.good for v in verdicts)
    print(f"\n{'All of it happened' if good else 'Not all of it happened'}, in {time.monotonic() - started:.0f} s. "
          "Records: build/demo/")
    sys.exit(0 if good else 1)


main()
