"""What the rows of a run say."""

from statistics import median

import placement
from workloads import WORKLOADS

# Rows that a peer needs in a state before they are compared there.
ENOUGH = 2


def collect(rows):
    """What was measured of each workload, in the order of the table."""
    threshold = placement.threshold(rows)
    done = [Measured(work, [row for row in rows if row["workload"] == work.name], threshold) for work in WORKLOADS]
    return [measured for measured in done if measured.peers]


class Measured:
    """A workload with what every peer answered."""

    def __init__(self, work, rows, threshold):
        self.work = work
        self.rows = [row for row in rows if "failed" not in row]
        self.values = {}
        """By peer and round, in the unit of the workload; the limit is there as if it were a peer."""
        for row in self.rows:
            self.values.setdefault(row["peer"], {})[row["round"]] = self.figure(row)
        self.peers = [peer for peer in self.values if peer != "limit"]
        self.foreign = max((row["foreign_cores"] for row in rows), default=0)
        # Where arithmetic is the limit, it does not matter where the processors are.
        self.states = placement.by_state(self.rows, threshold) if threshold and work.gigabytes else {}

    def figure(self, row):
        limit = "gflops" if self.work.gflop else "read_gigabytes_per_second"
        return row[limit if row["peer"] == "limit" else self.work.unit]

    def value(self, peer):
        return median(self.values[peer].values())

    def ratio(self, peer):
        """How many times as fast as the peer ttt is: the median over the rounds that both have."""
        own, other = self.values.get("ttt", {}), self.values[peer]
        ratios = [self.faster(own[number], other[number]) for number in own if number in other]
        return median(ratios) if ratios else None

    def faster(self, mine, theirs):
        return mine / theirs if self.work.unit == "tokens_per_second" else theirs / mine

    def share(self, peer):
        """The part of the machine's limit that a peer uses, where there is one."""
        if "limit" not in self.values or not (self.work.gflop or self.work.gigabytes):
            return None
        value, limit = self.value(peer), self.value("limit")
        if self.work.gflop:
            return self.work.gflop / (value / 1e3) / limit
        return self.work.gigabytes * value / limit

    def values_in(self, state, peer):
        return [self.figure(row) for row in self.states.get(state, []) if row["peer"] == peer]

    def ratio_in(self, state, peer):
        """The ratio of what ran in one state, whatever the rounds; None if that was seldom."""
        own, other = self.values_in(state, "ttt"), self.values_in(state, peer)
        if min(len(own), len(other)) < ENOUGH:
            return None
        return self.faster(median(own), median(other))

    def peak_bytes(self, peer):
        return median(row["peak_bytes"] for row in self.rows if row["peer"] == peer)

    def best(self):
        """The ratio to the peer that ttt has the hardest time with."""
        ratios = [self.ratio(peer) for peer in self.peers if peer != "ttt"]
        return min((ratio for ratio in ratios if ratio is not None), default=None)
