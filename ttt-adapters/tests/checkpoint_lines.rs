//! Checkpoints that a schema names, compared with it: each mistake is told once, at the line that is guilty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Value, json};
use ttt_adapters::checkpoint::{Lock, Settings, check, lock, lock_spec};
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

/// The checked schema; each is checked once.
fn program(text: &str) -> Arc<Program> {
    static PROGRAMS: Mutex<Vec<(String, Arc<Program>)>> = Mutex::new(Vec::new());
    let mut programs = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, program)) = programs.iter().find(|(known, _)| known == text) {
        return Arc::clone(program);
    }
    let program = Arc::new(common::program(text));
    programs.push((text.to_string(), Arc::clone(&program)));
    program
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
        let program = program(&text);
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
        let locked = lock_spec(&self.parsed.spec, self.folder.path())?;
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

/// Without a weights table, and with `layout own`, every tensor has its path in the model.
#[test]
fn tensors_may_have_the_paths_of_the_model() {
    let own: Tensors = [("embed.weight", vec![10, 4]), ("lm.logits.weight", vec![10, 4])]
        .into_iter()
        .map(|(name, shape)| (name.to_string(), ("F32", shape)))
        .collect();
    let line = r#"checkpoint "model.safetensors" preset flat layout own;"#;
    let schema = SCHEMA.replace("preset deep", "preset flat { dim: 4 } preset deep");
    let schema = schema.replace("layer: [Layer(dim, hidden); layers];", "");
    let schema = schema.replace("layer(embed(ids))", "embed(ids)");
    let start = schema.find("    config hf").unwrap();
    let schema = format!("{}    {line}\n}}\n", &schema[..start]);
    assert_eq!(Case::of(schema.clone()).with(&own).said(), "");
    let without = Case::of(schema.replace(" layout own", "")).with(&own);
    assert_eq!(without.said(), "");
    let mut misspelt = own;
    let tensor = misspelt.shift_remove("embed.weight").unwrap();
    misspelt.insert("embedd.weight".into(), tensor);
    insta::assert_snapshot!(Case::of(schema).with(&misspelt).said());
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
        (
            "another spelling of a tensor",
            LINE,
            renamed(".ln.weight", ".ln.gamma"),
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
    let locked = Case::new(line)
        .file("run/config.json", config(json!({})).as_bytes())
        .file("run/model.safetensors", &safetensors(&tensors()));
    locked.lock().unwrap();
    std::fs::remove_file(locked.folder.path().join("run/model.safetensors")).unwrap();
    assert_eq!(
        locked.said(),
        "",
        "a configuration without its weights is no checkpoint"
    );
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

    // What a repository keeps in place of the file is not the file.
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
    let case = case.file("model.safetensors", pointer);
    assert_eq!(case.said(), present);
    assert!(case.lock().is_err(), "nor is it locked");

    // A lock that somebody edited.
    std::fs::write(&path, "version 1\n<<<<<<< ours\n").unwrap();
    insta::assert_snapshot!(case.said());
}

/// A file with thousands of names that nothing knows is refused at once, and in as many words as fit.
#[test]
fn a_file_full_of_strangers_ends_soon() {
    let mut many = renamed(".qk.", ".q_and_k.");
    for index in 0..20_000 {
        many.insert(format!("x{index}.y.w"), ("F32", vec![1]));
    }
    let case = Case::new(LINE).with(&many);
    let begin = std::time::Instant::now();
    let report = case.check();
    // Seconds on a machine of its own, half a minute on one that six builds share; comparing all with all takes far longer.
    assert!(begin.elapsed().as_secs() < 120, "{:?}", begin.elapsed());
    assert!(report.diagnostics.len() < 70, "{}", report.diagnostics.len());
}

/// The sources of a crate name checkpoints in `model!`, and in files whose paths start elsewhere.
#[test]
fn a_crate_is_locked_by_its_folder() {
    let schema = SCHEMA.replace("CHECKPOINT", r#"checkpoint "weights/a b.safetensors";"#);
    let toml = "[model.Tiny]\nparams = { dim = 4 }\nparts.a = \"Embedding(dim, dim)\"\n\
                checkpoint = [{ path = \"b.safetensors\" }, { path = \"b.safetensors\", head = \"base\" }]\n";
    let bytes = safetensors(&tensors());
    let case = Case::new(LINE)
        .file("Cargo.toml", b"")
        .file(
            "src/deep/lib.rs",
            format!("fn f() {{}} mod m {{ ttt::model! {{ {schema} }} }}").as_bytes(),
        )
        .file(
            "tests/it.rs",
            br#"model_file!("schemas/tiny.toml"); model_file!("not there");"#,
        )
        .file("schemas/tiny.toml", toml.as_bytes())
        .file("weights/a b.safetensors", &bytes)
        .file("schemas/b.safetensors", &bytes);
    let folder = case.folder.path();
    let locked = lock(folder).unwrap();
    let files: Vec<_> = locked
        .iter()
        .map(|locked| locked.file.strip_prefix(folder).unwrap())
        .collect();
    let expected = [
        ".ttt/weights+a%20b.safetensors.lock",
        "schemas/.ttt/b.safetensors.lock",
    ]
    .map(Path::new);
    assert_eq!(files, expected);
    assert!(files.iter().all(|file| folder.join(file).is_file()));
    assert!(
        lock(&folder.join("schemas/tiny.toml"))
            .unwrap()
            .iter()
            .all(|locked| !locked.changed)
    );
    assert!(lock(&folder.join("src")).is_err());
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
