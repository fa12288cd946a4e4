# SPDX-License-Identifier: MIT
"""The report as its readers meet it: opened in headless Chromium, in both themes, on a desk and on a phone.

SPLIT_REPORT_SHOTS=FOLDER keeps the screenshots.
"""
import http.server
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import journals
from browser import CHROMIUM, Browser
from ctl import BAD_INPUT, NO_DATA, OK, POLICY, AdminPort, SPLITCTL, splitctl

CHECKS = (pathlib.Path(__file__).parent / "report_checks.js").read_text()
DESK, PHONE = 1200, 360
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (DESK, PHONE)]
HOSTILE = "</td><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> \"quoted\" 'too' & " \
          "\u05e9\u05dc\u05d5\u05dd \u202eevil\u202c \U0001f680 \U0002070e"
SHOTS = os.environ.get("SPLIT_REPORT_SHOTS")


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.browser = cls.enterClassContext(Browser())
        cls.template = journals.empty_journal(cls.folder)

    def write(self, journal, name, policy=None):
        """The report of a journal as a file."""
        path = self.folder / f"{name}.html"
        code, out, err = splitctl("report", "-p", policy or self.folder / "template.json", "--journal", journal, "-o", path,
                                  timeout=300)
        self.assertEqual((code, err), (OK, ""), out)
        return path

    def made(self, name, windows, document=None, **more):
        """A report of windows that were made up."""
        journal = self.folder / f"{name}.db"
        decisions = journals.fill(self.template, journal, document or self.document(), windows, **more)
        return self.write(journal, name), decisions

    def document(self, **rollout):
        document = json.loads(json.dumps(POLICY))
        document["metrics"].append({"name": "cache_hit", "kind": "cache", "target": ">= 85%", "warning": "< 80%",
                                    "critical": "< 70%"})
        document["rollout"].update({"window": "60s", "phases": [{"percent": 10, "bake": "1h"}, {"percent": 50, "bake": "4h"},
                                                                {"percent": 100, "bake": "48h"}], **rollout})
        return document

    def show(self, path, scheme="light", width=DESK, **more):
        page = self.browser.page()
        self.addCleanup(page.close)
        page.look(width, scheme=scheme, phone=width == PHONE, **more)
        page.open(path)
        page.js(CHECKS)
        return page

    def assert_fit(self, path):
        """What must hold of every report, whatever it tells."""
        for scheme, width in LOOKS:
            with self.subTest(page=path.stem, scheme=scheme, width=width):
                page = self.show(path, scheme, width)
                if SHOTS:
                    page.screenshot(pathlib.Path(SHOTS) / f"{path.stem}-{scheme}-{width}.png")
                text = page.js("check.text()")
                self.assertGreaterEqual(text["ratio"], 4.5, text)
                self.assertGreater(text["n"], 60)
                self.assertGreaterEqual(page.js("check.strokes()"), 3)
                self.assertEqual(page.js("check.overflow()"), {"page": 0, "out": []})
                self.assertEqual(page.js("check.collisions()"), [])
                self.assertEqual(page.js("check.motion()"), 0)
                self.assertEqual(page.requests(), [path.as_uri()])
                self.assertEqual(page.messages(), [])
                dark = page.js("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
                self.assertEqual(dark, scheme == "dark")
        return page


class Recorded(ReportTest):
    """A rollout that was recorded: advanced at 10 %, rolled back at 50 % when the new system became slow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policy, journal, cls.windows, cls.decisions = journals.recorded(
            cls.folder, cls.template, outcome="ROLLBACK", publications=[(0, 10, 2100, "run"), (3, 50, 1900, "run"),
                                                                        (9, 0, 42_000, "run")])
        cls.path = cls.folder / "recorded.html"
        code, _, err = splitctl("report", "-p", policy, "--journal", journal, "-o", cls.path)
        assert code == OK, err

    def total(self, arm, field, percent=None):
        return sum(w["arms"][arm][field] for w, d in zip(self.windows, self.decisions)
                   if percent in (None, d["percent"]))

    def test_it_can_be_read_in_both_themes_on_a_desk_and_on_a_phone(self):
        self.assert_fit(self.path)

    def test_structure(self):
        page = self.show(self.path)
        got = page.js("check.structure()")
        self.assertEqual(got["lang"], "en")
        self.assertEqual(got["title"], "recorded-search: rolled back - rollout report")
        self.assertEqual(got["headings"].count(1), 1)
        self.assertEqual(got["headings"][0], 1)
        self.assertTrue(all(b <= a + 1 for a, b in zip(got["headings"], got["headings"][1:])), got["headings"])
        for nothing in ("doubled", "dangling", "unnamed"):
            self.assertEqual(got[nothing], [])
        self.assertEqual((got["landmarks"], got["scopeless"], got["scripts"]), ([1, 1, 1, 1], 0, 0))
        self.assertIn("default-src 'none'", got["policy"])

    def test_every_chart_has_a_name_a_description_bounds_and_its_numbers_as_a_table(self):
        drawings = self.show(self.path).js("check.drawings()")
        self.assertEqual(len(drawings), 1 + 2 * 3)
        for d in drawings:
            with self.subTest(d["name"]):
                self.assertEqual(d["role"], "img")
                self.assertTrue(d["name"] and d["name"] in d["caption"])
                self.assertIn("at the end", d["description"])
                self.assertEqual((d["columns"], d["rows"]), (d["series"] + 1, len(self.windows)))
                self.assertGreaterEqual(len(d["ticks"]), 3)
                self.assertTrue(all(re.fullmatch(r"-?[\d.]+ (%|ms)", t) for t in d["ticks"]), d["ticks"])
                self.assertGreaterEqual(len(d["times"]), 2)
                self.assertEqual(len(set(d["dashes"])), d["series"] if "Share" not in d["name"] else 1, "not colour alone")
                self.assertIn("rolled back", d["marks"])
        p95 = next(d for d in drawings if d["name"] == "p95 of both systems")
        self.assertEqual(sorted(p95["bounds"]), ["critical > 200ms", "target < 100ms", "warning > 150ms"])
        self.assertIn("milliseconds", p95["caption"])

    def test_the_story_and_the_numbers_are_those_of_the_journal(self):
        page = self.show(self.path)
        story = " ".join(page.js("document.querySelector('#story').innerText").split())
        self.assertIn("new was taken back from 50 % to 0 % of the keys, reason: p95.", story)
        self.assertIn("Every router had the new route 42 ms after the decision", story)
        self.assertIn("100 % was never reached.", story)
        failed = self.total("new", "error")
        self.assertIn(f"Requests to new {self.total('new', 'sent'):,} {failed} failed", story)
        criteria = {row[0]: row for row in page.js("check.cells('criteria')")}
        self.assertEqual(list(criteria), ["error_rate", "p95", "cache_hit"])
        self.assertIn("proven critical", criteria["p95"][3])
        self.assertIn("proven met", criteria["p95"][2])
        self.assertEqual(criteria["p95"][4], "not reached")
        rate = 100 * self.total("new", "error", 50) / self.total("new", "outcomes", 50)
        self.assertIn(f"{rate:.2f} % of {self.total('new', 'outcomes', 50):,}", criteria["error_rate"][3])
        phases = page.js("check.cells('phases')")
        self.assertEqual([p[4] for p in phases[:2]], [f"{self.total('new', 'sent', p):,}" for p in (10, 50)])
        self.assertEqual(phases[2], ["100 %", "not reached"])
        decisions = page.js("check.cells('decisions')")
        self.assertEqual(decisions[-1][2:], ["ROLLBACK", "p95" + self.decisions[-1]["detail"]])
        table = page.js("check.cells('m1-n')")
        self.assertRegex(table[0][1], r"^\d+ ms$")

    def test_who_moved_is_told_for_each_revision(self):
        rows = self.show(self.path).js("check.cells('publications')")
        self.assertEqual([(r[0], r[2], r[6]) for r in rows],
                         [("1", "10 %", "2 ms"), ("2", "50 %", "1 ms"), ("3", "0 %", "42 ms")])
        self.assertIn("not known", rows[0][4])
        self.assertEqual(rows[1][4], "40 % of the keys, legacy to new60 % stayed where they were")
        self.assertEqual(rows[2][4], "50 % of the keys, new to legacy50 % stayed where they were")

    def test_every_control_is_reached_by_tab_and_seen(self):
        for width in (DESK, PHONE):
            page = self.show(self.path, width=width)
            wanted, reached = page.js("check.focusable()"), []
            while len(reached) <= wanted:
                page.key("Tab", 9)
                got = page.js("check.focused()")
                if not got["at"] or got["at"] in reached[:1]:
                    break
                reached.append(got["at"])
                self.assertTrue(got["seen"], got)
                self.assertGreaterEqual(got["outline"], 2, got)
                self.assertGreaterEqual(got["contrast"], 3, got)
            self.assertEqual(len(reached), wanted, reached)
            self.assertEqual(reached[0], "A #main")

    def test_the_numbers_of_a_chart_open_by_keyboard(self):
        page = self.show(self.path)
        page.js("document.querySelector('summary').focus()")
        page.key("Enter", 13)
        page.call("Input.dispatchKeyEvent", type="char", text="\r")
        self.assertTrue(page.js("document.querySelector('details').open"))
        self.assertEqual(page.js("check.overflow().page"), 0)

    def test_a_screen_reader_gets_tables_and_named_images_on_the_phone_too(self):
        page = self.show(self.path, width=PHONE)
        page.call("Accessibility.enable")
        nodes = [n for n in page.call("Accessibility.getFullAXTree")["nodes"] if not n.get("ignored")]
        name = lambda n: n.get("name", {}).get("value", "")
        roles = [n["role"]["value"] for n in nodes]
        self.assertTrue(all(name(n) for n in nodes if n["role"]["value"] in ("image", "img", "table", "region")))
        self.assertEqual(roles.count("image"), 7)
        self.assertGreaterEqual(roles.count("table"), 5)
        rows = [n for n in nodes if n["role"]["value"] == "row"]
        self.assertGreaterEqual(len(rows), 20)
        self.assertIn("Windows whose decision or reason differs from the one before", [name(n) for n in nodes])

    def test_reduced_motion_changes_nothing(self):
        pages = [self.show(self.path, motion=motion) for motion in ("no-preference", "reduce")]
        one, two = (p.js("[...document.querySelectorAll('*')].map((e) => e.getBoundingClientRect().y).join()") for p in pages)
        self.assertEqual(one, two)

    def test_a_server_is_asked_for_the_page_alone_and_no_script_can_run_in_it(self):
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

        body = self.path.read_bytes()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(lambda: (server.shutdown(), server.server_close()))
        page = self.show(f"http://127.0.0.1:{server.server_address[1]}/report.html")
        page.js("""(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';
                   document.body.append(s); const i = new Image(); i.src = '/x.png'; document.body.append(i); })()""")
        self.assertEqual(page.js("typeof window.ran"), "undefined")
        self.assertEqual(page.js("fetch('/y').then(() => 'came', () => 'refused')"), "refused")
        time.sleep(0.2)
        self.assertEqual(asked, ["/report.html"])


class Texts(ReportTest):
    def test_words_of_people_are_shown_and_run_nothing(self):
        actions = [(2, "pause", HOSTILE, "rollback </style><script>document.title='owned'</script>"),
                   (4, "resume", "ann", HOSTILE + "\ud7ff" + "x" * 400)]
        path, _ = self.made("hostile", journals.steady(6), actions=actions,
                            publications=[(0, 10, -1, "<b onclick=alert(1)>ops</b>")])
        page = self.assert_fit(path)
        self.assertEqual(page.js("document.title"), "demo: in progress - rollout report")
        rows = page.js("check.cells('actions')")
        self.assertEqual(rows[0][2:4], [HOSTILE, actions[0][3]])
        self.assertEqual(rows[1][3], actions[1][3])
        self.assertEqual(rows[1][4], "window 4")
        self.assertIn(f"By hand: pause by {HOSTILE} at ", page.js("document.querySelector('#story').textContent"))
        self.assertEqual(page.js("check.structure().scripts"), 0)
        self.assertEqual(page.js("getComputedStyle(document.querySelector('#actions bdi')).unicodeBidi"), "isolate")
        self.assertEqual(page.js("check.cells('publications')")[0][5:], ["<b onclick=alert(1)>ops</b>", "not confirmed"])
        self.assertIn("confirm", page.js("document.querySelector('.lead').textContent"))

    def test_alarms_stand_with_the_decision_in_whose_windows_they_rang(self):
        rings, unknown = 0, 1
        names = {2: [["search-5xx", rings]], 3: [["search-5xx", rings], ["<b>5xx</b> & co", rings], ["blind", unknown]], 4: [["search", rings]]}

        def display(window):
            alarms = names.get(window["id"], [])
            return json.dumps({"revision": 1, "alarms": sum(state == rings for _, state in alarms), "alarms_unknown": 0,
                               "alarm_names": alarms})
        path, decisions = self.made("alarms", journals.steady(6), display=display)
        self.assertEqual({d["decision"] for d in decisions}, {"HOLD"})
        page = self.assert_fit(path)
        told = [row[3] for row in page.js("check.cells('decisions')")]
        self.assertTrue(told[0].endswith(f"alarms that rang meanwhile: search-5xx, <b>5xx</b> & co, search"), told)
        self.assertEqual(sum("alarms that rang" in text for text in told), 1)
        self.assertNotIn("blind", "".join(told))

    def test_bytes_that_are_no_text_become_a_sign_of_it(self):
        path, _ = self.made("bytes", journals.steady(3), actions=[(2, "pause", "a", "b")])
        db = sqlite3.connect(self.folder / "bytes.db")
        db.execute("update action set why = cast(x'61FF1B5B306D62C328' as text)")
        db.commit()
        db.close()
        page = self.show(self.write(self.folder / "bytes.db", "bytes"))
        self.assertEqual(page.js("check.cells('actions')")[0][3], "a\ufffd\ufffd[0mb\ufffd(")

    def test_the_longest_names_and_most_metrics_fit(self):
        document = self.document()
        long = "N" * 63
        document["split"]["name"] = "S" * 64
        document["split"]["variants"] = [{"name": long + "1", "weight": 10, "chain": ["new"]},
                                         {"name": long + "2", "weight": 90, "chain": ["legacy"]}]
        document["split"]["default"] = document["rollout"]["baseline"] = long + "2"
        document["rollout"]["variant"] = long + "1"
        document["metrics"] = [{"name": f"{'m' * 62}{i:02}", "kind": "ratio", "bad": f"b{i}", "of": f"o{i}", "target": "< 1%",
                                "warning": "> 1%", "critical": "> 1.01%"} for i in range(32)]
        document["rollout"]["phases"] = [{"percent": i * 3 + 0.000001, "bake": "1h"} for i in range(1, 33)]
        window = {"id": 1, "start": journals.iso(0), "arms": {
            long + n: {"sent": 500, "outcomes": 500, "ratios": {m["name"]: [i, 500] for i, m in enumerate(document["metrics"])}}
            for n in "12"}}
        path, _ = self.made("longest", [window], document)
        self.assert_fit(path)
        self.assertLess(path.stat().st_size, 600_000)

    def test_a_policy_in_the_journal_that_breaks_the_rules_of_names_is_refused(self):
        self.made("named", journals.steady(2))
        db = sqlite3.connect(self.folder / "named.db")
        db.execute("update rollout set policy = replace(policy, '\"name\": \"demo\"', '\"name\": \"<script>\"')")
        db.commit()
        db.close()
        code, out, err = splitctl("report", "-p", "x", "--journal", self.folder / "named.db", "-o", "-")
        self.assertEqual((code, out), (BAD_INPUT, ""))
        self.assertIn("$.split.name", err)


class Sizes(ReportTest):
    def test_a_rollout_without_a_window(self):
        path, _ = self.made("empty", [])
        page = self.assert_fit(path)
        self.assertIn("No window has been judged yet", page.js("document.body.innerText"))
        self.assertEqual(page.js("check.drawings()"), [])
        self.assertIn("no window yet", page.js("document.title"))

    def test_windows_without_data(self):
        windows = [{"id": i, "start": journals.iso(60 * i), "arms": {}} for i in (1, 2, 3)]
        path, _ = self.made("nodata", windows)
        page = self.assert_fit(path)
        self.assertEqual(page.js("check.cells('phases')")[0][3:], ["3", "0", "no data", "0", "no data"])
        self.assertIn("no data", page.js("check.drawings()[1].description"))
        self.assertNotRegex(path.read_text(), r"\b(nan|inf)\b")

    def test_one_window(self):
        path, _ = self.made("one", journals.steady(1))
        page = self.assert_fit(path)
        self.assertEqual({d["rows"] for d in page.js("check.drawings()")}, {1})
        self.assertGreater(page.js("document.querySelector('.dot.new').getBoundingClientRect().y"), 0)
        self.assertRegex(path.read_text(), r'class="dot new" d="M[\d.]+ [\d.]+h0"')

    def test_a_complete_rollout(self):
        document = self.document(phases=[{"percent": 10, "bake": "10m"}, {"percent": 100, "bake": "10m"}])
        windows = journals.steady(12, 900, 8100) + [{**w, "id": w["id"] + 12, "start": journals.iso(60 * (w["id"] + 11))}
                                                   for w in journals.steady(20, 9000, 0)]
        for w in windows[12:]:
            del w["arms"]["legacy"]
        path, decisions = self.made("complete", windows, document, outcome="COMPLETE",
                                    publications=[(0, 10, 900, "run"), (720, 100, 1200, "run")])
        self.assertEqual(decisions[-1]["decision"], "COMPLETE")
        page = self.assert_fit(path)
        text = page.js("document.body.innerText")
        self.assertIn("new has 100\u00a0% of the keys: every phase passed its gate", text)
        self.assertIn("3 of 3 targets were proven met", text)
        self.assertEqual(page.js("document.querySelector('h1 .badge').className"), "badge good")

    def test_a_rollout_that_is_held_against_nothing(self):
        document = self.document(phases=[{"percent": 100, "bake": "5m"}])
        document["split"]["variants"] = [{"name": "new", "weight": 100}]
        document["split"]["default"] = "new"
        document["rollout"]["baseline"] = None
        del document["origins"]["legacy"]
        windows = journals.steady(8, 600, 0)
        for w in windows:
            del w["arms"]["legacy"]
        path, decisions = self.made("alone", windows, document, outcome="COMPLETE", actions=[(2, "advance", "ann", "go")])
        self.assertEqual(decisions[-1]["detail"], "advanced by an operator")
        page = self.assert_fit(path)
        text = page.js("document.body.innerText")
        self.assertIn("every phase passed its gate or was passed over by an operator", text)
        self.assertIn("By hand: advance by ann", text)
        for absent in ("legacy", "against", "nothing", "both systems"):
            self.assertNotIn(absent, text.rsplit("Words\n", 1)[0])
        self.assertEqual([len(r) for r in page.js("check.cells('phases')")], [6])
        self.assertEqual({d["series"] for d in page.js("check.drawings()")}, {1, 2, 3})

    def test_silence_between_windows_is_a_gap(self):
        windows = journals.steady(6)
        for w in windows[3:]:
            w["start"] = journals.iso(60 * w["id"] + 7200)
        path, _ = self.made("gap", windows)
        page = self.show(path)
        self.assertEqual(page.js("document.querySelector('[aria-labelledby=m0-t] .line.new').getAttribute('d').split('M').length"), 3)

    def test_a_hundred_thousand_windows_stay_one_small_file(self):
        windows = journals.steady(100_000, hits=False)
        for w in windows:
            if w["id"] % 4:
                w["arms"]["new"] = {}  # it holds for no-data, again and again
        windows[60_003]["arms"]["new"]["error"] = 1
        path, decisions = self.made("long", windows, json.loads(json.dumps(self.document() | {"metrics": POLICY["metrics"]})))
        self.assertEqual(len(decisions), 100_000)
        self.assertLess(path.stat().st_size, 400_000)
        page = self.assert_fit(path)
        rows = page.js("check.cells('decisions')")
        changes = 1 + sum((a["decision"], a["reason"]) != (b["decision"], b["reason"]) for a, b in zip(decisions, decisions[1:]))
        self.assertGreater(changes, 10_000)
        left_out = [r[0] for r in rows if len(r) == 1]
        self.assertEqual(left_out, [f"{changes - 120} more are left out here; splitctl history has them all"])
        self.assertTrue(rows[-1][0].endswith("window 100000") or changes < 100_000)
        drawings = page.js("check.drawings()")
        self.assertLessEqual(max(d["rows"] for d in drawings), 60)
        # One failed request among 100,000 windows is still the highest point of its line.
        self.assertIn("highest 1.67 %", drawings[1]["description"])
        peak = page.js("""Math.min(...document.querySelector('[aria-labelledby=m0-t] .line.new').getAttribute('d')
                           .match(/[ML][\\d.]+ ([\\d.]+)/g).map((p) => Number(p.split(' ')[1])))""")
        self.assertAlmostEqual(peak, 180 * (1 - 1.6667 / 5.4), delta=0.6)


class Journals(ReportTest):
    """Journals that are not a finished rollout of this version: a clear sentence and the right exit code."""

    def told(self, journal, *args):
        code, out, err = splitctl("report", "-p", self.folder / "template.json", "--journal", journal, "-o", "-", *args)
        self.assertEqual(out, "")
        self.assertEqual(len(err.splitlines()), 1, err)
        return code, err

    def test_no_journal_and_no_such_rollout(self):
        code, err = self.told(self.folder / "none.db")
        self.assertEqual(code, NO_DATA)
        self.assertIn("there is no journal", err)
        code, err = self.told(self.template, "--rollout", 9)
        self.assertEqual(code, NO_DATA)
        self.assertIn("no rollout 9", err)

    def test_files_that_are_no_journal(self):
        other = self.folder / "other.db"
        db = sqlite3.connect(other)
        db.execute("create table x(y)")
        db.execute("pragma user_version = 3")
        db.commit()
        db.close()
        cases = {"noise": os.urandom(4096), "text": b"not a database\n" * 300, "short": b"x", "empty": b"",
                 "cut": self.template.read_bytes()[:5000]}
        said = {"noise": "not a journal", "text": "not a journal", "short": "is empty", "empty": "is empty",
                "cut": "cut.db: "}
        for name, data in cases.items():
            with self.subTest(name):
                path = self.folder / f"{name}.db"
                path.write_bytes(data)
                code, err = self.told(path)
                self.assertEqual(code, NO_DATA if said[name] == "is empty" else BAD_INPUT)
                self.assertIn(said[name], err)
                self.assertEqual(path.read_bytes(), data, "it was left as it was")
        code, err = self.told(other)
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("another program", err)
        code, err = self.told(self.folder)
        self.assertEqual(code, BAD_INPUT)

    def test_a_journal_of_a_newer_version(self):
        self.made("newer", journals.steady(2))
        db = sqlite3.connect(self.folder / "newer.db")
        db.execute("pragma user_version = 99")
        db.commit()
        db.close()
        code, err = self.told(self.folder / "newer.db")
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("newer splitctl", err)

    def test_a_window_that_cannot_be_read(self):
        self.made("broken", journals.steady(4))
        db = sqlite3.connect(self.folder / "broken.db")
        db.execute("update window set window = '{\"id\":3' where id = 3")
        db.commit()
        db.close()
        code, err = self.told(self.folder / "broken.db")
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("window 3", err)

    def test_a_report_that_cannot_be_written_leaves_the_old_one(self):
        path, _ = self.made("kept", journals.steady(40))
        before = path.read_bytes()
        done = subprocess.run(["bash", "-c", 'trap "" XFSZ; ulimit -f 33; exec "$0" "$@"', str(SPLITCTL.resolve()), "report", "-p", "x",
                               "--journal", str(self.folder / "kept.db"), "-o", str(path)], capture_output=True, check=False)
        self.assertEqual(done.returncode, BAD_INPUT, done.stderr)
        self.assertIn(b"kept.html: File too large", done.stderr)
        self.assertEqual([p.name for p in self.folder.glob("kept.html*")], ["kept.html"])
        self.assertEqual(path.read_bytes(), before)

    def test_a_journal_that_a_run_writes_to_meanwhile(self):
        document = self.document(window="100ms", phases=[{"percent": 10, "bake": "1h"}])
        document["metrics"] = POLICY["metrics"]
        policy, journal = self.folder / "live.json", self.folder / "live.db"
        policy.write_text(json.dumps(document))
        with AdminPort(self.folder / "live.route") as admin:
            child = subprocess.Popen([str(SPLITCTL.resolve()), "run", "-p", str(policy), "--journal", str(journal), "--route",
                                      str(self.folder / "live.route"), "--source", admin.url], stdout=subprocess.DEVNULL,
                                     stdin=subprocess.DEVNULL)
            try:
                seen = []
                end = time.monotonic() + 20
                while len(set(seen)) < 4 and time.monotonic() < end:
                    code, out, err = splitctl("report", "-p", policy, "--journal", journal, "-o", self.folder / "live.html")
                    self.assertIn(code, (OK, NO_DATA, BAD_INPUT) if not seen else (OK,), err)
                    if code == OK:
                        seen.append(int(re.search(r"(\d+) windows?$", out.strip()).group(1)))
            finally:
                child.terminate()
                child.wait()
        self.assertEqual(seen, sorted(seen))
        self.assertGreaterEqual(len(set(seen)), 4)
        page = self.assert_fit(self.folder / "live.html")
        self.assertIn("A run drives it", page.js("document.querySelector('.lead').textContent"))
        self.assertIn("in progress", page.js("document.querySelector('h1').textContent"))
        self.assertIn("No run drives it now", self.show(self.write(journal, "left", policy)).js("document.body.textContent"))


if __name__ == "__main__":
    if not os.path.exists(CHROMIUM):
        print("no Chromium here: skipped")
        sys.exit(77)
    unittest.main()
