"""Starts the server, asks it, stops it. Shared by bench.py and crash.py."""

import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

USERS = "/management/v1/users"
IMPORT = USERS + "/human/_import"
START_LIMIT = 30


def folder():
    """A temporary folder on the disk of the repository (not in memory, as /tmp may be)."""
    place = Path(__file__).resolve().parent.parent / "target"
    place.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="bench-", dir=place)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Process:
    """A program that listens on `port`; its output goes to `log`."""

    def __init__(self, command, port, log):
        self.port, self.log = port, Path(log)
        self.started = time.perf_counter()
        with open(log, "ab") as output:
            self.child = subprocess.Popen(command, stdout=output, stderr=output)

    def first_answer(self, path, token=None):
        """Seconds from the start to the first answer 200 on `path`."""
        while time.perf_counter() - self.started < START_LIMIT:
            try:
                status, _ = Client(self.port, token).ask("GET", path)
            except OSError:
                self.check()
                time.sleep(0.0005)
                continue
            if status != 200:
                raise SystemExit(f"GET {path} answers {status}")
            return time.perf_counter() - self.started
        raise SystemExit(f"no answer after {START_LIMIT} s; {self.tail()}")

    def check(self):
        if self.child.poll() is not None:
            raise SystemExit(f"the process ended with {self.child.returncode}; {self.tail()}")

    def tail(self):
        return "it wrote: " + self.log.read_text(errors="replace")[-500:]

    def stop(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        return self.child.wait(timeout=60)

    def memory(self):
        """Resident megabytes (10^6 bytes)."""
        for line in Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise SystemExit("the process has no memory")

    def cpu(self):
        """Seconds of processor time until now."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def written(self):
        """Bytes of the disk until now: the log of the database and its file."""
        for line in Path(f"/proc/{self.child.pid}/io").read_text().splitlines():
            if line.startswith("write_bytes:"):
                return int(line.split()[1])
        raise SystemExit("the process has written nothing")


def serve(program, database, place, port):
    """A server on `database`; its files, but for those of the database, are in `place`."""
    masterkey = place / "masterkey"
    if not masterkey.exists():
        masterkey.write_text(os.urandom(16).hex())
    command = [program, "serve", "--listen", f"127.0.0.1:{port}", "--database", database,
               "--admin-pat-file", str(place / "token"), "--masterkey-file", str(masterkey)]
    return Process(command, port, place / "log")


def token(place):
    """The token of the instance owner, which the first start left."""
    file = place / "token"
    if not file.exists():
        raise SystemExit("the start made no token: the database has to be empty")
    return file.read_text().strip()


class Client:
    """One keep-alive connection."""

    def __init__(self, port, token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method, path, body=None):
        """Status and body. Errors are OSError: the connection broke before the answer ended."""
        try:
            data = None if body is None else json.dumps(body)
            self.connection.request(method, path, data, self.headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise OSError(f"no answer: {error!r}") from error
