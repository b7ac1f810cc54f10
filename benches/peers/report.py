"""Figures of a run as text and as a table for the documentation."""

import sys
from statistics import median

import machine
from workloads import WORKLOADS

PEERS = ["ONNX Runtime", "llama.cpp", "PyTorch", "tract", "candle"]
UNITS = {"ms": "ms", "tokens_per_second": "tok/s", "seconds": "s"}


# Between these lines of a page stands the table.
MARKS = "<!-- figures: written by benches/peers/run --into -->", "<!-- end of figures -->"


def plain(rows):
    """All that was measured, for a terminal."""
    return "\n".join(text(measured) for measured in collect(rows))


def markdown(rows):
    """All that was measured, as a table, and what it was measured on."""
    return table(collect(rows), rows)


def write_into(page, rows):
    """Replaces the table of a page."""
    start, end = MARKS
    content = page.read_text()
    if start not in content or end not in content:
        sys.exit(f"{page} has no lines {start} and {end}")
    before, rest = content.split(start, 1)
    _, after = rest.split(end, 1)
    page.write_text(f"{before}{start}\n\n{markdown(rows)}\n\n{end}{after}")


def collect(rows):
    """What was measured of each workload, in the order of the table."""
    done = [Measured(work, [row for row in rows if row["workload"] == work.name]) for work in WORKLOADS]
    return [measured for measured in done if measured.values]


class Measured:
    """A workload with what every peer answered."""

    def __init__(self, work, rows):
        self.work = work
        self.values = {}
        """By peer and round, in the unit of the workload."""
        self.peak_bytes = {}
        self.limits = {}
        self.foreign = max((row["foreign_cores"] for row in rows), default=0)
        for row in rows:
            if "failed" in row:
                continue
            peer, number = row["peer"], row["round"]
            if peer == "limit":
                self.limits[number] = row["gflops" if work.gflop else "read_gigabytes_per_second"]
            else:
                self.values.setdefault(peer, {})[number] = row[work.unit]
                self.peak_bytes.setdefault(peer, []).append(row["peak_bytes"])

    def value(self, peer):
        return median(self.values[peer].values())

    def ratio(self, peer):
        """How many times as fast as the peer ttt is: the median over the rounds that both have."""
        own, other = self.values.get("ttt", {}), self.values[peer]
        both = [(own[number], other[number]) for number in own if number in other]
        if not both:
            return None
        faster = self.work.unit == "tokens_per_second"
        return median(mine / theirs if faster else theirs / mine for mine, theirs in both)

    def share(self, peer):
        """The part of the machine's limit that a peer uses, where there is one."""
        if not self.limits or not (self.work.gflop or self.work.gigabytes):
            return None
        limit = median(self.limits.values())
        value = self.value(peer)
        if self.work.gflop:
            return self.work.gflop / (value / 1e3) / limit
        return self.work.gigabytes * value / limit

    def best(self):
        """The ratio to the fastest peer."""
        ratios = [self.ratio(peer) for peer in self.values if peer != "ttt"]
        ratios = [ratio for ratio in ratios if ratio is not None]
        return min(ratios, default=None)


def text(measured):
    """A block of lines for a terminal."""
    work = measured.work
    rounds = max(len(values) for values in measured.values.values())
    head = f"{work.title}, median of {rounds}"
    if measured.limits:
        kind = "GFLOP/s" if work.gflop else "GB/s"
        head += f", limit {median(measured.limits.values()):.1f} {kind}"
    lines = [f"{head}, others kept up to {measured.foreign:.2f} cores busy"]
    for peer, values in measured.values.items():
        low, high = min(values.values()), max(values.values())
        line = f"  {peer:13} {number(measured.value(peer)):>8} {UNITS[work.unit]:5}"
        line += f" ({number(low)} to {number(high)})"
        share, ratio = measured.share(peer), measured.ratio(peer)
        if share is not None:
            line += f", {100 * share:.0f} % of the limit"
        if work.unit == "seconds":
            line += f", {median(measured.peak_bytes[peer]) / 1e6:.0f} MB at most"
        if peer != "ttt" and ratio is not None:
            line += f", ttt is {ratio:.2f} × as fast"
        lines.append(line)
    return "\n".join(lines)


def table(done, rows):
    """A row for each workload, a column for each peer that was there."""
    present = [peer for peer in PEERS if any(peer in measured.values for measured in done)]
    lines = [
        f"| workload | unit | ttt | share of the limit | {' | '.join(present)} | ttt to the best peer |",
        "|---|---|---|---|" + "---|" * len(present) + "---|",
    ]
    for measured in done:
        share = measured.share("ttt") if "ttt" in measured.values else None
        cells = [
            measured.work.title,
            UNITS[measured.work.unit],
            cell(measured, "ttt"),
            "" if share is None else f"{100 * share:.0f} %",
            *(cell(measured, peer) for peer in present),
            "" if measured.best() is None else f"**{measured.best():.2f}**",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    foreign = max(row["foreign_cores"] for row in rows)
    rounds = 1 + max(row["round"] for row in rows)
    disturbed = f"- Rounds: {rounds}; other programs kept up to {foreign:.2f} cores busy meanwhile."
    lines += ["", *machine.lines(rows), disturbed]
    return "\n".join(lines)


def cell(measured, peer):
    """A peer's figure with, in brackets, the most memory it held and the ratio of ttt to it, where they count."""
    if peer not in measured.values:
        return ""
    notes = []
    if measured.work.unit == "seconds":
        notes.append(f"{median(measured.peak_bytes[peer]) / 1e6:.0f} MB")
    ratio = None if peer == "ttt" else measured.ratio(peer)
    if ratio is not None:
        notes.append(f"{ratio:.2f} ×")
    return number(measured.value(peer)) + (f" ({', '.join(notes)})" if notes else "")


def number(value):
    """Three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
