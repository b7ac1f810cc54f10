//! Names that the language allows and that Burn's derive or the expansion itself uses for something else.

ttt_runtime::model! {
    block Layer(dim) {
        mapper: Linear(dim, dim);
        forward(x: [B, dim]) -> [B, dim] { mapper(x) }
    }
    model Small {
        params { dim = 4 }
        config: Layer(dim);
        forward(x: [B, dim]) -> [B, dim] { config(x) }
        preset init { dim: 2 }
    }
}

ttt_runtime::model! {
    block Vec(dim) {
        up: Linear(dim, dim);
        forward(x: [B, dim]) -> [B, dim] { up(x) }
    }
}

fn main() {}
