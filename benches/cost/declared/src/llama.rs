//! LLaMA and what follows its layout.

ttt_runtime::model! {
    /// A pre-norm decoder layer with rotary attention and a gated feed-forward.
    block LlamaBlock(
        dim,
        heads,
        kv_heads,
        head_dim,
        hidden,
        act: Activation,
        eps: Float,
        attention_bias: Bool,
        mlp_bias: Bool,
    ) {
        require heads % kv_heads == 0;
        attn_norm: RmsNorm(dim, eps: eps);
        attn: GroupedQueryAttention(dim, heads, kv_heads, head_dim, bias: attention_bias, out_bias: attention_bias);
        mlp_norm: RmsNorm(dim, eps: eps);
        mlp: SwiGlu(dim, hidden, act: act, bias: mlp_bias);
        forward(x: [B, T, dim], cos: [B, T, head_dim], sin: [B, T, head_dim]) -> [B, T, dim] {
            let x = x + attn(attn_norm(x), cos, sin);
            x + mlp(mlp_norm(x))
        }
    }

    /// LLaMA: a pre-norm causal decoder with rotary positions and grouped queries (Touvron et al., 2023).
    model Llama {
        params {
            vocab = 32000,
            ctx = 2048,
            dim = 4096,
            heads = 32,
            kv_heads = heads,
            head_dim = 128,
            hidden = 11008,
            layers = 32,
            act: Activation = silu,
            eps: Float = 1e-6,
            attention_bias: Bool = false,
            mlp_bias: Bool = false,
            tied: Bool = false,
            theta: Float = 10000.0,
            rope_scaling: RopeScaling = unscaled,
            rope_factor: Float = 1.0,
            rope_original_ctx: Int = ctx,
            rope_low_freq_factor: Float = 1.0,
            rope_high_freq_factor: Float = 4.0,
            rope_beta_fast: Float = 32.0,
            rope_beta_slow: Float = 1.0,
            rope_attention_factor: Float = 0.0,
            rope_mscale: Float = 0.0,
            rope_mscale_all_dim: Float = 0.0,
            rope_truncate: Bool = true,
        }
        require heads % kv_heads == 0;
        require head_dim % 2 == 0, "rotary dimensions are rotated in pairs";
        require rope_scaling == unscaled || rope_scaling == linear || rope_original_ctx > 0, "this rope scaling needs the original context length";
        embed: Embedding(vocab, dim);
        rope: Rope(
            head_dim,
            theta: theta,
            scaling: rope_scaling,
            factor: rope_factor,
            original_ctx: rope_original_ctx,
            low_freq_factor: rope_low_freq_factor,
            high_freq_factor: rope_high_freq_factor,
            beta_fast: rope_beta_fast,
            beta_slow: rope_beta_slow,
            attention_factor: rope_attention_factor,
            mscale: rope_mscale,
            mscale_all_dim: rope_mscale_all_dim,
            truncate: rope_truncate,
        );
        layer: [LlamaBlock(dim, heads, kv_heads, head_dim, hidden, act, eps, attention_bias, mlp_bias); layers];
        norm: RmsNorm(dim, eps: eps);
        forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] {
            let (cos, sin) = rope(positions(input_ids));
            norm(layer(embed(input_ids), cos, sin))
        }

        /// Scores of the next token.
        head lm {
            logits: Linear(dim, vocab, bias: false);
            tie logits.weight = embed.weight if tied;
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
            loss next_token;
        }

        /// Scores of a whole sequence, from its last token that is not padding.
        head sequence_classification(classes = 2, pad: Int = -1, problem: ProblemType = by_labels) {
            score: Linear(dim, classes, bias: false);
            forward(last_hidden_state: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                score(pick(last_hidden_state, last_token(input_ids, pad: pad)))
            }
            loss problem_type(problem: problem);
        }
    }
}
