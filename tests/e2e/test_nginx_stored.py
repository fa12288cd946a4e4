# SPDX-License-Identifier: MIT
"""Stored decisions in the nginx module (libsplit/design/stored.md), against values that this file signs by itself."""
import base64
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from kit import Scripted, header, policy, reply, wait_until  # noqa: E402
from nginx_kit import Nginx  # noqa: E402

OLD, NEW, OTHER = ("k1", bytes(range(32))), ("k2", b"a secret of 32 bytes for testing"), ("k9", b"x" * 16)
STATUSES = ("valid", "absent", "malformed", "too-long", "unsigned", "unknown-key", "forged", "future", "expired", "idle",
            "fenced", "gone", "drained", "overruled")


def lines_of(*keys):
    return "# made for a test\n" + "".join(f"{name}:{secret.hex()}\n" for name, secret in keys)


def sign(subject, variant, key=OLD, issued=0, seen=0, revision=1, split="e2e"):
    """A value as design/stored.md T1 and T2 have it; `issued` and `seen` are seconds ago."""
    now = int(time.time())
    text = f"1:{revision}:{now - issued}:{now - seen}:{variant}:{key[0]}"
    mac = hmac.new(key[1], f"{split}\0{text}\0{subject}".encode(), hashlib.sha256).digest()
    return text + ":" + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def cookies_of(headers):
    """{name: (value, attributes)} of all Set-Cookie headers."""
    pairs = (v.partition("; ") for k, v in headers if k.lower() == "set-cookie")
    return {first.split("=", 1)[0]: (first.split("=", 1)[1], rest) for first, _, rest in pairs}


class Visitor:
    """A browser: keeps the cookies that it is given."""

    def __init__(self, nginx, **jar):
        self.nginx = nginx
        self.jar = dict(jar)

    def get(self, **headers):
        cookie = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.jar.items())} if self.jar else {}
        status, got, _ = self.nginx.get(headers={**cookie, **headers})
        assert status == 200, status
        self.given = cookies_of(got)
        self.jar.update({name: value for name, (value, _) in self.given.items()})
        return header(got, "x-split-variant")

    @property
    def stored(self):
        return self.jar.get("split_id_v")


class StoredCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="split-stored-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=False)
        self.new = self.enter(Scripted(lambda r: reply(b"from new")))
        self.legacy = self.enter(Scripted(lambda r: reply(b"from legacy")))
        self.keys = os.path.join(self.folder, "keys")
        self.good_reads = {}
        self.write_keys(OLD)

    def enter(self, thing):
        self.addCleanup(thing.__exit__)
        return thing.__enter__()

    def write_keys(self, *keys, text=None):
        with open(self.keys + ".next", "w", encoding="ascii") as f:
            f.write(lines_of(*keys) if text is None else text)
        os.rename(self.keys + ".next", self.keys)

    def document(self, percent, cookie=None, **split):
        return policy(self.new.port, self.legacy.port, percent,
                      split={"cookie": {"signed": f"file:{self.keys}", "idle": "30m", **(cookie or {})}, **split})

    def start(self, percent=50, cookie=None, places=None, **split):
        nginx = self.enter(Nginx(self.folder, self.document(percent, cookie, **split), **(places or {})))
        self.addCleanup(self.check_secrecy, nginx)  # Runs before the nginx stops.
        return nginx

    def check_secrecy(self, nginx):
        """No secret, no signature and no visitor's value is anywhere that people look."""
        shown = [nginx.errors(), nginx.log.read_text()]
        if nginx.child.poll() is None:
            shown += [kit.request(nginx.admin, page)[2].decode() for page in ("/metrics", "/status")]
        for text in shown:
            for name, secret in (OLD, NEW, OTHER):
                self.assertNotIn(secret.hex(), text)
                self.assertNotIn(secret.hex()[:16], text)
                self.assertNotIn(secret.hex().upper(), text)
            self.assertIsNone(re.search(r"1:\d+:\d+:\d+:\w+:", text), text)

    def publish(self, nginx, percent):
        before = nginx.metric("split_route_revision")
        nginx.set_share(percent)
        wait_until(lambda: nginx.metric("split_route_revision") > before, 5)

    def hang_up(self, nginx):
        """Read the keys again, and wait until the workers have them, or keep those before."""
        before = nginx.metric("split_stored_key_reads_total")
        workers = set(nginx.workers())
        nginx.send(signal.SIGHUP)
        wait_until(lambda: nginx.metric("split_stored_key_reads_total") > before, 5)
        if nginx.metric("split_stored_key_reads_total", result="ok") > self.good_reads.setdefault(nginx, 1):
            self.good_reads[nginx] = nginx.metric("split_stored_key_reads_total", result="ok")
            wait_until(lambda: not workers & set(nginx.workers()) and nginx.workers(), 10)

    def counts(self, nginx):
        got = nginx.metrics()
        self.assertEqual({s: got[f'split_stored_total{{status="{s}"}}'] for s in STATUSES}, nginx.status()["stored"]["decisions"])
        return {s: n for s, n in nginx.status()["stored"]["decisions"].items() if n}

    def plan_of(self, nginx, ids):
        """What the route in force says, by `splitctl assign`."""
        place = nginx.route if nginx.route.exists() else nginx.policy
        done = subprocess.run([str(kit.SPLITCTL), "assign", "-p", str(place), *ids], capture_output=True, text=True, timeout=30,
                              check=True)
        return {line.split("\t")[0]: line.split("\t")[2] for line in done.stdout.splitlines()}


