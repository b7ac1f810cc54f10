//! Transforms, mistake by mistake: docs/diagnostics.md explains each.

// T901: a pattern that leads to nothing
mod t901 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            up: Linear(dim, dim);
            norm: LayerNorm(dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { norm(up(wte(ids))) }
            transform { freeze wpe; }
        }
    }
}

// T902: cannot be transformed
mod t902 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            up: Linear(dim, dim);
            norm: LayerNorm(dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { norm(up(wte(ids))) }
            transform { lora norm(rank: 8); }
        }
    }
}

fn main() {}
