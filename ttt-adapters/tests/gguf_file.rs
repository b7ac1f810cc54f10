//! What the reader makes of sound and of hostile files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::prelude::*;
use ttt_adapters::gguf::{Array, File, Kind, Tensors, Value};
use ttt_adapters::source::TensorSource;

fn open(bytes: &[u8]) -> Result<File, String> {
    File::from_bytes(Path::new("x.gguf"), Bytes::copy_from_slice(bytes)).map_err(|error| error.to_string())
}

/// A file in the making.
struct Builder {
    version: u32,
    keys: Vec<u8>,
    key_count: u64,
    tensors: Vec<u8>,
    tensor_count: u64,
    data: usize,
    alignment: usize,
}

impl Builder {
    fn new(version: u32) -> Builder {
        Builder {
            version,
            keys: Vec::new(),
            key_count: 0,
            tensors: Vec::new(),
            tensor_count: 0,
            data: 0,
            alignment: 32,
        }
    }

    /// A length or count, as wide as the version has it.
    fn length(&self, length: u64) -> Vec<u8> {
        match self.version {
            1 => (length as u32).to_le_bytes().to_vec(),
            _ => length.to_le_bytes().to_vec(),
        }
    }

    fn string(&self, text: &[u8]) -> Vec<u8> {
        [self.length(text.len() as u64), text.to_vec()].concat()
    }

    fn key(mut self, name: &str, kind: u32, value: &[u8]) -> Builder {
        let key = [
            self.string(name.as_bytes()),
            kind.to_le_bytes().to_vec(),
            value.to_vec(),
        ]
        .concat();
        self.keys.extend(key);
        self.key_count += 1;
        self
    }

    /// `sizes` as the file has them: innermost first.
    fn tensor(mut self, name: &str, sizes: &[u64], kind: u32, offset: u64) -> Builder {
        let sizes_bytes: Vec<u8> = sizes.iter().flat_map(|size| self.length(*size)).collect();
        let tensor = [
            self.string(name.as_bytes()),
            (sizes.len() as u32).to_le_bytes().to_vec(),
            sizes_bytes,
            kind.to_le_bytes().to_vec(),
            offset.to_le_bytes().to_vec(),
        ];
        self.tensors.extend(tensor.concat());
        self.tensor_count += 1;
        self
    }

    fn data(mut self, bytes: usize) -> Builder {
        self.data = bytes;
        self
    }

    fn build(&self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(self.length(self.tensor_count));
        bytes.extend(self.length(self.key_count));
        bytes.extend(&self.keys);
        bytes.extend(&self.tensors);
        bytes.resize(bytes.len().next_multiple_of(self.alignment), 0);
        bytes.resize(bytes.len() + self.data, 7);
        bytes
    }
}

fn list(builder: &Builder, kind: u32, count: u64, items: &[u8]) -> Vec<u8> {
    [kind.to_le_bytes().to_vec(), builder.length(count), items.to_vec()].concat()
}

/// A file with a value of each kind, and three tensors.
fn whole(version: u32) -> Builder {
    let empty = Builder::new(version);
    let texts = [empty.string(b"one"), empty.string("zwölf".as_bytes())].concat();
    let nested = [list(&empty, 4, 1, &[1, 0, 0, 0]), list(&empty, 0, 2, &[8, 9])].concat();
    Builder::new(version)
        .key("u8", 0, &[200])
        .key("i8", 1, &[200])
        .key("u16", 2, &[1, 2])
        .key("i16", 3, &(-3i16).to_le_bytes())
        .key("u32", 4, &70_000u32.to_le_bytes())
        .key("i32", 5, &(-70_000i32).to_le_bytes())
        .key("f32", 6, &1e-5f32.to_le_bytes())
        .key("bool", 7, &[1])
        .key("string", 8, &empty.string("größer".as_bytes()))
        .key("strings", 9, &list(&empty, 8, 2, &texts))
        .key("nested", 9, &list(&empty, 9, 2, &nested))
        .key("u64", 10, &u64::MAX.to_le_bytes())
        .key("i64", 11, &i64::MIN.to_le_bytes())
        .key("f64", 12, &0.1f64.to_le_bytes())
        .key("no text", 8, &empty.string(&[0xff, 0xfe]))
        .tensor("a", &[3, 2], 0, 0)
        .tensor("b", &[32], 2, 32)
        .tensor("new", &[5], 99, 64)
        .data(80)
}

