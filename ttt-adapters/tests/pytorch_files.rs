//! Files of torch.save: every form gives the tensors that safetensors gives; nothing else is built; nothing is run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::prelude::*;
use ttt_adapters::pytorch::PytorchFile;
use ttt_adapters::registry::{FormatRegistry, OpenOptions};
use ttt_adapters::source::{TensorSource, open_source};
use ttt_adapters::store::Store;
use ttt_dsl::spec::{HeadChoice, Name};

fn folder(path: &str) -> PathBuf {
    common::fixture("pytorch").join(path)
}

/// Both sources have the same tensors, to the byte.
fn assert_equal(found: &dyn TensorSource, expected: &dyn TensorSource, case: &str) {
    let names = |source: &dyn TensorSource| {
        let mut names: Vec<String> = source.tensors().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(found), names(expected), "{case}");
    for (name, info) in expected.tensors() {
        assert_eq!(found.tensors().get(name), Some(info), "{case} {name}");
        let (found, expected) = (found.read(name).unwrap(), expected.read(name).unwrap());
        assert_eq!(found.bytes, expected.bytes, "{case} {name}");
    }
}

#[test]
fn every_form_gives_the_tensors_of_the_safetensors_file() {
    let cases = [
        ("zip.pt", "tensors.safetensors"),
        ("legacy.pt", "tensors.safetensors"),
        ("protocol_4.pt", "tensors.safetensors"),
        ("protocol_5_legacy.pt", "tensors.safetensors"),
        ("ordered.pt", "tensors.safetensors"),
        ("parameters.pt", "tensors.safetensors"),
        ("big_endian.pt", "tensors.safetensors"),
        ("legacy_big_endian.pt", "tensors.safetensors"),
        ("wrapped.pt", "wrapped.safetensors"),
        ("wrapped_legacy.pt", "wrapped.safetensors"),
    ];
    for (case, expected) in cases {
        let found = PytorchFile::open(&folder(case)).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_equal(&found, open_source(&folder(expected)).unwrap().as_ref(), case);
    }
}

#[test]
fn tensors_are_windows_into_the_file_and_tied_ones_are_the_same_window() {
    for case in ["zip.pt", "legacy.pt"] {
        let bytes = Bytes::from(std::fs::read(folder(case)).unwrap());
        let file = PytorchFile::from_bytes(Path::new("x.pt"), bytes.clone()).unwrap();
        let window = |name: &str| file.read(name).unwrap().bytes.as_ptr();
        let whole = bytes.as_ptr_range();
        assert!(whole.contains(&window("view.whole")), "{case}");
        assert!(whole.contains(&window("view.rows")), "{case}");
        assert!(!whole.contains(&window("view.transposed")), "{case}");
        assert_eq!(window("tied.first"), window("tied.second"), "{case}");
    }
}

#[test]
fn what_is_no_checkpoint_is_refused_with_its_place() {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder("refused"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let texts = cases.iter().map(|path| {
        let error = PytorchFile::open(path).unwrap_err();
        format!("## {}", common::text(&error, &folder("refused")))
    });
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn a_directory_without_safetensors_is_read_from_its_pickled_files() {
    let open = |path: &Path| {
        FormatRegistry::default()
            .open(path, &OpenOptions::default(), &common::families())
            .unwrap()
    };
    let expected = open(&common::fixture("bert/masked_lm")).weights.unwrap();
    for (case, file) in [
        ("bert/whole", "pytorch_model.bin"),
        ("bert/shards", "pytorch_model.bin.index.json"),
    ] {
        let opened = open(&folder(case));
        assert_eq!(opened.format, "hf");
        let weights = opened.weights.unwrap();
        assert_eq!(weights.source().origin(), folder(case).join(file));
        assert_equal(&weights, &expected, case);
    }
}

#[test]
fn safetensors_are_preferred() {
    let directory = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        let from = common::fixture("bert/masked_lm").join(file);
        std::fs::copy(from, directory.path().join(file)).unwrap();
    }
    std::fs::write(directory.path().join("pytorch_model.bin"), "not read").unwrap();
    let opened = FormatRegistry::default()
        .open(directory.path(), &OpenOptions::default(), &common::families())
        .unwrap();
    let weights = opened.weights.unwrap();
    assert_eq!(
        weights.source().origin(),
        directory.path().join("model.safetensors")
    );
}

/// As transformers wrote it before its third version.
#[test]
fn a_configuration_that_names_no_model_is_opened_by_its_tensors() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(
        folder("bert/whole/pytorch_model.bin"),
        directory.path().join("pytorch_model.bin"),
    )
    .unwrap();
    let config = std::fs::read_to_string(folder("bert/whole/config.json")).unwrap();
    let mut config: serde_json::Value = serde_json::from_str(&config).unwrap();
    for key in ["model_type", "architectures"] {
        config.as_object_mut().unwrap().remove(key).unwrap();
    }
    std::fs::write(directory.path().join("config.json"), config.to_string()).unwrap();
    let opened = FormatRegistry::default()
        .open(directory.path(), &OpenOptions::default(), &common::families())
        .unwrap();
    assert_eq!(
        (opened.model.as_str(), opened.head.as_deref()),
        ("Bert", Some("masked_lm"))
    );
    let warnings: Vec<String> = opened
        .warnings
        .iter()
        .map(|warning| warning.message.clone())
        .collect();
    assert_eq!(
        warnings,
        [
            "the configuration does not say which model it is; the tensors are those of `Bert` with the head `masked_lm`"
        ]
    );
}

