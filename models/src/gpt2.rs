//! GPT-2.

ttt_runtime::model! {
    /// A pre-norm decoder layer.
    block Gpt2Block(dim, heads, hidden, act: Activation, eps: Float, dropout: Float) {
        require dim % heads == 0;
        ln_1: LayerNorm(dim, eps: eps);
        attn: Attention(dim, heads, causal: true);
        ln_2: LayerNorm(dim, eps: eps);
        mlp: Mlp(dim, hidden, act: act);
        drop: Dropout(dropout);
        forward(x: [B, T, dim]) -> [B, T, dim] {
            let x = x + drop(attn(ln_1(x)));
            x + drop(mlp(ln_2(x)))
        }
    }

    /// GPT-2: a pre-norm causal decoder with learned positions (Radford et al., 2019).
    model Gpt2 {
        params {
            vocab = 50257,
            ctx = 1024,
            dim = 768,
            heads = 12,
            layers = 12,
            hidden = 4 * dim,
            act: Activation = gelu_tanh,
            eps: Float = 1e-5,
            dropout: Float = 0.0,
            tied: Bool = true,
        }
        require dim % heads == 0;
        wte: Embedding(vocab, dim);
        wpe: Embedding(ctx, dim);
        drop: Dropout(dropout);
        h: [Gpt2Block(dim, heads, hidden, act, eps, dropout); layers];
        ln_f: LayerNorm(dim, eps: eps);
        forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] {
            ln_f(h(drop(wte(input_ids) + wpe(positions(input_ids)))))
        }

        /// Scores of the next token.
        head lm {
            logits: Linear(dim, vocab, bias: false);
            tie logits.weight = wte.weight if tied;
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
            loss next_token;
        }

        preset nano { dim: 384, heads: 6, layers: 6 }
        preset small { dim: 768, heads: 12, layers: 12 }
        preset medium { dim: 1024, heads: 16, layers: 24 }
        preset large { dim: 1280, heads: 20, layers: 36 }
        preset xl { dim: 1600, heads: 25, layers: 48 }

        config hf("gpt2") {
            vocab: "vocab_size" or 50257,
            ctx: "n_positions" or 1024,
            dim: "n_embd" or 768,
            heads: "n_head" or 12,
            layers: "n_layer" or 12,
            hidden: "n_inner" or 4 * dim,
            act: "activation_function" or gelu_tanh,
            eps: "layer_norm_epsilon" or 1e-5,
            dropout: "resid_pdrop" or 0.1,
            tied: "tie_word_embeddings" or true,
            expect "scale_attn_weights" = true,
            expect "scale_attn_by_inverse_layer_idx" = false,
            expect "add_cross_attention" = false,
            expect "is_encoder_decoder" = false,
            ignore "embd_pdrop",
            ignore "attn_pdrop",
            ignore "n_ctx",
            ignore "initializer_range",
            ignore "reorder_and_upcast_attn",
            ignore "summary_activation",
            ignore "summary_first_dropout",
            ignore "summary_proj_to_labels",
            ignore "summary_type",
            ignore "summary_use_proj",
            architecture "GPT2Model" => base,
            architecture "GPT2LMHeadModel" => lm,
        }

        weights hf(linear: in_out, prefix: "transformer") {
            "wte" => wte,
            "wpe" => wpe,
            "h.{i}.ln_1" => h[i].ln_1,
            "h.{i}.attn.c_attn" => (h[i].attn.q, h[i].attn.k, h[i].attn.v),
            "h.{i}.attn.c_proj" => h[i].attn.o,
            "h.{i}.ln_2" => h[i].ln_2,
            "h.{i}.mlp.c_fc" => h[i].mlp.up,
            "h.{i}.mlp.c_proj" => h[i].mlp.down,
            "ln_f" => ln_f,
            "h.{i}.attn.bias" => skip,
            "h.{i}.attn.masked_bias" => skip,
            "lm_head" => lm.logits via transpose,
        }

        config gguf("gpt2") {
            vocab: len("tokenizer.ggml.tokens") or "gpt2.vocab_size",
            ctx: "gpt2.context_length",
            dim: "gpt2.embedding_length",
            heads: "gpt2.attention.head_count",
            layers: "gpt2.block_count",
            hidden: "gpt2.feed_forward_length" or 4 * dim,
            act: gelu_tanh,
            eps: "gpt2.attention.layer_norm_epsilon",
            tied: absent("output.weight") or true,
            keep dropout,
            architecture "gpt2" => lm,
        }

        weights gguf {
            "token_embd" => wte,
            "position_embd" => wpe,
            "blk.{i}.attn_norm" => h[i].ln_1,
            "blk.{i}.attn_qkv" => (h[i].attn.q, h[i].attn.k, h[i].attn.v),
            "blk.{i}.attn_output" => h[i].attn.o,
            "blk.{i}.ffn_norm" => h[i].ln_2,
            "blk.{i}.ffn_up" => h[i].mlp.up,
            "blk.{i}.ffn_down" => h[i].mlp.down,
            "output_norm" => ln_f,
            "output" => lm.logits,
        }
    }
}
