"""Where processes ran. A host may move the two processors of a virtual machine: near each other, on one core complex, they
share its way to memory; apart, on two, each has its own, and memory is read faster. How long a round trip between two
threads takes tells one state from the other."""

import math
import os
from itertools import pairwise
from statistics import median

import peers
import process

# Round trips whose lengths differ by more than this factor are of different states.
SPREAD = 2.5
# Samples that a state has at least: one alone may be a disturbance.
FEWEST = 2
# Tries to have two threads at work at once, on a machine that others keep busy.
TRIES = 5


def sample(directory, ahead):
    """Nanoseconds of a round trip now. None if there are not two threads at work at once, nothing to measure it, or other
    processors than two, of which it would be chance which ones are asked."""
    start = peers.limits("round-trip")
    if os.cpu_count() != 2 or start.missing():
        return None
    for _ in range(TRIES):
        ended = process.run(start.command, os.environ, directory, ahead)
        figures = start.read(ended.output) if ended.status == 0 else {}
        if figures:
            return figures.get("round_trip_nanoseconds")
    return None


def threshold(rows):
    """The round trip between those of the two states, in the middle of the widest gap; None if all are of one."""
    samples = sorted(sample for row in rows for sample in samples_of(row))
    gaps = list(pairwise(samples))[FEWEST - 1 : len(samples) - FEWEST]
    low, high = max(gaps, key=lambda gap: gap[1] / gap[0], default=(1, 1))
    return math.sqrt(low * high) if high > SPREAD * low else None


def by_state(rows, threshold):
    """Rows of each state that there is. Those are left out that moved meanwhile, or of which a sample is missing."""
    sure = [row for row in rows if len(samples_of(row)) == 2]
    states = {
        "near": [row for row in sure if max(samples_of(row)) < threshold],
        "apart": [row for row in sure if min(samples_of(row)) >= threshold],
    }
    return {state: own for state, own in states.items() if own}


def round_trip(rows):
    """Nanoseconds, of rows of one state."""
    return median(sample for row in rows for sample in samples_of(row))


def samples_of(row):
    """Round trips directly before and directly after the process, as far as they are known."""
    return [sample for sample in row.get("round_trips", []) if sample]
