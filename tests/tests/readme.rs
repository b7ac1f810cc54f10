//! The README's Rust is this file's Rust: it compiles, and the macro's example runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::error::Error;
use std::path::Path;

use ttt::burn::tensor::{Device, Int, Tensor};
use ttt::generate::Settings;
use ttt::pipeline::TextGenerator;
use ttt::{Context, Init, Opener, task};

ttt::model! {
    /// A pre-norm decoder layer.
    block Layer(dim, heads, hidden) {
        require dim % heads == 0;
        attn_norm: RmsNorm(dim);
        attn: Attention(dim, heads, causal: true);
        mlp_norm: RmsNorm(dim);
        mlp: SwiGlu(dim, hidden);
        forward(x: [B, T, dim]) -> [B, T, dim] {
            let x = x + attn(attn_norm(x));
            x + mlp(mlp_norm(x))
        }
    }

    model Small {
        params { vocab = 256, dim = 64, heads = 4, layers = 2, hidden = 4 * dim }
        require dim % heads == 0;
        embed: Embedding(vocab, dim);
        layer: [Layer(dim, heads, hidden); layers];
        forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { layer(embed(input_ids)) }
        head lm {
            logits: Linear(dim, vocab, bias: false);
            tie logits.weight = embed.weight;
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
            loss next_token;
        }
        preset wide { dim: 256, heads: 8 }
    }
}

#[rustfmt::skip]
fn write_an_architecture(device: Device, input_ids: Tensor<2, Int>) -> Result<Tensor<3>, Box<dyn Error>> {
    let model: SmallLm = preset::wide().init_lm(&Init::new(device))?;   // a Burn module: optimizers, records, LoRA
    let logits: Tensor<3> = model.forward(&mut Context::new(), input_ids);
    Ok(logits)
}

#[rustfmt::skip]
fn use_a_model() -> Result<(), Box<dyn Error>> {
    let path = Path::new("smollm2-135m-instruct");
    let opened = Opener::new().open_for(path, task::GENERATE)?;          // configuration and header; no tensor is read yet
    let text = ttt::text_model(&opened, path, &Init::new(Device::flex()))?;
    let generator = TextGenerator::new(text, Settings::default())?;
    for piece in generator.stream(&generator.prompt("The capital of France is")?)? {
        print!("{}", piece?);
    }
    Ok(())
}

#[rustfmt::skip]
fn open_a_checkpoint(ids: Tensor<2, Int>) -> Result<usize, Box<dyn Error>> {
    let opened = ttt::open("all-minilm-l6-v2")?;
    let model = ttt::load(&opened, &Init::new(Device::flex()))?;   // mapped, not copied, where numbers are stored plainly
    let outputs = model.run(&mut Context::new(), [("input_ids", ids.into())])?;
    Ok(outputs.len())
}

#[test]
fn every_block_of_rust_is_in_this_file() {
    let normal = |text: &str| -> String {
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        lines.join("\n")
    };
    let source = normal(include_str!("readme.rs"));
    let readme = include_str!("../../README.md");
    let blocks: Vec<&str> = readme
        .split("```")
        .filter_map(|fence| fence.strip_prefix("rust\n"))
        .collect();
    assert_eq!(blocks.len(), 3);
    for part in blocks.iter().flat_map(|block| block.split("\n\nlet ")) {
        let part = normal(part);
        assert!(source.contains(&part), "not in tests/readme.rs:\n{part}");
    }
}

#[test]
fn the_macro_example_runs() {
    let device = Device::flex();
    let input_ids = Tensor::<2, Int>::zeros([1, 4], &device);
    let logits = write_an_architecture(device, input_ids).unwrap();
    assert_eq!(logits.dims(), [1, 4, 256]);
}

/// What needs checkpoints by these names in the working directory fails where they are not, and says so.
#[test]
fn the_other_examples_ask_for_their_checkpoints() {
    let ids = Tensor::<2, Int>::zeros([1, 4], &Device::flex());
    assert!(
        use_a_model()
            .unwrap_err()
            .to_string()
            .contains("smollm2-135m-instruct")
    );
    assert!(
        open_a_checkpoint(ids)
            .unwrap_err()
            .to_string()
            .contains("all-minilm-l6-v2")
    );
}
