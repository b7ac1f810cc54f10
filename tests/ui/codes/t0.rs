//! Syntax, mistake by mistake: docs/diagnostics.md explains each.
//! T001 is not among them: the compiler itself cuts a macro's text into tokens, and reports what is none.
//! T009 is not among them: a macro's text is not TOML.
//! T010 is not among them: a macro's text is not TOML.
//! T011 is not among them: a macro's text is not TOML.

// T002: unexpected token
mod t002 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim),
            forward(x: [B, dim]) -> [B, dim] { norm(x) }
        }
    }
}

// T003: unfinished
mod t003 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, dim]) -> [B, dim] { x }
            norm:
        }
    }
}

// T004: unknown item
mod t004 {
    ttt::model! {
        block Sample(dim, heads) {
            reqiure dim % heads == 0;
            attn: Attention(dim, heads);
            forward(x: [B, T, dim]) -> [B, T, dim] { attn(x) }
        }
    }
}

// T005: not usable as a name
mod t005 {
    ttt::model! {
        block Sample(dim) {
            type: LayerNorm(dim);
            forward(x: [B, dim]) -> [B, dim] { x }
        }
    }
}

// T006: positional after named
mod t006 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(eps: 1e-5, dim);
            forward(x: [B, dim]) -> [B, dim] { norm(x) }
        }
    }
}

// T007: not a number of the language
mod t007 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim, eps: 1e-5f32);
            forward(x: [B, dim]) -> [B, dim] { norm(x) }
        }
    }
}

// T008: said twice
mod t008 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, dim]) -> [B, dim] { x }
            forward(x: [B, dim]) -> [B, dim] { x + x }
        }
    }
}

// T012: too deep
mod t012 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim);
            forward(x: [B, dim]) -> [B, dim] {
                norm(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((x)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
            }
        }
    }
}

fn main() {}
