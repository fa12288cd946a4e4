"""What the records of an act prove. The core is asked what each visitor should have got; nothing is recomputed here."""
import datetime
import re


def read_access_log(path):
    """nginx's access log, with the wall-clock second in which each request began."""
    for line in path.read_text().splitlines():
        record = dict(re.findall(r'(\w+)=("[^"]*"|\S+)', line))
        ended = datetime.datetime.fromisoformat(record["time"].replace("Z", "+00:00")).timestamp()
        record["begun"] = ended - int(record["total_us"]) / 1e6
        yield record


class Verdict:
    def __init__(self, name):
        self.name, self.good, self.lines, self.report = name, True, [], None

    def note(self, what, value):
        self.lines.append(("    ", what, value))

    def expect(self, held, what, value):
        self.good &= bool(held)
        self.lines.append(("ok  " if held else "FAIL", what, value))

    def judge(self, stage, fault_at):
        records = list(read_access_log(stage.work / "access.log"))
        load = stage.load
        self.expect(load["user_errors_replayable"] == 0, "user-visible errors on replayable requests",
                    str(load["user_errors_replayable"]))
        self.note("user-visible errors on other requests (a POST is never sent twice)",
                  f"{load['user_errors_not_replayable']} of {load['posts']} POSTs")
        self.judge_assignment(stage, records)
        self.note("requests served by each system", ", ".join(f"{k} {v}" for k, v in load["by_system"].items()))
        self.note("latency seen by visitors", f"p50 {load['p50_ms']} ms, p95 {load['p95_ms']} ms, p99 {load['p99_ms']} ms")
        if fault_at is not None:
            self.judge_rollback(stage, records, fault_at)

    def expect_frame(self, screen, name, codes, *texts):
        """A frame of the view showed what had happened, and its exit code said so, too."""
        got, frame = screen.frames[name]
        absent = [text for text in texts if text not in frame]
        self.expect(got in codes and not absent, f"the view ({name}) shows {', '.join(texts)}",
                    f"exit code {got}" + (f", without {absent}" if absent else ""))

    def judge_answers(self, stage, screen, rolled_back):
        """History, comparison, replay and report agree with what was played."""
        history = screen.command("history")
        end = "ROLLBACK (error_rate)" if rolled_back else "100 % COMPLETE"
        self.expect(history.returncode == 0 and end in history.stdout, "the history ends as the rollout did", end)
        compare = screen.command("compare")
        worse = "points more failed requests" in compare.stdout
        self.expect(worse == rolled_back and compare.returncode in ((3, 4) if rolled_back else (0, 3)),
                    "the comparison finds the error rate of the new system", f"{'worse' if worse else 'no worse'}, exit code "
                    f"{compare.returncode}")
        replay = screen.command("replay")
        self.expect(replay.returncode == 0 and "identical" in replay.stderr, "every decision derived again from the journal",
                    replay.stderr.strip().split(": ")[-1])
        self.judge_report(stage, screen, "rolled back" if rolled_back else "complete")

    def judge_report(self, stage, screen, ending):
        path = stage.work / "report.html"
        told = screen.command("report", "-o", path)
        page = path.read_text() if path.exists() else ""
        title = re.search(r"<title>(.*?)</title>", page)
        self.report = stage.relative(path)
        self.expect(told.returncode == 0 and title and title[1] == f"demo-search: {ending} - rollout report" and
                    "</html>" in page and "script" not in page and " src=" not in page,
                    "the report is one page that fetches nothing", title[1] if title else "none")

    def judge_assignment(self, stage, records):
        """Every request got the variant that the route in force gives its bucket; so only moved visitors changed."""
        ids = (stage.work / "visitors.txt").read_text()
        expected = {}
        for revision in [0, *stage.routes]:
            document = stage.policy if revision == 0 else stage.work / f"route.{revision}.json"
            rows = stage.splitctl("assign", "-p", document, "-", text=ids).stdout.splitlines()
            expected[revision] = {row.split("\t")[1]: row.split("\t")[2] for row in rows}
        checked = [(r, expected[int(r["revision"])].get(r["bucket"])) for r in records if r.get("new") == "0"]
        wrong = sum(r["variant"] != want for r, want in checked)
        self.expect(wrong == 0 and checked, "requests whose variant is not the one that the route in force gives",
                    f"{wrong} of {len(checked)}")
        seen = {}
        for record in records:
            seen.setdefault(record["visitor"], set()).add((int(record["revision"]), record["bucket"]))
        moved = sum(len({expected[rev].get(bucket) for rev, bucket in pairs} - {None}) > 1 for pairs in seen.values())
        changed = stage.load["visitors_changed_variant"]
        self.expect(changed <= moved, "visitors who changed system; visitors whom the weights moved", f"{changed}; {moved}")

    def judge_rollback(self, stage, records, fault_at):
        last = max(stage.routes)
        published = stage.routes[last][1]
        self.note("time to detection (fault to published rollback)", f"{published - fault_at:.2f} s")
        followed = [r["begun"] for r in records if int(r["revision"]) == last]
        delay = min(followed) - published if followed else float("inf")
        self.expect(delay <= 0.1, "rollback published to first request that followed it", f"{delay * 1000:.1f} ms")
        late = sum(int(r["revision"]) != last for r in records if r["begun"] > published + 0.1)
        self.expect(late == 0, "requests that began 100 ms after it and did not follow", str(late))

    def print_summary(self):
        print(f"\n== Summary of {self.name}")
        for mark, what, value in self.lines:
            print(f"{mark} {what}: {value}")
