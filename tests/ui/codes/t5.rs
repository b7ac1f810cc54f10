//! Ties, heads, losses and extends, mistake by mistake: docs/diagnostics.md explains each.

// T501: unknown path
mod t501 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = wpe.weight;
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_token;
            }
        }
    }
}

// T502: not tieable
mod t502 {
    ttt::model! {
        block Sample(dim) {
            a: LayerNorm(dim);
            b: LayerNorm(dim);
            tie b.weight = a.weight;
            forward(x: [B, T, dim]) -> [B, T, dim] {
                b(a(x))
            }
        }
    }
}

// T503: tied shapes differ
mod t503 {
    ttt::model! {
        block Sample(dim) {
            a: Linear(dim, 4 * dim);
            b: Linear(4 * dim, dim);
            tie b.weight = a.weight;
            forward(x: [B, T, dim]) -> [B, T, dim] {
                b(a(x))
            }
        }
    }
}

// T504: a chain of ties
mod t504 {
    ttt::model! {
        block Sample(dim) {
            a: Linear(dim, dim);
            b: Linear(dim, dim);
            c: Linear(dim, dim);
            tie b.weight = a.weight;
            tie c.weight = b.weight;
            forward(x: [B, T, dim]) -> [B, T, dim] {
                c(b(a(x)))
            }
        }
    }
}

// T505: not given by the model
mod t505 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                forward(hidden: [B, T, dim]) -> logits: [B, T, vocab] { logits(hidden) }
                loss next_token;
            }
        }
    }
}

// T506: declared otherwise
mod t506 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head a(labels = 2) {
                score: Linear(dim, labels);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, labels] { score(last_hidden_state) }
            }
            head b(labels = 3) {
                score: Linear(dim, labels);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, labels] { score(last_hidden_state) }
            }
        }
    }
}

// T507: head and part of one name
mod t507 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head wte {
                logits: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_token;
            }
        }
    }
}

// T508: unknown loss
mod t508 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_tokn;
            }
        }
    }
}

// T509: unknown model
mod t509 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
        }

        model Child extends Smaple {
            params { dim = 32 }
        }
    }
}

// T510: extends itself
mod t510 {
    ttt::model! {
        model First extends Second {
        }

        model Second extends First {
        }
    }
}

// T511: nothing to change
mod t511 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
        }

        model Child extends Sample {
            replace nrom with RmsNorm(dim);
        }
    }
}

// T512: extends nothing
mod t512 {
    ttt::model! {
        model Sample {
            params { dim = 64 }
            norm: LayerNorm(dim);
            remove wpe;
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
        }
    }
}

// T513: cannot be folded
mod t513 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head choice {
                fold T;
                score: Linear(dim, 1);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, 1] { score(last_hidden_state) }
            }
        }
    }
}

// T514: not what the loss takes
mod t514 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head lm {
                score: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> scores: [B, T, vocab] { score(last_hidden_state) }
                loss next_token;
            }
        }
    }
}

// T515: not given here
mod t515 {
    ttt::model! {
        model Sample {
            params { vocab = 100, dim = 64 }
            wte: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wte(ids) }
            head last {
                score: Linear(dim, 2);
                forward(last_hidden_state: [B, T, dim], given ids: Int[B, T]) -> logits: [B, 2] {
                    pick(score(last_hidden_state), last_token(ids))
                }
            }
        }
    }
}

fn main() {}
