# SPDX-License-Identifier: MIT
"""What the module costs in nginx against a fixed proxy_pass, in one run: user instructions a request under callgrind, CPU of the worker
by /proc in interleaved rounds, memory of a worker.

usage: nginx_cost.py [--rounds N] [--seconds N] [--requests N]     from the repository's root, with SPLIT_BUILD=build
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import kit  # noqa: E402
from nginx_kit import MODULE, NGINX  # noqa: E402

HEAD = """
{load}
daemon off;
{mode}
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
{user}
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    access_log off;
    keepalive_requests 100000000;
    {http}
    server {{
        listen 127.0.0.1:{port};
        {server}
    }}
}}
"""
PASS = """proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; """
KEEP = "keepalive 32; keepalive_requests 100000000;"


def forms(origin, policy):
    fixed = f"upstream o {{ server 127.0.0.1:{origin}; {KEEP} }} "
    return {
        "fixed proxy_pass": ("", fixed, f"location / {{ proxy_pass http://o; {PASS} }}"),
        "split_clients": ("", fixed + 'split_clients "$cookie_split_id" $v { 10% new; * legacy; } ',
                          f"location / {{ proxy_pass http://o; {PASS} proxy_set_header X-Split-Variant $v; }}"),
        "module: decision": (f"load_module {MODULE};", fixed + f"split e2e {{ policy {policy}; }} ",
                             f"location / {{ proxy_pass http://o; {PASS} proxy_set_header X-Split-Variant $split_variant; }}"),
        "module: all": (f"load_module {MODULE};", f"split e2e {{ policy {policy}; }} upstream o {{ split_origins e2e; {KEEP} }} ",
                        f"location / {{ proxy_pass http://o; {PASS} proxy_set_header X-Split-Variant $split_variant; }}"),
    }


class Server:
    def __init__(self, folder, form, single=False, wrapper=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.port = kit.free_port()
        load, http, server = form
        conf = self.folder / "nginx.conf"
        conf.write_text(HEAD.format(load=load, folder=self.folder, port=self.port, http=http, server=server,
                                    mode="master_process off;" if single else "worker_processes 1;",
                                    user="user root;" if os.geteuid() == 0 else ""))
        self.child = subprocess.Popen([*wrapper, NGINX, "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(conf)],
                                      stderr=subprocess.DEVNULL)
        kit.wait_until(self.answers, 60, "nginx")

    def answers(self):
        try:
            kit.request(self.port, timeout=5)
            return True
        except OSError:
            return False

    def worker(self):
        done = subprocess.run(["pgrep", "-P", str(self.child.pid)], capture_output=True, text=True, check=True)
        return int(done.stdout.split()[0])

    def stop(self):
        self.child.terminate()
        self.child.wait(60)


def instructions(folder, form, requests):
    """Of one request: the difference between two runs, so that start and end do not count."""
    counts = []
    for n in (requests, 3 * requests):
        out = pathlib.Path(folder) / "callgrind.out"
        server = Server(folder, form, single=True, wrapper=("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "-q"))
        subprocess.run(["ab", "-q", "-k", "-n", str(n), "-c", "1", "-C", "split_id=visitor-1", f"http://127.0.0.1:{server.port}/"],
                       check=True, capture_output=True, timeout=300)
        server.stop()
        counts.append(int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1]))
    return (counts[1] - counts[0]) / (2 * requests)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_per_request(server, folder, seconds):
    script = pathlib.Path(folder) / "cookies.lua"
    script.write_text('local n = 0\nfunction request()\n  n = n + 1\n'
                      '  return wrk.format("GET", "/", {["Cookie"] = "split_id=visitor-" .. (n % 1000)})\nend\n')
    worker = server.worker()
    before = cpu_seconds(worker)
    done = subprocess.run(["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{server.port}/"],
                          capture_output=True, text=True, check=True, timeout=60)
    return (cpu_seconds(worker) - before) / int(re.search(r"(\d+) requests in", done.stdout)[1])


def memory_kb(pid):
    """(resident, private)."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Rss: +(\d+)", text, re.M)[1]), sum(map(int, re.findall(r"^Private_\w+: +(\d+)", text, re.M)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--requests", type=int, default=1000)
    args = parser.parse_args()
    for tool in ("valgrind", "ab", "wrk"):
        if not shutil.which(tool):
            print(f"skipped: no {tool}")
            return 77
    with tempfile.TemporaryDirectory(prefix="split-cost-") as folder:
        origin = Server(folder, ("", "", "location / { return 200 ok; }"))
        policy = pathlib.Path(folder) / "policy.json"
        policy.write_text(json.dumps(kit.policy(origin.port, origin.port, 10)))
        rows = {}
        servers = {}
        try:
            for name, form in forms(origin.port, policy).items():
                rows[name] = {"ir": instructions(folder, form, args.requests)}
                servers[name] = Server(folder, form)
            cpu = {name: [] for name in servers}
            for _ in range(args.rounds):
                for name, server in servers.items():
                    cpu[name].append(cpu_per_request(server, folder, args.seconds))
            for name, server in servers.items():
                rows[name]["memory"] = memory_kb(server.worker())
        finally:
            for server in (*servers.values(), origin):
                server.stop()
        base = rows["fixed proxy_pass"]
        print(f"{'':18}{'instructions':>13}{'ratio':>7}{'CPU, ratio (median; range)':>30}{'RSS kB':>9}{'own kB':>8}")
        for name, row in rows.items():
            ratios = [a / b for a, b in zip(cpu[name], cpu["fixed proxy_pass"], strict=True)]
            spread = f"{statistics.median(ratios):.3f}; {min(ratios):.2f}..{max(ratios):.2f}"
            print(f"{name:18}{row['ir']:>13.0f}{row['ir'] / base['ir']:>7.3f}{spread:>30}{row['memory'][0]:>9}{row['memory'][1]:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