class Cookies(StoredCase):
    def test_a_new_visitor_gets_both_cookies_in_the_first_answer(self):
        visitor = Visitor(self.start(100))
        self.assertEqual(visitor.get(), "new")
        attributes = "Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
        self.assertEqual(list(visitor.given), ["split_id", "split_id_v"])
        self.assertEqual([rest for _, rest in visitor.given.values()], [attributes, attributes])
        self.assertRegex(visitor.stored, r"^1:0:\d{10}:\d{10}:new:k1:[A-Za-z0-9_-]{43}$")
        seen = int(visitor.stored.split(":")[2])
        self.assertLess(abs(time.time() - seen), 30)
        self.assertEqual(visitor.stored, sign(visitor.jar["split_id"], "new", issued=int(time.time()) - seen,
                                              seen=int(time.time()) - seen, revision=0))

    def test_a_value_in_use_is_not_set_again_before_a_quarter_of_the_idle_life(self):
        nginx = self.start(100)
        visitor = Visitor(nginx)
        visitor.get()
        for _ in range(5):
            visitor.get()
            self.assertEqual(visitor.given, {})
        self.assertEqual(self.counts(nginx), {"absent": 1, "valid": 5})

    def test_name_age_and_secure_follow_the_cookie_of_the_id(self):
        visitor = Visitor(self.start(100, {"name": "who", "max_age": "1h"}, {"split": "cookie secure=on;"}))
        visitor.get()
        attributes = "Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"
        self.assertEqual({name: rest for name, (_, rest) in visitor.given.items()}, {"who": attributes, "who_v": attributes})

    def test_a_visitor_who_has_an_id_already_gets_the_decision_alone(self):
        nginx = self.start(30)
        ids = [f"visitor-{i}" for i in range(60)]
        plan = self.plan_of(nginx, ids)
        for i in ids:
            visitor = Visitor(nginx, split_id=i)
            self.assertEqual(visitor.get(), plan[i])
            self.assertEqual(list(visitor.given), ["split_id_v"])
            self.assertEqual(visitor.stored.split(":")[4], plan[i])

    def test_the_origin_still_gets_the_request_and_its_own_cookies_pass(self):
        self.new.answer = lambda r: reply(b"", "200 OK", "Set-Cookie: session=1")
        visitor = Visitor(self.start(100), basket="7")
        visitor.get()
        self.assertEqual(sorted(visitor.given), ["session", "split_id", "split_id_v"])
        self.assertIn("basket=7", header(self.new.requests[-1]["headers"], "Cookie"))

    def test_without_signed_nothing_is_stored(self):
        nginx = self.start(50, {"signed": None})
        visitor = Visitor(nginx, split_id_v=sign("a", "new"))
        visitor.get()
        self.assertEqual(list(visitor.given), ["split_id"])
        self.assertIsNone(nginx.status()["stored"])
        self.assertEqual((nginx.metric("split_stored_total"), nginx.metric("split_stored_keys")), (0, 0))
        self.assertIn("cookie.idle has no effect without cookie.signed", nginx.errors())
        self.assertIn(" stored=- ", wait_until(nginx.log.read_text, 5))

    def test_other_modes_have_no_decisions_to_store_and_say_so(self):
        for mode in ("random", "even"):
            nginx = self.start(50, mode=mode)
            visitor = Visitor(nginx)
            visitor.get()
            self.assertEqual(list(visitor.given), ["split_id"])
            self.assertIn("cookie.signed is not used: only the mode sticky has decisions to store", nginx.errors())


