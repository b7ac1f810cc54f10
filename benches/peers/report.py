"""Figures of a run as text and as a table for the documentation."""

import sys
from statistics import median

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
    work = measured.work
    rounds = max(len(measured.values[peer]) for peer in measured.peers)
    head = f"{work.title}, median of {rounds}"
    if "limit" in measured.values:
        kind = "GFLOP/s" if work.gflop else "GB/s"
        head += f", limit {measured.value('limit'):.1f} {kind}"
    lines = [f"{head}, others kept up to {measured.foreign:.2f} cores busy"]
    for peer in measured.peers:
        values = measured.values[peer].values()
        line = f"  {peer:13} {number(measured.value(peer)):>8} {UNITS[work.unit]:5}"
        line += f" ({number(min(values))} to {number(max(values))})"
        share, ratio = measured.share(peer), measured.ratio(peer)
        if share is not None:
            line += f", {100 * share:.0f} % of the limit"
        if work.unit == "seconds":
            line += f", {measured.peak_bytes(peer) / 1e6:.0f} MB at most"
        if peer != "ttt" and ratio is not None:
            line += f", ttt is {ratio:.2f} × as fast"
        lines.append(line)
    return "\n".join(lines + [state_text(measured, *state) for state in measured.states.items()])


def state_text(measured, state, rows):
    """A line for one of two states."""
    figures = []
    for peer in ["limit", *measured.peers]:
        values = measured.values_in(state, peer)
        if values:
            ratio = None if peer in ("limit", "ttt") else measured.ratio_in(state, peer)
            faster = "" if ratio is None else f", ttt is {ratio:.2f} × as fast"
            figures.append(f"{peer} {number(median(values))} (of {len(values)}{faster})")
    return f"  {state}, a round trip of {placement.round_trip(rows):.0f} ns: {', '.join(figures)}"


def table(done, rows):
    """A row for each workload, a column for each peer that was there."""
    present = [peer for peer in PEERS if any(peer in measured.peers for measured in done)]
    lines = [
        f"| workload | unit | ttt | share of the limit | {' | '.join(present)} | ttt to the best peer |",
        "|---|---|---|---|" + "---|" * len(present) + "---|",
    ]
    for measured in done:
        share = measured.share("ttt") if "ttt" in measured.peers else None
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
    counts = [max(len(values) for values in measured.values.values()) for measured in done]
    span = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    disturbed = f"- Rounds of a workload: {span}; other programs kept up to {foreign:.2f} cores busy meanwhile."
    lines += ["", *machine.lines(rows), *states(done, present), disturbed]
    return "\n".join(lines)


def states(done, present):
    """A list item for each state and peer: how many times as fast ttt is in that state alone."""
    for state in ["near", "apart"]:
        for peer in present:
            known = [measured for measured in done if peer in measured.peers]
            ratios = [(measured.work.title, measured.ratio_in(state, peer)) for measured in known]
            ratios = [f"{title}: {ratio:.2f} ×" for title, ratio in ratios if ratio is not None]
            if ratios:
                yield f"- With processors {state}, to {peer}: {'; '.join(ratios)}."


def cell(measured, peer):
    """A peer's figure with, in brackets, the most memory it held and the ratio of ttt to it, where they count."""
    if peer not in measured.peers:
        return ""
    notes = []
    if measured.work.unit == "seconds":
        notes.append(f"{measured.peak_bytes(peer) / 1e6:.0f} MB")
    ratio = None if peer == "ttt" else measured.ratio(peer)
    if ratio is not None:
        notes.append(f"{ratio:.2f} ×")
    return number(measured.value(peer)) + (f" ({', '.join(notes)})" if notes else "")


def number(value):
    """Three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
