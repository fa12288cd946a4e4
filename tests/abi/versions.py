"""One version everywhere: meson.build, the Python and Node packages, and the newest section of CHANGELOG.md."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])


def first(path, pattern):
    found = re.search(pattern, (ROOT / path).read_text(), flags=re.M)
    return found[1] if found else f"{path} has none"


versions = {
    "meson.build": first("meson.build", r"^  version: '([^']+)'"),
    "bindings/python/pyproject.toml": first("bindings/python/pyproject.toml", r'^version = "([^"]+)"'),
    "bindings/node/package.json": json.loads((ROOT / "bindings/node/package.json").read_text())["version"],
    "CHANGELOG.md": first("CHANGELOG.md", r"^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$"),
}
headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
faults = [] if len(set(versions.values())) == 1 else [f"{path}: {version}" for path, version in versions.items()]
if headings[:1] != ["Unreleased"] or headings.count("Unreleased") != 1:
    faults.append(f"CHANGELOG.md: its first section is not Unreleased, or there are two: {headings[:3]}")
if len(set(headings)) != len(headings):
    faults.append("CHANGELOG.md: a section stands twice")
print("\n".join(faults) or f"{versions['meson.build']} in {len(versions)} files")
sys.exit(1 if faults else 0)
