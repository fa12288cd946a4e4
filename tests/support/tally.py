"""Add up Meson's test logs: tally.py BUILD_DIR...  prints "PASSED FAILED SKIPPED"; stderr names what failed, and has the closing
lines of end-to-end tests, such as the reason of a skipped one."""
import json
import pathlib
import sys

counts = {"passed": 0, "failed": 0, "skipped": 0}
for build in sys.argv[1:]:
    for line in (pathlib.Path(build) / "meson-logs/testlog.json").read_text().splitlines():
        test = json.loads(line)
        outcome = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}.get(test["result"], "failed")
        counts[outcome] += 1
        said = test.get("stdout", "").strip().splitlines()
        if "e2e-" in test["name"] and outcome != "failed" and said and len(said[-1]) < 200:
            print(f"{test['name'].split()[-1]}: {said[-1]}", file=sys.stderr)
        if outcome == "failed":
            print(f"failed in {build}: {test['name']} ({test['result']})", file=sys.stderr)
print(counts["passed"], counts["failed"], counts["skipped"])
