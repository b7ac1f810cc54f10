//! A schema that names a checkpoint, and files that fit it or do not.

use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde_json::{Value, json};
use ttt_adapters::checkpoint::{Settings, check, lock_spec};
use ttt_dsl::diagnostic::{Report, human};
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::program::Program;

/// A model with what most checkpoints have: repeated blocks, a fused weight, a tied head, a skipped buffer. Its last
/// line names the checkpoint.
pub const SCHEMA: &str = r#"block Layer(dim, hidden) {
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

/// The line for [`SCHEMA`] that most cases have.
pub const LINE: &str = r#"checkpoint "model.safetensors" preset small;"#;

/// The names of a file with dtypes and shapes.
pub type Tensors = IndexMap<String, (&'static str, Vec<usize>)>;

/// The tensors of the `small` preset.
pub fn tensors() -> Tensors {
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
pub fn renamed(from: &str, to: &str) -> Tensors {
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
pub fn safetensors(tensors: &Tensors) -> Vec<u8> {
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
    let program = Arc::new(super::program(text));
    programs.push((text.to_string(), Arc::clone(&program)));
    program
}

/// A schema in a folder of its own, with the files that it names.
pub struct Case {
    pub text: String,
    pub parsed: Parsed,
    pub program: Arc<Program>,
    pub folder: tempfile::TempDir,
}

impl Case {
    pub fn new(line: &str) -> Case {
        Case::of(SCHEMA.replace("CHECKPOINT", line))
    }

    pub fn of(text: String) -> Case {
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

    pub fn with(self, tensors: &Tensors) -> Case {
        self.file("model.safetensors", &safetensors(tensors))
    }

    pub fn file(self, name: &str, bytes: &[u8]) -> Case {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub fn settings(&self) -> Settings {
        Settings::new(self.folder.path())
    }

    pub fn check(&self) -> Report {
        check(&self.program, &self.settings()).report
    }

    /// What is said, without the folder's name.
    pub fn said(&self) -> String {
        self.shown(&self.check())
    }

    pub fn shown(&self, report: &Report) -> String {
        let shown = human::render(report, "small.ttt", &self.text, &self.parsed.places, false);
        shown.replace(&format!("{}/", self.folder.path().display()), "")
    }

    pub fn lock(&self) -> Result<Vec<bool>, ttt_adapters::Error> {
        let locked = lock_spec(&self.parsed.spec, self.folder.path())?;
        Ok(locked.iter().map(|locked| locked.changed).collect())
    }
}