class Ramp(StoredCase):
    def test_nobody_flips_while_weights_rise_and_weight_0_drains_at_once(self):
        nginx = self.start(10)
        visitors = [Visitor(nginx) for _ in range(120)]
        first = [v.get() for v in visitors]
        self.assertTrue(0 < first.count("new") < 60, first.count("new"))

        self.publish(nginx, 50)
        for _ in range(2):
            self.assertEqual([v.get() for v in visitors], first)
        newcomers = [Visitor(nginx).get() for _ in range(120)]
        self.assertTrue(30 < newcomers.count("new") < 90, newcomers.count("new"))

        self.publish(nginx, 10)  # Lowering to anything but 0 moves nobody either.
        self.assertEqual([v.get() for v in visitors], first)

        self.publish(nginx, 100)  # legacy has weight 0 now.
        n_legacy = first.count("legacy")
        self.assertEqual([v.get() for v in visitors], ["new"] * 120)
        self.assertEqual(self.counts(nginx)["drained"], n_legacy)
        self.assertEqual([v.get() for v in visitors], ["new"] * 120)
        self.assertEqual(self.counts(nginx)["drained"], n_legacy)  # Stored again by the first request.

        self.publish(nginx, 0)
        self.assertEqual([v.get() for v in visitors], ["legacy"] * 120)
        self.assertEqual(self.counts(nginx)["drained"], n_legacy + 120)

        self.publish(nginx, 50)  # The next attempt begins with new visitors.
        self.assertEqual([v.get() for v in visitors], ["legacy"] * 120)

    def test_the_units_of_the_split_check_follow_the_plan_while_the_share_lags(self):
        nginx = self.start(10)
        for i in range(100):
            Visitor(nginx, split_id=f"v{i}", split_id_v=sign(f"v{i}", "legacy")).get()
        self.publish(nginx, 90)
        for i in range(100):
            Visitor(nginx, split_id=f"v{i}", split_id_v=sign(f"v{i}", "legacy")).get()
        fresh = [Visitor(nginx).get() for _ in range(60)]
        units = [nginx.metric("split_units_total", variant=v) for v in ("new", "legacy")]
        self.assertEqual(units, [fresh.count("new"), fresh.count("legacy")])
        self.assertGreater(units[0], 40)
        self.assertEqual(nginx.metric("split_sent_total", variant="legacy"), 200 + units[1])

    def split_reason(self, nginx, arms):
        """The reason that `splitctl replay` gives for one window of these arms at 90 %."""
        self.assertEqual(nginx.status()["variants"][0]["share_ppm"] // 1000, 900)
        lines = [{"policy": json.loads(nginx.policy.read_text())},
                 {"id": 1, "start": "2026-11-23T00:00:00Z", "share_ppm": 900_000, "arms": arms}]
        done = subprocess.run([str(kit.SPLITCTL), "replay", "--windows", "-"], input="\n".join(map(json.dumps, lines)) + "\n",
                              capture_output=True, text=True, timeout=30, check=True)
        return json.loads(done.stdout)["reason"]

    def test_a_rollout_does_not_take_the_lag_for_a_wrong_split(self):
        nginx = self.start(90)
        ids = [f"v{i}" for i in range(60)]
        for i in ids:  # Who came while legacy had most of the weight.
            self.assertEqual(Visitor(nginx, split_id=i, split_id_v=sign(i, "legacy")).get(), "legacy")
        for _ in range(40):
            Visitor(nginx).get()
        fields = {"sent": "split_sent_total", "outcomes": "split_outcomes_total", "error": "split_errors_total",
                  "units": "split_units_total"}
        arms = {v: {k: int(nginx.metric(name, variant=v)) for k, name in fields.items()} for v in ("new", "legacy")}
        self.assertEqual(arms["new"]["sent"] + arms["legacy"]["sent"], 100)
        self.assertNotEqual(self.split_reason(nginx, arms), "split")
        for arm in arms.values():
            del arm["units"]
        self.assertEqual(self.split_reason(nginx, arms), "split")  # A source that reports requests alone.

    def test_a_route_that_comes_while_a_request_is_read_decides_it(self):
        nginx = self.start(10)
        jar = f"split_id=a; split_id_v={sign('a', 'legacy')}"
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(f"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\nCookie: {jar}\r\n\r\nabc".encode())
            time.sleep(0.1)
            self.publish(nginx, 100)
            s.sendall(b"def")
            got = b"".join(iter(lambda: s.recv(65536), b"")).decode()
        self.assertIn("x-split-variant: new\r\n", got)
        self.assertRegex(got, r"Set-Cookie: split_id_v=1:1:\d+:\d+:new:k1:")
        self.assertEqual(self.counts(nginx), {"drained": 1})

    def test_the_access_log_names_the_rule_and_the_status(self):
        nginx = self.start(10)
        Visitor(nginx, split_id="one", split_id_v=sign("one", "new")).get()
        Visitor(nginx, split_id="two", split_id_v="rubbish").get()
        lines = sorted(wait_until(lambda: nginx.log.read_text().splitlines()[1:] and nginx.log.read_text().splitlines(), 5),
                       key=lambda line: "stored=malformed" in line)  # Two workers may write in either order.
        self.assertRegex(lines[0], r" variant=new reason=stored visitor=[0-9a-f]{16} new=0 bucket=- stored=valid origin=new ")
        self.assertRegex(lines[1], r" reason=hash .* bucket=\d+ stored=malformed ")

    def test_a_running_rollout_of_idle_visitors_follows_the_plan(self):
        """Those away for longer than `idle` are drawn by the plan in force."""
        nginx = self.start(10)
        self.publish(nginx, 100)
        self.publish(nginx, 90)
        ids = [f"v{i}" for i in range(60)]
        plan = self.plan_of(nginx, ids)
        away = [Visitor(nginx, split_id=i, split_id_v=sign(i, "legacy", issued=4000, seen=1801)) for i in ids]
        self.assertEqual([v.get() for v in away], [plan[i] for i in ids])
        self.assertEqual(self.counts(nginx), {"idle": 60})

    def test_overrides_and_the_holdout_come_before_what_is_stored(self):
        nginx = self.start(50, overrides={"tester": "new"})
        visitor = Visitor(nginx, split_id="tester", split_id_v=sign("tester", "legacy"))
        self.assertEqual(visitor.get(), "new")
        self.assertEqual((visitor.given, self.counts(nginx)), ({}, {"overruled": 1}))


class Values(StoredCase):
    """Every bad value is counted by its status, the visitor served by the plan and given a good one."""

    def check(self, nginx, values, expected):
        before = nginx.status()["stored"]["decisions"]
        ids = [f"p{i}" for i in range(300)]
        plan = self.plan_of(nginx, ids)
        away = [i for i in ids if plan[i] == "legacy"][:len(values)]  # The plan says legacy, each value new.
        for i, make in zip(away, values):
            visitor = Visitor(nginx, split_id=i, split_id_v=make(i))
            self.assertEqual(visitor.get(), "legacy", make(i)[:60])
            self.assertEqual(list(visitor.given), ["split_id_v"])
            self.assertEqual(visitor.get(), "legacy")
            self.assertEqual(visitor.given, {})
        after = nginx.status()["stored"]["decisions"]
        self.assertEqual({s: after[s] - before[s] for s in after if after[s] != before[s]},
                         {"valid": len(values), expected: len(values)})

    def test_forged(self):
        flip = str.maketrans("Aa", "aA")
        self.check(self.start(), [
            lambda i: sign(i, "new", key=("k1", b"not the secret of the keys file!")),
            lambda i: sign(i, "legacy").replace(":legacy:", ":new:"),
            lambda i: sign(i, "new", split="other"),
            lambda i: sign(i, "new")[:-1] + ("B" if sign(i, "new")[-1] == "A" else "A"),
            lambda i: sign(i, "new").replace(sign(i, "new")[-43:], sign(i, "new")[-43:].translate(flip) if
                                             sign(i, "new")[-43:].translate(flip) != sign(i, "new")[-43:] else "A" * 43),
        ], "forged")

    def test_of_another_visitor(self):
        self.check(self.start(), [lambda i: sign("somebody", "new"), lambda i: sign(i + "x", "new"), lambda i: sign("", "new")],
                   "forged")

    def test_cut_off(self):
        cuts = [1, 2, 10, 20, 30, 40, 42, 60]
        self.check(self.start(), [lambda i, n=n: sign(i, "new")[:-n] for n in cuts], "malformed")

    def test_malformed(self):
        self.check(self.start(), [
            lambda i: "new", lambda i: "1", lambda i: "2" + sign(i, "new")[1:], lambda i: sign(i, "new") + "x",
            lambda i: sign(i, "new").replace("1:1:", "1:01:", 1), lambda i: "%31:1:1:1:new:-"], "malformed")

    def test_unsigned(self):
        now = int(time.time())
        self.check(self.start(), [lambda i: f"1:1:{now}:{now}:new:-"], "unsigned")

    def test_of_an_unknown_key(self):
        self.check(self.start(), [lambda i: sign(i, "new", key=OTHER)], "unknown-key")

    def test_expired(self):
        nginx = self.start(50, {"max_age": "1h", "idle": None})
        self.check(nginx, [lambda i: sign(i, "new", issued=3700, seen=0), lambda i: sign(i, "new", issued=10**8, seen=3)], "expired")

    def test_of_the_future(self):
        self.check(self.start(), [lambda i: sign(i, "new", issued=-300, seen=-300)], "future")

    def test_idle_too_long(self):
        """A real wait, beside values that say it of themselves."""
        nginx = self.start(50, {"idle": "1s"})
        self.check(nginx, [lambda i: sign(i, "new", issued=100, seen=90)], "idle")
        nginx.set_share(60)
        visitor = Visitor(nginx)
        visitor.get()
        before = self.counts(nginx)["idle"]
        time.sleep(2.2)
        visitor.get()
        self.assertEqual(list(visitor.given), ["split_id_v"])
        self.assertEqual(self.counts(nginx)["idle"], before + 1)

    def test_of_a_variant_that_is_gone(self):
        self.check(self.start(), [lambda i: sign(i, "experiment-7")], "gone")

    def test_too_long(self):
        self.check(self.start(), [lambda i: sign(i, "new") + "x" * 200, lambda i: "x" * 7_000, lambda i: "1:" * 3_500], "too-long")

    def test_odd_bytes_in_the_header_do_no_harm(self):
        nginx = self.start()
        for n, value in enumerate(("\u00e9\u00ff", '"x', '"' + sign("q", "new") + '"', "a b", "=", "\t", ",,", "\\")):
            visitor = Visitor(nginx, split_id=f"q{n}", split_id_v=value)
            self.assertIn(visitor.get(), ("new", "legacy"))
        got = self.counts(nginx)
        self.assertEqual((sum(got.values()), "valid" in got), (8, False))

    def test_of_two_values_one_counts(self):
        nginx = self.start()
        jar = f"split_id=one; split_id_v={sign('one', 'new')}; split_id_v={sign('one', 'legacy')}"
        got = {header(nginx.get(headers={"Cookie": jar})[1], "x-split-variant") for _ in range(4)}
        self.assertEqual(len(got), 1)


class Renewal(StoredCase):
    def test_a_used_value_is_renewed_after_a_quarter_of_the_idle_life_and_keeps_its_issue(self):
        nginx = self.start(50)
        young = Visitor(nginx, split_id="a", split_id_v=sign("a", "new", issued=1000, seen=440, revision=3))
        self.assertEqual((young.get(), young.given), ("new", {}))
        due = Visitor(nginx, split_id="a", split_id_v=sign("a", "new", issued=1000, seen=460, revision=3))
        issued = due.stored.split(":")[2]
        self.assertEqual(due.get(), "new")
        scheme, revision, born, seen, variant, key, _ = due.stored.split(":")
        self.assertEqual((scheme, revision, born, variant, key), ("1", "3", issued, "new", "k1"))
        self.assertLess(abs(int(seen) - time.time()), 30)
        self.assertEqual((due.get(), due.given), ("new", {}))

    def test_a_session_goes_on_as_long_as_it_is_used(self):
        """Idle 2 s; four seconds of use across a ramp: never a flip, never IDLE."""
        nginx = self.start(0)
        self.publish(nginx, 1)
        visitor = Visitor(nginx, split_id="s", split_id_v=sign("s", "new"))
        end = time.monotonic() + 4
        while time.monotonic() < end:
            self.assertEqual(visitor.get(), "new")
            time.sleep(0.25)

    def test_a_new_idle_life_comes_with_the_route(self):
        nginx = self.start(50)
        value = sign("a", "new", issued=100, seen=90)
        self.assertEqual(Visitor(nginx, split_id="a", split_id_v=value).get(), "new")
        document = json.loads(nginx.policy.read_text())
        document["split"]["cookie"]["idle"] = "1m"
        nginx.policy.write_text(json.dumps(document))
        os.unlink(self.keys)  # The keys read before stay, the lifetimes are the route's.
        self.publish(nginx, 40)
        Visitor(nginx, split_id="a", split_id_v=value).get()
        self.assertEqual(self.counts(nginx), {"valid": 1, "idle": 1})
        self.assertEqual(nginx.status()["stored"]["idle_s"], 60)
        self.assertRegex(nginx.errors(), r"keys cannot be read: No such file or directory; the keys read before stay")


class Keys(StoredCase):
    def test_keys_are_changed_without_a_flip(self):
        nginx = self.start(10)
        visitors = [Visitor(nginx) for _ in range(40)]
        first = [v.get() for v in visitors]
        self.assertEqual({v.stored.split(":")[5] for v in visitors}, {"k1"})
        self.publish(nginx, 60)

        self.write_keys(OLD, NEW)  # All routers learn to verify it before one signs with it.
        self.hang_up(nginx)
        self.assertEqual(nginx.status()["stored"]["keys"], ["k1", "k2"])
        self.write_keys(NEW, OLD)
        self.hang_up(nginx)
        self.assertEqual(nginx.status()["stored"]["keys"], ["k2", "k1"])
        self.assertEqual([v.get() for v in visitors], first)
        newcomer = Visitor(nginx)
        newcomer.get()
        self.assertEqual(newcomer.stored.split(":")[5], "k2")

        # Values in use are signed again when they are renewed.
        due = Visitor(nginx, split_id="d", split_id_v=sign("d", "new", issued=900, seen=500))
        self.assertEqual((due.get(), due.stored.split(":")[5]), ("new", "k2"))

        self.write_keys(NEW)
        self.hang_up(nginx)
        self.assertEqual((due.get(), due.given), ("new", {}))
        visitors[0].get()
        self.assertEqual(self.counts(nginx)["unknown-key"], 1)
        self.assertEqual(nginx.metric("split_stored_key_reads_total", result="ok"), 6)  # Start, a route in two workers, three signals.

    def test_keys_that_cannot_be_read_any_more_stay(self):
        nginx = self.start(50)
        visitor = Visitor(nginx, split_id="a", split_id_v=sign("a", "new"))
        for bad in ("", "k1\n", "k1:zz", "k1:00", f"k1:{'0' * 32} k1:{'1' * 32}", " ".join(f"k{i}:{'0' * 32}" for i in range(9)),
                    "x" * 5000, f"k1:{NEW[1].hex()}:oops"):
            self.write_keys(text=bad)
            self.hang_up(nginx)
            self.assertEqual(visitor.get(), "new")
        os.unlink(self.keys)
        self.hang_up(nginx)
        self.assertEqual((visitor.get(), visitor.given), ("new", {}))
        self.assertEqual(nginx.status()["stored"]["keys"], ["k1"])
        self.assertEqual(nginx.metric("split_stored_key_reads_total", result="rejected"), 9)
        for sentence in ("must hold signing keys as ID:HEX, each with 16 to 64 bytes", "two signing keys have one id",
                         "holds more than 8 signing keys", "cannot be read"):
            self.assertIn(sentence, nginx.errors())

    def test_a_route_may_bring_and_take_away_the_signature(self):
        nginx = self.start(50, {"signed": None, "idle": None})
        document = json.loads(nginx.policy.read_text())

        def change(signed, percent):
            document["split"]["cookie"] = {"signed": signed} if signed else {}
            nginx.policy.write_text(json.dumps(document))
            self.publish(nginx, percent)
        visitor = Visitor(nginx)
        visitor.get()
        change(f"file:{self.keys}-nowhere", 49)  # A route is never refused for its keys: it may be the way back.
        self.assertEqual((visitor.get() in ("new", "legacy"), visitor.given), (True, {}))
        self.assertIn("nothing is stored until they can be read", nginx.errors())
        self.assertEqual(nginx.metric("split_stored_keys"), 0)
        change(f"file:{self.keys}", 48)
        visitor.get()
        self.assertEqual((list(visitor.given), nginx.metric("split_stored_keys")), (["split_id_v"], 1))
        self.assertEqual(nginx.status()["stored"]["idle_s"], None)
        change(None, 47)
        visitor.get()
        self.assertEqual((visitor.given, nginx.metric("split_stored_keys")), ({}, 0))

    def test_keys_may_stand_in_the_environment(self):
        os.environ["SPLIT_TEST_KEYS"] = f"{NEW[0]}:{NEW[1].hex()},{OLD[0]}:{OLD[1].hex().upper()}"
        self.addCleanup(os.environ.pop, "SPLIT_TEST_KEYS")
        nginx = self.start(50, {"signed": "env:SPLIT_TEST_KEYS"}, {"env": "env SPLIT_TEST_KEYS;"})
        for key in (NEW, OLD):
            self.assertEqual(Visitor(nginx, split_id="a", split_id_v=sign("a", "new", key=key)).get(), "new")
        self.assertEqual(self.counts(nginx), {"valid": 2})
        self.hang_up(nginx)
        self.assertEqual(nginx.status()["stored"]["keys"], ["k2", "k1"])

    def refused(self, signed):
        code, text = Nginx(self.folder, self.document(50, {"signed": signed}), start=False).test()
        self.assertNotIn(OLD[1].hex()[:8], text)
        self.assertRegex(text, r"in \S+nginx\.conf:\d+")
        return code, text

    def test_keys_that_cannot_be_read_at_start_are_an_error(self):
        code, text = self.refused(f"file:{self.keys}-nowhere")
        self.assertEqual((code, "-nowhere cannot be read" in text), (1, True), text)
        code, text = self.refused("env:SPLIT_TEST_NO_SUCH_VARIABLE")
        self.assertEqual((code, "env:SPLIT_TEST_NO_SUCH_VARIABLE is not set" in text), (1, True), text)
        for bad in (OLD[1].hex(), f"k1:{OLD[1].hex()}0", f"k1={OLD[1].hex()}", f"k1:{OLD[1].hex()[:20]}"):
            self.write_keys(text=bad)
            code, text = self.refused(f"file:{self.keys}")
            self.assertEqual((code, "must hold signing keys as ID:HEX" in text), (1, True), text)

    def test_two_nginx_with_the_same_keys_decide_alike(self):
        first = self.start(10)
        second = self.enter(Nginx(self.folder, None, beside=first))
        visitors = [Visitor(first) for _ in range(40)]
        before = [v.get() for v in visitors]
        self.publish(first, 70)
        wait_until(lambda: second.metric("split_route_revision") == first.metric("split_route_revision"), 5)
        for v in visitors:
            v.nginx = second
        self.assertEqual([v.get() for v in visitors], before)
        self.assertEqual(second.metric("split_stored_total", status="valid"), 40)


if __name__ == "__main__":
    unittest.main(verbosity=1)
