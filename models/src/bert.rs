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
            dense: Linear(dim, dim);
            norm: LayerNorm(dim, eps: eps);
            decoder: Linear(dim, vocab);
            tie decoder.weight = embeddings.word.weight if tied;
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] {
                decoder(norm(activate(dense(last_hidden_state), act)))
            }
            loss masked_token;
        }

        preset tiny { dim: 128, heads: 2, layers: 2 }
        preset mini { dim: 256, heads: 4, layers: 4 }
        preset small { dim: 512, heads: 8, layers: 4 }
        preset medium { dim: 512, heads: 8, layers: 8 }
        preset base { dim: 768, heads: 12, layers: 12 }
        preset large { dim: 1024, heads: 16, layers: 24 }

        config hf("bert") {
            vocab: "vocab_size" or 30522,
            ctx: "max_position_embeddings" or 512,
            segments: "type_vocab_size" or 2,
            dim: "hidden_size" or 768,
            heads: "num_attention_heads" or 12,
            layers: "num_hidden_layers" or 12,
            hidden: "intermediate_size" or 3072,
            act: "hidden_act" or gelu,
            eps: "layer_norm_eps" or 1e-12,
            dropout: "hidden_dropout_prob" or 0.1,
            pooled: present("pooler.dense.weight") or true,
            tied: "tie_word_embeddings" or true,
            expect "position_embedding_type" = "absolute",
            expect "is_decoder" = false,
            expect "add_cross_attention" = false,
            ignore "attention_probs_dropout_prob",
            ignore "classifier_dropout",
            ignore "initializer_range",
            ignore "gradient_checkpointing",
            architecture "BertModel" => base,
            architecture "BertForMaskedLM" => masked_lm,
        }

        weights hf(linear: out_in, prefix: "bert") {
            "embeddings.word_embeddings" => embeddings.word,
            "embeddings.position_embeddings" => embeddings.position,
            "embeddings.token_type_embeddings" => embeddings.segment,
            "embeddings.LayerNorm" => embeddings.norm,
            "embeddings.position_ids" => skip,
            "encoder.layer.{i}.attention.self.query" => layer[i].attn.q,
            "encoder.layer.{i}.attention.self.key" => layer[i].attn.k,
            "encoder.layer.{i}.attention.self.value" => layer[i].attn.v,
            "encoder.layer.{i}.attention.output.dense" => layer[i].attn.o,
            "encoder.layer.{i}.attention.output.LayerNorm" => layer[i].attn_norm,
            "encoder.layer.{i}.intermediate.dense" => layer[i].mlp.up,
            "encoder.layer.{i}.output.dense" => layer[i].mlp.down,
            "encoder.layer.{i}.output.LayerNorm" => layer[i].mlp_norm,
            "pooler.dense" => pooler.dense,
            "cls.predictions.transform.dense" => masked_lm.dense,
            "cls.predictions.transform.LayerNorm" => masked_lm.norm,
            "cls.predictions.decoder.weight" => masked_lm.decoder.weight,
            "cls.predictions.decoder.bias" => masked_lm.decoder.bias,
            "cls.predictions.bias" => same(masked_lm.decoder.bias),
            "cls.seq_relationship" => skip,
            alias "gamma" => "weight",
            alias "beta" => "bias",
        }

        config gguf("bert") {
            vocab: len("tokenizer.ggml.tokens") or "bert.vocab_size",
            ctx: "bert.context_length",
            segments: "tokenizer.ggml.token_type_count" or 2,
            dim: "bert.embedding_length",
            heads: "bert.attention.head_count",
            layers: "bert.block_count",
            hidden: "bert.feed_forward_length",
            act: gelu,
            eps: "bert.attention.layer_norm_epsilon",
            pooled: false,
            keep dropout,
            keep tied,
            also "bert.attention.causal" = false,
            ignore "bert.pooling_type",
            architecture "bert" => base,
        }

        weights gguf {
            "token_embd" => embeddings.word,
            "position_embd" => embeddings.position,
            "token_types" => embeddings.segment,
            "token_embd_norm" => embeddings.norm,
            "blk.{i}.attn_q" => layer[i].attn.q,
            "blk.{i}.attn_k" => layer[i].attn.k,
            "blk.{i}.attn_v" => layer[i].attn.v,
            "blk.{i}.attn_output" => layer[i].attn.o,
            "blk.{i}.attn_output_norm" => layer[i].attn_norm,
            "blk.{i}.ffn_up" => layer[i].mlp.up,
            "blk.{i}.ffn_down" => layer[i].mlp.down,
            "blk.{i}.layer_output_norm" => layer[i].mlp_norm,
            lacks pooler,
            lacks masked_lm,
        }
    }
}
