//! The README's example is a program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

/// What the example takes for granted.
const AROUND: &str = "
use ttt::burn::tensor::{Device, Int, Tensor};
use ttt::{Context, Init};

ITEMS

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    let input_ids = Tensor::<2, Int>::zeros([1, 4], &device);
STATEMENTS
    assert_eq!(logits.dims(), [1, 4, 256]);
    drop(model);
    Ok(())
}
";

#[test]
fn the_macro_example_compiles_and_runs() {
    let readme = std::fs::read_to_string("../README.md").unwrap();
    let example = readme
        .split("```")
        .find_map(|fence| fence.strip_prefix("rust\n"))
        .unwrap();
    let (items, statements) = example.split_at(example.find("\nlet ").unwrap());
    let program = AROUND.replace("ITEMS", items).replace("STATEMENTS", statements);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme.rs");
    std::fs::write(&path, program).unwrap();
    trybuild::TestCases::new().pass(path);
}
