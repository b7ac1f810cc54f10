//! Ten mistakes in one schema: ten errors, each under its token, and none in the code that uses the model.

ttt_runtime::model! {
    block Layer(dim, heads, hidden, eps: Float) {
        norm: LayerNorm(dmi, eps: eps);
        attn: Attention(dim, heads);
        up: Linear(dim, hidden);
        down: Linear(dim, dim);
        forward(x: [B, T, dim]) -> [B, T, dim] {
            let y = x + attn(norm(x));
            y + down(up(x))
        }
    }

    model Small {
        params { vocab = 100, dim = 32, heads = 4, hidden = 4 * dim, layers = 2, eps: Float = 1e-5 }
        embed: Embeding(vocab, dim);
        layer: [Layer(dim, heads, hidden, eps, 3); layers];
        norm: LayerNorm(dim, epsilon: eps);
        forward(input_ids: Int[B, T]) -> hidden_state: [B, T, dim] { nrom(layer(embed(input_ids))) }
        head lm {
            out: Linear(dim, vocab);
            forward(hiden_state: [B, T, dim]) -> logits: [B, T, vocab] { out(hiden_state) }
            loss next_token;
        }
        preset tiny { layer: 1 }
        weights hf {
            "embed" => embed,
            "layer.{i}.norm" => layer[i].norm,
            "layer.{i}.qkv" => (layer[i].attn.q, layer[i].attn.k, layer[i].attn.v),
            "layer.{i}.o" => layer[i].attn.o,
            "layer.{i}.up" => layer[i].up,
            "layer.{i}.down" => layer[i].dwn,
            "norm" => norm,
            "out" => lm.out,
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