#[test]
fn every_kind_of_value_is_read_in_every_version() {
    for version in 1..=3 {
        let file = open(&whole(version).build()).unwrap();
        assert_eq!(file.version(), version);
        let value = |key: &str| &file.metadata()[key];
        assert_eq!((value("u8"), value("i8")), (&Value::U8(200), &Value::I8(-56)));
        assert_eq!((value("u16"), value("i16")), (&Value::U16(513), &Value::I16(-3)));
        assert_eq!(
            (value("u32"), value("i32")),
            (&Value::U32(70_000), &Value::I32(-70_000))
        );
        assert_eq!(
            (value("f32"), value("f64")),
            (&Value::F32(1e-5), &Value::F64(0.1))
        );
        assert_eq!(
            (value("u64"), value("i64")),
            (&Value::U64(u64::MAX), &Value::I64(i64::MIN))
        );
        assert_eq!(value("bool").as_bool(), Some(true));
        assert_eq!(value("string").as_str(), Some("größer"));
        assert_eq!(value("no text"), &Value::Bytes(vec![0xff, 0xfe]));
        assert_eq!(value("strings").as_strings().unwrap(), ["one", "zwölf"]);
        let nested = Array::Array(vec![Array::U32(vec![1]), Array::U8(vec![8, 9])]);
        assert_eq!(value("nested"), &Value::Array(nested));
        let kinds: Vec<Kind> = file.metadata().values().take(4).map(Value::kind).collect();
        assert_eq!(kinds, Kind::ALL[..4]);
    }
}

#[test]
fn a_tensor_is_a_window_into_the_file() {
    let bytes = Bytes::from(whole(3).build());
    let file = File::from_bytes(Path::new("x"), bytes.clone()).unwrap();
    let start = bytes.len() - 80;
    assert_eq!(file.tensors()["a"].shape, [2, 3]);
    assert_eq!(file.tensor_bytes("a").unwrap().as_ptr(), bytes[start..].as_ptr());
    assert_eq!(file.tensor_bytes("a").unwrap().len(), 24);
    assert_eq!(file.tensor_bytes("b").unwrap().len(), 18);
    assert_eq!(file.tensor_bytes("new").unwrap().len(), 16);
}

#[test]
fn keys_are_asked_for_with_what_they_should_hold() {
    let file = open(&whole(3).build()).unwrap();
    assert_eq!(file.get("u8", "a number", Value::as_u64).unwrap(), Some(200));
    assert_eq!(file.get("u9", "a number", Value::as_u64).unwrap(), None);
    let missing = file.require("strin", "a text", Value::as_str).unwrap_err();
    let other = file.get("strings", "a text", Value::as_str).unwrap_err();
    insta::assert_snapshot!(format!("{missing}\n\n{other}"));
}

#[test]
fn a_tensor_of_an_unknown_type_is_refused_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.gguf");
    std::fs::write(&path, whole(3).build()).unwrap();
    let tensors = Tensors::open(&path).unwrap();
    assert_eq!(tensors.read("a").unwrap().shape, [2, 3]);
    let error = tensors.read("new").unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&format!("{}/", directory.path().display()), ""));
}

