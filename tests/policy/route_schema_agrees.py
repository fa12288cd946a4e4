"""The JSON Schema of routes and the reader agree, on the routes of routes/ and on changes made to them here.

Arguments: splitctl, this folder, the schema. A change is (name, path, value); BEYOND lists those that a schema cannot refuse.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

SPLITCTL, HERE, SCHEMA = sys.argv[1], pathlib.Path(sys.argv[2]), json.loads(pathlib.Path(sys.argv[3]).read_text())
GONE = object()
HARMLESS = [
    ("later field", ["later"], {"a": 1}), ("later field of an origin", ["origins", "new", "region"], "eu"),
    ("later field of failover", ["failover"], {"telepathy": True}), ("no salt", ["salt"], GONE), ("no mode", ["mode"], GONE),
    ("no home", ["home"], GONE), ("empty salt", ["salt"], ""), ("part of a second", ["issued_at"], "2026-11-23T00:17:00.25Z"),
    ("issuer", ["issued_by"], "ann"), ("reason", ["issued_why"], "p95 \u2191"), ("revision as 7.0", ["revision"], 7.0), ("even mode", ["mode"], "even"), ("override", ["overrides"], {"k": 1}),
    ("coverage", ["coverage"], 12.5), ("cookie", ["cookie"], {"name": "v", "idle": None, "later": 1}),
]
WRONG = [
    ("schema 2", ["schema"], 2), ("no schema", ["schema"], GONE), ("split with blank", ["split"], "a b"),
    ("revision 0", ["revision"], 0), ("revision text", ["revision"], "7"), ("revision part", ["revision"], 7.5),
    ("revision too large", ["revision"], 2**53 + 2), ("local time", ["issued_at"], "2026-11-23T00:17:00"),
    ("month 13", ["issued_at"], "2026-13-23T00:17:00Z"), ("before 1970", ["issued_at"], "1969-11-23T00:17:00Z"),
    ("issuer number", ["issued_by"], 7), ("issuer long", ["issued_by"], "x" * 101), ("reason long", ["issued_why"], "x" * 1001), ("salt with colon", ["salt"], "a:b"), ("unknown mode", ["mode"], "dice"), ("no variants", ["variants"], []),
    ("doubled variant", ["variants"], ["new", "new"]), ("default by name", ["default"], "legacy"), ("default 64", ["default"], 64),
    ("home negative", ["home", 0], -1), ("home too large", ["home", 0], 1048577), ("ranges empty", ["ranges"], []),
    ("range of two", ["ranges", 0], [0, 10]), ("range of texts", ["ranges", 0], ["0", "1", "2"]),
    ("range too far", ["ranges", 1, 1], 1048577), ("no ranges", ["ranges", "x"], None), ("chains empty", ["chains"], []),
    ("chain empty", ["chains", 0], []), ("chain doubled", ["chains", 0], ["new", "new"]), ("origins empty", ["origins"], {}),
    ("origin without url", ["origins", "new"], {}), ("origin url ftp", ["origins", "new", "url"], "ftp://a"),
    ("failover list", ["failover"], []), ("failover preset", ["failover"], {"preset": "x"}),
    ("failover low", ["failover"], {"max_attempts": 0}), ("override by name", ["overrides"], {"k": "new"}),
    ("override of no key", ["overrides"], {"": 0}), ("coverage 101", ["coverage"], 101), ("holdout text", ["holdout"], "1%"),
    ("cookie name", ["cookie"], {"name": "a b"}), ("cookie secret", ["cookie"], {"signed": "hunter2"}),
]
BEYOND = [
    ("gap", ["ranges", 1, 0], 104859), ("overlap", ["ranges", 1, 0], 104857), ("short of the end", ["ranges", 1, 1], 1048575),
    ("range of an unknown variant", ["ranges", 0, 2], 2), ("unknown default", ["default"], 2),
    ("override of an unknown variant", ["overrides"], {"k": 2}), ("chain of an unknown origin", ["chains", 0], ["newer"]),
    ("a chain too few", ["chains"], [["new"]]), ("a home too few", ["home"], [1048576]), ("home too much", ["home"], [1048576, 1]),
    ("31 April", ["issued_at"], "2026-04-31T00:17:00Z"), ("7 decimals", ["coverage"], 1.0000001),
    ("steps fall", ["failover"], {"ramp_permille": [500, 50, 1000]}),
]


def changed(route, path, value):
    route = copy.deepcopy(route)
    at = route
    for key in path[:-1]:
        at = at[key] if not (key == "ranges" and path[-1] == "x") else at
    if path[-1] == "x":
        at["ranges"] = None
    elif value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return route


def main():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft7Validator(SCHEMA)
    cases = [(p.name, json.loads(p.read_text()), True, True) for p in sorted((HERE / "routes").glob("*.json"))]
    base = json.loads((HERE / "routes/documents-example.json").read_text())
    for group, by_schema, by_reader in ((HARMLESS, True, True), (WRONG, False, False), (BEYOND, True, False)):
        cases += [(name, changed(base, path, value), by_schema, by_reader) for name, path, value in group]
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for name, route, by_schema, by_reader in cases:
            path = pathlib.Path(folder, "route.json")
            path.write_text(json.dumps(route))
            done = subprocess.run([SPLITCTL, "check", str(path)], capture_output=True, text=True, timeout=20)
            got = (validator.is_valid(route), done.returncode == 0)
            if got != (by_schema, by_reader) or done.returncode not in (0, 2):
                faults.append(f"{name}: schema {got[0]}, reader {got[1]}, expected {by_schema}, {by_reader}: {done.stderr.strip()}")
    print("\n".join(faults) or f"schema and reader agree on {len(cases)} routes")
    sys.exit(1 if faults or len(cases) < 60 else 0)


main()
