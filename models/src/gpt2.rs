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

        /// Scores of the next token, and of each of `C` sequences that continue one beginning: the tokens at
        /// `mc_token_ids`, the last unless they are given, speak for their sequences.
        head double_heads(summary_dropout: Float = 0.1) {
            fold C;
            logits: Linear(dim, vocab, bias: false);
            tie logits.weight = wte.weight if tied;
            drop: Dropout(summary_dropout);
            summary: Linear(dim, 1);
            forward(last_hidden_state: [B, C, T, dim], given mc_token_ids: Int[B, C] = -1)
                -> (logits: [B, C, T, vocab], mc_logits: [B, C]) {
                let chosen = pick(last_hidden_state, mc_token_ids);
                (logits(last_hidden_state), summary(drop(chosen))[:, :, 0])
            }
            loss next_token;
            loss cross_entropy(logits: mc_logits, labels: mc_labels);
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
            classifier: Linear(dim, classes);
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, classes] { classifier(drop(last_hidden_state)) }
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
            classes: "num_labels" or len("id2label") or 2,
            pad: "pad_token_id" or none(-1),
            problem: "problem_type" or none(by_labels),
            classifier_dropout: "classifier_dropout" or "hidden_dropout" or 0.1,
            summary_dropout: "summary_first_dropout" or 0.1,
            expect "scale_attn_weights" = true,
            expect "scale_attn_by_inverse_layer_idx" = false,
            expect "add_cross_attention" = false,
            expect "is_encoder_decoder" = false,
            expect "summary_type" = "cls_index", "only a token that is named speaks for its sequence",
            expect "summary_use_proj" = true,
            expect "summary_proj_to_labels" = true,
            ignore "embd_pdrop",
            ignore "attn_pdrop",
            ignore "n_ctx",
            ignore "initializer_range",
            ignore "reorder_and_upcast_attn",
            architecture "GPT2Model" => base,
            architecture "GPT2LMHeadModel" => lm,
            architecture "GPT2DoubleHeadsModel" => double_heads,
            architecture "GPT2ForSequenceClassification" => sequence_classification,
            architecture "GPT2ForTokenClassification" => token_classification,
            architecture "GPT2ForQuestionAnswering" => question_answering,
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
            "lm_head" => double_heads.logits via transpose,
            "multiple_choice_head.summary" => double_heads.summary via transpose,
            "score" => sequence_classification.score via transpose,
            "classifier" => token_classification.classifier via transpose,
            "qa_outputs" => question_answering.qa_outputs via transpose,
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
            keep classes,
            keep pad,
            keep problem,
            keep summary_dropout,
            keep classifier_dropout,
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
            lacks double_heads,
            lacks sequence_classification,
            lacks token_classification,
            lacks question_answering,
        }
    }
}
