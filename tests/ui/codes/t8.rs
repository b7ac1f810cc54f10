//! Checkpoints, mistake by mistake: docs/diagnostics.md explains each.

// T801: unknown preset
mod t801 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_token;
            }
            preset small { dim: 32 }
            weights hf { "wte" => wte, "lm_head" => lm.logits }
            checkpoint "model.safetensors" preset smal head lm;
        }
    }
}

// T802: unknown head
mod t802 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_token;
            }
            preset small { dim: 32 }
            weights hf { "wte" => wte, "lm_head" => lm.logits }
            checkpoint "model.safetensors" preset small head ln;
        }
    }
}

// T803: unknown layout
mod t803 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_token;
            }
            preset small { dim: 32 }
            weights hf { "wte" => wte, "lm_head" => lm.logits }
            checkpoint "model.gguf" layout gguf;
        }
    }
}

// T804: checkpoint named twice
mod t804 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_token;
            }
            preset small { dim: 32 }
            weights hf { "wte" => wte, "lm_head" => lm.logits }
            checkpoint "model.safetensors" preset small;
            checkpoint "model.safetensors" preset small;
        }
    }
}

fn main() {}
