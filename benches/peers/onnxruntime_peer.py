"""ONNX Runtime: `forward FILE BATCH TOKENS`, `prefill FILE TOKENS`, `decode FILE DEPTH NEW` or `cold FILE TOKENS`."""

import sys

import numpy
import onnxruntime

from shapes import GPT2
from timing import THREADS, median_ms, median_rate, report, token

BERT_VOCABULARY = 30522


def forward(file, batch, tokens):
    session = open_session(file)
    feed = {"tokens": numbers(batch, tokens, BERT_VOCABULARY)}
    report(ms=median_ms(lambda: session.run(None, feed)))


def prefill(file, tokens):
    session = open_session(file)
    feed = {"tokens": numbers(1, tokens, GPT2.vocabulary), "cache": empty_cache()}
    report(ms=median_ms(lambda: session.run(None, feed)))


def decode(file, depth, new):
    session = open_session(file)

    def run(tokens, cache):
        feed = {"tokens": onnxruntime.OrtValue.ortvalue_from_numpy(tokens), "cache": cache}
        scores, longer = session.run_with_ort_values(None, feed)
        return numpy.array([[scores.numpy().argmax()]]), longer

    prompt = numbers(1, depth, GPT2.vocabulary)
    empty = onnxruntime.OrtValue.ortvalue_from_numpy(empty_cache())
    rate = median_rate(lambda: run(prompt, empty), new, lambda state: run(*state))
    report(tokens_per_second=rate)


def cold(file, tokens):
    feed = {"tokens": numbers(1, tokens, GPT2.vocabulary), "cache": empty_cache()}
    scores, _ = open_session(file).run(None, feed)
    report(token=int(scores.argmax()))


def open_session(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def numbers(batch, tokens, vocabulary):
    flat = [token(index, vocabulary) for index in range(batch * tokens)]
    return numpy.array(flat, numpy.int64).reshape(batch, tokens)


def empty_cache():
    channels = GPT2.width // GPT2.heads
    return numpy.zeros((GPT2.layers, 2, 1, GPT2.heads, 0, channels), numpy.float32)


if __name__ == "__main__":
    commands = {"forward": forward, "prefill": prefill, "decode": decode, "cold": cold}
    commands[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
