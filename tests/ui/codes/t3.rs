//! Shapes and element types, mistake by mistake: docs/diagnostics.md explains each.

// T301: shapes differ
mod t301 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, 4 * dim);
            down: Linear(dim, 4 * dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                down(gelu(up(x)))
            }
        }
    }
}

// T302: wrong number of dimensions
mod t302 {
    ttt::model! {
        block Sample(dim, heads) {
            require dim % heads == 0;
            attn: Attention(dim, heads);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                attn(x[:, 0])
            }
        }
    }
}

// T303: no broadcasting
mod t303 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, 4 * dim);
            down: Linear(4 * dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                x + up(x)
            }
        }
    }
}

// T304: wrong element type
mod t304 {
    ttt::model! {
        block Sample(dim) {
            table: Embedding(100, dim);
            forward(x: [B, T]) -> [B, T, dim] {
                table(x)
            }
        }
    }
}

// T305: not a tensor
mod t305 {
    ttt::model! {
        block Sample(dim) {
            require dim % 2 == 0;
            rope: Rope(dim);
            forward(x: [B, T, dim], ids: Int[B, T]) -> [B, T, dim] {
                let cos = rope(positions(ids));
                x * cos
            }
        }
    }
}

// T306: no such operation
mod t306 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> [B, T, dim] {
                x > 0.0
            }
        }
    }
}

// T307: no fixed number of dimensions
mod t307 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [.., dim] {
                up(x)
            }
        }
    }
}

// T308: nothing binds this size
mod t308 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> [B, S, dim] {
                x[:, 0:1]
            }
        }
    }
}

// T309: default of an input
mod t309 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim], y: [B, T, dim] = dim) -> [B, T, dim] {
                x + y
            }
        }
    }
}

// T310: wrong number of values
mod t310 {
    ttt::model! {
        block Sample(dim) {
            require dim % 2 == 0;
            rope: Rope(dim);
            forward(x: [B, T, dim], ids: Int[B, T]) -> [B, T, dim] {
                let (cos, sin, tan) = rope(positions(ids));
                x * cos + x * sin
            }
        }
    }
}

// T311: not of the declared type
mod t311 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, 4 * dim);
            down: Linear(4 * dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let y: [B, T, dim] = up(x);
                y + down(up(x))
            }
        }
    }
}

// T312: faulty pattern
mod t312 {
    ttt::model! {
        block Sample(dim, heads) {
            require dim % heads == 0;
            forward(x: [B, T, dim]) -> [B, heads, T, dim / heads] {
                rearrange(x, "b t (h d) -> b t d", h: heads)
            }
        }
    }
}

// T313: faulty index
mod t313 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> [B, T] {
                x[:, :, :, 0]
            }
        }
    }
}

// T314: faulty axis
mod t314 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> [B, T, dim] {
                softmax(x, axis: 3)
            }
        }
    }
}

// T315: a value that may be missing
mod t315 {
    ttt::model! {
        block Sample(dim, gate: Bool) {
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let gated = if gate { x };
                x + gated
            }
        }
    }
}

// T316: exists only under a condition
mod t316 {
    ttt::model! {
        block Sample(dim, normed: Bool) {
            norm: LayerNorm(dim) if normed;
            forward(x: [B, T, dim]) -> [B, T, dim] {
                norm(x)
            }
        }
    }
}

// T317: branches differ
mod t317 {
    ttt::model! {
        block Sample(dim, wide: Bool) {
            up: Linear(dim, 2 * dim);
            forward(x: [B, T, dim]) -> [B, T, 2 * dim] {
                if wide { up(x) } else { x }
            }
        }
    }
}

// T318: cannot be repeated
mod t318 {
    ttt::model! {
        block Sample(dim) {
            up: [Linear(dim, 2 * dim); 3];
            forward(x: [B, T, dim]) -> [B, T, 2 * dim] {
                up(x)
            }
        }
    }
}

// T319: not callable
mod t319 {
    ttt::model! {
        block Sample(dim) {
            scale: Vector(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                scale(x)
            }
        }
    }
}

// T320: a part is no value
mod t320 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                x + norm
            }
        }
    }
}

// T321: result and signature differ
mod t321 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, 4 * dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                up(x)
            }
        }
    }
}

// T322: wrong number of results
mod t322 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> (first: [B, T, dim], second: [B, T, dim]) {
                x
            }
        }
    }
}

// T323: no forward
mod t323 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim);
        }
    }
}

fn main() {}
