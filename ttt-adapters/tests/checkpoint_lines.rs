//! Checkpoints that a schema names, compared with it: each mistake is told once, at the line that is guilty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Value, json};
use ttt_adapters::checkpoint::{Lock, Settings, check, lock};
use ttt_dsl::diagnostic::{Report, Severity, human};
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::program::Program;

/// A model with what most checkpoints have: repeated blocks, a fused weight, a tied head, a skipped buffer. Its last
/// line names the checkpoint.
const SCHEMA: &str = r#"block Layer(dim, hidden) {
    norm: LayerNorm(dim);
    q: Linear(dim, dim);
    k: Linear(dim, dim);
    up: Linear(dim, hidden);
    down: Linear(hidden, dim);
    forward(x: [B, T, dim]) -> [B, T, dim] { x + down(up(q(norm(x)) + k(x))) }
}
model Small {
    params { vocab = 10, dim = 4, hidden = 3 * dim, layers = 3 }
    embed: Embedding(vocab, dim);
    layer: [Layer(dim, hidden); layers];
    forward(ids: Int[B, T]) -> hidden: [B, T, dim] { layer(embed(ids)) }
    head lm {
        logits: Linear(dim, vocab, bias: false);
        forward(hidden: [B, T, dim]) -> logits: [B, T, vocab] { logits(hidden) }
        loss next_token;
    }
    head tag {
        score: Linear(dim, vocab);
        forward(hidden: [B, T, dim]) -> logits: [B, T, vocab] { score(hidden) }
        loss next_token;
    }
    preset small { vocab: 10 }
    preset wide { dim: 8, layers: 5 }
    preset deep { layers: 5 }
    config hf("small") {
        vocab: "vocab_size", dim: "width", hidden: "inner" or 3 * dim, layers: "depth",
        architecture "Small" => base, architecture "SmallLM" => lm,
    }
    weights hf(linear: in_out) {
        "wte" => embed,
        "h.{i}.ln" => layer[i].norm,
        "h.{i}.qk" => (layer[i].q, layer[i].k),
        "h.{i}.up" => layer[i].up,
        "h.{i}.down" => layer[i].down,
        "h.{i}.mask" => skip,
        "lm_head" => lm.logits,
        "score" => tag.score,
    }
    CHECKPOINT
}
"#;

const LINE: &str = r#"checkpoint "model.safetensors" preset small;"#;

type Tensors = IndexMap<String, (&'static str, Vec<usize>)>;

/// The tensors of the `small` preset.
fn tensors() -> Tensors {
    let mut tensors = Tensors::new();
    let mut add = |name: String, shape: &[usize]| tensors.insert(name, ("F32", shape.to_vec()));
    add("wte.weight".into(), &[10, 4]);
    for layer in 0..3 {
        for (name, shape) in [
            ("ln.weight", &[4][..]),
            ("ln.bias", &[4]),
            ("qk.weight", &[4, 8]),
            ("qk.bias", &[8]),
            ("up.weight", &[4, 12]),
            ("up.bias", &[12]),
            ("down.weight", &[12, 4]),
            ("down.bias", &[4]),
            ("mask", &[1, 1, 6, 6]),
        ] {
            add(format!("h.{layer}.{name}"), shape);
        }
    }
    add("lm_head.weight".into(), &[4, 10]);
    tensors
}

/// The same tensors under other names.
fn renamed(from: &str, to: &str) -> Tensors {
    let tensors = tensors().into_iter();
    tensors
        .map(|(name, tensor)| (name.replace(from, to), tensor))
        .collect()
}

fn size(dtype: &str) -> usize {
    match dtype {
        "I64" | "F64" => 8,
        "F32" | "I32" => 4,
        "F16" | "BF16" => 2,
        _ => 1,
    }
}

/// A safetensors file of zeros.
fn safetensors(tensors: &Tensors) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut end = 0;
    for (name, (dtype, shape)) in tensors {
        let start = end;
        end += shape.iter().product::<usize>() * size(dtype);
        header.insert(
            name.clone(),
            json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, end] }),
        );
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.resize(bytes.len() + end, 0);
    bytes
}

struct Case {
    text: String,
    parsed: Parsed,
    program: Arc<Program>,
    folder: tempfile::TempDir,
}

impl Case {
    fn new(line: &str) -> Case {
        Case::of(SCHEMA.replace("CHECKPOINT", line))
    }

    fn of(text: String) -> Case {
        let parsed = parse_text(&text);
        let program = Arc::new(common::program(&text));
        let folder = tempfile::tempdir().unwrap();
        Case {
            text,
            parsed,
            program,
            folder,
        }
    }

    fn with(self, tensors: &Tensors) -> Case {
        self.file("model.safetensors", &safetensors(tensors))
    }

