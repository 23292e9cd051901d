"""Measures the server beside a bare poem handler (H) and the disk (F); prints a Markdown table.

All figures come from one run, in rounds: each round measures H, then the server, then the disk, so
that a neighbour on the machine slows all of them. Cells are medians of the rounds, ratios medians
of the ratios of each round. wrk runs on the same processors as the server.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from load import load, message
from process import USERS, Client, Process, folder, free_port, serve, token

BLOCK = 4096
BLOCKS = 1024
STARTS = 10
WRK_THREADS = 2
QUICK_USERS = 10_000


class Bench:
    """The two programs under load and what was measured of them: lists by name."""

    def __init__(self, options, place):
        self.options, self.place = options, place
        self.port, self.number, self.results = free_port(), 0, {}
        self.database = options.database or str(place / "bench.db")

    def keep(self, name, value):
        self.results.setdefault(name, []).append(value)

    def start(self, path="/management/v1/healthz"):
        """Starts the server; seconds until it answers."""
        self.server = serve(self.options.server, self.database, self.place, self.port)
        return self.server.first_answer(path, getattr(self, "token", None))

    def prepare(self):
        """An instance with its users, and H with the answer that the server gives of one."""
        self.keep("first start", self.start())
        self.token = token(self.place)
        begun = time.perf_counter()
        users = range(self.options.users)
        ids = load(self.port, (message(self.token, number) for number in users))
        self.keep("load", len(ids) / (time.perf_counter() - begun))
        (self.place / "ids").write_text("\n".join(ids) + "\n")
        self.user = f"{USERS}/{ids[len(ids) // 2]}"
        _, body = Client(self.port, self.token).ask("GET", self.user)
        port = free_port()
        self.bare = Process([self.options.bare, f"127.0.0.1:{port}", body.decode()], port,
                            self.place / "bare.log")
        self.bare.first_answer("/")

    def restarts(self):
        self.server.stop()
        for _ in range(STARTS):
            self.keep("start", self.start(self.user))
            self.keep("idle", self.server.memory())
            self.server.stop()
        self.start()

    def measure(self, name, process, operation, connections):
        """One run of wrk: requests a second, latency, processor time."""
        environment = dict(os.environ, OPERATION=operation, TOKEN=self.token,
                           IDS=str(self.place / "ids"), FIRST=str(self.number),
                           THREADS=str(min(connections, WRK_THREADS)))
        used = process.cpu()
        outcome = wrk(process.port, connections, self.options.seconds, environment)
        process.check()
        name = f"{name} {connections}"
        if outcome["failed"]:
            print(f"{name}: {outcome['failed']} requests failed", file=sys.stderr)
            self.keep("failed", outcome["failed"])
        self.number += 2 * outcome["requests"] + 1000
        self.keep(name, outcome["requests"] / outcome["seconds"])
        self.keep(f"{name} p99", outcome["p99"] / 1000)
        self.keep(f"{name} cpu", (process.cpu() - used) * 1e6 / max(outcome["requests"], 1))

    def round(self):
        for connections in (1, 64):
            self.measure("H", self.bare, "user", connections)
            for operation in ("user", "phone", "change"):
                self.measure(operation, self.server, operation, connections)
        self.measure("create", self.server, "create", 64)
        self.keep("F", syncs(self.place / "synced", self.options.seconds / 4))
        self.keep("loaded", self.server.memory())

    def run(self):
        try:
            self.prepare()
            self.restarts()
            for number in range(self.options.rounds):
                print(f"round {number + 1} of {self.options.rounds}", file=sys.stderr)
                self.round()
        finally:
            for process in (getattr(self, "server", None), getattr(self, "bare", None)):
                if process and process.child.poll() is None:
                    process.stop()


def wrk(port, connections, seconds, environment):
    script = Path(__file__).with_name("wrk.lua")
    command = ["wrk", "-t", environment["THREADS"], "-c", str(connections), "-d", f"{seconds}s",
               "-s", str(script), f"http://127.0.0.1:{port}"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"wrk failed: {ran.stdout}{ran.stderr}")
    return json.loads(lines[-1])


def syncs(file, seconds):
    """Times a second that 4 KiB become durable, written one after the other over a file."""
    block = os.urandom(BLOCK)
    with open(file, "wb", buffering=0) as output:
        output.write(block * BLOCKS)
        os.fsync(output.fileno())
        count, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            os.pwrite(output.fileno(), block, count % BLOCKS * BLOCK)
            os.fdatasync(output.fileno())
            count += 1
        return count / (time.perf_counter() - begun)


class Table:
    """The rows of the report; a row with an aim says whether it is met."""

    def __init__(self, results):
        self.results = results
        self.rows = [("what", "measured", "p99", "CPU a request", "ratio", "aim", "met"),
                     ("---",) * 7]

    def rate(self, title, name, base=None, unit="", aim=None):
        """Requests a second and their ratio to `base`, which is to be at least `aim`."""
        p99, cpu = (self.results.get(f"{name} {what}") for what in ("p99", "cpu"))
        ratio = self.ratio(name, base) if base else None
        self.rows.append((
            title, f"{statistics.median(self.results[name]):,.0f}/s",
            f"{statistics.median(p99):.2f} ms" if p99 else "",
            f"{statistics.median(cpu):.0f} µs" if cpu else "",
            f"{ratio:.2f} {unit}" if base else "",
            f"≥ {aim} {unit}" if aim else "", met(ratio >= aim) if aim else ""))

    def ratio(self, name, base):
        pairs = zip(self.results[name], self.results[base])
        return statistics.median(value / other for value, other in pairs)

    def size(self, title, value, unit, aim=None):
        """A figure that is to be at most `aim`."""
        self.rows.append((title, f"{value:.1f} {unit}", "", "", "",
                          f"≤ {aim} {unit}" if aim else "", met(value <= aim) if aim else ""))

    def __str__(self):
        return "\n".join("| " + " | ".join(row) + " |" for row in self.rows)


def met(is_met):
    return "yes" if is_met else "**no**"


def report(bench):
    results, table = bench.results, Table(bench.results)
    table.rate("F: 4 KiB made durable, 1 thread", "F")
    for connections in (1, 64):
        base, at = f"H {connections}", f"{connections} connection{'s' * (connections > 1)}"
        table.rate(f"H: bare handler, {at}", base)
        table.rate(f"GET user, {at}", f"user {connections}", base, "H", 0.45)
        table.rate(f"GET phone, {at}", f"phone {connections}", base, "H", 0.45)
        table.rate(f"PUT phone, {at}", f"change {connections}", "F", "F",
                   4 if connections == 64 else None)
    table.rate("create, 64 connections", "create 64", "F", "F")
    table.rate(f"create while loading {bench.options.users:,} users", "load")
    middle = statistics.median
    table.size("first start to first answer", 1000 * results["first start"][0], "ms")
    table.size("start to first answer", 1000 * middle(results["start"]), "ms", 50)
    table.size("memory, idle", middle(results["idle"]), "MB", 20)
    table.size("memory, after load", results["loaded"][-1], "MB")
    table.size("binary", os.path.getsize(bench.options.server) / 1e6, "MB", 25)
    return str(table)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="the program bailey, built for release")
    parser.add_argument("--bare", required=True, help="the example bare, built for release")
    parser.add_argument("--database", help="an empty PostgreSQL; default: a new SQLite file")
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, help="default: 5, or 3 for a few users")
    parser.add_argument("--seconds", type=int, help="of each run of wrk; default: 8, or 2")
    options = parser.parse_args()
    quick = options.users <= QUICK_USERS
    options.rounds = options.rounds or (3 if quick else 5)
    options.seconds = options.seconds or (2 if quick else 8)
    return options


def main():
    options = arguments()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    before = os.getloadavg()[0]
    with folder() as place:
        bench = Bench(options, Path(place))
        bench.run()
        print(report(bench))
    kind = "PostgreSQL" if options.database else "SQLite"
    print(f"\n{kind}, {options.users:,} users, {os.cpu_count()} processors, {options.rounds} rounds"
          f" of {options.seconds} s; load average {before:.1f} before, {os.getloadavg()[0]:.1f}"
          f" after; {sum(bench.results.get('failed', []))} requests failed")


if __name__ == "__main__":
    main()
