"""Kills the server with SIGKILL under concurrent writes, again and again on one SQLite file.

Each connection writes to users of its own, one write at a time, so it is known what each read has
to give after the restart: what was acknowledged last or, where the answer never came, that or the
write in flight. Ends with 1 when an acknowledged write is lost or `bailey verify` is not clean.
"""

import argparse
import base64
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from process import IMPORT, USERS, Client, folder, free_port, serve, token

CONNECTIONS = 16
EARLIEST, LATEST = 0.005, 0.3
KEYS = 3
SHOWN = 20

# Where the answer of a GET has the value, by the first part of the path behind the user's.
VALUES = {"": ("user", "userName"), "phone": ("phone", "phone"), "metadata": ("metadata", "value")}


@dataclass
class User:
    """What reads have to give, by the path behind the user's: the value acknowledged last, or one
    whose answer never came."""

    id: str
    known: dict
    in_flight: dict = field(default_factory=dict)

    def allowed(self, path):
        return [values[path] for values in (self.known, self.in_flight) if path in values]


class Refused(Exception):
    """The server refused what it has to accept."""


class Writer(threading.Thread):
    """One connection that writes to its users until the server is gone."""

    def __init__(self, client, label, users, seed):
        super().__init__()
        self.client, self.label, self.users = client, label, users
        self.random = random.Random(seed)
        self.acknowledged, self.touched, self.refused = 0, {}, None

    def run(self):
        try:
            while True:
                self.write()
                self.acknowledged += 1
        except Refused as error:
            self.refused = str(error)
        except OSError:
            return

    def write(self):
        choice = self.random.random()
        if not self.users or choice < 0.3:
            self.add(f"{self.label}-{self.acknowledged}")
        elif choice < 0.7:
            phone = f"+4179{self.random.randrange(10**7):07d}"
            self.change("PUT", "phone", phone, {"phone": phone, "isPhoneVerified": True})
        else:
            data = self.random.randbytes(self.random.randrange(1, 400))
            value = base64.b64encode(data).decode()
            path = f"metadata/key-{self.random.randrange(KEYS)}"
            self.change("POST", path, value, {"value": value})

    def add(self, name):
        answer = self.ask("POST", IMPORT, {
            "userName": name, "profile": {"firstName": "Gigi", "lastName": "Giraffe"},
            "email": {"email": f"{name}@example.com", "isEmailVerified": True}})
        user = User(answer["userId"], {"": name, "phone": None})
        self.touched[user.id] = user
        self.users.append(user)

    def change(self, method, path, value, body):
        user = self.random.choice(self.users)
        self.touched[user.id] = user
        user.known.setdefault(path, None)
        user.in_flight = {path: value}
        self.ask(method, f"{USERS}/{user.id}/{path}", body)
        user.known[path], user.in_flight = value, {}

    def ask(self, method, path, body):
        status, answer = self.client.ask(method, path, body)
        if status != 200:
            raise Refused(f"{method} {path} {body} is answered with {status} {answer}")
        return json.loads(answer)


class Crash:
    """The runs on one database, what was found, and counts for the report."""

    def __init__(self, options, place):
        self.program, self.place, self.port = options.server, place, free_port()
        self.verify_every = options.verify_every
        self.database = str(place / "crash.db")
        self.random = random.Random(options.seed)
        self.users = [[] for _ in range(CONNECTIONS)]
        self.faults, self.slowest = [], 0.0
        self.counts = dict.fromkeys(("acknowledged", "in flight", "kept", "read", "verified"), 0)

    def start(self):
        self.server = serve(self.program, self.database, self.place, self.port)
        took = self.server.first_answer("/management/v1/healthz")
        self.slowest = max(self.slowest, took)

    def client(self):
        return Client(self.port, token(self.place))

    def run(self, number):
        """Writes, kills, starts again, and reads what was written."""
        writers = [Writer(self.client(), f"{number}-{index}", users, self.random.random())
                   for index, users in enumerate(self.users)]
        self.kill_under(writers)
        touched = {}
        for writer in writers:
            self.counts["acknowledged"] += writer.acknowledged
            touched |= writer.touched
            if writer.refused:
                self.faults.append(f"run {number}: {writer.refused}")
        if self.verify_every and number % self.verify_every == 0:
            self.verify(number)
        self.start()
        self.read(number, touched.values())

    def kill_under(self, writers):
        """Kills the server at a random moment after the first acknowledged write."""
        for writer in writers:
            writer.start()
        while not any(writer.acknowledged or not writer.is_alive() for writer in writers):
            time.sleep(0.0005)
        time.sleep(self.random.uniform(EARLIEST, LATEST))
        self.server.check()
        self.server.stop(signal.SIGKILL)
        for writer in writers:
            writer.join()

    def read(self, number, users):
        """Compares reads of these users with what they have to give."""
        client = self.client()
        for user in users:
            for path in user.known:
                self.read_value(number, client, user, path)
            user.in_flight = {}

    def read_value(self, number, client, user, path):
        status, answer = client.ask("GET", f"{USERS}/{user.id}/{path}".rstrip("/"))
        value = json.loads(answer)
        for name in VALUES[path.split("/")[0]]:
            value = value.get(name, {})
        value = value or None
        allowed = user.allowed(path)
        if value not in allowed or status not in (200, 404):
            self.faults.append(f"run {number}: {path or 'name'} of user {user.id} has to be "
                               f"{' or '.join(map(str, allowed))} and is {status} {answer}")
        self.counts["read"] += 1
        self.counts["in flight"] += path in user.in_flight
        self.counts["kept"] += path in user.in_flight and value == user.in_flight[path]
        user.known[path] = value

    def verify(self, number):
        command = [self.program, "verify", "--database", self.database]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        self.counts["verified"] += 1
        if ran.returncode:
            self.faults.append(f"run {number}: verify is not clean: {ran.stdout}{ran.stderr}")

    def finish(self, number):
        """Reads everything that was ever written, stops the server, and verifies."""
        self.read(number, [user for users in self.users for user in users])
        self.server.stop()
        if self.verify_every:
            self.verify(number)


def runs(crash, count):
    crash.start()
    try:
        for number in range(1, count + 1):
            crash.run(number)
            if number % 10 == 0:
                print(f"{number} runs, {crash.counts}", file=sys.stderr)
            if crash.faults:
                break
        crash.finish(number)
    finally:
        if crash.server.child.poll() is None:
            crash.server.stop(signal.SIGKILL)
    return number


def report(crash, number):
    counts = crash.counts
    print(f"{number} times killed; {counts['acknowledged']:,} writes acknowledged, "
          f"{counts['in flight']:,} changes cut off ({counts['kept']:,} of them were written); "
          f"{counts['read']:,} reads compared; slowest start {1000 * crash.slowest:.0f} ms; "
          f"verify ran {counts['verified']} times")
    for fault in crash.faults[:SHOWN]:
        print(fault)
    print(f"FAILED: {len(crash.faults)} faults" if crash.faults else "nothing was lost")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="the program bailey, built for release")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--verify-every", type=int, default=10, help="runs; 0: never")
    return parser.parse_args()


def main():
    options = arguments()
    print(f"seed {options.seed}", flush=True)
    with folder() as place:
        crash = Crash(options, Path(place))
        number = runs(crash, options.runs)
        report(crash, number)
        if crash.faults:
            kept = Path(place).with_name("crash-lost")
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(place, kept)
            raise SystemExit(f"the database is kept in {kept}")


if __name__ == "__main__":
    main()
