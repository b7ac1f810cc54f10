//! Checkpoints that a schema names, compared with it: each mistake is told once, at the line that is guilty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::checkpoint::{Case, LINE, SCHEMA, Tensors, renamed, safetensors, tensors};
use proptest::prelude::*;
use serde_json::{Value, json};
use ttt_adapters::checkpoint::{Lock, Settings, check, lock};
use ttt_dsl::diagnostic::Severity;

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

/// A file alone does not say which table it is read with, where a model has several.
#[test]
fn of_several_tables_one_is_named() {
    let second = r#"weights meta(linear: in_out) {
        "tok" => embed,
        "{i}.ln" => layer[i].norm,
        "{i}.qk" => (layer[i].q, layer[i].k),
        "{i}.up" => layer[i].up,
        "{i}.down" => layer[i].down,
        "out" => lm.logits,
        "score" => tag.score,
    }
    CHECKPOINT"#;
    let with = |line: &str| {
        let schema = SCHEMA.replace("CHECKPOINT", second).replace("CHECKPOINT", line);
        Case::of(schema).with(&tensors()).said()
    };
    assert_eq!(with(&LINE.replace(';', " layout hf;")), "");
    insta::assert_snapshot!(with(LINE));
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
