//! Weights tables, mistake by mistake: docs/diagnostics.md explains each.

// T701: unknown target
mod t701 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.{i}.q" => h[i].qq,
                "h.{i}.k" => h[i].k,
            }
        }
    }
}

// T702: not a leaf
mod t702 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.{i}" => h[i],
            }
        }
    }
}

// T703: faulty index
mod t703 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.q" => h.q,
                "h.{i}.k" => h[i].k,
            }
        }
    }
}

// T704: faulty placeholder
mod t704 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte.{i}" => wte,
                "h.{i}.q" => h[i].q,
                "h.{i}.k" => h[i].k,
            }
        }
    }
}

// T705: fed twice
mod t705 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.{i}.q" => h[i].q,
                "h.{i}.k" => h[i].k,
                "embed" => wte,
            }
        }
    }
}

// T706: named twice
mod t706 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.{i}.q" => h[i].q,
                "h.{i}.k" => h[i].k,
                "wte" => same(wte),
            }
        }
    }
}

// T707: cannot be fused
mod t707 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(2 * dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { k(concat([q(x), x])) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.{i}.qk" => (h[i].q, h[i].k),
            }
        }
    }
}

// T708: an alias for nothing
mod t708 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.{i}.q" => h[i].q,
                "h.{i}.k" => h[i].k,
                alias "gamma" => "wieght",
            }
        }
    }
}

// T709: a tensor that nothing feeds
mod t709 {
    ttt::model! {
        block Layer(dim) {
            q: Linear(dim, dim);
            k: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { x + k(q(x)) }
        }

        model Sample {
            params { vocab = 100, dim = 64, layers = 2 }
            wte: Embedding(vocab, dim);
            h: [Layer(dim); layers];
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { h(wte(ids)) }
            weights hf {
                "wte" => wte,
                "h.{i}.q" => h[i].q,
            }
        }
    }
}

// T710: faulty `lacks`
mod t710 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
            weights gguf {
                "norm" => norm,
                lacks pooler,
            }
        }
    }
}

// T711: faulty prefix
mod t711 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            weights hf(prefix: "model") {
                "embed" => wte,
                prefix "transformer" => lm,
            }
        }
    }
}

// T712: nothing to transpose
mod t712 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            norm: LayerNorm(dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { norm(wte(ids)) }
            weights hf {
                "embed" => wte,
                "norm" => norm via transpose,
            }
        }
    }
}

fn main() {}
