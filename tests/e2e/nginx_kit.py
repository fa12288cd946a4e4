# SPDX-License-Identifier: MIT
"""nginx with the module, for the end-to-end tests: a configuration of its own, free ports, stopped by its own id."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import kit

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
MODULE = pathlib.Path(os.environ.get("SPLIT_NGINX_MODULE") or kit.BUILD / "bindings/nginx/ngx_http_split_module.so").resolve()

LOG_FORMAT = ('time=$split_time client=$remote_addr method=$request_method target="$request_uri" status=$status '
              'bytes=$body_bytes_sent complete=$complete variant=$split_variant reason=$split_reason '
              'visitor=$split_visitor new=$split_new bucket=$split_bucket stored=$split_stored origin=$split_origin '
              'outcomes=$split_outcomes cache=$upstream_cache_status total_us=$split_total_us revision=$split_revision')

LOCATION = """
            proxy_pass http://both;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Split-Variant $split_variant;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $host;
"""

CONF = """
load_module {module};
{env}
daemon {daemon};
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log {level};
worker_processes {workers};
worker_shutdown_timeout 5s;
{top}
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {folder}/tmp/body;
    proxy_temp_path {folder}/tmp/proxy;
    fastcgi_temp_path {folder}/tmp/fastcgi;
    uwsgi_temp_path {folder}/tmp/uwsgi;
    scgi_temp_path {folder}/tmp/scgi;
    map $request_completion $complete {{ OK 1; default 0; }}
    log_format split '{log_format}';
    access_log {folder}/access.log split;
    client_max_body_size 64m;
    {zone}
    split {name} {{
        policy {policy};
        {route}
        {split}
    }}
    {http}
    upstream both {{
        split_origins {name};
        {upstream}
    }}
    server {{
        listen 127.0.0.1:{port}{listen};
        {server}
        location / {{
            {location}
            {more}
        }}
    }}
    server {{
        listen 127.0.0.1:{admin};
        access_log off;
        location / {{
            split_status {name};
        }}
    }}
}}
"""


class Nginx:
    """nginx with a policy in a folder of its own. `split`, `http`, `upstream`, `server`, `location`, `more` and `top` are
    lines of its configuration in these places."""

    def __init__(self, folder, document, route=True, beside=None, start=True, **places):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        os.chmod(self.folder, 0o755)
        (self.folder / "tmp").mkdir()
        self.policy = beside.policy if beside else self.folder / "policy.json"
        if not beside:
            self.policy.write_text(json.dumps(document))
        self.route = beside.route if beside else self.folder / "route.json"
        self.log = self.folder / "access.log"
        self.conf = self.folder / "nginx.conf"
        self.has_route = route
        self.document = document
        self.port, self.admin = kit.free_port(), places.pop("admin", None) or kit.free_port()
        self.places = places
        self.child = None
        self.write_conf()
        if start:
            self.start()

    def write_conf(self, **changed):
        """Write the configuration, with other lines in some places than before."""
        self.places.update(changed)
        p = self.places
        name = p.get("name", "e2e")
        self.conf.write_text(CONF.format(
            module=MODULE, folder=self.folder, user=p.get("user", "user root;" if os.geteuid() == 0 else ""), env=p.get("env", ""),
            workers=p.get("workers", 2), level=p.get("level", "notice"), top=p.get("top", ""), log_format=LOG_FORMAT,
            name=name, policy=self.policy, daemon=p.get("daemon", "off"), zone=p.get("zone", ""), split=p.get("split", ""), http=p.get("http", ""),
            route=f"route {self.route};" if self.has_route else "", upstream=p.get("upstream", "keepalive 16;"),
            port=self.port, listen=p.get("listen", ""), server=p.get("server", ""),
            location=p.get("location", LOCATION), more=p.get("more", ""), admin=self.admin))

    def argv(self, *more):
        return [NGINX, "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(self.conf), *more]

    def test(self):
        """nginx -t: (status, what it says)."""
        done = subprocess.run(self.argv("-t"), capture_output=True, text=True, timeout=30, check=False,
                              env=self.environment())
        return done.returncode, done.stderr

    def environment(self):
        environment = dict(os.environ)
        preload = environment.pop("SPLIT_NGINX_PRELOAD", "")
        if preload:  # Sanitizers for a module that was built with them; nginx itself frees nothing at its end.
            environment.update(LD_PRELOAD=preload, ASAN_OPTIONS=f"detect_leaks=0:log_path={self.folder}/asan",
                               UBSAN_OPTIONS=f"print_stacktrace=1:log_path={self.folder}/asan")
        return environment

    def start(self):
        self.child = subprocess.Popen(self.argv(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self.environment())
        try:
            kit.wait_until(lambda: self.child.poll() or self.answers(), 20, "nginx to start")
            if self.child.poll():
                raise AssertionError(f"nginx ended: {self.child.stderr.read().decode()}{self.errors()}")
        except BaseException:
            self.stop()
            raise

    def answers(self):
        try:
            return kit.request(self.admin, "/metrics", timeout=2)[0] == 200
        except OSError:
            return False

    def errors(self):
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def pid(self):
        """Of the master; as a daemon, of the newest one."""
        return self.pid_in("nginx.pid")

    def pid_in(self, name):
        """nginx makes the file, then writes it."""
        return int(kit.wait_until(lambda: (self.folder / name).read_text().strip(), 5, f"a number in {name}"))

    def workers(self, master=None):
        """Process ids of the workers."""
        done = subprocess.run(["pgrep", "-P", str(master or self.pid)], capture_output=True, text=True, check=False)
        return [int(n) for n in done.stdout.split()]

    def send(self, number):
        os.kill(self.pid, number)

    def send_all(self, number):
        """To the master and its workers."""
        for pid in [self.pid, *self.workers()]:
            os.kill(pid, number)

    def reload(self):
        """SIGHUP, and the new workers serve."""
        before = set(self.workers())
        self.send(signal.SIGHUP)
        kit.wait_until(lambda: set(self.workers()) - before and not before & set(self.workers()), 20, "new workers")

    def stop(self, number=signal.SIGTERM):
        status = None
        if self.child is not None:
            if self.child.poll() is None:
                self.child.send_signal(number)
            elif self.places.get("daemon") == "on":
                self.end_daemon()
            try:
                status = self.child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise AssertionError("nginx did not stop") from None
            self.child.stderr.close()
        found = [line for line in self.errors().splitlines()
                 if "exited on signal" in line and "signal 9" not in line or " [alert] " in line and "signal 9" not in line]
        for path in self.folder.glob("asan.*"):
            found.append(path.read_text(errors="replace"))
        if found:
            raise AssertionError("\n".join(found[:20]))
        return status

    def end_daemon(self):
        for name in ("nginx.pid", "nginx.pid.oldbin"):
            if (self.folder / name).exists():
                pid = self.pid_in(name)
                os.kill(pid, signal.SIGTERM)
                kit.wait_until(lambda p=pid: not pathlib.Path(f"/proc/{p}").exists(), 20, "the end of nginx")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def get(self, path="/", method="GET", headers=None, body=None, timeout=15):
        return kit.request(self.port, path, method, headers, body, timeout)

    def page(self):
        status, _, body = kit.request(self.admin, "/metrics")
        assert status == 200
        pairs = (line.rsplit(" ", 1) for line in body.decode().splitlines() if line and line[0] != "#")
        return {name: float(value) for name, value in pairs}

    def metrics(self):
        """All samples of the page: {'name{labels}': value}.

        A worker counts an answer just after it was sent, and another worker may serve the page: two readings must agree.
        """
        end = time.monotonic() + 2
        before = self.page()
        while time.monotonic() < end:
            time.sleep(0.02)
            now = self.page()
            if now == before:
                break
            before = now
        return before

    def metric(self, name, **labels):
        """Sum of the samples of a metric that have these labels."""
        wanted = [f'{k}="{v}"' for k, v in labels.items()]
        return sum(v for k, v in self.metrics().items() if k.split("{")[0] == name and all(w in k for w in wanted))

    def status(self):
        return json.loads(kit.request(self.admin, "/status")[2])

    def origin(self, name):
        return next(o for o in self.status()["origins"] if o["name"] == name)

    def operator(self, origin, action):
        return kit.request(self.admin, f"/origin/{origin}/{action}", "POST")[0]

    def set_share(self, percent):
        """Publish new weights with splitctl set."""
        done = subprocess.run([str(kit.SPLITCTL), "set", "-p", str(self.policy), "--route", str(self.route),
                               "--to", str(percent)], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout
