//! What a schema does not declare is an ordinary error of the code that uses it.

ttt_runtime::model! {
    model Small {
        params { dim = 4 }
        up: Linear(dim, dim);
        forward(x: [B, dim]) -> [B, dim] { up(x) }
    }
}

fn main() {
    let config = SmallConfig { dmi: 3, ..SmallConfig::default() };
    let model = config.init(&ttt_runtime::Init::new(ttt_runtime::Device::flex())).unwrap();
    let _ = model.down;
}
