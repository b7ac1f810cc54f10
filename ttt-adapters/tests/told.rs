//! What is told of mistakes that no fixture of damaged files has; the catalogue shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;
use ttt_adapters::Error;
use ttt_adapters::gguf::{self, Encoding, SaveRequest};
use ttt_adapters::registry::{FormatRegistry, ModelRegistry, OpenOptions, Opened};
use ttt_adapters::source::{TensorSource, Watched};
use ttt_adapters::store::Store;

const WIDE: &str = r#"
model Wide {
    params { dim = 2, part = 1 }
    norm: LayerNorm(dim);
    forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { norm(x) }
    config hf("wide") { dim: "width", part: "part" or dim / 3, architecture "Wide" => base }
    WEIGHTS
}
"#;

/// Two lists of parts that one line fills by one index; only one of them grows.
const FUSED: &str = r#"
model Wide {
    params { dim = 2, part = 1 }
    left: [LayerNorm(dim); 2 * part];
    right: [LayerNorm(dim); part];
    forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { right(left(x)) }
    config hf("wide") { dim: "width", part: "part", architecture "Wide" => base }
    weights hf { "norm.{i}" => (left[i], right[i]) }
}
"#;

/// Queries that are turned by an angle after an activation.
const ROTATED: &str = r#"
model Wide {
    params { dim = 4, part = 1 }
    require dim % 2 == 0;
    q: Linear(dim, dim);
    rope: Rope(dim);
    forward(x: [B, T, dim], at: Int[B, T]) -> last_hidden_state: [B, T, dim] {
        let (cos, sin) = rope(at);
        let query = rearrange(tanh(q(x)), "b t (h d) -> b h t d", h: 1);
        rearrange(rotate(query, cos, sin), "b h t d -> b t (h d)")
    }
    config hf("wide") { dim: "width", part: "part", architecture "Wide" => base }
    weights hf(rope: interleaved) { "q" => q }
}
"#;

/// A part that checkpoints of the format never have, and that the params ask for.
const LACKING: &str = r#"
model Wide {
    params { dim = 2, part = 1 }
    norm: LayerNorm(dim);
    scale: Vector(dim) if part > 0;
    forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { if part > 0 { norm(x) * scale } else { norm(x) } }
    config hf("wide") { dim: "width", part: "part", architecture "Wide" => base }
    weights hf { "norm" => norm, lacks scale }
}
"#;

