//! Names, mistake by mistake: docs/diagnostics.md explains each.

// T101: declared twice
mod t101 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim);
            norm: RmsNorm(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                norm(x)
            }
        }
    }
}

// T102: a standard name
mod t102 {
    ttt::model! {
        block Mlp(dim) {
            forward(x: [B, dim]) -> [B, dim] { x }
        }
    }
}

// T103: unknown name
mod t103 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, dmi);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                up(x)
            }
        }
    }
}

// T104: unknown block or leaf
mod t104 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNrom(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                norm(x)
            }
        }
    }
}

// T105: unknown kind
mod t105 {
    ttt::model! {
        block Sample(dim, act: Activaton) {
            forward(x: [B, T, dim]) -> [B, T, dim] {
                activate(x, act)
            }
        }
    }
}

// T106: unknown variant
mod t106 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> [B, T, dim] {
                activate(x, swish)
            }
        }
    }
}

// T107: unknown value
mod t107 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let hidden = x + x;
                hiden + x
            }
        }
    }
}

// T108: unknown function
mod t108 {
    ttt::model! {
        block Sample(dim) {
            forward(x: [B, T, dim]) -> [B, T, dim] {
                sofmax(x)
            }
        }
    }
}

// T109: unknown tensor
mod t109 {
    ttt::model! {
        block Sample(dim) {
            up: Linear(dim, dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                up(x) - up.bais
            }
        }
    }
}

// T110: a block within itself
mod t110 {
    ttt::model! {
        block Stack(dim) {
            norm: LayerNorm(dim);
            rest: Stack(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { rest(norm(x)) }
        }
    }
}

// T112: a function of one's own
mod t112 {
    ttt::model! {
        fn cube(x: [..]) -> [..];

        block Sample(dim) {
            forward(x: [B, dim]) -> [B, dim] { x * x * x }
        }
    }
}

// T113: no Rust path
mod t113 {
    ttt::model! {
        leaf Gate(dim) {
            weight: [dim];
            forward(x: [.., dim]) -> [.., dim];
        }
    }
}

fn main() {}
