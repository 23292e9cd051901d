"""What is measured from outside: requests by wrk, and the disk."""

import json
import os
import random
import subprocess
import time
from pathlib import Path

# Bytes of the file that is written over.
FILE = 1 << 24
# What an import among a million users writes (docs/performance.md), and when the log is moved.
PAGE, PAGES, TOGETHER, CHECKPOINT = 4096, 7, 64, 4000


def wrk(port, connections, seconds, environment):
    script = Path(__file__).with_name("wrk.lua")
    command = ["wrk", "-t", environment["THREADS"], "-c", str(connections), "-d", f"{seconds}s",
               "-s", str(script), f"http://127.0.0.1:{port}"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"wrk failed: {ran.stdout}{ran.stderr}")
    return json.loads(lines[-1])


def syncs(file, seconds, size):
    """Times a second that so many bytes become durable, written one after the other over a file."""
    block, blocks = os.urandom(size), FILE // size
    with open(file, "wb", buffering=0) as output:
        output.write(block * blocks)
        os.fsync(output.fileno())
        count, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            os.pwrite(output.fileno(), block, count % blocks * size)
            os.fdatasync(output.fileno())
            count += 1
        return count / (time.perf_counter() - begun)


def imports(database, log, seconds):
    """Users a second whose pages get to a log and to their places in this file, and nothing else."""
    page, users, moved = os.urandom(PAGE + 24), 0, []
    with open(database, "r+b", buffering=0) as file, open(log, "w+b", buffering=0) as frames:
        last = os.fstat(file.fileno()).st_size // PAGE - 1
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds:
            for _ in range(PAGES * TOGETHER):
                os.pwrite(frames.fileno(), page, len(moved) * len(page))
                moved.append(random.randint(0, last) * PAGE)
            os.fdatasync(frames.fileno())
            users += TOGETHER
            if len(moved) >= CHECKPOINT:
                for place in sorted(set(moved)):
                    os.pwrite(file.fileno(), os.pread(file.fileno(), PAGE, place), place)
                os.fdatasync(file.fileno())
                moved = []
        return users / (time.perf_counter() - begun)
