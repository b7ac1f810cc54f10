"""Writes the model files that ttt and its peers run, with random weights: `models.py FOLDER`.

bert/ and gpt2/ are Hugging Face directories; bert_1x128.onnx, bert_8x128.onnx and gpt2.onnx hold the same weights for ONNX
Runtime and tract, gpt2-f32.gguf for llama.cpp; llama-1b-f32.gguf is quantized by `setup`. What is there stays.
"""

import sys
from pathlib import Path

import gguf
import numpy
import torch
from torch.nn import functional
from transformers import BertModel, GPT2LMHeadModel

import configurations
from shapes import GPT2, LLAMA_1B

BERT_BATCHES = [(1, 128), (8, 128)]


def main(folder):
    torch.manual_seed(0)
    bert, gpt2 = folder / "bert", folder / "gpt2"
    write(bert, lambda: BertModel(configurations.bert()).save_pretrained(bert))
    write(gpt2, lambda: GPT2LMHeadModel(configurations.gpt2()).save_pretrained(gpt2))
    for batch, tokens in BERT_BATCHES:
        file = folder / f"bert_{batch}x{tokens}.onnx"
        write(file, lambda: export_bert(bert, batch, tokens, file))
    write(folder / "gpt2.onnx", lambda: export_gpt2(gpt2, folder / "gpt2.onnx"))
    write(folder / "gpt2-f32.gguf", lambda: convert_gpt2(gpt2, folder / "gpt2-f32.gguf"))
    write(folder / "llama-1b-f32.gguf", lambda: write_llama(folder / "llama-1b-f32.gguf"))


def write(path, make):
    if not path.exists():
        print(f"writing {path.name}", flush=True)
        make()


class Encoder(torch.nn.Module):
    """BERT from token numbers to the last layer."""

    def __init__(self, directory):
        super().__init__()
        self.bert = BertModel.from_pretrained(
            directory, add_pooling_layer=False, attn_implementation="eager"
        ).eval()

    def forward(self, tokens):
        return self.bert(input_ids=tokens).last_hidden_state


class Decoder(torch.nn.Module):
    """GPT-2 with its cache as one tensor, [layer, key or value, sequence, head, token, channel]: the scores of the next
    token, and the longer cache."""

    def __init__(self, directory):
        super().__init__()
        self.transformer = GPT2LMHeadModel.from_pretrained(directory).eval().transformer

    def forward(self, tokens, cache):
        embed, positions = self.transformer.wte, self.transformer.wpe
        past, new = cache.shape[4], tokens.shape[1]
        places = torch.arange(past, past + new)
        later = torch.arange(past + new).unsqueeze(0) > places.unsqueeze(1)
        mask = torch.where(later, torch.tensor(-1e9), torch.tensor(0.0))
        hidden = embed(tokens) + positions(places.unsqueeze(0))
        longer = []
        for number, layer in enumerate(self.transformer.h):
            mixed, entry = self.attend(layer, hidden, cache[number], mask)
            longer.append(entry)
            hidden = hidden + mixed
            inner = layer.mlp.c_fc(layer.ln_2(hidden))
            hidden = hidden + layer.mlp.c_proj(functional.gelu(inner, approximate="tanh"))
        last = self.transformer.ln_f(hidden)[:, -1]
        return last @ embed.weight.t(), torch.stack(longer)

    def attend(self, layer, hidden, cache, mask):
        batch, new, width = hidden.shape
        channels = width // GPT2.heads
        query, key, value = (
            part.view(batch, new, GPT2.heads, channels).transpose(1, 2)
            for part in layer.attn.c_attn(layer.ln_1(hidden)).split(width, 2)
        )
        key = torch.cat([cache[0], key], 2)
        value = torch.cat([cache[1], value], 2)
        scores = query @ key.transpose(-1, -2) * channels**-0.5 + mask
        mixed = torch.softmax(scores, -1) @ value
        joined = mixed.transpose(1, 2).reshape(batch, new, width)
        return layer.attn.c_proj(joined), torch.stack([key, value])


def export_bert(directory, batch, tokens, file):
    example = torch.zeros(batch, tokens, dtype=torch.long)
    export(Encoder(directory), (example,), file, input_names=["tokens"], output_names=["hidden"])


def export_gpt2(directory, file):
    cache = torch.zeros(GPT2.layers, 2, 1, GPT2.heads, 3, GPT2.width // GPT2.heads)
    export(
        Decoder(directory),
        (torch.zeros(1, 4, dtype=torch.long), cache),
        file,
        input_names=["tokens", "cache"],
        output_names=["scores", "longer"],
        dynamic_axes={"tokens": {1: "new"}, "cache": {4: "past"}, "longer": {4: "all"}},
    )


def export(module, example, file, **options):
    with torch.no_grad():
        torch.onnx.export(module, example, str(file), dynamo=False, opset_version=17, **options)


def convert_gpt2(directory, file):
    """The same GPT-2 with the names and the layout of llama.cpp."""
    state = GPT2LMHeadModel.from_pretrained(directory).transformer.state_dict()
    writer = gguf_writer(file, "gpt2", GPT2)
    writer.add_layer_norm_eps(1e-5)
    rename = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm"}
    rename_in_layer = {
        "ln_1": "attn_norm",
        "attn.c_attn": "attn_qkv",
        "attn.c_proj": "attn_output",
        "ln_2": "ffn_norm",
        "mlp.c_fc": "ffn_up",
        "mlp.c_proj": "ffn_down",
    }
    for name, tensor in state.items():
        part, kind = name.rsplit(".", 1)
        if part.startswith("h."):
            _, number, part = part.split(".", 2)
            renamed = f"blk.{number}.{rename_in_layer[part]}"
            # Hugging Face's GPT-2 stores these matrices transposed.
            tensor = tensor.t() if tensor.dim() == 2 else tensor
        else:
            renamed = rename[part]
        writer.add_tensor(f"{renamed}.{kind}", tensor.contiguous().numpy())
    finish(writer)


def write_llama(file):
    shape, random = LLAMA_1B, numpy.random.default_rng(0)
    writer = gguf_writer(file, "llama", shape)
    writer.add_head_count_kv(shape.key_value_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(10000.0)

    def matrix(name, outputs, inputs):
        numbers = random.random((outputs, inputs), dtype=numpy.float32)
        writer.add_tensor(f"{name}.weight", (numbers - 0.5) * 0.04)

    def norm(name):
        writer.add_tensor(f"{name}.weight", numpy.ones(shape.width, numpy.float32))

    matrix("token_embd", shape.vocabulary, shape.width)
    norm("output_norm")
    matrix("output", shape.vocabulary, shape.width)
    for number in range(shape.layers):
        layer = f"blk.{number}"
        norm(f"{layer}.attn_norm")
        matrix(f"{layer}.attn_q", shape.width, shape.width)
        matrix(f"{layer}.attn_k", shape.key_value_width, shape.width)
        matrix(f"{layer}.attn_v", shape.key_value_width, shape.width)
        matrix(f"{layer}.attn_output", shape.width, shape.width)
        norm(f"{layer}.ffn_norm")
        matrix(f"{layer}.ffn_gate", shape.inner, shape.width)
        matrix(f"{layer}.ffn_up", shape.inner, shape.width)
        matrix(f"{layer}.ffn_down", shape.width, shape.inner)
    finish(writer)


def gguf_writer(file, architecture, shape):
    writer = gguf.GGUFWriter(file, architecture)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_block_count(shape.layers)
    writer.add_head_count(shape.heads)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_tokenizer_model("none")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    return writer


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    main(target)
