"""README keeps its word: excerpts are excerpts, named files exist, named commands of splitctl exist."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])
SPLITCTL = sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] else None
text = (ROOT / "README.md").read_text()


def dedent_lines(block):
    return [line.strip() for line in block.strip().splitlines() if line.strip()]


def excerpts():
    for path, block in re.findall(r"<!-- excerpt: (\S+) -->\n```\w+\n(.*?)```", text, flags=re.S):
        wanted, have = dedent_lines(block), dedent_lines((ROOT / path).read_text())
        n = len(wanted)
        if not any(have[i:i + n] == wanted for i in range(len(have) - n + 1)):
            yield f"the excerpt of {path} does not stand in that file"


def links():
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http") and not (ROOT / target).exists():
            yield f"link to {target}: no such file"


def commands():
    if SPLITCTL is None:
        return
    known = subprocess.run([SPLITCTL, "--help"], capture_output=True, text=True).stdout
    for name in sorted(set(re.findall(r"splitctl ([a-z][a-z-]+)", text))):
        if not re.search(rf"^\s+{name}\b", known, flags=re.M):
            yield f"splitctl {name}: not in splitctl --help"


faults = [*excerpts(), *links(), *commands()]
print("\n".join(faults) or "README holds")
sys.exit(1 if faults else 0)
