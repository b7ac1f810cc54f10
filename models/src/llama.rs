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
        require rope_scaling == unscaled || rope_scaling == linear || rope_original_ctx > 0,
            "this rope scaling needs the original context length";
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

        /// Scores of every token.
        head token_classification(classes = 2, classifier_dropout: Float = 0.1) {
            drop: Dropout(classifier_dropout);
            score: Linear(dim, classes);
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, classes] { score(drop(last_hidden_state)) }
            loss cross_entropy;
        }

        /// Scores of every token as the first and the last of an answer.
        head question_answering {
            qa_outputs: Linear(dim, 2);
            forward(last_hidden_state: [B, T, dim]) -> (start_logits: [B, T], end_logits: [B, T]) {
                let ends = qa_outputs(last_hidden_state);
                (ends[:, :, 0], ends[:, :, 1])
            }
            loss span;
        }

        /// A trainable miniature of LLaMA 3.
        preset nano_llama3 {
            vocab: 32000, ctx: 256, dim: 384, heads: 6, kv_heads: 3, head_dim: 64, hidden: 1024, layers: 6, eps: 1e-5,
            theta: 500000.0
        }
        preset tinyllama {
            vocab: 32000, ctx: 2048, dim: 2048, heads: 32, kv_heads: 4, head_dim: 64, hidden: 5632, layers: 22,
            eps: 1e-5
        }
        preset llama_7b {
            vocab: 32000, ctx: 2048, dim: 4096, heads: 32, kv_heads: 32, head_dim: 128, hidden: 11008, layers: 32
        }
        preset llama3_8b {
            vocab: 128256, ctx: 8192, dim: 4096, heads: 32, kv_heads: 8, head_dim: 128, hidden: 14336, layers: 32,
            eps: 1e-5, theta: 500000.0
        }
        preset llama3_2_1b {
            vocab: 128256, ctx: 131072, dim: 2048, heads: 32, kv_heads: 8, head_dim: 64, hidden: 8192, layers: 16,
            eps: 1e-5, tied: true, theta: 500000.0, rope_scaling: llama3, rope_factor: 32.0, rope_original_ctx: 8192,
            rope_low_freq_factor: 1.0, rope_high_freq_factor: 4.0
        }

        config hf("llama") {
            vocab: "vocab_size" or 32000,
            ctx: "max_position_embeddings" or 2048,
            dim: "hidden_size" or 4096,
            heads: "num_attention_heads" or 32,
            kv_heads: "num_key_value_heads" or heads,
            head_dim: "head_dim" or dim / heads,
            hidden: "intermediate_size" or 11008,
            layers: "num_hidden_layers" or 32,
            act: "hidden_act" or silu,
            eps: "rms_norm_eps" or 1e-6,
            attention_bias: "attention_bias" or false,
            mlp_bias: "mlp_bias" or false,
            tied: "tie_word_embeddings" or false,
            classes: "num_labels" or len("id2label") or 2,
            pad: "pad_token_id" or none(-1),
            problem: "problem_type" or none(by_labels),
            classifier_dropout: "classifier_dropout" or "hidden_dropout" or 0.1,
            theta: "rope_parameters.rope_theta" or "rope_theta" or 10000.0,
            rope_scaling: "rope_parameters.rope_type" or "rope_scaling.rope_type" or "rope_scaling.type" or unscaled,
            rope_factor: "rope_parameters.factor" or "rope_scaling.factor" or 1.0,
            rope_original_ctx: "rope_parameters.original_max_position_embeddings"
                or "rope_scaling.original_max_position_embeddings" or ctx,
            rope_low_freq_factor: "rope_parameters.low_freq_factor" or "rope_scaling.low_freq_factor" or 1.0,
            rope_high_freq_factor: "rope_parameters.high_freq_factor" or "rope_scaling.high_freq_factor" or 4.0,
            rope_beta_fast: "rope_parameters.beta_fast" or "rope_scaling.beta_fast" or 32.0,
            rope_beta_slow: "rope_parameters.beta_slow" or "rope_scaling.beta_slow" or 1.0,
            rope_attention_factor: "rope_parameters.attention_factor" or "rope_scaling.attention_factor" or 0.0,
            rope_mscale: "rope_parameters.mscale" or "rope_scaling.mscale" or 0.0,
            rope_mscale_all_dim: "rope_parameters.mscale_all_dim" or "rope_scaling.mscale_all_dim" or 0.0,
            rope_truncate: "rope_parameters.truncate" or "rope_scaling.truncate" or true,
            ignore "attention_dropout",
            ignore "initializer_range",
            ignore "pretraining_tp",
            architecture "LlamaModel" => base,
            expect "token_classification_bias" = true,
            architecture "LlamaForCausalLM" => lm,
            architecture "LlamaForSequenceClassification" => sequence_classification,
            architecture "LlamaForTokenClassification" => token_classification,
            architecture "LlamaForQuestionAnswering" => question_answering,
        }

        weights hf(linear: out_in, rope: half, prefix: "model") {
            "embed_tokens" => embed,
            "layers.{i}.input_layernorm" => layer[i].attn_norm,
            "layers.{i}.self_attn.q_proj" => layer[i].attn.q,
            "layers.{i}.self_attn.k_proj" => layer[i].attn.k,
            "layers.{i}.self_attn.v_proj" => layer[i].attn.v,
            "layers.{i}.self_attn.o_proj" => layer[i].attn.o,
            "layers.{i}.post_attention_layernorm" => layer[i].mlp_norm,
            "layers.{i}.mlp.gate_proj" => layer[i].mlp.gate,
            "layers.{i}.mlp.up_proj" => layer[i].mlp.up,
            "layers.{i}.mlp.down_proj" => layer[i].mlp.down,
            "norm" => norm,
            "layers.{i}.self_attn.rotary_emb.inv_freq" => skip,
            "lm_head" => lm.logits,
            "score" => sequence_classification.score,
            "score" => token_classification.score,
            "qa_outputs" => question_answering.qa_outputs,
            prefix "transformer" => question_answering,
        }

        config gguf("llama") {
            vocab: len("tokenizer.ggml.tokens") or "llama.vocab_size",
            ctx: "llama.context_length",
            dim: "llama.embedding_length",
            heads: "llama.attention.head_count",
            kv_heads: "llama.attention.head_count_kv" or heads,
            head_dim: "llama.attention.key_length" or "llama.rope.dimension_count" or dim / heads,
            hidden: "llama.feed_forward_length",
            layers: "llama.block_count",
            act: silu,
            eps: "llama.attention.layer_norm_rms_epsilon",
            attention_bias: present("blk.0.attn_q.bias") or false,
            mlp_bias: present("blk.0.ffn_up.bias") or false,
            tied: absent("output.weight") or true,
            theta: "llama.rope.freq_base" or 10000.0,
            rope_scaling: "llama.rope.scaling.type" or unscaled,
            rope_factor: "llama.rope.scaling.factor" or 1.0,
            rope_original_ctx: "llama.rope.scaling.original_context_length" or ctx,
            rope_low_freq_factor: 1.0,
            rope_high_freq_factor: 4.0,
            rope_beta_fast: "llama.rope.scaling.yarn_beta_fast" or 32.0,
            rope_beta_slow: "llama.rope.scaling.yarn_beta_slow" or 1.0,
            rope_attention_factor: 0.0,
            rope_mscale: 0.0,
            rope_mscale_all_dim: 0.0,
            rope_truncate: true,
            keep classes,
            keep pad,
            keep problem,
            keep classifier_dropout,
            also "llama.attention.head_count_kv" = kv_heads,
            also "llama.attention.key_length" = head_dim,
            also "llama.attention.value_length" = head_dim,
            also "llama.rope.dimension_count" = head_dim,
            also "llama.rope.freq_base" = theta,
            expect "llama.expert_count" = 0, "experts are another architecture",
            expect "llama.expert_used_count" = 0,
            expect "llama.rope.scale_linear" = 1.0,
            expect "llama.rope.scaling.type" = "none" | "linear" | "yarn",
            expect "llama.rope.scaling.attn_factor" = 1.0,
            ignore "llama.rope.scaling.finetuned",
            ignore "llama.tensor_data_layout",
            architecture "llama" => lm,
        }

        weights gguf(linear: out_in, rope: interleaved) {
            "token_embd" => embed,
            "blk.{i}.attn_norm" => layer[i].attn_norm,
            "blk.{i}.attn_q" => layer[i].attn.q,
            "blk.{i}.attn_k" => layer[i].attn.k,
            "blk.{i}.attn_v" => layer[i].attn.v,
            "blk.{i}.attn_output" => layer[i].attn.o,
            "blk.{i}.ffn_norm" => layer[i].mlp_norm,
            "blk.{i}.ffn_gate" => layer[i].mlp.gate,
            "blk.{i}.ffn_up" => layer[i].mlp.up,
            "blk.{i}.ffn_down" => layer[i].mlp.down,
            "blk.{i}.attn_rot_embd" => skip,
            "rope_freqs.weight" => factors(rope),
            "output_norm" => norm,
            "output" => lm.logits,
            lacks sequence_classification,
            lacks token_classification,
            lacks question_answering,
        }
    }
}
