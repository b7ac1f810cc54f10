"""Which rows are compared: `python3 -m unittest discover -s benches/peers`."""

import unittest
from statistics import geometric_mean

import placement
from measured import collect
from report import markdown, plain

DECODE, FORWARD = "gpt2-decode-32", "bert-1x128"
NEAR, APART, MOVED, UNKNOWN = [60, 64], [300, 310], [60, 300], [None, None]


class OneState(unittest.TestCase):
    def test_the_median_over_rounds_counts(self):
        own, other = [40, 44, 60], [50, 40, 50]
        rows = rates("ttt", NEAR, own) + rates("llama.cpp", NEAR, other)
        self.assertAlmostEqual(only(rows).ratio("llama.cpp"), 1.1)

    def test_rows_without_round_trips_are_of_one_state(self):
        rows = rates("ttt", UNKNOWN, [40]) + rates("llama.cpp", UNKNOWN, [50])
        self.assertAlmostEqual(only(rows).ratio("llama.cpp"), 0.8)
        self.assertNotIn("~", plain(rows))

    def test_rows_of_different_rounds_are_not_compared(self):
        rows = rates("ttt", NEAR, [40]) + rates("llama.cpp", NEAR, [50], first=1)
        self.assertIsNone(only(rows).ratio("llama.cpp"))


class TwoStates(unittest.TestCase):
    def test_rows_are_compared_within_each_and_both_count_the_same(self):
        rows = limits(NEAR, [30]) + limits(APART, [50], first=1)
        rows += rates("ttt", NEAR, [30, 30, 30]) + rates("ttt", APART, [60], first=3)
        rows += rates("llama.cpp", APART, [60, 60, 60]) + rates("llama.cpp", NEAR, [40], first=3)
        measured = only(rows)
        self.assertAlmostEqual(measured.ratio("llama.cpp"), geometric_mean([30 / 40, 60 / 60]))
        self.assertAlmostEqual(measured.value("ttt"), geometric_mean([30, 60]))
        weight = measured.work.gigabytes
        self.assertAlmostEqual(measured.share("ttt"), weight * geometric_mean([30 / 30, 60 / 50]))
        self.assertIn("near, a round trip of 62 ns, limit 30.0 GB/s: ttt 30 (median of 3), llama.cpp 40", plain(rows))
        self.assertIn("- Limit: 50 GB/s read with cores apart, a round trip of 305 ns", markdown(rows))

    def test_a_state_that_one_side_lacks_does_not_count(self):
        rows = rates("ttt", NEAR, [30]) + rates("ttt", APART, [60], first=1) + rates("llama.cpp", APART, [50])
        self.assertAlmostEqual(only(rows).ratio("llama.cpp"), 60 / 50)

    def test_mixed_rows_count_only_where_nothing_else_is(self):
        sure = rates("ttt", NEAR, [30]) + rates("ttt", MOVED, [90], first=1)
        compared = only(sure + rates("llama.cpp", NEAR, [40]) + rates("llama.cpp", UNKNOWN, [10], first=1))
        self.assertAlmostEqual(compared.ratio("llama.cpp"), 30 / 40)
        self.assertFalse(compared.is_mixed("ttt", "llama.cpp"))
        nothing_else = sure + rates("llama.cpp", MOVED, [60])
        self.assertAlmostEqual(only(nothing_else).ratio("llama.cpp"), 30 / 60)
        self.assertIn("**~0.50**", markdown(nothing_else))

    def test_other_workloads_do_not_care(self):
        rows = rates("ttt", NEAR, [30], FORWARD, "ms") + rates("tract", APART, [60], FORWARD, "ms")
        self.assertAlmostEqual(only(rows).ratio("tract"), 2)
        self.assertNotIn("~", plain(rows))


class Settled(unittest.TestCase):
    def test_everyone_needs_rows_of_one_state(self):
        rows = rates("ttt", NEAR, [1, 1]) + rates("llama.cpp", NEAR, [1]) + rates("llama.cpp", APART, [1])
        self.assertFalse(self.settled(rows))
        self.assertTrue(self.settled(rows + rates("llama.cpp", NEAR, [1])))

    def test_those_that_always_fail_are_not_waited_for(self):
        failed = [row | {"failed": "status 1"} for row in rates("candle", APART, [1])]
        self.assertTrue(self.settled(rates("ttt", NEAR, [1, 1]) + failed))

    def settled(self, rows):
        return placement.is_settled(rows, placement.threshold(rows), 2)


def rates(peer, round_trips, values, workload=DECODE, unit="tokens_per_second", first=0):
    """A row for each value, in rounds from `first` on."""
    common = {"workload": workload, "peer": peer, "round_trips": round_trips, "foreign_cores": 0, "peak_bytes": 0}
    return [common | {"round": first + number, unit: value} for number, value in enumerate(values)]


def limits(round_trips, values, first=0):
    return rates("limit", round_trips, values, unit="read_gigabytes_per_second", first=first)


def only(rows):
    (measured,) = collect(rows)
    return measured


if __name__ == "__main__":
    unittest.main()
