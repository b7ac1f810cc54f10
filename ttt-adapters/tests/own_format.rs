//! A format of one's own: a text with a number of lines, registered like any other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use ttt_adapters::Error;
use ttt_adapters::config::{ConfigContext, ConfigReader};
use ttt_adapters::registry::{FormatAdapter, FormatRegistry, Found, ModelRegistry, OpenOptions, Opened};
use ttt_adapters::source::MemorySource;
use ttt_adapters::tensor::{Dtype, HostTensor};

const SCHEMA: &str = r#"
model Scale {
    params { dim = 2 }
    norm: RmsNorm(dim);
    forward(x: [B, T, dim]) -> [B, T, dim] { norm(x) }
    config lines("scale") { dim: "width" }
    weights lines { "gain" => norm }
}
"#;

/// `width 3`, and then one line per tensor: its name and its numbers.
struct Lines;

impl FormatAdapter for Lines {
    fn name(&self) -> &str {
        "lines"
    }

    fn description(&self) -> &str {
        "a text that begins with `width`"
    }

    fn recognises(&self, path: &Path) -> bool {
        std::fs::read_to_string(path).is_ok_and(|text| text.starts_with("width "))
    }

    fn open(&self, path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
        let text = std::fs::read_to_string(path).unwrap();
        let (first, tensors) = text.split_once('\n').unwrap();
        let width: i64 = first.trim_start_matches("width ").parse().unwrap();
        let entry = models.of_type("lines", "scale").unwrap();
        let reader = ConfigReader {
            program: entry.program,
            model: entry.model,
            table: entry.model.config("lines").unwrap(),
        };
        let config = serde_json::json!({ "width": width });
        let mut found = Found::new("lines", path, entry, options)?;
        found.values = reader.read(&config, ConfigContext::default())?.values;
        let mut source = MemorySource::new(path);
        for line in tensors.lines() {
            let (name, numbers) = line.split_once(' ').unwrap();
            let numbers: Vec<f32> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
            let tensor = HostTensor {
                dtype: Dtype::F32,
                shape: vec![numbers.len()],
                bytes: numbers
                    .iter()
                    .flat_map(|number| number.to_le_bytes())
                    .collect::<Vec<u8>>()
                    .into(),
            };
            source.insert(name, tensor);
        }
        found.open(Some((entry.model.weights("lines").unwrap(), Arc::new(source))))
    }
}

#[test]
fn a_registered_format_opens_like_any_other() {
    let mut models = common::families();
    models.register(Arc::new(common::program(SCHEMA)));
    let mut formats = FormatRegistry::default();
    formats.register(Box::new(Lines));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("scale.txt");
    std::fs::write(&path, "width 3\ngain.weight 1 2 4\n").unwrap();
    let opened = formats.open(&path, &OpenOptions::default(), &models).unwrap();
    assert_eq!(opened.values["dim"].to_string(), "3");
    let gain = opened.weights.unwrap().read("norm.weight").unwrap().unwrap();
    assert_eq!(gain.bytes[8..], 4f32.to_le_bytes());

    std::fs::write(&path, "width 2\ngain.weight 1 2 4\n").unwrap();
    let error = formats.open(&path, &OpenOptions::default(), &models).unwrap_err();
    insta::assert_snapshot!(common::text(&error, directory.path()));
}