    fn file(self, name: &str, bytes: &[u8]) -> Case {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn settings(&self) -> Settings {
        Settings::new(self.folder.path())
    }

    fn check(&self) -> Report {
        check(&self.program, &self.settings()).report
    }

    /// What is said, without the folder's name.
    fn said(&self) -> String {
        self.shown(&self.check())
    }

    fn shown(&self, report: &Report) -> String {
        let shown = human::render(report, "small.ttt", &self.text, &self.parsed.places, false);
        shown.replace(&format!("{}/", self.folder.path().display()), "")
    }

    fn lock(&self) -> Result<Vec<bool>, ttt_adapters::Error> {
        let locked = lock(&self.parsed.spec, self.folder.path())?;
        Ok(locked.iter().map(|locked| locked.changed).collect())
    }
}

#[test]
fn what_fits_is_silent() {
    let fitting = [
        (LINE, tensors()),
        (r#"checkpoint "model.safetensors";"#, tensors()),
        (r#"checkpoint "model.safetensors" head lm;"#, tensors()),
        (
            r#"checkpoint "model.safetensors" head base layout hf;"#,
            tensors(),
        ),
        // A head that the file has nothing of starts from fresh numbers.
        (r#"checkpoint "model.safetensors" head tag;"#, tensors()),
    ];
    for (line, tensors) in fitting {
        let case = Case::new(line).with(&tensors);
        assert_eq!(case.said(), "", "{line}");
    }
}

#[test]
fn every_mistake_is_one_diagnostic() {
    let change = |name: &str, tensor: (&'static str, Vec<usize>)| {
        let mut tensors = tensors();
        tensors.insert(name.to_string(), tensor);
        tensors
    };
    let without = |wanted: &str| -> Tensors {
        tensors()
            .into_iter()
            .filter(|(name, _)| !name.contains(wanted))
            .collect()
    };
    let turned: Tensors = tensors()
        .into_iter()
        .map(|(name, (dtype, mut shape))| {
            if shape.len() == 2 && name != "wte.weight" {
                shape.reverse();
            }
            (name, (dtype, shape))
        })
        .collect();
    let whole: Tensors = tensors()
        .into_iter()
        .map(|(name, (_, shape))| (name, ("I8", shape)))
        .collect();
    let mut one_way = tensors();
    for (name, (_, shape)) in &mut one_way {
        if name.ends_with("down.weight") {
            shape.reverse();
        }
    }
    let mut adapter = tensors();
    for layer in 0..3 {
        for tensor in ["a.weight", "a.bias", "b.weight"] {
            adapter.insert(format!("h.{layer}.adapter.{tensor}"), ("F32", vec![2]));
        }
    }
    let wide = LINE.replace("small", "wide");
    let deep = LINE.replace("small", "deep");
    let cases = [
        ("a line that is misspelt", LINE, renamed(".qk.", ".qkv.")),
        (
            "a part of another name, told by its shapes",
            LINE,
            renamed(".ln.", ".input_layernorm."),
        ),
        ("a tensor is missing", LINE, without("h.1.up.bias")),
        ("a part is missing in every layer", LINE, without(".up.")),
        ("a part that the schema lacks", LINE, adapter),
        ("a shape", LINE, change("wte.weight", ("F32", vec![11, 4]))),
        ("whole numbers", LINE, whole),
        (
            "an encoding that is not known",
            LINE,
            change("wte.weight", ("F8_E4M3", vec![10, 4])),
        ),
        ("every linear weight turned", LINE, turned),
        ("one line's weights turned", LINE, one_way),
        (
            "every name has a prefix",
            LINE,
            renamed("h.", "model.h.")
                .into_iter()
                .map(|(name, tensor)| (name.replace("wte", "model.wte"), tensor))
                .collect(),
        ),
        ("another preset", wide.as_str(), tensors()),
        ("another number of layers", deep.as_str(), tensors()),
        ("a head that is misspelt", LINE, renamed("lm_head", "lm_haed")),
    ];
    let mut texts = Vec::new();
    let mut several = Vec::new();
    for (what, line, tensors) in cases {
        let case = Case::new(line).with(&tensors);
        let report = case.check();
        if report.diagnostics.len() != 1 {
            several.push(format!("{what}: {}", report.diagnostics.len()));
        }
        assert!(
            report
                .diagnostics
                .iter()
                .all(|diagnostic| !diagnostic.place.is_nowhere())
        );
        texts.push(format!("## {what}\n{}", case.shown(&report)));
    }
    insta::assert_snapshot!(texts.join("\n"));
    assert!(several.is_empty(), "{several:?}");
}

#[test]
fn a_directory_gives_its_own_numbers() {
    let config = |extra: Value| {
        let mut config = json!({
            "model_type": "small", "architectures": ["SmallLM"], "vocab_size": 10, "width": 4, "depth": 3,
        });
        config
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        config.to_string()
    };
    let line = r#"checkpoint "run";"#;
    let with = |line: &str, config: String, tensors: &Tensors| {
        Case::new(line)
            .file("run/config.json", config.as_bytes())
            .file("run/model.safetensors", &safetensors(tensors))
            .said()
    };
    assert_eq!(with(line, config(json!({})), &tensors()), "");
    let mut texts = Vec::new();
    for (what, line, config, tensors) in [
        (
            "the configuration says another width",
            line,
            config(json!({ "width": 8 })),
            tensors(),
        ),
        (
            "the configuration is of another model",
            line,
            config(json!({ "model_type": "large" })),
            tensors(),
        ),
        (
            "a key that nothing reads",
            line,
            config(json!({ "shortcut": true })),
            tensors(),
        ),
        (
            "a preset says otherwise",
            r#"checkpoint "run" preset deep;"#,
            config(json!({})),
            tensors(),
        ),
    ] {
        texts.push(format!("## {what}\n{}", with(line, config, &tensors)));
    }
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn what_is_missing_or_damaged_is_told_at_the_path() {
    let mut texts = vec![format!("## neither\n{}", Case::new(LINE).said())];
    let case = Case::new(LINE);
    let settings = Settings {
        missing: Severity::Warning,
        ..case.settings()
    };
    let report = check(&case.program, &settings).report;
    assert!(!report.has_errors());
    let offline = Settings {
        offline: true,
        ..case.settings()
    };
    let case = case.with(&tensors());
    texts.push(format!(
        "## offline\n{}",
        case.shown(&check(&case.program, &offline).report)
    ));
    for (what, bytes) in [
        ("empty", Vec::new()),
        ("cut off", safetensors(&tensors())[..400].to_vec()),
        ("enormous header", [&[0xff; 8][..], b"{}"].concat()),
        ("not JSON", [&4u64.to_le_bytes()[..], b"{,,}"].concat()),
    ] {
        let said = Case::new(LINE).file("model.safetensors", &bytes).said();
        texts.push(format!("## {what}\n{said}"));
    }
    let gguf = Case::new(r#"checkpoint "model.gguf";"#).file("model.gguf", b"GGUFxxxx");
    texts.push(format!("## a damaged GGUF file\n{}", gguf.said()));
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn a_lock_stands_for_a_checkpoint_that_is_missing() {
    let case = Case::new(LINE).with(&tensors());
    assert_eq!(case.lock().unwrap(), [true]);
    assert_eq!(
        case.lock().unwrap(),
        [false],
        "the same checkpoint gives the same lock"
    );
    let path = Lock::path(case.folder.path(), "model.safetensors");
    insta::assert_snapshot!(std::fs::read_to_string(&path).unwrap());
    assert_eq!(case.said(), "");

    // Another checkpoint than the one that was locked, until it is locked again.
    let mut other = tensors();
    other.insert("wte.weight".into(), ("F16", vec![10, 4]));
    other.insert("h.2.mask".into(), ("F32", vec![6, 6]));
    let case = case.with(&other);
    insta::assert_snapshot!(case.said());
    assert_eq!(case.lock().unwrap(), [true]);
    assert_eq!(case.said(), "");

    // Without the file the lock says the same, mistakes too.
    std::fs::remove_file(case.folder.path().join("model.safetensors")).unwrap();
    assert_eq!(case.said(), "");
    let case = case.with(&renamed(".qk.", ".qkv."));
    case.lock().unwrap();
    let present = case.said();
    std::fs::remove_file(case.folder.path().join("model.safetensors")).unwrap();
    assert_eq!(case.said(), present);
    assert!(case.lock().is_err(), "a lock is not made of nothing");

    // A lock that somebody edited.
    std::fs::write(&path, "version 1\n<<<<<<< ours\n").unwrap();
    insta::assert_snapshot!(case.said());
}

/// The shipped families fit their own fixtures, and locks say so as well as the files.
#[test]
fn the_families_fit_their_fixtures() {
    let cases = [("gpt2", "gpt2"), ("llama", "llama"), ("bert", "bert")];
    for (family, folder) in cases {
        let source = std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../models/src/{family}.rs")),
        )
        .unwrap();
        let body = common::macro_body(&source).trim_end();
        let entries = std::fs::read_dir(common::fixture(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let lines: String = paths
            .iter()
            .map(|path| format!("checkpoint {:?};\n", path.display().to_string()))
            .collect();
        let case = Case::of(format!("{}{lines}}}", body.strip_suffix('}').unwrap()));
        assert_eq!(case.said(), "", "{family}");
        case.lock().unwrap();
        let offline = Settings {
            offline: true,
            ..case.settings()
        };
        assert_eq!(
            case.shown(&check(&case.program, &offline).report),
            "",
            "{family} from locks"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a file or a lock holds, there is an answer and no panic.
    #[test]
    fn damaged_files_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let damage = |mut bytes: Vec<u8>| {
            for (index, byte) in &changes {
                let index = index.index(bytes.len());
                bytes[index] = *byte;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        };
        let case = Case::new(LINE).file("model.safetensors", &damage(safetensors(&tensors())));
        let _ = case.said();
        let case = Case::new(LINE).with(&tensors());
        case.lock().unwrap();
        let path = Lock::path(case.folder.path(), "model.safetensors");
        std::fs::write(&path, damage(std::fs::read(&path).unwrap())).unwrap();
        let _ = case.said();
    }
}
