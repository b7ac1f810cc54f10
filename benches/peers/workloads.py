"""What is measured: each workload, what it costs at least, and how ttt and its peers are told to do it."""

from dataclasses import dataclass

import peers
from places import MODELS, SMOLLM2
from shapes import BERT_BASE, GPT2, LLAMA_1B, SMOLLM2_135M

# The data type of the last layer, which llama.cpp chooses by that of the others.
OUTPUT = {"f32": "f32", "bf16": "bf16", "q8_0": "q8_0", "q4_0": "q6_k", "q4_1": "q8_0"}


@dataclass(frozen=True)
class Workload:
    """Something that every peer does."""

    name: str
    title: str
    unit: str
    """ms, tokens_per_second, or seconds of the whole process."""
    starts: dict
    repeat: int = 5
    """How often a process repeats it, after once unmeasured; its median counts."""
    gflop: float = 0
    """10⁹ operations, where arithmetic is the limit."""
    gigabytes: float = 0
    """10⁹ bytes per token, where reading memory is the limit."""


def bert(batch, tokens):
    model = MODELS / f"bert_{batch}x{tokens}.onnx"
    size = ["--batch", batch, "--prompt-tokens", tokens]
    return Workload(
        f"bert-{batch}x{tokens}",
        f"BERT-base, {batch} × {tokens} tokens",
        "ms",
        {
            "ttt": peers.ttt(MODELS / "bert", "--only", "forward", *size),
            "ONNX Runtime": peers.onnxruntime("forward", model, batch, tokens),
            "tract": peers.tract(model, batch, tokens),
            "PyTorch": peers.torch("forward", "bert", batch, tokens),
            "candle": peers.candle("forward", MODELS / "bert", batch, tokens),
        },
        gflop=BERT_BASE.gflop(batch, tokens),
    )


def gpt2_prefill(tokens):
    size = ["--prompt-tokens", tokens]
    return Workload(
        f"gpt2-prefill-{tokens}",
        f"GPT-2 124M, prompt of {tokens}",
        "ms",
        {
            "ttt": peers.ttt(MODELS / "gpt2", "--only", "prefill", *size),
            "ONNX Runtime": peers.onnxruntime("prefill", MODELS / "gpt2.onnx", tokens),
            "llama.cpp": peers.llama_cpp(MODELS / "gpt2-f32.gguf", prompt=tokens),
            "PyTorch": peers.torch("prefill", "gpt2", tokens),
            "candle": peers.candle("prefill", MODELS / "gpt2", tokens),
        },
        gflop=GPT2.gflop(1, tokens),
    )


def gpt2_decode(depth, new):
    size = ["--depth", depth, "--new-tokens", new]
    return Workload(
        f"gpt2-decode-{depth}",
        f"GPT-2 124M, {new} tokens after {depth}",
        "tokens_per_second",
        {
            "ttt": peers.ttt(MODELS / "gpt2", "--only", "decode", *size),
            "ONNX Runtime": peers.onnxruntime("decode", MODELS / "gpt2.onnx", depth, new),
            "llama.cpp": peers.llama_cpp(MODELS / "gpt2-f32.gguf", new=new, depth=depth),
            "PyTorch": peers.torch("decode", "gpt2", depth, new),
            "candle": peers.candle("decode", MODELS / "gpt2", depth, new),
        },
        gigabytes=GPT2.gigabytes("f32", "f32", depth + new / 2),
    )


def llama_decode(dtype, depth, new):
    starts = gguf_decode(MODELS / f"llama-1b-{dtype}.gguf", dtype, depth, new)
    if dtype == "f32":
        starts["PyTorch"] = peers.torch("decode", "llama-1b", depth, new)
    elif dtype == "bf16":
        # candle makes 32-bit numbers of 16-bit ones while it loads them: it would read twice as much.
        del starts["candle"]
        starts["PyTorch"] = peers.torch("decode", "llama-1b", depth, new, "bfloat16")
    return Workload(
        f"llama-{dtype}-decode-{depth}",
        f"LLaMA 1.1B {dtype}, {new} tokens after {depth}",
        "tokens_per_second",
        starts,
        repeat=3,
        gigabytes=LLAMA_1B.gigabytes(dtype, OUTPUT[dtype], depth + new / 2),
    )


def smollm2_decode(depth, new):
    return Workload(
        f"smollm2-q4_1-decode-{depth}",
        f"SmolLM2 135M q4_1, {new} tokens after {depth}",
        "tokens_per_second",
        gguf_decode(SMOLLM2, "q4_1", depth, new),
        gigabytes=SMOLLM2_135M.gigabytes("q4_1", OUTPUT["q4_1"], depth + new / 2),
    )


def gguf_decode(model, dtype, depth, new):
    """Those that read the same GGUF file."""
    size = ["--depth", depth, "--new-tokens", new]
    return {
        "ttt": peers.ttt(model, "--only", "decode", "--dtype", dtype, *size),
        "llama.cpp": peers.llama_cpp(model, new=new, depth=depth),
        "candle": peers.candle("decode", model, depth, new),
    }


def llama_prefill(tokens):
    model = MODELS / "llama-1b-f32.gguf"
    return Workload(
        f"llama-f32-prefill-{tokens}",
        f"LLaMA 1.1B f32, prompt of {tokens}",
        "ms",
        {
            "ttt": peers.ttt(model, "--only", "prefill", "--prompt-tokens", tokens),
            "llama.cpp": peers.llama_cpp(model, prompt=tokens),
            "PyTorch": peers.torch("prefill", "llama-1b", tokens),
            "candle": peers.candle("prefill", model, tokens),
        },
        repeat=1,
        gflop=LLAMA_1B.gflop(1, tokens),
    )


def gpt2_cold(tokens):
    """The files are in the system's cache: a process was there before. Hugging Face's hold transposed matrices."""
    return Workload(
        "gpt2-cold",
        f"GPT-2 124M, whole process with one pass of {tokens}",
        "seconds",
        {
            "ttt": peers.ttt(MODELS / "gpt2", "--only", "cold"),
            "ONNX Runtime": peers.onnxruntime("cold", MODELS / "gpt2.onnx", tokens),
            "PyTorch": peers.torch("cold", MODELS / "gpt2", tokens),
            "candle": peers.candle("cold", MODELS / "gpt2", tokens),
        },
        repeat=1,
    )


def gpt2_cold_gguf(tokens):
    """The same from one file that both map."""
    file = MODELS / "gpt2-f32.gguf"
    return Workload(
        "gpt2-gguf-cold",
        f"GPT-2 124M GGUF, whole process with one pass of {tokens}",
        "seconds",
        {
            "ttt": peers.ttt(file, "--only", "cold"),
            "llama.cpp": peers.llama_cpp(file, "--no-warmup", prompt=tokens),
        },
        repeat=1,
    )


WORKLOADS = [
    bert(1, 128),
    bert(8, 128),
    gpt2_prefill(512),
    gpt2_decode(32, 64),
    llama_decode("f32", 128, 16),
    llama_decode("bf16", 128, 32),
    llama_decode("q8_0", 128, 32),
    llama_decode("q4_0", 128, 32),
    smollm2_decode(128, 64),
    llama_prefill(512),
    llama_prefill(2048),
    llama_decode("q8_0", 2000, 32),
    smollm2_decode(2000, 64),
    gpt2_cold(16),
    gpt2_cold_gguf(16),
]
