"""Run a program that a sanitizer watches: watched.py PROGRAM [ARGUMENT...]. Where the kernel scatters memory more than the sanitizer
can follow, and does not let a program turn that off, the test is skipped."""
import os
import shutil
import subprocess
import sys

fixed = ["setarch", os.uname().machine, "-R"]
if not shutil.which("setarch") or subprocess.run([*fixed, "true"], capture_output=True).returncode != 0:
    fixed = []
result = subprocess.run([*fixed, *sys.argv[1:]], stderr=subprocess.PIPE, text=True)
sys.stderr.write(result.stderr)
sys.exit(77 if "unexpected memory mapping" in result.stderr else result.returncode)
