"""A Markdown table of what was measured."""

import statistics


class Table:
    """The rows of the report; a row with an aim says whether it is met."""

    def __init__(self, results):
        self.results = results
        self.rows = [("what", "measured", "p99", "CPU a request", "ratio", "aim", "met"),
                     ("---",) * 7]

    def rate(self, title, name, base=None, unit="", aim=None):
        """Requests a second and their ratio to `base`, which is to be at least `aim`."""
        ratio = self.ratio(name, base) if base else None
        self.row(title, name, f"{ratio:.2f} {unit}" if base else "",
                 f"≥ {aim} {unit}" if aim else "", met(ratio >= aim) if aim else "")

    def least(self, title, name, aim):
        """Requests a second, which are to be at least `aim`."""
        rate = statistics.median(self.results[name])
        self.row(title, name, "", f"≥ {aim:,}/s", met(rate >= aim))

    def quick(self, title, name, aim=None):
        """One request after the other, each to take at most `aim` milliseconds in the median."""
        took = statistics.median(self.results[f"{name} p50"])
        self.row(title, name, f"{took:.2f} ms each", f"≤ {aim} ms" if aim else "",
                 met(took <= aim) if aim else "")

    def row(self, title, name, *rest):
        p99, cpu = (self.results.get(f"{name} {what}") for what in ("p99", "cpu"))
        self.rows.append((
            title, f"{statistics.median(self.results[name]):,.0f}/s",
            f"{statistics.median(p99):.2f} ms" if p99 else "",
            f"{statistics.median(cpu):.0f} µs" if cpu else "", *rest))

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
