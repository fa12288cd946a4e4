"""Runs the simulation, holds it against the promises, and writes or checks results.csv.

    check.py QUALITY --runs N [--seed S] [--write results.csv]     simulate and check
    check.py --results results.csv                                 check the committed results

printed.csv holds the figures that were published for this method and for the rules of other products on the same streams.
"""
import argparse
import csv
import math
import pathlib
import subprocess
import sys

PRINTED = pathlib.Path(__file__).with_name("printed.csv")
HEALTHY_USERS = ("healthy 0.8% over 5%", "healthy 4% over 5%", "on the bound 5%", "healthy 15% over 20%")


def key(row):
    return row["table"], row["case"], float(row["rps"]), row["measure"]


def slack(limit, runs):
    """Three standard errors of a share of `limit` percent."""
    return 3 * 100 * math.sqrt(limit / 100 * (1 - limit / 100) / runs)


def truth(case):
    return float(case.split()[-1].rstrip("%")) if case.startswith("truth") else None


def limits(table, case, rps, measure):
    """(most, least) for a share, or None."""
    if table == "A":
        return 1, None
    if table == "C" and measure == "rolled back %":
        return 1, None
    if table == "C" and measure.startswith(("promoted", "proven")) and truth(case) > 1:
        return 5, None
    if table == "E" and case.startswith("healthy"):
        return 1, None
    if table == "E" and measure == "rolled back %":
        return None, 99
    if table == "F" and measure in ("rolled back %", "label alarm %"):
        return 1, None
    if table == "D" and measure == "alarm %" and case.endswith(("new 0.8%", "new 0.96%")):
        return 1, None
    if table == "U" and case in HEALTHY_USERS and measure.endswith("alarm %"):
        return (None, 50) if measure.startswith("by request") else (1, None)
    if table == "U" and case.startswith("20%") and measure.endswith("alarm %"):
        return None, 99
    return None


def faults(rows, printed, runs):
    for row in rows:
        k, value = key(row), float(row["value"])
        n = runs / 4 if k[0] == "U" else runs
        limit = limits(*k)
        if limit and limit[0] is not None and value > limit[0] + slack(limit[0], n):
            yield f"{k}: {value} is over {limit[0]}"
        if limit and limit[1] is not None and value < limit[1] - slack(limit[1], n):
            yield f"{k}: {value} is under {limit[1]}"
        if k[:2] == ("B", "from start 20% over 5%") and k[3] == "median requests" and value > (50 if runs >= 1000 else 60):
            yield f"{k}: {value} requests, promised are 50"
        if k[0] == "B" and k[3] == "median requests" and k in printed:
            # A median of a wide distribution: its standard error is about 1.25 / sqrt(n) of a spread near the median.
            if abs(value / printed[k] - 1) > 0.06 + 3.5 / math.sqrt(runs) + 1 / printed[k]:
                yield f"{k}: {value}, published were {printed[k]:g}"
        if k[0] in "CD" and k in printed and k[3] in ("alarm %", "warning proven %", "proven at some time in 4 h %"):
            if abs(value - printed[k]) > 2.5 + slack(max(1, min(99, printed[k])), n):
                yield f"{k}: {value} %, published were {printed[k]:g} %"


def read(lines):
    return list(csv.DictReader(lines))


def write(path, rows, runs, seed, printed):
    with open(path, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["table", "case", "rps", "rule", "measure", "value", "published", "runs", "seed"])
        ours = {key(r): r for r in rows}
        for k, r in ours.items():
            out.writerow([*k[:2], f"{k[2]:g}", "libsplit", k[3], r["value"], f"{printed[k]:g}" if k in printed else "",
                          runs, seed])
        for k, value in printed.items():
            if k not in ours:
                out.writerow([*k[:2], f"{k[2]:g}", "others", k[3], "", f"{value:g}", "", ""])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("quality", nargs="?")
    parser.add_argument("--runs", type=int, default=150)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--write")
    parser.add_argument("--results")
    args = parser.parse_args()
    printed = {key(r): float(r["value"]) for r in read(PRINTED.read_text().splitlines())}
    if args.results:
        committed = [r for r in read(pathlib.Path(args.results).read_text().splitlines()) if r["rule"] == "libsplit"]
        runs, rows = min(int(r["runs"]) for r in committed), committed
    else:
        out = subprocess.run([args.quality, str(args.runs), str(args.seed)], check=True, capture_output=True, text=True)
        runs, rows = args.runs, read(out.stdout.splitlines())
    wrong = list(faults(rows, printed, runs))
    if args.write and not wrong:
        write(args.write, rows, runs, args.seed, printed)
    print("\n".join(wrong) or f"{len(rows)} rows of {runs} runs hold")
    sys.exit(1 if wrong or not rows else 0)


main()
