//! A line that is being written costs one error, and what is complete around it is still there.

ttt_runtime::model! {
    block Layer(dim) {
        up: Linear(dim, dim);
        down: ;
        forward(x: [B, T, dim]) -> [B, T, dim] { up(x) }
    }
}

fn forward(layer: &Layer, x: ttt_runtime::Tensor<3>) -> ttt_runtime::Tensor<3> {
    layer.forward(&mut ttt_runtime::Context::new(), x)
}

fn main() {}
