"""Writes robust.json: the robust form of the evidence in exact-order textbook arithmetic, without the library."""
import json
import math
import pathlib
import random

FRACTIONS = [.05, .1, .2, .3, .45, .6, .75, .9]


def stake(k, bake):
    if k == 1:
        return 0.5
    if k <= bake + 1:
        return 1 / (4 * bake)
    i = k - bake - 1
    return 1 / (4 * i * (i + 1))


def evidence(case):
    p0, above, restarts = case["bound"], case["side"] == "above", case["restarts"]
    sums = [0.0 if restarts else 1.0] * len(FRACTIONS)
    out = []
    for k, (n, bad) in enumerate(case["windows"], 1):
        for j, f in enumerate(FRACTIONS):
            x = bad / n if n else p0
            gain = (x - p0) / p0 if above else (p0 - x) / (1 - p0)
            factor = 1 + f * gain if n else 1.0
            sums[j] = (sums[j] + (stake(k, case["bake_windows"]) if restarts else 0)) * factor
        out.append(float(f"{math.log(sum(sums) / len(sums)):.12g}"))
    return out


def main():
    rng = random.Random(20261123)
    cases = []
    for number in range(40):
        bound = rng.choice([0.001, 0.01, 0.05, 0.15, 0.3])
        side = rng.choice(["above", "below"])
        truth = bound * rng.choice([0.3, 0.8, 1.0, 1.5, 3.0])
        windows = []
        for _ in range(rng.choice([1, 3, 10, 40])):
            n = rng.choice([0, rng.randint(1, 20), rng.randint(100, 2000)])
            windows.append([n, sum(rng.random() < truth for _ in range(n))])
        case = {"id": f"B{number:04d}", "bound": bound, "side": side, "robust": True,
                "restarts": side == "above", "bake_windows": rng.choice([5, 60, 240]), "windows": windows}
        case["ln_evidence"] = evidence(case)
        cases.append(case)
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    text = '{"what": "ln E of the robust form, window by window", "cases": [\n' + lines + "\n]}\n"
    pathlib.Path(__file__).with_name("robust.json").write_text(text)


main()
