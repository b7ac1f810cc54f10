//! `ttt check --watch` checks again when a schema changes, or what it names.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const SCHEMA: &str = "model Small {
    params { dim = 6 }
    a: Linear(dim, dim, bias: false);
    forward(x: [B, dim]) -> [B, dim] { a(x) }
    checkpoint \"weights.safetensors\";
}
";

/// How a check without mistakes ends.
const WELL: &str = ": ok:";

/// Longer than a loaded machine takes to notice a file.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watching {
    process: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn begin(schema: &Path) -> Watching {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ttt"))
            .args(["check", "--watch"])
            .arg(schema)
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        for stream in [
            Box::new(process.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
            Box::new(process.stderr.take().unwrap()),
        ] {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Watching { process, lines }
    }

    /// Waits until all of this was printed, in any order: mistakes and times are printed to two streams.
    fn says<const N: usize>(&self, words: [&str; N]) {
        let mut missing = words.to_vec();
        while !missing.is_empty() {
            let line = self.lines.recv_timeout(PATIENCE).unwrap();
            missing.retain(|word| !line.contains(word));
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn write(path: &Path, sizes: [usize; 2]) {
    let bytes = vec![7u8; sizes[0] * sizes[1] * 4];
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, sizes.to_vec(), &bytes);
    safetensors::serialize_to_file([("a.weight", view.unwrap())], None, path).unwrap();
}

#[test]
fn a_checkpoint_that_changes_is_checked_again() {
    let folder = tempfile::tempdir().unwrap();
    let (schema, weights) = (
        folder.path().join("small.ttt"),
        folder.path().join("weights.safetensors"),
    );
    std::fs::write(&schema, SCHEMA).unwrap();
    write(&weights, [6, 6]);
    let watching = Watching::begin(&schema);
    watching.says([WELL, "checked at"]);
    write(&weights, [6, 5]);
    watching.says(["[6, 5]", "1 error", "checked at"]);
    std::fs::write(
        &schema,
        SCHEMA.replace("checkpoint \"weights.safetensors\";\n", ""),
    )
    .unwrap();
    watching.says([WELL, "checked at"]);
}
