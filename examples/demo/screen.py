"""What the audience sees of a rollout: the live view on a terminal, and frames of it at key moments everywhere else."""
import os
import subprocess
import sys
import time


class Screen:
    def __init__(self, stage):
        self.stage, self.live = stage, sys.stdout.isatty()
        self.frames, self.later, self.monitor = {}, [], None

    def say(self, text):
        """A line of the story; under the live view it waits until the view is closed."""
        if self.monitor:
            self.later.append(text)
        else:
            print(text)

    def open(self):
        """Begin to watch as soon as the journal holds a rollout."""
        end = time.monotonic() + 10
        while self.stage.ctl("status").returncode == 6 and time.monotonic() < end:
            self.stage.sleep(0.05)
        if self.live:
            print("the live view: splitctl monitor", flush=True)
            self.monitor = subprocess.Popen([self.stage.program, "monitor", "-p", self.stage.policy, "--interval", "250ms"],
                                            stdin=subprocess.DEVNULL)
            self.stage.processes["monitor"] = self.monitor

    def frame(self, name, title):
        """One frame, kept under a name: (exit code, text)."""
        environment = {**os.environ, "COLUMNS": "100"}
        shot = self.stage.ctl("monitor", "--once", env=environment)
        self.frames[name] = (shot.returncode, shot.stdout)
        if self.live:
            self.say(f"\n-- {title}")  # it was seen
        else:
            print(f"\n-- {title}\n\n$ splitctl monitor --once")
            self.show(shot.stdout)

    def close(self):
        """The view ends with the rollout; then the lines that were held back are printed."""
        if self.monitor:
            try:
                self.monitor.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.monitor.terminate()
                self.monitor.wait()
            self.monitor = None
        for text in self.later:
            print(text)
        self.later.clear()

    def command(self, *arguments):
        """Run splitctl before the audience."""
        done = self.stage.ctl(*arguments)
        print(f"\n$ splitctl {' '.join(map(self.stage.relative, arguments))}")
        self.show(done.stdout + done.stderr)
        return done

    @staticmethod
    def show(text):
        print("\n".join(f"    {line}".rstrip() for line in text.rstrip().splitlines()))
