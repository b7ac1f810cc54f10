//! Conditions, presets and defaults, mistake by mistake: docs/diagnostics.md explains each.

// T401: a condition that is not known to hold
mod t401 {
    ttt::model! {
        block Sample(dim, heads) {
            attn: Attention(dim, heads);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                attn(x)
            }
        }
    }
}

// T402: a condition that does not hold
mod t402 {
    ttt::model! {
        block Sample(dim) {
            attn: Attention(7, 2);
            forward(x: [B, T, 7]) -> [B, T, 7] {
                attn(x)
            }
        }
    }
}

// T403: a preset that cannot be built
mod t403 {
    ttt::model! {
        model Sample {
            params { dim = 64, heads = 4 }
            norm: LayerNorm(dim);
            require dim % heads == 0;
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            preset odd { dim: 66 }
        }
    }
}

// T404: defaults that cannot be built
mod t404 {
    ttt::model! {
        model Sample {
            params { dim = 66, heads = 4 }
            norm: LayerNorm(dim);
            require dim % heads == 0;
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            preset even { dim: 64 }
        }
    }
}

// T405: unknown param
mod t405 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            preset small { dmi: 32 }
        }
    }
}

// T406: set twice
mod t406 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            preset small { dim: 32, dim: 16 }
        }
    }
}

fn main() {}
