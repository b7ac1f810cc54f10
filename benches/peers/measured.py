"""What the rows of a run say, compared like with like."""

from statistics import geometric_mean, median

import placement
from workloads import WORKLOADS


def collect(rows):
    """What was measured of each workload, in the order of the table."""
    threshold = placement.threshold(rows)
    done = [Measured(work, [row for row in rows if row["workload"] == work.name], threshold) for work in WORKLOADS]
    return [measured for measured in done if measured.peers]


class Figures:
    """What some rows of a workload say."""

    def __init__(self, work, rows):
        self.work = work
        self.rows = rows
        self.values = {}
        """By peer and round, in the unit of the workload; the limit is there as if it were a peer."""
        limit = "gflops" if work.gflop else "read_gigabytes_per_second"
        for row in rows:
            peer, unit = row["peer"], limit if row["peer"] == "limit" else work.unit
            self.values.setdefault(peer, {})[row["round"]] = row[unit]

    def value(self, peer):
        return median(self.values[peer].values())

    def ratio(self, peer):
        """How many times as fast as the peer ttt is, whatever the rounds."""
        return self.faster(self.value("ttt"), self.value(peer))

    def ratio_within_rounds(self, peer):
        """The same: the median over the rounds that both have."""
        own, other = self.values.get("ttt", {}), self.values[peer]
        ratios = [self.faster(own[number], other[number]) for number in own if number in other]
        return median(ratios) if ratios else None

    def faster(self, mine, theirs):
        return mine / theirs if self.work.unit == "tokens_per_second" else theirs / mine

    def share(self, peer):
        """The part of the machine's limit that a peer uses."""
        value, limit = self.value(peer), self.value("limit")
        if self.work.gflop:
            return self.work.gflop / (value / 1e3) / limit
        return self.work.gigabytes * value / limit


class Measured:
    """A workload with what every peer answered. Where memory is the limit and the run saw two states of the machine, each
    state has figures of its own, and their geometric mean counts; those of all rows count where no state has what is asked."""

    def __init__(self, work, rows, threshold):
        done = [row for row in rows if "failed" not in row]
        self.work = work
        self.all = Figures(work, done)
        self.peers = [peer for peer in self.all.values if peer != "limit"]
        self.two_states = bool(work.gigabytes) and threshold is not None
        states = placement.by_state(done, threshold) if self.two_states else {}
        self.states = {state: Figures(work, own) for state, own in states.items()}
        self.foreign = max((row["foreign_cores"] for row in rows), default=0)

    def compared(self, *peers):
        """The states of which all these peers have rows."""
        return [figures for figures in self.states.values() if all(peer in figures.values for peer in peers)]

    def is_mixed(self, *peers):
        """Whether there are two states, and none to compare these peers in."""
        return self.two_states and not self.compared(*peers)

    def value(self, peer):
        """Over the states that everyone has, so that figures of one line belong together."""
        others = [other for other in self.peers if self.compared(other)]
        states = self.compared(peer, *others) or self.compared(peer) or [self.all]
        return geometric_mean(figures.value(peer) for figures in states)

    def ratio(self, peer):
        """How many times as fast as the peer ttt is."""
        states = self.compared("ttt", peer)
        if states:
            return geometric_mean(figures.ratio(peer) for figures in states)
        return self.all.ratio_within_rounds(peer)

    def share(self, peer):
        """The part of the machine's limit that a peer uses, where there is one."""
        if "limit" not in self.all.values or not (self.work.gflop or self.work.gigabytes):
            return None
        states = self.compared(peer, "limit") or [self.all]
        return geometric_mean(figures.share(peer) for figures in states)

    def peak_bytes(self, peer):
        return median(row["peak_bytes"] for row in self.all.rows if row["peer"] == peer)

    def best(self):
        """The peer that ttt has the hardest time with."""
        ratios = {peer: self.ratio(peer) for peer in self.peers if peer != "ttt"}
        known = [peer for peer in ratios if ratios[peer] is not None]
        return min(known, key=ratios.get, default=None)
