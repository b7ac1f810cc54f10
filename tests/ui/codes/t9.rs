//! Transforms, mistake by mistake: docs/diagnostics.md explains each.

// T901: a pattern that leads to nothing
mod t901 {
    ttt::model! {
        model Sample {
            params { dim = 64, heads = 4, layers = 2 }
            require dim % heads == 0;
            h: [Attention(dim, heads); layers];
            transform { freeze h[*].{q, w}; }
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { h(x) }
        }
    }
}

// T902: cannot be transformed
mod t902 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            out: Linear(dim, dim);
            transform { lora norm(rank: 8); }
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { out(norm(x)) }
        }
    }
}

fn main() {}
