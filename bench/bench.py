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
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from load import CONNECTIONS, load, message
from meter import syncs, wrk
from process import USERS, Client, Process, folder, free_port, serve, token
from table import Table

STARTS = 10
WRK_THREADS = 2
QUICK_USERS = 10_000
# Of the users with metadata (wrk.lua knows how many), and how many entries each has.
WITH_METADATA, ENTRIES = 1000, 5
PASSWORDS = 1000
PASSWORD = "Secr3tP4ssw0rd!"

# What wrk.lua sends: operation, title, and the aim, in milliseconds of one request.
CHANGES = {"set": "metadata: set one entry", "set_bulk": f"metadata: set {ENTRIES} entries"}
READS = {"get": ("metadata: get one entry", None), "list": ("metadata: list", None),
         "login": ("GET user by login name", None), "unique": ("IsUserUnique", None)}
SEARCHES = {"equals": ("search: user name equals", 1), "prefix": ("search: starts with", 1),
            "contains": ("search: contains", 20), "first": ("search: all, offset 0", 50),
            "last": ("search: all, the last page", 50)}


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
        self.add_metadata(ids[:WITH_METADATA])
        self.user = f"{USERS}/{ids[len(ids) // 2]}"
        _, body = Client(self.port, self.token).ask("GET", self.user)
        port = free_port()
        self.bare = Process([self.options.bare, f"127.0.0.1:{port}", body.decode()], port,
                            self.place / "bare.log")
        self.bare.first_answer("/")

    def users(self):
        """How many there are."""
        _, answer = Client(self.port, self.token).ask("POST", f"{USERS}/_search", {})
        return int(json.loads(answer)["details"]["totalResult"])

    def add_metadata(self, ids):
        entries = [{"key": f"key-{number}", "value": "AAAA"} for number in range(ENTRIES)]
        client = Client(self.port, self.token)
        for user in ids:
            status, _ = client.ask("POST", f"{USERS}/{user}/metadata/_bulk", {"metadata": entries})
            if status != 200:
                raise SystemExit(f"metadata is answered with {status}")

    def restarts(self):
        self.server.stop()
        for _ in range(STARTS):
            self.keep("start", self.start(self.user))
            self.keep("idle", self.server.memory())
            self.server.stop()
        self.start()

    def measure(self, name, process, operation, connections, share=1):
        """One run of wrk for a share of the time: requests a second, latency, processor time."""
        environment = dict(os.environ, OPERATION=operation, TOKEN=self.token,
                           IDS=str(self.place / "ids"), FIRST=str(self.number),
                           THREADS=str(min(connections, WRK_THREADS)), USERS=str(self.users()))
        used, written = process.cpu(), process.written()
        seconds = max(self.options.seconds // share, 1)
        outcome = wrk(process.port, connections, seconds, environment)
        process.check()
        name = f"{name} {connections}"
        if outcome["failed"]:
            print(f"{name}: {outcome['failed']} requests failed", file=sys.stderr)
            self.keep("failed", outcome["failed"])
        self.number += 2 * outcome["requests"] + 1000
        self.keep(name, outcome["requests"] / outcome["seconds"])
        self.keep(f"{name} p50", outcome["p50"] / 1000)
        self.keep(f"{name} p99", outcome["p99"] / 1000)
        requests = max(outcome["requests"], 1)
        self.keep(f"{name} cpu", (process.cpu() - used) * 1e6 / requests)
        self.keep(f"{name} written", (process.written() - written) / 1000 / requests)

    def round(self, number):
        for connections in (1, 64):
            self.measure("H", self.bare, "user", connections)
            for operation in ("user", "phone", "change"):
                self.measure(operation, self.server, operation, connections)
        self.measure("create", self.server, "create", 64)
        for operation in (*CHANGES, *READS):
            self.measure(operation, self.server, operation, 64, share=4)
        for operation in SEARCHES:
            self.measure(operation, self.server, operation, 1, share=4)
        self.beside_passwords(number)
        for name, size in (("F", 4096), ("F large", 1 << 20)):
            self.keep(name, syncs(self.place / "synced", self.options.seconds / 4, size))
        self.keep("loaded", self.server.memory())

    def beside_passwords(self, number):
        """Reads alone, and while users with passwords are created: this round's part of them, and
        as many more as the reads last."""
        self.measure("quiet", self.server, "user", 64)
        sent, part = [], -(-PASSWORDS // self.options.rounds)

        def messages():
            while reading or len(sent) < part:
                sent.append(number)
                yield message(self.token, f"{number}-{len(sent)}", PASSWORD)

        reading = True
        with ThreadPoolExecutor(1) as aside:
            created = aside.submit(load, self.port, messages())
            begun = time.perf_counter()
            try:
                self.measure("busy", self.server, "user", 64)
            finally:
                reading = False
            took = time.perf_counter() - begun
            self.keep("hashed", max(len(sent) - CONNECTIONS, 0) / took)
            self.keep("with password", len(created.result()))

    def run(self):
        try:
            self.prepare()
            self.restarts()
            for number in range(self.options.rounds):
                print(f"round {number + 1} of {self.options.rounds}", file=sys.stderr)
                self.round(number)
        finally:
            for process in (getattr(self, "server", None), getattr(self, "bare", None)):
                if process and process.child.poll() is None:
                    process.stop()


def report(bench):
    results, table = bench.results, Table(bench.results)
    table.rate("F: 4 KiB made durable, 1 thread", "F")
    table.rate("1 MiB made durable, 1 thread", "F large")
    for connections in (1, 64):
        base, at = f"H {connections}", f"{connections} connection{'s' * (connections > 1)}"
        table.rate(f"H: bare handler, {at}", base)
        table.rate(f"GET user, {at}", f"user {connections}", base, "H", 0.45)
        table.rate(f"GET phone, {at}", f"phone {connections}", base, "H", 0.45)
        table.rate(f"PUT phone, {at}", f"change {connections}", "F", "F",
                   4 if connections == 64 else None)
    table.least("import without password, 64 connections", "create 64", 10_000)
    table.rate(f"import while loading {bench.options.users:,} users", "load")
    for operation, title in CHANGES.items():
        table.rate(f"{title}, 64 connections", f"{operation} 64", "F", "F")
    for operation, (title, _) in READS.items():
        table.rate(f"{title}, 64 connections", f"{operation} 64", "H 64", "H")
    for operation, (title, aim) in SEARCHES.items():
        table.quick(f"{title}, 1 connection", f"{operation} 1", aim)
    made = sum(results["with password"])
    table.rate(f"GET user while {made:,} users with passwords are created", "busy 64", "quiet 64",
               "of without", 0.8)
    table.rate("users with passwords created beside these reads", "hashed")
    middle = statistics.median
    table.size("first start to first answer", 1000 * results["first start"][0], "ms")
    table.size("start to first answer", 1000 * middle(results["start"]), "ms", 50)
    table.size("written for an import", middle(results["create 64 written"]), "KB")
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
