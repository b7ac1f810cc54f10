//! A file that is not there.

ttt_runtime::model_file!("schemas/nowhere.toml");

fn main() {}
