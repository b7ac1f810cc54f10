//! Params, kinds and arguments, mistake by mistake: docs/diagnostics.md explains each.

// T201: missing argument
mod t201 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                up(x)
            }
        }
    }
}

// T202: too many arguments
mod t202 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                norm(x, x)
            }
        }
    }
}

// T203: unknown argument
mod t203 {
    ttt::model! {
        block Sample(dim) {
            mlp: Mlp(dim, hiden: 4 * dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                mlp(x)
            }
        }
    }
}

// T204: argument given twice
mod t204 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, dim, in_dim: dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                up(x)
            }
        }
    }
}

// T205: wrong kind
mod t205 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim, eps: true);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                norm(x)
            }
        }
    }
}

// T206: no default
mod t206 {
    ttt::model! {
        model Sample {
            params { dim = 64, eps: Float }
            norm: LayerNorm(dim, eps: eps);
            forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
        }
    }
}

// T207: not a block
mod t207 {
    ttt::model! {
        block Wrapper(dim, inner: Block) {
            inner_part: inner(dim);
            forward(x: [B, dim]) -> [B, dim] { inner_part(x) }
        }

        block Sample(dim) {
            wrapped: Wrapper(dim, 3);
            forward(x: [B, dim]) -> [B, dim] { wrapped(x) }
        }
    }
}

// T208: not static
mod t208 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm("dim");
            forward(x: [B, T, dim]) -> [B, T, dim] {
                norm(x)
            }
        }
    }
}

// T209: not a size
mod t209 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, 0);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                up(x)
            }
        }
    }
}

// T210: number too large
mod t210 {
    ttt::model! {
        block Sample(dim) {
            let scale = 9223372036854775807 + 1;
            forward(x: [B, T, dim]) -> [B, T, dim] {
                x * scale
            }
        }
    }
}

// T211: division not known to be exact
mod t211 {
    ttt::model! {
        block Sample(dim) {
            let narrow = dim / 4;
            down: Linear(dim, narrow);
            up: Linear(narrow, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                x + up(gelu(down(x)))
            }
        }
    }
}

fn main() {}
