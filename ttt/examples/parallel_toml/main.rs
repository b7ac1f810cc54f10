//! The architecture of `parallel.rs` from a TOML file: change the file and run again, nothing is compiled.
//!
//! `cargo run --release --example parallel_toml [TEXT [STEPS]]`

#[path = "../text/mod.rs"]
mod text;

use std::error::Error;
use std::path::Path;

use text::{Settings, TextModel, train_and_sample};
use ttt::burn::tensor::{Device, Int, Tensor};
use ttt::{Context, DynModel, Init, Opener};

impl TextModel for DynModel {
    fn logits(&self, context: &mut Context, input_ids: Tensor<2, Int>) -> Result<Tensor<3>, Box<dyn Error>> {
        let outputs = self.run(context, [("input_ids", input_ids.into())])?;
        Ok(outputs["logits"].clone().float()?)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_args()?;
    let device = Device::flex();
    device.seed(settings.seed);
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/parallel_toml/parallel.toml"
    ));
    let opened = Opener::new().head("lm").open(path)?;
    let model = ttt::load(&opened, &Init::new(device.clone().autodiff()))?;
    train_and_sample(model, &settings, &device)
}
