"""PyTorch with transformers: `forward bert BATCH TOKENS`, `prefill MODEL TOKENS`, `decode MODEL DEPTH NEW [bfloat16]` or
`cold FOLDER TOKENS`, where MODEL is gpt2 or llama-1b. Weights are random; `cold` alone reads them from a folder."""

import sys

import torch
import transformers
from transformers import BertModel, GPT2LMHeadModel, LlamaForCausalLM

import configurations
from timing import THREADS, median_ms, median_rate, report, token

ATTENTION = {"attn_implementation": "sdpa"}


def forward(_, batch, tokens):
    model = BertModel(configurations.bert(**ATTENTION), add_pooling_layer=False).eval()
    prompt = numbers(int(batch), int(tokens), model.config.vocab_size)
    report(ms=median_ms(lambda: model(prompt).last_hidden_state))


def prefill(name, tokens):
    model = MODELS[name](torch.float32)
    prompt = numbers(1, int(tokens), model.config.vocab_size)
    report(ms=median_ms(lambda: model(prompt, use_cache=True, logits_to_keep=1).logits))


def decode(name, depth, new, dtype="float32"):
    model = MODELS[name](getattr(torch, dtype))
    prompt = numbers(1, int(depth), model.config.vocab_size)

    def run(tokens, cache):
        output = model(tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)
        return output.logits[:, -1].argmax(-1, keepdim=True), output.past_key_values

    rate = median_rate(lambda: run(prompt, None), int(new), lambda state: run(*state))
    report(tokens_per_second=rate)


def cold(folder, tokens):
    model = GPT2LMHeadModel.from_pretrained(folder, **ATTENTION).eval()
    prompt = numbers(1, int(tokens), model.config.vocab_size)
    report(token=model(prompt, logits_to_keep=1).logits.argmax(-1).item())


def gpt2(dtype):
    return GPT2LMHeadModel(configurations.gpt2(**ATTENTION)).to(dtype).eval()


def llama(dtype):
    config = configurations.llama(**ATTENTION)
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    model = model.to(dtype).to_empty(device="cpu").eval()
    for parameter in model.parameters():
        parameter.uniform_(-0.02, 0.02)
    # Its frequencies are no parameters, so they are made anew.
    model.model.rotary_emb = type(model.model.rotary_emb)(config)
    return model


MODELS = {"gpt2": gpt2, "llama-1b": llama}


def numbers(batch, tokens, vocabulary):
    flat = [token(index, vocabulary) for index in range(batch * tokens)]
    return torch.tensor(flat).view(batch, tokens)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(THREADS)
    torch.set_num_interop_threads(1)
    commands = {"forward": forward, "prefill": prefill, "decode": decode, "cold": cold}
    with torch.inference_mode():
        commands[sys.argv[1]](*sys.argv[2:])
