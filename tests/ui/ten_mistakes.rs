//! Ten mistakes in one schema: ten errors, each under its token, and none in the code that uses the model.

ttt_runtime::model! {
    block Layer(dim, heads, hidden, eps: Float) {
        norm: LayerNorm(dmi, eps: eps);
        attn: Attention(dim, heads);
        up: Linear(dim, hidden);
        down: Linear(dim, dim);
        forward(x: [B, T, dim]) -> [B, T, dim] {
            let x = x + attn(nrom(x));
            x + down(up(x))
        }
    }

    model Small {
        params { vocab = 100, dim = 32, heads = 4, hidden = 4 * dim, layers = 2, eps: Float = 1e-5 }
        embed: Embeding(vocab, dim);
        layer: [Layer(dim, heads, hidden, eps, 3); layers];
        norm: LayerNorm(dim, epsilon: eps);
        out: Linear(dim, vocab);
        forward(input_ids: Int[B, T]) -> [B, T, dim] { out(norm(layer(embed(input_ids)))) }
        preset tiny { dim: 33 }
        weights hf {
            "embed" => embed,
            "layer.{i}.norm" => layer[i].norm,
            "norm" => nrm,
        }
    }
}

fn main() {
    let config = SmallConfig { layers: 1, ..SmallConfig::default() };
    let init = ttt_runtime::Init::new(ttt_runtime::Device::flex());
    let model: Small = config.init(&init).unwrap();
    let ids = ttt_runtime::Tensor::<2, ttt_runtime::Int>::zeros([1, 2], &init.device);
    let _: ttt_runtime::Tensor<3> = model.forward(&mut ttt_runtime::Context::new(), ids);
}
