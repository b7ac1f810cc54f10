"""What the peers in Python share: the same tokens for everyone, and medians. THREADS and REPEAT come from `run`."""

import json
import os
import statistics
import time

THREADS = int(os.environ.get("THREADS", os.cpu_count()))
REPEAT = int(os.environ.get("REPEAT", 5))


def token(index, vocabulary):
    """The token at a place of the prompt: spread over the vocabulary, so that no cache holds its embeddings."""
    return (index * 7919 + 13) % vocabulary


def median_ms(run):
    """Milliseconds that `run` takes, after once unmeasured."""
    run()
    return 1e3 * statistics.median(seconds(run) for _ in range(REPEAT))


def median_rate(prepare, count, step):
    """Steps per second: `prepare` makes a state, and `step` turns a state into the next, `count` times."""
    rates = []
    for _ in range(REPEAT + 1):
        state = prepare()
        started = time.perf_counter()
        for _ in range(count):
            state = step(state)
        rates.append(count / (time.perf_counter() - started))
    return statistics.median(rates[1:])


def seconds(run):
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def report(**figures):
    print(json.dumps(figures))
