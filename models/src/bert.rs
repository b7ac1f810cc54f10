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

        /// Whether the second text follows the first (0) or not (1).
        head next_sentence {
            require pooled, "this head reads the pooled vector";
            seq_relationship: Linear(dim, 2);
            forward(pooler_output: [B, dim]) -> logits: [B, 2] { seq_relationship(pooler_output) }
            loss cross_entropy;
        }

        /// Both of BERT's objectives.
        head pre_training {
            require pooled, "this head reads the pooled vector";
            transform: BertTransform(dim, act, eps);
            decoder: Linear(dim, vocab);
            tie decoder.weight = embeddings.word.weight if tied;
            seq_relationship: Linear(dim, 2);
            forward(last_hidden_state: [B, T, dim], pooler_output: [B, dim])
                -> (prediction_logits: [B, T, vocab], seq_relationship_logits: [B, 2]) {
                (decoder(transform(last_hidden_state)), seq_relationship(pooler_output))
            }
            loss masked_token(logits: prediction_logits);
            loss cross_entropy(logits: seq_relationship_logits, labels: next_sentence_label);
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

        /// Scores of every token.
        head token_classification(classes = 2, classifier_dropout: Float = dropout) {
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

        /// Scores of each of `C` texts that answer one question.
        head multiple_choice(classifier_dropout: Float = dropout) {
            require pooled, "this head reads the pooled vector";
            fold C;
            drop: Dropout(classifier_dropout);
            classifier: Linear(dim, 1);
            forward(pooler_output: [B, C, dim]) -> logits: [B, C] { classifier(drop(pooler_output))[:, :, 0] }
            loss cross_entropy;
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
            classes: "num_labels" or len("id2label") or 2,
            classifier_dropout: "classifier_dropout" or dropout,
            problem: "problem_type" or none(by_labels),
            expect "position_embedding_type" = "absolute",
            expect "is_decoder" = false,
            expect "add_cross_attention" = false,
            ignore "attention_probs_dropout_prob",
            ignore "initializer_range",
            ignore "gradient_checkpointing",
            architecture "BertModel" => base,
            architecture "BertForMaskedLM" => masked_lm,
            architecture "BertForNextSentencePrediction" => next_sentence,
            architecture "BertForPreTraining" => pre_training,
            architecture "BertForSequenceClassification" => sequence_classification,
            architecture "BertForTokenClassification" => token_classification,
            architecture "BertForQuestionAnswering" => question_answering,
            architecture "BertForMultipleChoice" => multiple_choice,
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
            "cls.predictions.transform.dense" => masked_lm.transform.dense,
            "cls.predictions.transform.LayerNorm" => masked_lm.transform.norm,
            "cls.predictions.decoder.weight" => masked_lm.decoder.weight,
            "cls.predictions.decoder.bias" => masked_lm.decoder.bias,
            "cls.predictions.bias" => same(masked_lm.decoder.bias),
            "cls.seq_relationship" => next_sentence.seq_relationship,
            "cls.predictions.transform.dense" => pre_training.transform.dense,
            "cls.predictions.transform.LayerNorm" => pre_training.transform.norm,
            "cls.predictions.decoder.weight" => pre_training.decoder.weight,
            "cls.predictions.decoder.bias" => pre_training.decoder.bias,
            "cls.predictions.bias" => same(pre_training.decoder.bias),
            "cls.seq_relationship" => pre_training.seq_relationship,
            "classifier" => sequence_classification.classifier,
            "classifier" => token_classification.classifier,
            "classifier" => multiple_choice.classifier,
            "qa_outputs" => question_answering.qa_outputs,
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
            tied: absent("ttt.masked_lm.decoder.weight") or true,
            keep classes,
            keep problem,
            keep classifier_dropout,
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
            // llama.cpp has no such head; the names are ours.
            "ttt.masked_lm.dense" => masked_lm.transform.dense,
            "ttt.masked_lm.norm" => masked_lm.transform.norm,
            "ttt.masked_lm.decoder" => masked_lm.decoder,
            lacks pooler,
            lacks next_sentence,
            lacks pre_training,
            lacks sequence_classification,
            lacks token_classification,
            lacks question_answering,
            lacks multiple_choice,
        }
    }
}