#[test]
fn a_model_in_several_files_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let piece = |number: u16, name: &str| {
        let bytes = Builder::new(3)
            .key("split.count", 2, &2u16.to_le_bytes())
            .key("split.no", 2, &number.to_le_bytes())
            .tensor(name, &[8], 0, 0)
            .data(32)
            .build();
        let path = directory
            .path()
            .join(format!("m-0000{}-of-00002.gguf", number + 1));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let first = piece(0, "a");
    let error = Tensors::open(&first).unwrap_err().to_string();
    assert!(
        error.contains("A202") && error.contains("m-00002-of-00002.gguf"),
        "{error}"
    );
    let second = piece(1, "b");
    for path in [&first, &second] {
        let tensors = Tensors::open(path).unwrap();
        assert_eq!(tensors.tensors().keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(tensors.read("b").unwrap().bytes.len(), 32);
        assert_eq!(tensors.file().path(), first);
    }
}

/// Each is refused at once, and says where and how to mend it.
#[test]
fn hostile_files_are_refused() {
    let none = Builder::new(3);
    let huge = u64::MAX.to_le_bytes();
    let with_counts = |tensors: u64, keys: u64| {
        let mut builder = Builder::new(3).data(64);
        (builder.tensor_count, builder.key_count) = (tensors, keys);
        builder.build()
    };
    let nested: Vec<u8> = (0..50).flat_map(|_| list(&none, 9, 1, &[])).collect();
    let cut = |by: usize| {
        let bytes = whole(3).build();
        bytes[..bytes.len() - by].to_vec()
    };
    let one = |sizes: &[u64], kind: u32, offset: u64| {
        Builder::new(3).tensor("a", sizes, kind, offset).data(64).build()
    };
    let two = |second: u64| {
        let builder = Builder::new(3).tensor("a", &[16], 0, 0);
        builder.tensor("b", &[8], 0, second).data(128).build()
    };
    let aligned = |kind: u32, value: &[u8]| {
        let builder = Builder::new(3).key("general.alignment", kind, value);
        builder.tensor("a", &[8], 0, 0).data(64).build()
    };
    let mut big_endian = whole(3).build();
    big_endian[4..8].reverse();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("another format", b"ggjt\x03\0\0\0".to_vec()),
        ("magic only", b"GGUF".to_vec()),
        ("version 4", whole(4).build()),
        ("big endian", big_endian),
        ("huge number of tensors", with_counts(u64::MAX, 0)),
        ("huge number of keys", with_counts(0, 1 << 60)),
        ("string past the end", Builder::new(3).key("k", 8, &huge).build()),
        (
            "list past the end",
            Builder::new(3).key("k", 9, &list(&none, 8, 1 << 50, &[])).build(),
        ),
        ("kind of value", Builder::new(3).key("k", 13, &[0]).build()),
        (
            "kind of items",
            Builder::new(3).key("k", 9, &list(&none, 77, 1, &[])).build(),
        ),
        ("truth value", Builder::new(3).key("k", 7, &[2]).build()),
        ("nested too deep", Builder::new(3).key("k", 9, &nested).build()),
        (
            "key twice",
            Builder::new(3).key("k", 0, &[1]).key("k", 0, &[2]).build(),
        ),
        ("alignment zero", aligned(4, &0u32.to_le_bytes())),
        ("alignment no power of two", aligned(4, &48u32.to_le_bytes())),
        ("alignment enormous", aligned(10, &(1u64 << 63).to_le_bytes())),
        ("alignment a text", aligned(8, &none.string(b"32"))),
        (
            "tensor twice",
            Builder::new(3)
                .tensor("a", &[8], 0, 0)
                .tensor("a", &[8], 0, 32)
                .data(64)
                .build(),
        ),
        ("five dimensions", one(&[1, 1, 1, 1, 1], 0, 0)),
        ("shape overflows", one(&[1 << 40, 1 << 40], 0, 0)),
        ("bytes overflow", one(&[1 << 62, 2], 0, 0)),
        ("row of half a block", one(&[16], 2, 0)),
        ("offset unaligned", one(&[8], 0, 8)),
        ("offset past the end", one(&[8], 0, 1 << 40)),
        ("offset overflows", one(&[8], 0, u64::MAX)),
        ("overlap", two(32)),
        ("the same place", two(0)),
        ("cut off in the data", cut(60)),
        ("cut off in the header", cut(200)),
    ];
    let texts = cases.iter().map(|(name, bytes)| {
        let start = Instant::now();
        let error = open(bytes).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(30), "{name}");
        format!("## {name}\n{error}")
    });
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n\n"));
}

proptest! {
    /// Whatever a file holds, opening it gives values and tensors that can all be read, or an error that fits a screen.
    #[test]
    fn damaged_files_never_panic(
        version in 1u32..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = whole(version).build();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        match open(&bytes) {
            Ok(file) => {
                for (name, info) in file.tensors() {
                    let bytes = file.tensor_bytes(name).unwrap();
                    if let Some(layout) = info.tensor_type.layout() {
                        let count: usize = info.shape.iter().product();
                        prop_assert_eq!(bytes.len(), count / layout.block * layout.bytes);
                        layout.dequantise(&bytes);
                    }
                }
                for value in file.metadata().values() {
                    prop_assert!(!value.to_string().is_empty());
                }
            }
            Err(text) => prop_assert!(text.lines().count() < 60, "{}", text),
        }
    }
}
