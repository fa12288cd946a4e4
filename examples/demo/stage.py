"""The processes of one act: two origins, nginx with the module, the load, an event stream, the rollout; each is stopped by its own pid."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Stage:
    def __init__(self, root, work, times, healthy):
        self.root, self.build = root, root / "build"
        self.program = self.build / "tools/splitctl/splitctl"
        self.template = (root / "examples/demo/policy.json.in").read_text()
        self.work, self.times, self.healthy = work, times, healthy
        self.processes = {}
        self.policy, self.route = work / "policy.json", work / "route.json"
        self.routes = {}     # revision -> (text, wall-clock time of the rename)

    def start(self, name, *command):
        log = open(self.work / f"{name}.log", "w")
        self.processes[name] = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self.processes[name]

    def splitctl(self, *arguments, text=""):
        return subprocess.run([self.program, *arguments], input=text, capture_output=True, text=True)

    def ctl(self, command, *arguments, env=None):
        """A command about this act's policy."""
        return subprocess.run([self.program, command, "-p", self.relative(self.policy), *map(self.relative, arguments)],
                              cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env)

    def relative(self, argument):
        return str(argument).replace(f"{self.root}/", "")

    def ports(self, name):
        """Ports that a server wrote once it listened."""
        path = self.work / f"{name}.ports"
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = dict(re.findall(r"^(\w+)=(\d+)$", path.read_text(), flags=re.M)) if path.exists() else {}
            if found:
                return {k: int(v) for k, v in found.items()}
            if self.processes[name].poll() is not None:
                break
            time.sleep(0.02)
        raise SystemExit(f"error: {name} did not start:\n{(self.work / f'{name}.log').read_text()}")

    def start_origin(self, name):
        settings = [f"{k}={v}" for k, v in self.healthy.items()]
        self.start(name, sys.executable, self.root / "examples/demo/origin.py", "--name", name, "--listen", "127.0.0.1:0",
                   "--ports-file", self.work / f"{name}.ports", *settings)
        return self.ports(name)["listen"]

    def open(self):
        self.new_port, legacy_port = self.start_origin("new"), self.start_origin("legacy")
        self.policy.write_text(self.template.replace("@NEW_PORT@", str(self.new_port))
                               .replace("@LEGACY_PORT@", str(legacy_port)).replace("@BAKE@", self.times.bake))
        subprocess.run([self.program, "check", self.policy.relative_to(self.root)], cwd=self.root, check=True)
        self.start_nginx()
        self.start("load", self.build / "examples/demo/split-load", "--url", self.site, "--ca", self.work / "demo.crt",
                   "--visitors", self.times.visitors, "--rate", self.times.rate, "--seconds", 3600,
                   "--post-percent", 10, "--record", self.work / "load.csv", "--ids", self.work / "visitors.txt")
        self.start("events", "curl", "-sSN", "--http2", "--cacert", self.work / "demo.crt", f"{self.site}/events")
        print(f"origins, nginx and {self.times.visitors} visitors at {self.times.rate} requests/s over TLS and HTTP/2 are running, "
              "and an event stream")

    def start_nginx(self):
        port, admin = free_port(), free_port()
        (self.work / "tmp").mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", self.work / "demo.key", "-out", self.work / "demo.crt"], check=True, capture_output=True)
        text = (self.root / "examples/demo/nginx.conf.in").read_text()
        for name, value in {"@MODULE@": self.build / "bindings/nginx/ngx_http_split_module.so", "@PORT@": port, "@ADMIN@": admin,
                            "@USER@": "user root;" if os.geteuid() == 0 else ""}.items():
            text = text.replace(name, str(value))
        (self.work / "nginx.conf").write_text(text)
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        self.start("nginx", program, "-p", self.work, "-e", self.work / "nginx.error.log", "-c", self.work / "nginx.conf")
        self.site, self.admin = f"https://127.0.0.1:{port}", f"http://127.0.0.1:{admin}"
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.processes["nginx"].poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"error: nginx did not start:\n{(self.work / 'nginx.log').read_text()}")

    def events(self):
        """Events that the stream brought so far, and whether it goes on."""
        text = (self.work / "events.log").read_text()
        return text.count("data: "), self.processes["events"].poll() is None

    def start_rollout(self):
        return self.start("rollout", self.program, "run", "-p", self.policy, "--source", self.admin)

    def rollout_says(self):
        """The closing summary of `splitctl run`."""
        return (self.work / "rollout.log").read_text().split("\n\n")[-1]

    def look_at_route(self):
        """Keep every published route: the summary asks the core what each visitor should have got under it."""
        try:
            text, mtime = self.route.read_text(), self.route.stat().st_mtime_ns / 1e9
            revision = json.loads(text)["revision"]
        except (FileNotFoundError, ValueError):
            return
        if revision not in self.routes:
            self.routes[revision] = (text, mtime)
            (self.work / f"route.{revision}.json").write_text(text)

    def percents(self):
        self.look_at_route()
        shares = []
        for _, (text, _) in sorted(self.routes.items()):
            route = json.loads(text)
            new = sum(end - start for start, end, variant in route["ranges"] if route["variants"][variant] == "new")
            shares.append(round(new * 100 / 1048576))
        return [s for i, s in enumerate(shares) if i == 0 or s != shares[i - 1]]

    def sleep(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look_at_route()
            time.sleep(0.01)

    def wait(self, process, limit):
        end = time.monotonic() + limit
        while process.poll() is None and time.monotonic() < end:
            self.look_at_route()
            time.sleep(0.01)
        return process.poll()

    def wait_for_percent(self, percent, limit):
        end = time.monotonic() + limit
        while percent not in self.percents():
            if time.monotonic() > end or self.processes["rollout"].poll() is not None:
                raise SystemExit(f"error: the rollout never reached {percent} %")
            time.sleep(0.01)

    def kill_new(self):
        self.processes["new"].send_signal(signal.SIGKILL)

    def keep(self):
        print(f"\nStill running: {self.site}, operator's page {self.admin}, policy {self.policy}. Ctrl-C ends it.")
        try:
            self.processes["load"].wait()
        except KeyboardInterrupt:
            print()

    def close(self):
        """End the load first, so that its last requests are answered, then nginx, gracefully."""
        self.processes["events"].kill()
        for name, number in (("load", signal.SIGTERM), ("nginx", signal.SIGQUIT)):
            self.processes[name].send_signal(number)
            self.processes[name].wait(timeout=30)
        lines = [line for line in (self.work / "load.log").read_text().splitlines() if line.startswith("{")]
        self.load = json.loads(lines[-1])

    def kill_all(self):
        running = [p for p in self.processes.values() if p.poll() is None]
        for process in running:
            process.kill()
        for process in running:
            process.wait()
