//! A warning, which `deny` makes an error.
#![deny(warnings)]

// T111: never used
mod t111 {
    ttt::model! {
        block Sample(dim) {
            norm: LayerNorm(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                x
            }
        }
    }
}

fn main() {}