/// Run `scripts/fetch-models` to have it. transformers 2 wrote it: no `model_type`, no `architectures`, the older form.
#[test]
fn a_real_file_of_the_older_form_is_read() {
    let (formats, models) = (FormatRegistry::default(), common::families());
    let store = Store::of_user(&formats, &models).unwrap();
    let Ok(path) = store.path("rxnfp-mlm") else {
        eprintln!(
            "SKIPPED: there is no rxnfp-mlm in {}; run scripts/fetch-models",
            store.root.display()
        );
        return;
    };
    let options = OpenOptions {
        head: Some(HeadChoice::Head(Name::new("masked_lm"))),
        ..OpenOptions::default()
    };
    let opened = formats.open(&path, &options, &models).unwrap();
    assert_eq!((opened.format.as_str(), opened.model.as_str()), ("hf", "Bert"));
    let source = Arc::clone(opened.weights.unwrap().source());
    assert_eq!(source.tensors().len(), 207);
    // The first numbers of the file as torch.load gives them.
    let words = source.read("bert.embeddings.word_embeddings.weight").unwrap();
    let first: Vec<f32> = words.bytes[..12]
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    assert_eq!(first, [-0.01916507, -0.00712271, -0.06133189]);
}

#[test]
fn a_lone_file_is_recognised_by_its_names_and_shapes() {
    let options = OpenOptions {
        set: vec![("heads".to_string(), "3".to_string())],
        ..OpenOptions::default()
    };
    for path in [
        "bert/whole/pytorch_model.bin",
        "bert/shards/pytorch_model.bin.index.json",
    ] {
        let opened = FormatRegistry::default()
            .open(&folder(path), &options, &common::families())
            .unwrap();
        assert_eq!(
            (opened.format.as_str(), opened.model.as_str()),
            ("pytorch", "Bert")
        );
        assert_eq!(opened.head.as_deref(), Some("masked_lm"));
    }
}

/// A file of the older form around this pickle.
fn legacy(pickle: &[u8]) -> Vec<u8> {
    let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
    [
        magic.as_slice(),
        b"\x80\x02M\xe9\x03.",
        b"\x80\x02}.",
        pickle,
        b"\x80\x02].",
    ]
    .concat()
}

