"""Sizes of the models that are measured, and what a pass through one costs at least.

Every peer gets the same shape, with random weights. SmolLM2 alone is a real file.
"""

from dataclasses import dataclass

BYTES_PER_WEIGHT = {
    "f32": 4,
    "f16": 2,
    "bf16": 2,
    "q8_0": 34 / 32,
    "q6_k": 210 / 256,
    "q4_1": 20 / 32,
    "q4_0": 18 / 32,
}


@dataclass(frozen=True)
class Shape:
    """A transformer of equal layers."""

    layers: int
    width: int
    heads: int
    key_value_heads: int
    inner: int
    """Width inside the feed-forward part."""
    gated: bool
    """Whether that part has a third matrix, the gate."""
    vocabulary: int
    """Tokens that the last layer tells apart; 0 without such a layer."""
    context: int

    @property
    def key_value_width(self):
        return self.width // self.heads * self.key_value_heads

    @property
    def layer_weights(self):
        """Numbers in the matrices of all layers."""
        attention = 2 * self.width * (self.width + self.key_value_width)
        feed_forward = (3 if self.gated else 2) * self.width * self.inner
        return self.layers * (attention + feed_forward)

    def gflop(self, batch, tokens):
        """10⁹ operations of a pass, attention of every token to every token included, the last layer for one token."""
        matrices = 2 * self.layer_weights * tokens + 2 * self.width * self.vocabulary
        attention = 4 * self.layers * self.width * tokens**2
        return batch * (matrices + attention) / 1e9

    def gigabytes(self, layers, output, depth):
        """10⁹ bytes read for one more token after `depth` others: matrices in the data types `layers` and `output`, and
        keys and values as 16-bit numbers."""
        matrices = self.layer_weights * BYTES_PER_WEIGHT[layers]
        last = self.width * self.vocabulary * BYTES_PER_WEIGHT[output]
        cache = 2 * 2 * self.layers * self.key_value_width * depth
        return (matrices + last + cache) / 1e9


BERT_BASE = Shape(
    layers=12,
    width=768,
    heads=12,
    key_value_heads=12,
    inner=3072,
    gated=False,
    vocabulary=0,
    context=512,
)
GPT2 = Shape(
    layers=12,
    width=768,
    heads=12,
    key_value_heads=12,
    inner=3072,
    gated=False,
    vocabulary=50257,
    context=1024,
)
LLAMA_1B = Shape(
    layers=22,
    width=2048,
    heads=32,
    key_value_heads=4,
    inner=5632,
    gated=True,
    vocabulary=32000,
    context=2048,
)
SMOLLM2_135M = Shape(
    layers=30,
    width=576,
    heads=9,
    key_value_heads=3,
    inner=1536,
    gated=True,
    vocabulary=49152,
    context=8192,
)
