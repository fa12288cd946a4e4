"""The processes of one act: two origins, the proxy, the load, the rollout; each is stopped by its own pid."""
import json
import re
import signal
import subprocess
import time


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
        self.start(name, self.build / "examples/demo/split-origin", "--name", name, "--listen", "127.0.0.1:0",
                   "--ports-file", self.work / f"{name}.ports", *settings)
        return self.ports(name)["listen"]

    def open(self):
        self.new_port, legacy_port = self.start_origin("new"), self.start_origin("legacy")
        self.policy.write_text(self.template.replace("@NEW_PORT@", str(self.new_port))
                               .replace("@LEGACY_PORT@", str(legacy_port)).replace("@BAKE@", self.times.bake))
        subprocess.run([self.program, "check", self.policy.relative_to(self.root)], cwd=self.root, check=True)
        self.start("proxy", self.build / "examples/proxy/split-proxy", "--policy", self.policy, "--route", self.route,
                   "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--access-log", self.work / "access.log",
                   "--ports-file", self.work / "proxy.ports")
        ports = self.ports("proxy")
        self.admin = f"http://127.0.0.1:{ports['admin']}"
        self.start("load", self.build / "examples/demo/split-load", "--url", f"http://127.0.0.1:{ports['listen']}",
                   "--visitors", self.times.visitors, "--rate", self.times.rate, "--seconds", 3600,
                   "--post-percent", 10, "--record", self.work / "load.csv", "--ids", self.work / "visitors.txt")
        print(f"origins, proxy and {self.times.visitors} visitors at {self.times.rate} requests/s are running")

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
        print(f"\nStill running: admin port {self.admin}, policy {self.policy}. Ctrl-C ends it.")
        try:
            self.processes["load"].wait()
        except KeyboardInterrupt:
            print()

    def close(self):
        """End the load first, so that its last requests are answered, then the proxy, gracefully."""
        for name in ("load", "proxy"):
            self.processes[name].send_signal(signal.SIGTERM)
            self.processes[name].wait(timeout=20)
        lines = [line for line in (self.work / "load.log").read_text().splitlines() if line.startswith("{")]
        self.load = json.loads(lines[-1])

    def kill_all(self):
        running = [p for p in self.processes.values() if p.poll() is None]
        for process in running:
            process.kill()
        for process in running:
            process.wait()
