//! BERT.

ttt_runtime::model! {
    /// Sums of word, position and segment vectors, normalised.
    block BertEmbeddings(vocab, ctx, segments, dim, eps: Float, dropout: Float) {
        word: Embedding(vocab, dim);
        position: Embedding(ctx, dim);
        segment: Embedding(segments, dim);
        norm: LayerNorm(dim, eps: eps);
        drop: Dropout(dropout);
        forward(input_ids: Int[B, T], token_type_ids: Int[B, T]) -> [B, T, dim] {
            drop(norm(word(input_ids) + segment(token_type_ids) + position(positions(input_ids))))
        }
    }

    /// A post-norm encoder layer.
    block BertLayer(dim, heads, hidden, act: Activation, eps: Float, dropout: Float) {
        require dim % heads == 0;
        attn: Attention(dim, heads);
        attn_norm: LayerNorm(dim, eps: eps);
        mlp: Mlp(dim, hidden, act: act);
        mlp_norm: LayerNorm(dim, eps: eps);
        drop: Dropout(dropout);
        forward(x: [B, T, dim]) -> [B, T, dim] {
            let x = attn_norm(x + drop(attn(x)));
            mlp_norm(x + drop(mlp(x)))
        }
    }

    /// The first token's vector, through one more layer.
    block BertPooler(dim) {
        dense: Linear(dim, dim);
        forward(x: [B, T, dim]) -> [B, dim] { tanh(dense(x[:, 0])) }
    }

    /// What stands between the encoder and the scores of tokens.
    block BertTransform(dim, act: Activation, eps: Float) {
        dense: Linear(dim, dim);
        norm: LayerNorm(dim, eps: eps);
        forward(x: [B, T, dim]) -> [B, T, dim] { norm(activate(dense(x), act)) }
    }

    /// BERT: a post-norm bidirectional encoder (Devlin et al., 2018).
    model Bert {
        params {
            vocab = 30522,
            ctx = 512,
            segments = 2,
            dim = 768,
            heads = 12,
            layers = 12,
            hidden = 4 * dim,
            act: Activation = gelu,
            eps: Float = 1e-12,
            dropout: Float = 0.1,
            pooled: Bool = true,
            tied: Bool = true,
        }
        require dim % heads == 0;
        embeddings: BertEmbeddings(vocab, ctx, segments, dim, eps, dropout);
        layer: [BertLayer(dim, heads, hidden, act, eps, dropout); layers];
        pooler: BertPooler(dim) if pooled;
        forward(input_ids: Int[B, T], token_type_ids: Int[B, T] = 0)
            -> (last_hidden_state: [B, T, dim], pooler_output: [B, dim] if pooled) {
            let x = layer(embeddings(input_ids, token_type_ids));
            (x, if pooled { pooler(x) })
        }

        /// Scores of the token behind each mask.
        head masked_lm {
            transform: BertTransform(dim, act, eps);
            decoder: Linear(dim, vocab);
            tie decoder.weight = embeddings.word.weight if tied;
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] {
                decoder(transform(last_hidden_state))
            }
            loss masked_token;
        }

        /// Scores of a whole sequence.
        head sequence_classification(
            classes = 2,
            classifier_dropout: Float = dropout,
            problem: ProblemType = by_labels,
        ) {
            require pooled, "this head reads the pooled vector";
            drop: Dropout(classifier_dropout);
            classifier: Linear(dim, classes);
            forward(pooler_output: [B, dim]) -> logits: [B, classes] { classifier(drop(pooler_output)) }
            loss problem_type(problem: problem);
        }
    }
}
