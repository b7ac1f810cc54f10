"""Where processes ran. A host may move the processors of a virtual machine: near each other, on one complex of cores, they
share its way to memory; apart, on two, each has its own, and memory is read faster. How long a round trip between two
threads takes tells one state from the other."""

import math
import os
from collections import Counter
from statistics import median

import peers
import process

# Round trips whose lengths differ by more than this factor are of different states.
SPREAD = 2.5
# Tries to have two threads at work at once, on a machine that others keep busy.
TRIES = 5


def sample(directory, ahead):
    """Nanoseconds of a round trip now; None if there are not two threads at work at once, or nothing to measure it."""
    start = peers.limits("round-trip")
    for _ in range(0 if start.missing() else TRIES):
        ended = process.run(start.command, os.environ, directory, ahead)
        figures = start.read(ended.output) if ended.status == 0 else {}
        if "round_trip_nanoseconds" in figures:
            return figures["round_trip_nanoseconds"]
    return None


def threshold(rows):
    """The round trip between those of the two states; None if all are of one."""
    samples = [sample for row in rows for sample in samples_of(row)]
    if not samples or max(samples) <= SPREAD * min(samples):
        return None
    return math.sqrt(min(samples) * max(samples))


def by_state(rows, threshold):
    """Rows of each state that there is. Those that are mixed are left out: moved meanwhile, or not known to be not."""
    states = {
        "near": [row for row in rows if all(sample < threshold for sample in samples_of(row))],
        "apart": [row for row in rows if all(sample >= threshold for sample in samples_of(row))],
    }
    sure = {state: [row for row in own if len(samples_of(row)) == 2] for state, own in states.items()}
    return {state: own for state, own in sure.items() if own}


def round_trip(rows):
    """Nanoseconds, of rows of one state."""
    return median(sample for row in rows for sample in samples_of(row))


def is_settled(rows, threshold, enough):
    """Whether there is a state of which every peer has enough rows. One that always fails is not waited for."""
    done = [row for row in rows if "failed" not in row]
    everyone = {row["peer"] for row in done}
    counts = [Counter(row["peer"] for row in own) for own in by_state(done, threshold).values()]
    return any(all(count[peer] >= enough for peer in everyone) for count in counts)


def samples_of(row):
    """Round trips directly before and directly after the process, as far as they are known."""
    return [sample for sample in row.get("round_trips", []) if sample]
