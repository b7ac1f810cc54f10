//! How long a macro call takes: parse, check, emit.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/source/mod.rs"]
mod source;

use divan::{Bencher, black_box};
use quote::quote;
use ttt_dsl::check::check;
use ttt_dsl::emit::emit;
use ttt_dsl::parse::parse_tokens;

fn main() {
    divan::main();
}

#[divan::bench(args = ["gpt2", "llama", "bert"])]
fn expand(bencher: Bencher, family: &str) {
    let tokens = source::model(family);
    bencher.bench_local(|| {
        let parsed = parse_tokens(tokens.clone());
        let program = check(&parsed.spec).program.unwrap();
        black_box(emit(&program, &quote! { ::ttt_runtime }, &parsed.places))
    });
}
