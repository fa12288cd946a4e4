"""Plays the demo: a healthy release that is promoted, then one that fails and is rolled back. Called by `run`."""
import argparse
import os
import pathlib
import shutil
import signal
import sys
import time
import urllib.request

from screen import Screen
from stage import Stage
from verdict import Verdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEALTHY = {"latency_ms": 15, "jitter_ms": 10, "fail_percent": 0, "cache_hit_percent": 95}


INTRODUCTION = """
Two systems answer the same requests: 'legacy', which everybody uses, and 'new', which shall take over. nginx in front of
them gives every visitor one of the two and keeps it. 'splitctl run' raises the share of 'new' in phases, each only when
error rate, P95 and cache hit rate are proven to be on target, and takes all of it back when one is proven critical."""


def say(text):
    print(f"\n== {text}")


def control(port, **settings):
    query = "&".join(f"{k}={v}" for k, v in settings.items())
    request = urllib.request.Request(f"http://127.0.0.1:{port}/_control?{query}", method="POST")
    urllib.request.urlopen(request, timeout=5).read()


def act_one(stage, screen, verdict):
    say("Act 1: the new system is healthy; 10 % -> 50 % -> 100 %")
    rollout = stage.start_rollout()
    screen.open()
    stage.sleep(stage.times.look)
    screen.frame("ten", "10 %: one visitor in ten is with the new system; the gate waits for proof, not for a feeling")
    stage.wait_for_percent(50, stage.times.limit)
    stage.sleep(stage.times.look)
    paused = stage.ctl("pause", "--who", "ann", "--why", "a look at the dashboards first")
    stage.sleep(2)
    screen.frame("paused", "50 %: the gate at 10 % was passed; ann pauses the rollout for a moment")
    resumed = stage.ctl("resume", "--who", "ann")
    verdict.expect(paused.returncode == resumed.returncode == 0, "ann paused and resumed it", "exit codes 0")
    code = stage.wait(rollout, stage.times.limit)
    events, goes_on = stage.events()
    screen.close()
    screen.frame("end", "the end")
    verdict.expect(goes_on and events > 10, "an event stream that lived through the whole rollout", f"{events} events, not cut")
    verdict.expect(code == 0, "the rollout ends by itself with exit code 0", f"exit code {code}")
    verdict.expect(stage.percents() == [10, 50, 100], "shares published", str(stage.percents()))
    verdict.expect_frame(screen, "ten", (0, 3), "HOLD", "asked 10 %", "error_rate  ok")
    verdict.expect_frame(screen, "paused", (3,), "HOLD (paused)", "asked 50 %", "pause by ann: a look at the dashboards first")
    verdict.expect_frame(screen, "end", (0,), "COMPLETE", "asked 100 %", "revision 3: 100 % by run, in force after")


def act_two(stage, screen, verdict):
    say("Act 2: at 50 % the new system starts to fail, then it is killed")
    rollout = stage.start_rollout()
    screen.open()
    stage.wait_for_percent(50, stage.times.limit)
    stage.sleep(stage.times.before_fault)
    screen.frame("before", "50 %: all is well so far")
    fault_at = time.time()
    control(stage.new_port, fail_percent=30)
    screen.say("\n-- fault: 30 % of the new system's answers are errors")
    stage.sleep(1.5)
    stage.kill_new()
    screen.say("-- fault: the new system got SIGKILL")
    code = stage.wait(rollout, stage.times.limit)
    screen.close()
    screen.frame("end", "nobody was asked: the error rate was proven critical, and the traffic went back")
    verdict.expect(code == 5, "the rollout rolls back by itself, exit code 5", f"exit code {code}")
    verdict.expect(stage.percents() == [10, 50, 0], "shares published", str(stage.percents()))
    verdict.expect_frame(screen, "before", (0, 3), "HOLD", "asked 50 %", "error_rate  ok")
    verdict.expect_frame(screen, "end", (5,), "ROLLBACK (error_rate)", "critical-proven", "now 0 %", "revision 3: 0 % by run")
    stage.sleep(2)
    return fault_at


def afterwards(stage, screen, verdict, rolled_back):
    """What anybody may ask once it is over; the journal answers."""
    print("\n-- what 'splitctl run' said at the end")
    screen.show(stage.rollout_says())
    verdict.judge_answers(stage, screen, rolled_back)


def play(name, act, times, keep):
    work = ROOT / "build" / "demo" / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    stage, verdict = Stage(ROOT, work, times, HEALTHY), Verdict(name)
    screen = Screen(stage)
    try:
        stage.open()
        fault_at = act(stage, screen, verdict)
        afterwards(stage, screen, verdict, fault_at is not None)
        if keep:
            stage.keep()
        stage.close()
        verdict.judge(stage, fault_at)
    finally:
        screen.close()
        stage.kill_all()
    return verdict


class Times:
    def __init__(self, fast):
        self.bake = "6s" if fast else "12s"
        self.before_fault = 2.5 if fast else 5
        self.look = 3 if fast else 5
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
    print(INTRODUCTION)
    verdicts = [play("act1", act_one, Times(args.fast), False),
                play("act2", act_two, Times(args.fast), args.keep)]
    for verdict in verdicts:
        verdict.print_summary()
    good = all(v.good for v in verdicts)
    reports = "\n".join(f"  {v.report}" for v in verdicts if v.report)
    print(f"\nBoth stories as pages for the browser:\n{reports}")
    print(f"\n{'All of it happened' if good else 'Not all of it happened'}, in {time.monotonic() - started:.0f} s. "
          "Records: build/demo/")
    sys.exit(0 if good else 1)


def stop(number, frame):
    raise KeyboardInterrupt


# A closed terminal and `kill` end it as Ctrl-C does.
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGHUP, stop)
try:
    main()
except KeyboardInterrupt:
    sys.exit("\nstopped; nothing is left running")
