# SPDX-License-Identifier: MIT
"""The configuration of the nginx module: what `nginx -t` refuses and how it says so, keys, cookies, several splits, and where the
decision must hold inside nginx (redirects, subrequests, error pages)."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import cookie_vectors  # noqa: E402
import kit  # noqa: E402
from kit import Scripted, header, policy, reply  # noqa: E402
from nginx_kit import LOCATION, MODULE, Nginx  # noqa: E402


class ConfigCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="split-config-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=False)
        self.new = self.enter(Scripted(lambda r: reply(b"from new")))
        self.legacy = self.enter(Scripted(lambda r: reply(b"from legacy")))

    def enter(self, thing):
        self.addCleanup(thing.__exit__)
        return thing.__enter__()

    def start(self, percent=50, places=None, **more):
        return self.enter(Nginx(self.folder, policy(self.new.port, self.legacy.port, percent, **more), **(places or {})))


class Refusals(ConfigCase):
    def refused(self, pattern, document=None, **places):
        nginx = Nginx(self.folder, document or policy(self.new.port, self.legacy.port), start=False, **places)
        status, said = nginx.test()
        self.assertNotEqual(status, 0, said)
        self.assertRegex(said, pattern)
        self.assertRegex(said, r"in \S+nginx\.conf:\d+")
        self.assertNotIn("signal", said)

    def test_it_accepts_what_the_other_tests_use(self):
        status, said = Nginx(self.folder, policy(self.new.port, self.legacy.port), start=False).test()
        self.assertEqual(status, 0, said)

    def test_words_that_are_none(self):
        self.refused(r'unknown word "polcy"', split="polcy x;")
        self.refused(r'"policy" is duplicate', split="policy x;")
        self.refused(r'"key" takes 1 to 8 arguments', split="key;")
        self.refused(r'"user" is no source of a key: write "cookie" or a variable', split="key user;")
        self.refused(r'"samesite=Sometimes" is no attribute of the cookie: write', split="cookie samesite=Sometimes;")
        self.refused(r'"domain=a;b" is no attribute', split='cookie "domain=a;b";')
        self.refused(r'"path=x" is no attribute', split="cookie path=x;")
        self.refused(r'"resolve" must be a time of 1s or more', split="resolve 5ms;")

    def test_cookies_that_browsers_throw_away(self):
        host = policy(1, 2, split={"cookie": {"name": "__Host-id"}})
        self.refused(r'cookie __Host-id: .*"cookie secure=on"', host)
        self.refused(r'__Host- cookie without Domain', host, split="cookie secure=on domain=example.com;")
        self.refused(r'SameSite=None with Secure only', split="cookie samesite=None;")
        self.refused(r'partitioned cookie with Secure only', split="cookie partitioned;")

    def test_zones(self):
        self.refused(r'zone "e2e" cannot have the size "12": write \d+k to 1024m', zone="split_zone e2e 12;")
        self.refused(r'zone "other" is that of no split', zone="split_zone other 1m;")
        many = policy(1, 2)
        many["split"]["variants"] = [{"name": f"v{i}", "weight": 1, "chain": ["new"]} for i in range(60)]
        many["split"]["default"] = "v0"
        del many["rollout"]
        self.refused(r'zone "e2e" is too small for 60 variants and 2 origins: write \d+k or more', many,
                     zone="split_zone e2e 320k;")

    def test_upstreams(self):
        self.refused(r'there is no split "nobody"; its "split nobody \{ \}" must stand above',
                     http="upstream other { split_origins nobody; }")
        self.refused(r'"split_origins" must stand before "keepalive"', http="upstream other { keepalive 2; split_origins e2e; }")
        self.refused(r'"server" does not go with "split_origins"',
                     http="upstream other { server 127.0.0.1:1; split_origins e2e; }")
        self.refused(r'"zone" does not go with "split_origins"', http="upstream other { zone o 64k; split_origins e2e; }")
        self.refused(r'"split_use" directive names a split that does not stand above it', server="split_use nobody;")

    def test_origins_that_nginx_cannot_keep(self):
        def with_origin(**fields):
            return policy({"url": "http://127.0.0.1:1", **fields}, 2)
        self.refused(r"origin new: its url has a path or a query", with_origin(url="http://127.0.0.1:1/base"))
        self.refused(r'origin legacy: its "host" differs from that of another origin', with_origin(host="a.example"))
        self.refused(r'origin new of split "e2e": .*no-such-host\.invalid', with_origin(url="http://no-such-host.invalid:80"))

    def test_policies_and_routes_are_named_with_their_place(self):
        bad = policy(1, 2)
        bad["split"]["variants"][0]["weight"] = -1
        self.refused(r"policy\.json:\d+:\d+: \$\.split\.variants\[0\]\.weight: ", bad)
        nginx = Nginx(self.folder, policy(1, 2), start=False)
        nginx.policy.unlink()
        self.assertRegex(nginx.test()[1], r"policy\.json.*No such file")
        nginx = Nginx(self.folder, policy(1, 2), start=False)
        nginx.route.write_text("{}")
        self.assertRegex(nginx.test()[1], r"route\.json:1:1: .* in \S+nginx\.conf:\d+")
        other = Nginx(self.folder, policy(1, 2, name="other"), start=False)
        subprocess.run([str(kit.SPLITCTL), "set", "-p", str(other.policy), "--route", str(nginx.route.with_name("r2")), "--to", "5"],
                       check=True, capture_output=True)
        nginx.route.with_name("r2").rename(nginx.route)
        self.assertIn('it belongs to split "other", the policy to "e2e"', nginx.test()[1])

    def test_a_route_that_is_no_file_stops_neither_start_nor_worker(self):
        """A FIFO would stop open() itself."""
        nginx = Nginx(self.folder, policy(self.new.port, self.legacy.port, 100), start=False)
        for make in (lambda: os.mkfifo(nginx.route), nginx.route.mkdir, lambda: nginx.route.symlink_to("/dev/zero")):
            make()
            status, said = nginx.test()
            self.assertEqual(status, 1)
            self.assertIn("route.json", said)
            nginx.route.rmdir() if nginx.route.is_dir() else nginx.route.unlink()
        self.enter(nginx)
        nginx.start()
        for make in (os.mkfifo, os.mkdir, lambda p: os.symlink("/dev/zero", p), lambda p: os.symlink("/dev/tty", p)):
            make(nginx.folder / "odd")
            subprocess.run(["mv", "-T", nginx.folder / "odd", nginx.route], check=True)
            kit.wait_until(lambda: "route refused, revision 0 stays" in nginx.errors(), 5)
            for _ in range(6):
                self.assertEqual(nginx.get(timeout=3)[0], 200)
            subprocess.run(["rm", "-rf", nginx.route], check=True)
        nginx.set_share(0)
        kit.wait_until(lambda: nginx.get()[2] == b"from legacy", 5)

    def test_a_route_that_workers_may_not_read_is_told_at_start(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        os.chmod(self.folder, 0o755)
        nginx = Nginx(self.folder, policy(self.new.port, self.legacy.port), start=False, user="user nobody nogroup;")
        for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
            (nginx.folder / "tmp" / name).mkdir()
        nginx.set_share(100)
        nginx.route.chmod(0o600)
        status, said = nginx.test()
        self.assertEqual(status, 0, said)
        self.assertIn('can be read by the master but not by the workers\' user "nobody"', said)

    def test_keys_that_cannot_be_read_are_an_error_at_start(self):
        signed = policy(1, 2, split={"cookie": {"signed": f"file:{self.folder}/none"}})
        self.refused(r"the signing keys: file:\S+/none cannot be read", signed)


class Keys(ConfigCase):
    def variants(self, nginx, n=30, **headers):
        return {header(nginx.get(headers=headers)[1], "x-split-variant") for _ in range(n)}

    def assigned(self, nginx, key):
        done = subprocess.run([str(kit.SPLITCTL), "assign", "-p", str(nginx.policy), key], capture_output=True, text=True,
                              timeout=30, check=True)
        return done.stdout.split("\t")[2].strip()

    def test_an_api_client_without_cookies_keeps_its_variant(self):
        nginx = self.start(places={"split": "key cookie $http_x_user_id $remote_addr;"})
        for user in ("u1", "u2", "u3", "u4", "u5"):
            self.assertEqual(self.variants(nginx, **{"X-User-Id": user}), {self.assigned(nginx, user)})
            self.assertIsNone(header(nginx.get(headers={"X-User-Id": user})[1], "Set-Cookie"))
        self.assertEqual(self.variants(nginx), {self.assigned(nginx, "127.0.0.1")})
        cookie = self.assigned(nginx, "c7")
        self.assertEqual(self.variants(nginx, Cookie="split_id=c7", **{"X-User-Id": "u1"}), {cookie})

    def test_the_first_usable_key_wins(self):
        nginx = self.start(places={"split": "key $http_x_user_id cookie;"})
        self.assertEqual(self.variants(nginx, Cookie="split_id=c1", **{"X-User-Id": "u1"}), {self.assigned(nginx, "u1")})
        self.assertEqual(self.variants(nginx, Cookie="split_id=c1", **{"X-User-Id": ""}), {self.assigned(nginx, "c1")})
        _, headers, _ = nginx.get()
        self.assertIn("split_id=", header(headers, "Set-Cookie"))
        long = self.variants(nginx, Cookie="split_id=c1", **{"X-User-Id": "x" * 4097})
        self.assertEqual(long, {self.assigned(nginx, "c1")})

    def test_without_a_key_the_default_variant_serves_and_nothing_is_set(self):
        nginx = self.start(places={"split": "key $arg_user;"})
        _, headers, body = nginx.get()
        self.assertEqual((body, header(headers, "Set-Cookie")), (b"from legacy", None))
        self.assertEqual(header(nginx.get("/?user=a")[1], "x-split-variant"), self.assigned(nginx, "a"))
        log = kit.wait_until(lambda: nginx.log.read_text().count("\n") == 2 and nginx.log.read_text(), 5)
        self.assertIn("reason=default", log.splitlines()[0])

    def test_the_cookies_own_variable_is_the_cookie(self):
        nginx = self.start(places={"split": "key $cookie_split_id;"})
        self.assertIn("split_id=", header(nginx.get()[1], "Set-Cookie"))
        # nginx's own variable would take SPLIT_ID, and the first value whatever it is.
        for cookies in ("SPLIT_ID=other; split_id=c3", "split_id=bad!; split_id=c3", 'x="; split_id=c3'):
            self.assertEqual(self.variants(nginx, 3, Cookie=cookies), {self.assigned(nginx, "c3")})

    def test_the_grammar_of_the_cookie(self):
        nginx = self.start(places={"server": 'location = /v { return 200 "$split_new $split_id"; }'})
        for case in cookie_vectors.cases():
            fresh, _, found = cookie_vectors.ask(nginx.port, case["headers"], "/v")[1].partition(" ")
            self.assertEqual(None if fresh == "1" else found, case["id"], case["name"])

    def test_attributes_of_the_cookie(self):
        nginx = self.start(places={"split": "cookie domain=example.com path=/shop samesite=none secure=on partitioned;"})
        self.assertRegex(header(nginx.get()[1], "Set-Cookie"),
                         r"^split_id=[0-9a-f]{32}; Path=/shop; Domain=example\.com; Max-Age=31536000; HttpOnly; SameSite=None; "
                         r"Secure; Partitioned$")

    def test_20000_keys_agree_with_splitctl(self):
        n = int(os.environ.get("SPLIT_KEYS", "2000"))
        nginx = self.start(37, places={"server": 'location = /v { return 200 "$split_variant $split_bucket\\n"; }'})
        keys = [f"key-{i}" for i in range(n)]
        done = subprocess.run([str(kit.SPLITCTL), "assign", "-p", str(nginx.policy), *keys], capture_output=True, text=True,
                              timeout=60, check=True)
        expected = [line.split("\t") for line in done.stdout.splitlines()]
        conn = kit.http.client.HTTPConnection("127.0.0.1", nginx.port)
        for key, bucket, variant, *_ in expected:
            conn.request("GET", "/v", headers={"Cookie": f"split_id={key}"})
            self.assertEqual(conn.getresponse().read().decode().split(), [variant, bucket], key)
        conn.close()


class Inside(ConfigCase):
    """One decision a request, wherever nginx takes it."""

    def one(self, nginx, path, cookie="split_id=v1"):
        status, headers, body = nginx.get(path, headers={"Cookie": cookie} if cookie else {})
        return status, header(headers, "x-split-variant"), body

    def test_redirects_error_pages_and_subrequests_share_the_decision(self):
        seen = []
        self.new.answer = self.legacy.answer = lambda r: (seen.append(r["target"]), reply(b"x"))[1]
        server = """
            location /last { set $before $split_variant; rewrite ^ /target last; }
            location /named { set $before $split_variant; error_page 418 = @named; return 418; }
            location @named { add_header X-Before $before; """ + LOCATION + """ }
            location /target { add_header X-Before $before; """ + LOCATION + """ }
            location /mirror { mirror /copy; """ + LOCATION + """ }
            location /copy { internal; """ + LOCATION + """ }
            location /auth { auth_request /ask; """ + LOCATION + """ }
            location /ask { internal; proxy_pass_request_body off; """ + LOCATION + """ }
            location /if { if ($split_variant = new) { return 200 "is new"; } return 200 "is legacy"; }
            location /text { return 200 "$split_variant $split_reason $split_bucket $split_revision $split_new"; }"""
        nginx = self.start(places={"server": server, "http": ""})
        for path in ("/last", "/named"):
            for cookie in (None, "split_id=v1", "split_id=v2", "split_id=v3", "split_id=v4"):
                _, headers, _ = nginx.get(path, headers={"Cookie": cookie} if cookie else {})
                self.assertEqual(header(headers, "X-Before"), header(headers, "x-split-variant"), path)
                self.assertEqual(len([k for k, _ in headers if k == "Set-Cookie"]), 0 if cookie else 1)
        for path, asked in (("/mirror", ["/copy", "/mirror"]), ("/auth", ["/ask", "/auth"])):
            seen.clear()
            for _ in range(10):
                _, headers, _ = nginx.get(path)
                self.assertEqual(len([k for k, _ in headers if k == "Set-Cookie"]), 1)
            kit.wait_until(lambda n=len(asked): len(seen) >= 10 * n, 5)
            self.assertEqual(sorted(set(seen)), asked)
        for origin in (self.new, self.legacy):
            name = "new" if origin is self.new else "legacy"
            self.assertEqual({header(r["headers"], "x-split-variant") for r in origin.requests}, {name})
        self.assertIn(self.one(nginx, "/if")[2], (b"is new", b"is legacy"))
        self.assertRegex(nginx.get("/text")[2].decode(), r"^(new|legacy) hash \d+ 0 1$")
        self.assertEqual(nginx.metric("split_units_total"), 2 + 20 + 1)

    def test_requests_that_nginx_answers_itself_count_for_no_arm(self):
        nginx = self.start(places={"server": 'location /text { return 200 "$split_variant"; }'})
        for _ in range(5):
            nginx.get("/text")
        self.assertEqual(nginx.metric("split_sent_total"), 0)
        self.assertEqual(nginx.metric("split_user_requests_total", origin="none"), 5)

    def test_several_splits_live_side_by_side(self):
        other = self.enter(Scripted(lambda r: reply(b"from other")))
        second = pathlib.Path(self.folder) / "second.json"
        second.write_text(json.dumps(policy(other.port, other.port, 100, name="second", split={"cookie": {"name": "second_id"}})))
        nginx = self.start(places={
            "http": f"split second {{ policy {second}; }} upstream two {{ split_origins second; keepalive 4; }}",
            "server": "split_use e2e; location /two { split_use second; " + LOCATION.replace("//both", "//two") + "} "
                      "location /status2/ { split_status second; }"})
        _, headers, body = nginx.get("/two")
        self.assertEqual((body, header(headers, "x-split-variant")), (b"from other", "new"))
        self.assertRegex(header(headers, "Set-Cookie"), "^second_id=")
        _, headers, body = nginx.get("/")
        self.assertRegex(header(headers, "Set-Cookie"), "^split_id=")
        page = kit.request(nginx.port, "/status2/metrics")[2].decode()
        self.assertIn('split_info{split="second"', page)
        self.assertIn('split_sent_total{variant="new"} 1', page)
        self.assertEqual(nginx.metric("split_sent_total"), 1)

    def test_a_bad_policy_at_a_reload_changes_nothing(self):
        nginx = self.start(100)
        nginx.get()
        workers = nginx.workers()
        nginx.policy.write_text("{")
        nginx.send(1)
        kit.wait_until(lambda: "policy.json:1:2" in nginx.errors(), 5)
        self.assertEqual(nginx.get()[2], b"from new")
        self.assertEqual(nginx.workers(), workers)

    def test_the_page_is_for_loopback_addresses_and_not_for_web_pages(self):
        nginx = self.start(places={"server": "location /p/ { set_real_ip_from 127.0.0.1; real_ip_header X-Ip; split_status e2e; } "
                                             "location /q/ { set_real_ip_from 127.0.0.1; real_ip_header X-Ip; allow 10.0.0.0/8; "
                                             "deny all; split_status e2e allow_remote; }"})
        self.assertEqual(kit.request(nginx.port, "/p/metrics")[0], 200)
        self.assertEqual(kit.request(nginx.port, "/p/metrics", headers={"X-Ip": "10.1.2.3"})[0], 403)
        self.assertEqual(kit.request(nginx.port, "/q/metrics", headers={"X-Ip": "10.1.2.3"})[0], 200)
        self.assertEqual(kit.request(nginx.port, "/q/metrics", headers={"X-Ip": "11.1.2.3"})[0], 403)
        self.assertEqual(kit.request(nginx.port, "/p/origin/new/down", "POST", {"Origin": "http://evil"})[0], 403)

    def test_the_module_belongs_to_the_nginx_it_is_loaded_by(self):
        """nginx compares this text at load; a test that says so before a user meets it."""
        binary = subprocess.run(["strings", "-n", "20", "/usr/sbin/nginx"], capture_output=True, text=True, check=True).stdout
        module = MODULE.read_bytes()
        signatures = re.findall(r"^(\d,\d,\d,[01]{20,})$", binary, re.M)
        self.assertTrue(signatures)
        self.assertTrue(any(s.encode() in module for s in signatures), signatures)


if __name__ == "__main__":
    unittest.main(verbosity=1)
