//! Config tables, mistake by mistake: docs/diagnostics.md explains each.

// T601: filled twice
mod t601 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            config hf("sample") {
                dim: "hidden_size",
                dim: "n_embd",
            }
        }
    }
}

// T602: a source of another kind
mod t602 {
    ttt::model! {
        model Sample {
            params { dim = 64, eps: Float = 1e-5 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            config hf("sample") {
                dim: "hidden_size",
                eps: len("id2label"),
            }
        }
    }
}

// T603: never reached
mod t603 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            config hf("sample") {
                dim: 64 or "hidden_size",
            }
        }
    }
}

// T604: said twice of one key
mod t604 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            config hf("sample") {
                dim: "hidden_size",
                expect "tied" = true,
                ignore "tied",
            }
        }
    }
}

// T605: faulty architecture
mod t605 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            config hf("sample") {
                dim: "hidden_size",
                architecture "SampleForCausalLM" => lm,
            }
        }
    }
}

// T606: a param that nothing fills
mod t606 {
    ttt::model! {
        model Sample {
            params { dim = 64, eps: Float = 1e-5 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            config hf("sample") {
                dim: "hidden_size",
            }
        }
    }
}

fn main() {}
