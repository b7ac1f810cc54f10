//! What a pickle describes.

use super::global::{Element, Global};

/// A piece of the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub start: usize,
    pub length: usize,
}

/// A value. Containers, storages and tensors are numbers of rows in the [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// A whole number of more than eight bytes, little endian.
    BigInt(Span),
    /// UTF-8 text.
    Text(Span),
    /// A list or a tuple.
    List(usize),
    Dict(usize),
    Global(Global),
    Storage(usize),
    Tensor(usize),
    /// Something that holds no tensors and whose contents are not kept: a float, bytes, a set, a device.
    Opaque,
}

/// Where values are kept.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    pub lists: Vec<Vec<Value>>,
    /// Entries as they were set; a later one of the same key wins.
    pub dicts: Vec<Vec<(Value, Value)>>,
    pub storages: Vec<Storage>,
    pub tensors: Vec<Tensor>,
}

/// Numbers in the file, under a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storage {
    pub element: Element,
    /// What the file calls it.
    pub key: Span,
    /// How many elements the whole has.
    pub count: usize,
    /// First element and count, for what sees a part only.
    pub part: Option<(usize, usize)>,
}

/// A view of a storage.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    /// A row of [`Heap::storages`].
    pub storage: usize,
    pub element: Element,
    /// The first element.
    pub offset: usize,
    pub shape: Vec<usize>,
    /// In elements.
    pub strides: Vec<usize>,
}

impl Heap {
    pub fn list(&mut self, items: Vec<Value>) -> Value {
        self.lists.push(items);
        Value::List(self.lists.len() - 1)
    }

    pub fn dict(&mut self, entries: Vec<(Value, Value)>) -> Value {
        self.dicts.push(entries);
        Value::Dict(self.dicts.len() - 1)
    }

    /// The items of a list or a tuple.
    pub fn items(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::List(row) => self.lists.get(row).map(Vec::as_slice),
            _ => None,
        }
    }

    /// The entries of a dictionary.
    pub fn entries(&self, value: Value) -> Option<&[(Value, Value)]> {
        match value {
            Value::Dict(row) => self.dicts.get(row).map(Vec::as_slice),
            _ => None,
        }
    }
}

impl Span {
    /// Its bytes, in the file that it is a piece of.
    pub fn bytes(self, file: &[u8]) -> &[u8] {
        file.get(self.start..self.start + self.length).unwrap_or_default()
    }

    /// Whether it is this text. Unlike [`Span::text`], this reads no more than the other text has.
    pub fn is(self, text: &str, file: &[u8]) -> bool {
        self.bytes(file) == text.as_bytes()
    }

    /// Its text, in the file that it is a piece of. This reads all of it, each time.
    pub fn text(self, file: &[u8]) -> &str {
        std::str::from_utf8(self.bytes(file)).unwrap_or_default()
    }
}

impl Value {
    /// A number that counts something.
    pub fn count(self) -> Option<usize> {
        match self {
            Value::Int(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }

    /// What it is, in a word, for messages.
    pub fn kind(self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Bool(_) => "a bool",
            Value::Int(_) | Value::BigInt(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Dict(_) => "a dictionary",
            Value::Global(_) => "a class or function",
            Value::Storage(_) => "a storage",
            Value::Tensor(_) => "a tensor",
            Value::Opaque => "something else",
        }
    }
}