#[test]
fn pickles_that_would_fill_memory_or_never_end_are_refused_at_once() {
    let nested = [vec![b']'; 3_000_000], vec![b'a'; 2_999_999], b".".to_vec()].concat();
    // A list of a thousand pairs, made into a dictionary again and again.
    let pair = b"N\x85q\x00NN\x86q\x01".as_slice();
    let pairs = [b"(".to_vec(), b"h\x01".repeat(1000), b"lq\x02".to_vec()].concat();
    let copying = [
        pair,
        &pairs,
        &b"ccollections\nOrderedDict\nh\x02\x85R0".repeat(20_000),
        b".",
    ]
    .concat();
    // Dictionaries of dictionaries, each twice in the next: 2^60 ways down.
    let mut ways = b"}q\x00".to_vec();
    for level in 0..60u8 {
        let entry = |key: &[u8; 5]| [b"X\x05\0\0\0", key.as_slice(), &[b'h', level, b's']].concat();
        ways.extend([b"}q".as_slice(), &[level + 1], &entry(b"model"), &entry(b"param")].concat());
    }
    ways.push(b'.');
    let long_key = [
        b"}X\0\0\x10\0".to_vec(),
        vec![b'k'; 1 << 20],
        b"q\x000(".to_vec(),
        b"h\x00N".repeat(300_000),
        b"u.".to_vec(),
    ];
    let cycle = b"}q\x00X\x05\0\0\0modelh\x00s.".to_vec();
    let cases = [
        ("nested", nested),
        ("a list in itself", b"]q\x00h\x00ah\x00a.".to_vec()),
        ("copying", copying),
        ("many ways", ways),
        ("a dictionary in itself", cycle),
        ("a long key, often", long_key.concat()),
        (
            "too many instructions",
            [vec![b'N'; 5_000_000], b".".to_vec()].concat(),
        ),
        ("a text of four gigabytes", b"X\xff\xff\xff\xffa.".to_vec()),
        (
            "bytes without end",
            b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff.".to_vec(),
        ),
        (
            "a memo of four thousand million",
            b"Nr\xff\xff\xff\xffj\xfe\xff\xff\xff.".to_vec(),
        ),
        ("an empty stack", b"a.".to_vec()),
        ("below a mark", b"N(0.".to_vec()),
        (
            "a name without end",
            [b"c".to_vec(), vec![b'x'; 100_000]].concat(),
        ),
    ];
    let mut texts = Vec::new();
    for (case, pickle) in cases {
        let start = Instant::now();
        let error = PytorchFile::from_bytes(Path::new("x.pt"), legacy(&pickle).into()).unwrap_err();
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{case} takes {:?}",
            start.elapsed()
        );
        texts.push(format!("## {case}\n{error}"));
    }
    insta::assert_snapshot!(texts.join("\n\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever a file holds, opening it gives tensors that can all be read, or an error that fits one screen.
    #[test]
    fn damaged_files_never_panic(
        case in prop::sample::select(vec!["zip.pt", "legacy.pt", "wrapped.pt", "protocol_5_legacy.pt", "refused/dtypes.pt"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        near_start: bool,
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = std::fs::read(folder(case)).unwrap();
        let reach = if near_start { bytes.len().min(600) } else { bytes.len() };
        for (index, byte) in changes {
            let index = index.index(reach);
            bytes[index] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        match PytorchFile::from_bytes(Path::new("x.pt"), bytes.into()) {
            Ok(source) => for (name, info) in source.tensors() {
                let tensor = source.read(name).unwrap();
                prop_assert_eq!(Some(tensor.bytes.len()), info.byte_count());
            },
            Err(error) => prop_assert!(error.to_string().lines().count() < 45, "{}", error),
        }
    }

    /// Whatever instructions follow each other, reading them ends.
    #[test]
    fn any_run_of_instructions_ends(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        let pickle = [pieces.concat(), b".".to_vec()].concat();
        match PytorchFile::from_bytes(Path::new("x.pt"), legacy(&pickle).into()) {
            Ok(source) => for name in source.tensors().keys() {
                source.read(name).unwrap();
            },
            Err(error) => prop_assert!(error.to_string().lines().count() < 45, "{}", error),
        }
    }
}

/// Instructions, and runs of them that make something.
const PIECES: &[&[u8]] = &[
    b"(",
    b"0",
    b"1",
    b"2",
    b"]",
    b")",
    b"}",
    b"N",
    b"a",
    b"e",
    b"s",
    b"u",
    b"t",
    b"l",
    b"d",
    b"R",
    b"b",
    b"Q",
    b"\x81",
    b"\x85",
    b"\x86",
    b"\x87",
    b"\x88",
    b"\x8f",
    b"\x90",
    b"\x91",
    b"\x93",
    b"\x94",
    b"q\x00",
    b"q\x01",
    b"h\x00",
    b"h\x01",
    b"h\x02",
    b"K\x00",
    b"K\x03",
    b"J\xff\xff\xff\xff",
    b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"X\x01\0\0\0a",
    b"X\x05\0\0\0model",
    b"X\x07\0\0\0storage",
    b"X\x05\0\0\0torch",
    b"X\x0c\0\0\0FloatStorage",
    b"ccollections\nOrderedDict\n",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
    b"ctorch._utils\n_rebuild_tensor_v3\n",
    b"ctorch._utils\n_rebuild_parameter\n",
    b"ctorch._tensor\n_rebuild_from_type_v2\n",
    b"ctorch\nFloatStorage\n",
    b"ctorch\nfloat16\n",
    b"ctorch\nSize\n",
    b"cbuiltins\nset\n",
    b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0aNK\x00tQ",
    b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0aNK\x00tQq\x00",
    b"ctorch._utils\n_rebuild_tensor_v2\n(h\x00K\x00K\x00\x85K\x01\x85tR",
];
