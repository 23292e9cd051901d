"""Measures searches among many users; prints a Markdown table.

The users are imported by the API, without password, over many connections. Then one connection asks,
one request after the other; cells are medians in milliseconds, the time of this client included.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import time
from pathlib import Path

from load import load, post
from meter import imports
from process import USERS, Client, folder, free_port, serve, token

FIRST = ["Anna", "Bert", "Clara", "Dieter", "Emma", "Felix", "Greta", "Hans", "Ida", "Jonas",
         "Karla", "Lukas", "Mia", "Noah", "Olga", "Paul", "Quinn", "Rosa", "Simon", "Tina"]
LAST = ["Müller", "Schmidt", "Meier", "Huber", "Keller", "Weber", "Frei", "Gerber", "Brunner",
        "Baumann", "Moser", "Graf", "Roth", "Suter", "Wyss", "Arnold", "Bieri", "Egli", "Hofer"]
PAGE = 100
READS = 10_000
IMPORT_SECONDS = 10
FIELDS = {"user name": ("userNameQuery", "userName"),
          "e-mail": ("emailQuery", "emailAddress"),
          "display name": ("displayNameQuery", "displayName"),
          "login name": ("loginNameQuery", "loginName")}
METHODS = {"equals": "EQUALS", "equals, any case": "EQUALS_IGNORE_CASE", "starts with": "STARTS_WITH",
           "contains": "CONTAINS", "contains, any case": "CONTAINS_IGNORE_CASE"}


class User:
    """The texts of the user of a number; scattered, as those of people are."""

    def __init__(self, number):
        draw = random.Random(number)
        self.first, self.last = draw.choice(FIRST), draw.choice(LAST)
        self.code = f"{draw.getrandbits(24):06x}{number:x}"
        self.name = f"{self.first}.{self.last}-{self.code}".lower()

    def texts(self):
        mail = f"{self.first}.{self.code}@example.com".lower()
        return {"user name": self.name, "e-mail": mail, "login name": self.name,
                "display name": f"{self.first} {self.last} {self.code}"}

    def message(self, bearer):
        texts = self.texts()
        return post(bearer, {
            "userName": texts["user name"],
            "profile": {"firstName": self.first, "lastName": self.last,
                        "displayName": texts["display name"]},
            "email": {"email": texts["e-mail"], "isEmailVerified": True}})


def part(method, text, code):
    """What is looked for: all, the begin, or the middle, of which few have the same."""
    if method.startswith("equals"):
        return text
    at = text.index(code)
    return text[:at + 4] if method == "starts with" else text[at - 1:at + 4]


class Search:
    def __init__(self, options, place):
        self.options, self.rows, self.ids, self.first_rate = options, [], [], None
        port = free_port()
        database = options.database or str(place / "search.db")
        self.server = serve(options.server, database, place, port)
        self.server.first_answer("/management/v1/healthz")
        self.token = token(place)
        self.client, self.port = Client(port, self.token), port

    def load(self, first, count):
        begun = time.perf_counter()
        users = (User(number).message(self.token) for number in range(first, first + count))
        self.ids += load(self.port, users)
        self.keep(f"import, 64 connections ({count:,})",
                  f"{count / (time.perf_counter() - begun):,.0f}/s", "≥ 10,000/s")

    def keep(self, *row):
        self.rows.append(row)
        print("| " + " | ".join(row) + " |", flush=True)

    def ask(self, path, body=None):
        status, answer = self.client.ask("POST" if body else "GET", path, body)
        if status != 200:
            raise SystemExit(f"{path} answers {status}: {answer!r}")
        return json.loads(answer)

    def measure(self, title, aim, make):
        """The median over `make(user)`: a path and a body."""
        times, found = [], []
        for number in self.numbers:
            path, body = make(User(number))
            begun = time.perf_counter()
            answer = self.ask(path, body)
            times.append(1000 * (time.perf_counter() - begun))
            found.append(int(answer.get("details", {}).get("totalResult", 0)))
        times.sort()
        self.keep(title, f"{statistics.median(times):.2f} ms, slowest {times[-1]:.1f} ms",
                  aim, f"{statistics.median(found):,.0f}")

    def rate(self, ids):
        """How many users are read in a second, of all, one after the other."""
        begun, asked = time.perf_counter(), 0
        for asked, user in enumerate(ids, 1):
            self.ask(f"{USERS}/{user}")
        rate = asked / (time.perf_counter() - begun)
        self.first_rate = self.first_rate or rate
        self.keep(f"GET user, {asked:,} of all", f"{rate:,.0f}/s",
                  "≥ 0.9 of that at first", f"{rate / self.first_rate:.2f}")

    def search(self, count):
        # The server has closed the connection that waited during the load.
        self.client = Client(self.port, self.token)
        self.numbers = random.Random(1).sample(range(count), self.options.requests)
        ids = iter(random.choices(self.ids, k=READS))
        self.measure("GET user", "", lambda _: (f"{USERS}/{next(ids)}", None))
        self.rate(ids)
        self.measure("GET user by login name", "", lambda user: (
            f"/management/v1/global/users/_by_login_name?loginName={user.code and quoted(user.name)}",
            None))
        for field, (query, member) in FIELDS.items():
            for method, wire in METHODS.items():
                aim = "≤ 20 ms" if method.startswith("contains") else "≤ 1 ms"
                self.measure(f"{field} {method}", aim, lambda user: (
                    f"{USERS}/_search", {"query": {"limit": PAGE}, "queries": [{query: {
                        member: part(method, user.texts()[field], user.code),
                        "method": f"TEXT_QUERY_METHOD_{wire}"}}]}))
        for column in ("USER_NAME", "CREATION_DATE"):
            for offset in (0, count // 2, count - PAGE):
                page = {"offset": str(offset), "limit": PAGE, "asc": True}
                self.measure(f"all by {column.lower()}, offset {offset:,}", "≤ 50 ms", lambda _: (
                    f"{USERS}/_search",
                    {"query": page, "sortingColumn": f"USER_FIELD_NAME_{column}"}))


def quoted(text):
    from urllib.parse import quote
    return quote(text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="the program bailey, built for release")
    parser.add_argument("--database", help="an empty PostgreSQL; default: a new SQLite file")
    parser.add_argument("--users", type=int, nargs="+", default=[1000, 100_000, 1_000_000],
                        help="measured at each of these, in this order")
    parser.add_argument("--requests", type=int, default=50, help="of each kind")
    return parser.parse_args()


def main():
    options = arguments()
    with folder() as place:
        place = Path(place)
        free = shutil.disk_usage(place).free
        if free < max(options.users) * 5000:
            raise SystemExit(f"{free / 1e9:.0f} GB of disk are too few")
        search, loaded = Search(options, place), 0
        try:
            for count in options.users:
                print(f"\n{count:,} users, load average {os.getloadavg()[0]:.1f}\n\n"
                      "| what | median | aim | found |\n| --- | --- | --- | --- |")
                search.load(loaded, count - loaded)
                loaded = count
                search.search(count)
        finally:
            search.server.stop()
        if not options.database:
            rate = imports(place / "search.db", place / "log", IMPORT_SECONDS)
            search.keep("the pages of imports, without a server", f"{rate:,.0f}/s", "", "")


if __name__ == "__main__":
    main()