#[test]
fn what_is_seldom_wrong_is_told() {
    let table = r#"weights hf { "norm" => norm }"#;
    let whole = json!({ "model_type": "wide", "architectures": ["Wide"], "width": 2, "part": 1 });
    let texts = [
        told("no weights table", wide(&filled_by(""), &whole)),
        told(
            "no value",
            wide(
                &filled_by(table),
                &json!({ "model_type": "wide", "architectures": ["Wide"], "part": 1 }),
            ),
        ),
        told(
            "a fallback that is not exact",
            wide(
                &filled_by(table),
                &json!({ "model_type": "wide", "architectures": ["Wide"], "width": 2 }),
            ),
        ),
        told(
            "no class",
            changed("gpt2/tied", |config| config["architectures"] = Value::Null),
        ),
        told("a tensor that the index does not name", unlisted()),
        told("two models that fit", twice()),
        told("no configuration", bare()),
        told("several GGUF files", several()),
        told("what GGUF cannot say", unsayable()),
        told("a path that the model lacks", asked_of_the_model()),
        told("a name that the file lacks", asked_of_the_file()),
        told("a folder that was not added", unnoted()),
        told("asked to stop", stopped()),
        told(
            "more layers than any checkpoint has",
            changed("llama/tied", |config| {
                config["num_hidden_layers"] = json!(100_001);
            }),
        ),
        told("more layers than this checkpoint has", many_layers()),
        told(
            "a fused line of parts that are repeated unlike",
            wide(FUSED, &whole),
        ),
        told("rotary pairs that cannot be followed", wide(ROTATED, &whole)),
        told("a part that the format has no place for", wide(LACKING, &whole)),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

/// What was said, with the folder it was said of.
type Said = (TempDir, Vec<String>);

fn told(heading: &str, (folder, said): Said) -> String {
    let folder = folder.path().display().to_string();
    let said: Vec<String> = said
        .iter()
        .map(|text| {
            text.replace(&format!("{folder}/"), "")
                .replace(&folder, "the directory")
        })
        .collect();
    format!("## {heading}\n{}", said.join("\n\n"))
}

fn said<T>(result: Result<T, Error>, warnings: impl FnOnce(T) -> Vec<String>) -> Vec<String> {
    match result {
        Ok(opened) => warnings(opened),
        Err(error) => vec![error.to_string()],
    }
}

fn open(path: &Path, models: &ModelRegistry) -> Vec<String> {
    let opened = FormatRegistry::default().open(path, &OpenOptions::default(), models);
    said(opened, |opened| {
        opened
            .warnings
            .iter()
            .map(|warning| format!("warning{warning}"))
            .collect()
    })
}

fn filled_by(table: &str) -> String {
    WIDE.replace("WEIGHTS", table)
}

/// A checkpoint of a small model of its own.
fn wide(schema: &str, config: &Value) -> Said {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let tensors = ["norm.weight", "norm.bias"].map(|name| (name.to_string(), ("F32", vec![2])));
    let file = common::checkpoint::safetensors(&tensors.into());
    std::fs::write(folder.path().join("model.safetensors"), file).unwrap();
    let mut models = ModelRegistry::new();
    models.register(Arc::new(common::program(schema)));
    let said = open(folder.path(), &models);
    (folder, said)
}

/// A copy of a fixture, with another configuration.
fn changed(fixture: &str, change: impl FnOnce(&mut Value)) -> Said {
    let folder = copied(fixture);
    let path = folder.path().join("config.json");
    let mut config: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut config);
    std::fs::write(&path, config.to_string()).unwrap();
    let said = open(folder.path(), &common::families());
    (folder, said)
}

fn many_layers() -> Said {
    changed("llama/tied", |config| {
        config["num_hidden_layers"] = json!(100_000);
    })
}

fn copied(fixture: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(common::fixture(fixture)).unwrap() {
        let file = file.unwrap().path();
        std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    folder
}

fn unlisted() -> Said {
    let folder = copied("llama/sharded");
    let path = folder.path().join("model.safetensors.index.json");
    let mut index: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    index["weight_map"]
        .as_object_mut()
        .unwrap()
        .shift_remove("model.norm.weight");
    std::fs::write(&path, index.to_string()).unwrap();
    let said = open(folder.path(), &common::families());
    (folder, said)
}

/// A file of tensors alone, named as it may be.
fn alone(fixture: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::copy(common::fixture(fixture).join("model.safetensors"), &path).unwrap();
    (folder, path)
}

fn twice() -> Said {
    let (folder, path) = alone("bert/pooled");
    let mut models = common::families();
    let other = common::macro_body(include_str!("../../models/src/bert.rs"))
        .replace("model Bert ", "model Trebor ")
        .replace("config hf(\"bert\")", "config hf(\"trebor\")");
    models.register(Arc::new(common::program(&other)));
    let said = open(&path, &models);
    (folder, said)
}

fn bare() -> Said {
    let (folder, path) = alone("bert/pooled");
    let options = OpenOptions {
        set: vec![("heads".into(), "2".into())],
        ..OpenOptions::default()
    };
    let opened = FormatRegistry::default().open(&path, &options, &common::families());
    let said = said(opened, |opened| {
        opened
            .warnings
            .iter()
            .map(|warning| format!("warning{warning}"))
            .collect()
    });
    (folder, said)
}

fn opened(fixture: &str) -> Opened {
    let formats = FormatRegistry::default();
    formats
        .open(
            &common::fixture(fixture),
            &OpenOptions::default(),
            &common::families(),
        )
        .unwrap()
}

fn save(fixture: &str, path: &Path) -> Result<(), Error> {
    let opened = opened(fixture);
    let request = SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        encoding: Encoding::F32,
        metadata: &[],
    };
    gguf::save(path, &request, Arc::new(opened.weights.clone().unwrap())).map(|_| ())
}

fn several() -> Said {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a-f32.gguf", "b-f32.gguf"] {
        save("gpt2/tied", &folder.path().join(name)).unwrap();
    }
    let said = open(folder.path(), &common::families());
    (folder, said)
}

fn unsayable() -> Said {
    let folder = tempfile::tempdir().unwrap();
    let said = said(
        save("gpt2/relu_inner", &folder.path().join("model.gguf")),
        |()| vec![],
    );
    (folder, said)
}

fn asked_of_the_model() -> Said {
    let weights = opened("llama/tied").weights.unwrap();
    let said = said(weights.read("layer.0.attn.qq.weight"), |_| vec![]);
    (tempfile::tempdir().unwrap(), said)
}

fn asked_of_the_file() -> Said {
    let folder = copied("llama/sharded");
    let path = folder.path().join("model.safetensors.index.json");
    let files = ttt_adapters::source::ShardedFiles::open(&path).unwrap();
    let said = said(files.read("model.norm.wieght"), |_| vec![]);
    (folder, said)
}

fn unnoted() -> Said {
    let folder = tempfile::tempdir().unwrap();
    let by_hand = folder.path().join("by-hand");
    std::fs::create_dir(&by_hand).unwrap();
    let (formats, models) = (FormatRegistry::default(), common::families());
    let store = Store {
        root: folder.path().to_owned(),
        formats: &formats,
        models: &models,
    };
    let said = said(store.verify("by-hand", &mut |_| {}), |_| vec![]);
    (folder, said)
}

/// Writing a file, and what is there when it was stopped after two tensors.
fn stopped() -> Said {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened("gpt2/tied");
    let request = SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        encoding: Encoding::F32,
        metadata: &[],
    };
    let read = AtomicUsize::new(0);
    let watched = Watched::new(opened.weights.clone().unwrap(), move || {
        match read.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    });
    let path = folder.path().join("model.gguf");
    let said = said(gguf::save(&path, &request, Arc::new(watched)), |_| vec![]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    (folder, said)
}
