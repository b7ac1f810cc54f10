//! What is clear but probably not meant is a warning, as of something deprecated: `deny` makes it an error.
#![deny(warnings)]

ttt_runtime::model! {
    block Layer(dim, spare) {
        up: Linear(dim, dim);
        idle: Linear(dim, dim);
        forward(x: [B, dim]) -> [B, dim] { up(x) }
    }
}

fn main() {}
