"""How each peer is started, and how its answer is read."""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from places import HERE, PROGRAMS, PYTHON


@dataclass(frozen=True)
class Start:
    """What starts a peer for one workload."""

    command: list
    """Words; {ttt}, {threads} and {repeat} stand for what `run` was told."""
    files: list
    """What has to be there for it."""
    read: callable
    """Turns what was printed into figures: ms or tokens_per_second."""

    def missing(self):
        """The first file that is not there."""
        return next((path for path in self.files if not path.exists()), None)


def ttt(source, *arguments):
    command = ["{ttt}", "bench", source, *arguments]
    options = ["--threads", "{threads}", "--repeat", "{repeat}", "--format", "json"]
    return Start(command + options, [source], read_ttt)


def onnxruntime(work, model, *arguments):
    script = HERE / "onnxruntime_peer.py"
    return Start([PYTHON, script, work, model, *arguments], [PYTHON, model], last_json)


def torch(work, model, *arguments):
    files = [PYTHON] + ([model] if isinstance(model, Path) else [])
    return Start([PYTHON, HERE / "torch_peer.py", work, model, *arguments], files, last_json)


def llama_cpp(model, *options, prompt=0, new=0, depth=0):
    program = PROGRAMS / "llama-bench"
    command = [program, "-m", model, "-p", prompt, "-n", new, "-d", depth, *options]
    return Start(
        command + ["-t", "{threads}", "-r", "{repeat}", "-o", "json"], [program, model], read_llama_bench
    )


def candle(work, model, *arguments):
    program = PROGRAMS / "candle-peer"
    files = [program] + ([model] if isinstance(model, Path) else [])
    return Start([program, work, model, *arguments], files, last_json)


def tract(model, *arguments):
    program = PROGRAMS / "tract-peer"
    return Start([program, model, *arguments], [program, model], last_json)


def limits(what):
    program = PROGRAMS / "limits"
    return Start([program, what], [program], last_json)


def last_json(output):
    """The last line that is an object."""
    return json.loads([line for line in output.splitlines() if line.startswith("{")][-1])


def read_ttt(output):
    """The figures of the one thing that was measured."""
    figures = last_json(output)
    measured = (figures.get(what) for what in ("prefill", "decode", "forward", "cold"))
    return next(what for what in measured if what)


def read_llama_bench(output):
    """llama-bench prints tokens per second, of the prompt or of the answer."""
    entry = json.loads(output[output.index("[\n") :])[0]
    rate, prompt = statistics.median(entry["samples_ts"]), entry["n_prompt"]
    return {"ms": 1e3 * prompt / rate} if prompt else {"tokens_per_second": rate}
