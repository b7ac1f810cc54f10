"""Figures of a run as text and as a table for the documentation."""

import sys

import machine
import placement
from measured import collect

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


def text(measured):
    """A block of lines for a terminal."""
    work, everything = measured.work, measured.all
    rounds = max(len(everything.values[peer]) for peer in measured.peers)
    head = f"{work.title}, median of {rounds}"
    if "limit" in everything.values and not measured.states:
        kind = "GFLOP/s" if work.gflop else "GB/s"
        head += f", limit {everything.value('limit'):.1f} {kind}"
    lines = [f"{head}, others kept up to {measured.foreign:.2f} cores busy"]
    for peer in measured.peers:
        values = everything.values[peer].values()
        line = f"  {peer:13} {value(measured, peer):>8} {UNITS[work.unit]:5}"
        line += f" ({number(min(values))} to {number(max(values))})"
        if measured.share(peer) is not None:
            line += f", {share(measured, peer)} of the limit"
        if work.unit == "seconds":
            line += f", {measured.peak_bytes(peer) / 1e6:.0f} MB at most"
        if peer != "ttt" and measured.ratio(peer) is not None:
            line += f", ttt is {ratio(measured, peer)} × as fast"
        lines.append(line)
    return "\n".join(lines + [state_text(*state) for state in measured.states.items()])


def state_text(state, figures):
    """A line for one of two states."""
    line = f"  {state}, a round trip of {placement.round_trip(figures.rows):.0f} ns"
    if "limit" in figures.values:
        line += f", limit {figures.value('limit'):.1f} GB/s"
    rates = [
        f"{peer} {number(figures.value(peer))} (median of {len(values)})"
        for peer, values in figures.values.items()
        if peer != "limit"
    ]
    return f"{line}: {', '.join(rates) or 'no peer'}"


def table(done, rows):
    """A row for each workload, a column for each peer that was there."""
    present = [peer for peer in PEERS if any(peer in measured.peers for measured in done)]
    lines = [
        f"| workload | unit | ttt | share of the limit | {' | '.join(present)} | ttt to the best peer |",
        "|---|---|---|---|" + "---|" * len(present) + "---|",
    ]
    for measured in done:
        best = measured.best()
        cells = [
            measured.work.title,
            UNITS[measured.work.unit],
            cell(measured, "ttt"),
            share(measured, "ttt") if "ttt" in measured.peers else "",
            *(cell(measured, peer) for peer in present),
            f"**{ratio(measured, best)}**" if best else "",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    foreign = max(row["foreign_cores"] for row in rows)
    disturbed = f"- Rounds: {rounds(done)}; other programs kept up to {foreign:.2f} cores busy meanwhile."
    lines += ["", *machine.lines(rows), disturbed]
    return "\n".join(lines)


def rounds(done):
    """How many there were, which can differ between workloads."""
    counts = [1 + max(row["round"] for row in measured.all.rows) for measured in done]
    least, most = min(counts), max(counts)
    return f"{least}" if least == most else f"{least} to {most}"


def cell(measured, peer):
    """A peer's figure with, in brackets, the most memory it held and the ratio of ttt to it, where they count."""
    if peer not in measured.peers:
        return ""
    notes = []
    if measured.work.unit == "seconds":
        notes.append(f"{measured.peak_bytes(peer) / 1e6:.0f} MB")
    if peer != "ttt" and measured.ratio(peer) is not None:
        notes.append(f"{ratio(measured, peer)} ×")
    return value(measured, peer) + (f" ({', '.join(notes)})" if notes else "")


def value(measured, peer):
    return mark(measured, peer) + number(measured.value(peer))


def ratio(measured, peer):
    return mark(measured, "ttt", peer) + f"{measured.ratio(peer):.2f}"


def share(measured, peer):
    part = measured.share(peer)
    return "" if part is None else mark(measured, peer, "limit") + f"{100 * part:.0f} %"


def mark(measured, *peers):
    """In front of a figure that does not compare like with like, for want of rows in one state."""
    return "~" if measured.is_mixed(*peers) else ""


def number(value):
    """Three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
