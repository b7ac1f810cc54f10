"""What the figures were measured on."""

import platform
import re
from pathlib import Path
from statistics import median

import placement
from places import HERE

# What a workload can gain from, of all that a processor has.
FEATURES = ["avx2", "avx512f", "avx512_bf16", "avx512_vnni", "avx_vnni", "amx_tile", "asimd", "sve"]


def lines(rows):
    """List items: processor, memory, limits, versions."""
    limits = [row for row in rows if row["peer"] == "limit" and "failed" not in row]
    yield f"- Processor: {processor()}; {memory():.0f} GB of memory; Linux {platform.release()}."
    yield from limit(limits, "gflops", "GFLOP/s in f32")
    threshold = placement.threshold(rows)
    yield from limit(limits, "read_gigabytes_per_second", "GB/s read")
    states = placement.by_state(limits, threshold) if threshold else {}
    for state, own in states.items():
        where = f"with processors {state}, a round trip of {placement.round_trip(own):.0f} ns between them"
        yield from limit(own, "read_gigabytes_per_second", f"GB/s read {where}")
    present = {row["peer"] for row in rows if "failed" not in row}
    used = [version for peer, version in versions() if peer in present]
    yield f"- Peers: {', '.join(used)}."


def limit(rows, key, unit):
    """A list item, where there are rows."""
    values = [row[key] for row in rows if key in row]
    if values:
        spread = f"{min(values):.0f} to {max(values):.0f} in {len(values)} runs"
        yield f"- Limit: {median(values):.0f} {unit} ({spread})."


def processor():
    text = Path("/proc/cpuinfo").read_text()
    fields = dict(re.findall(r"^([^\t:]+?)\s*: (.*)$", text, re.M))
    flags = fields.get("flags", fields.get("Features", "")).split()
    count = len(re.findall(r"^processor", text, re.M))
    name = fields.get("model name", platform.machine())
    model = f"family {fields.get('cpu family')}, model {fields.get('model')}"
    features = " ".join(feature for feature in FEATURES if feature in flags)
    return f"{name} ({model}), {count} cores, {features}"


def memory():
    kibibytes = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.M)
    return int(kibibytes[1]) * 1024 / 1e9


def versions():
    """Peers with their versions, as they are pinned."""
    python = dict(re.findall(r"^(\S+)==(\S+)$", (HERE / "requirements.txt").read_text(), re.M))
    lock = (HERE / "rust/Cargo.lock").read_text()
    rust = dict(re.findall(r'^name = "(\S+)"\nversion = "(\S+)"', lock, re.M))
    setup = (HERE / "setup").read_text()
    yield "ONNX Runtime", f"ONNX Runtime {python['onnxruntime']}"
    yield "llama.cpp", f"llama.cpp of llama-cpp-python {re.search(r'^llama_cpp_python=(.*)$', setup, re.M)[1]}"
    yield "PyTorch", f"PyTorch {python['torch']} with transformers {python['transformers']}"
    yield "tract", f"tract {rust['tract-onnx']}"
    yield "candle", f"candle {rust['candle-core']}"
