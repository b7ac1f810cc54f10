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
