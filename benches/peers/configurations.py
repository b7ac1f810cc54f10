"""The shapes as transformers writes them down."""

from transformers import BertConfig, GPT2Config, LlamaConfig

from shapes import BERT_BASE, GPT2, LLAMA_1B


def bert(**options):
    return BertConfig(
        vocab_size=30522,
        hidden_size=BERT_BASE.width,
        num_hidden_layers=BERT_BASE.layers,
        num_attention_heads=BERT_BASE.heads,
        intermediate_size=BERT_BASE.inner,
        **options,
    )


def gpt2(**options):
    return GPT2Config(
        vocab_size=GPT2.vocabulary,
        n_positions=GPT2.context,
        n_embd=GPT2.width,
        n_layer=GPT2.layers,
        n_head=GPT2.heads,
        **options,
    )


def llama(**options):
    return LlamaConfig(
        vocab_size=LLAMA_1B.vocabulary,
        hidden_size=LLAMA_1B.width,
        intermediate_size=LLAMA_1B.inner,
        num_hidden_layers=LLAMA_1B.layers,
        num_attention_heads=LLAMA_1B.heads,
        num_key_value_heads=LLAMA_1B.key_value_heads,
        max_position_embeddings=LLAMA_1B.context,
        **options,
    )
