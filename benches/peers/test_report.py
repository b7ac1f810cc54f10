"""Which rows are compared: `python3 -m unittest discover -s benches/peers`."""

import unittest

import placement
from measured import collect
from report import markdown, plain

DECODE, FORWARD = "gpt2-decode-32", "bert-1x128"
NEAR, APART, MOVED, UNKNOWN, HALF = [60, 64], [300, 310], [60, 300], [None, None], [60, None]


class Rounds(unittest.TestCase):
    def test_the_median_over_rounds_counts(self):
        own, other = [40, 44, 60], [50, 40, 50]
        rows = rates("ttt", NEAR, own) + rates("llama.cpp", APART, other)
        self.assertAlmostEqual(only(rows).ratio("llama.cpp"), 1.1)

    def test_rows_of_different_rounds_are_not_compared(self):
        rows = rates("ttt", NEAR, [40]) + rates("llama.cpp", NEAR, [50], first=1)
        self.assertIsNone(only(rows).ratio("llama.cpp"))


class States(unittest.TestCase):
    def setUp(self):
        self.rows = limits(NEAR, [30, 30]) + limits(APART, [50, 50], first=2)
        self.rows += rates("ttt", NEAR, [30, 30, 30]) + rates("ttt", APART, [60, 62], first=3)
        self.rows += rates("llama.cpp", APART, [60, 62]) + rates("llama.cpp", NEAR, [40, 40], first=3)

    def test_each_has_a_ratio_of_its_own(self):
        measured = only(self.rows)
        self.assertAlmostEqual(measured.ratio_in("near", "llama.cpp"), 30 / 40)
        self.assertAlmostEqual(measured.ratio_in("apart", "llama.cpp"), 1)
        near = "near, a round trip of 62 ns: limit 30 (of 2), ttt 30 (of 3), llama.cpp 40 (of 2, ttt is 0.75 × as fast)"
        self.assertIn(near, plain(self.rows))
        page = markdown(self.rows)
        self.assertIn("- Limit: 50 GB/s read with processors apart, a round trip of 305 ns", page)
        self.assertIn("- With processors near, to llama.cpp: GPT-2 124M, 64 tokens after 32: 0.75 ×.", page)

    def test_one_row_is_no_ratio(self):
        rows = [row for row in self.rows if row["peer"] != "ttt" or row["round"] != 4]
        self.assertIsNone(only(rows).ratio_in("apart", "llama.cpp"))

    def test_what_moved_or_is_unknown_is_in_none(self):
        moved = rates("ttt", MOVED, [1], first=5) + rates("ttt", UNKNOWN, [1], first=6) + rates("ttt", HALF, [1], first=7)
        self.assertEqual(only(self.rows + moved).values_in("near", "ttt"), [30, 30, 30])

    def test_one_stray_sample_makes_no_state(self):
        rows = rates("ttt", NEAR, [40, 40]) + rates("llama.cpp", [60, 310], [50])
        self.assertIsNone(placement.threshold(rows))
        self.assertEqual(only(rows).states, {})

    def test_rows_of_old_files_have_no_states(self):
        rows = [{key: value for key, value in row.items() if key != "round_trips"} for row in self.rows]
        self.assertEqual(only(rows).states, {})
        self.assertNotIn("With processors", markdown(rows))

    def test_they_do_not_matter_where_arithmetic_is_the_limit(self):
        rows = rates("ttt", NEAR, [30, 30], FORWARD, "ms") + rates("tract", APART, [60, 60], FORWARD, "ms")
        self.assertAlmostEqual(only(rows).ratio("tract"), 2)
        self.assertEqual(only(rows).states, {})


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
