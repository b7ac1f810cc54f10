//! Metadata: typed values, and lists of them.

use std::fmt;

/// What a value of the metadata is. The numbers are the format's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the kinds' own names")]
pub enum Kind {
    U8 = 0,
    I8 = 1,
    U16 = 2,
    I16 = 3,
    U32 = 4,
    I32 = 5,
    F32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    U64 = 10,
    I64 = 11,
    F64 = 12,
}

/// A value of the metadata.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the kinds' own names")]
pub enum Value {
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
    F32(f32),
    Bool(bool),
    String(String),
    /// A string that is not UTF-8. The format forbids it, other programs write it all the same, so it is kept as it is.
    Bytes(Vec<u8>),
    Array(Array),
    U64(u64),
    I64(i64),
    F64(f64),
}

/// A list of values of one kind.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the kinds' own names")]
pub enum Array {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    F32(Vec<f32>),
    Bool(Vec<bool>),
    String(Vec<String>),
    /// Strings of which at least one is not UTF-8.
    Bytes(Vec<Vec<u8>>),
    /// Lists, which need not be of one kind.
    Array(Vec<Array>),
    U64(Vec<u64>),
    I64(Vec<i64>),
    F64(Vec<f64>),
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Kind; 13] = [
        Kind::U8,
        Kind::I8,
        Kind::U16,
        Kind::I16,
        Kind::U32,
        Kind::I32,
        Kind::F32,
        Kind::Bool,
        Kind::String,
        Kind::Array,
        Kind::U64,
        Kind::I64,
        Kind::F64,
    ];

    /// The kind of this number.
    pub fn of_id(id: u32) -> Option<Kind> {
        Kind::ALL.get(usize::try_from(id).ok()?).copied()
    }

    /// Its number.
    pub fn id(self) -> u32 {
        self as u32
    }
}

/// `u32`, as the format's description spells it.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::U8 => "u8",
            Kind::I8 => "i8",
            Kind::U16 => "u16",
            Kind::I16 => "i16",
            Kind::U32 => "u32",
            Kind::I32 => "i32",
            Kind::F32 => "f32",
            Kind::Bool => "bool",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::U64 => "u64",
            Kind::I64 => "i64",
            Kind::F64 => "f64",
        })
    }
}

impl Value {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Value::U8(_) => Kind::U8,
            Value::I8(_) => Kind::I8,
            Value::U16(_) => Kind::U16,
            Value::I16(_) => Kind::I16,
            Value::U32(_) => Kind::U32,
            Value::I32(_) => Kind::I32,
            Value::F32(_) => Kind::F32,
            Value::Bool(_) => Kind::Bool,
            Value::String(_) | Value::Bytes(_) => Kind::String,
            Value::Array(_) => Kind::Array,
            Value::U64(_) => Kind::U64,
            Value::I64(_) => Kind::I64,
            Value::F64(_) => Kind::F64,
        }
    }

    /// A whole number of any width that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Value::U8(number) => Some(number.into()),
            Value::I8(number) => Some(number.into()),
            Value::U16(number) => Some(number.into()),
            Value::I16(number) => Some(number.into()),
            Value::U32(number) => Some(number.into()),
            Value::I32(number) => Some(number.into()),
            Value::U64(number) => number.try_into().ok(),
            Value::I64(number) => Some(number),
            _ => None,
        }
    }

    /// A whole number of any width that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Value::U64(number) => Some(number),
            _ => self.as_i64()?.try_into().ok(),
        }
    }

    /// A whole number that a token id may be.
    pub fn as_u32(&self) -> Option<u32> {
        self.as_i64()?.try_into().ok()
    }

    /// A number of any kind.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Value::F32(number) => Some(number.into()),
            Value::F64(number) => Some(number),
            Value::U64(number) => Some(number as f64),
            _ => self.as_i64().map(|number| number as f64),
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match *self {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A string, unless it is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A list.
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// A list of strings, all of them UTF-8.
    pub fn as_strings(&self) -> Option<&[String]> {
        match self {
            Value::Array(Array::String(texts)) => Some(texts),
            _ => None,
        }
    }

    /// A list of numbers of 32 bits.
    pub fn as_floats(&self) -> Option<&[f32]> {
        match self {
            Value::Array(Array::F32(numbers)) => Some(numbers),
            _ => None,
        }
    }

    /// A list of whole numbers of any width.
    pub fn as_integers(&self) -> Option<Vec<i64>> {
        let Value::Array(array) = self else {
            return None;
        };
        match array {
            Array::U8(numbers) => Some(widened(numbers)),
            Array::I8(numbers) => Some(widened(numbers)),
            Array::U16(numbers) => Some(widened(numbers)),
            Array::I16(numbers) => Some(widened(numbers)),
            Array::U32(numbers) => Some(widened(numbers)),
            Array::I32(numbers) => Some(widened(numbers)),
            Array::I64(numbers) => Some(numbers.clone()),
            Array::U64(numbers) => numbers.iter().map(|number| i64::try_from(*number).ok()).collect(),
            _ => None,
        }
    }
}

impl Array {
    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Array::U8(values) => values.len(),
            Array::I8(values) => values.len(),
            Array::U16(values) => values.len(),
            Array::I16(values) => values.len(),
            Array::U32(values) => values.len(),
            Array::I32(values) => values.len(),
            Array::F32(values) => values.len(),
            Array::Bool(values) => values.len(),
            Array::String(values) => values.len(),
            Array::Bytes(values) => values.len(),
            Array::Array(values) => values.len(),
            Array::U64(values) => values.len(),
            Array::I64(values) => values.len(),
            Array::F64(values) => values.len(),
        }
    }

    /// Whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What its values are.
    pub fn kind(&self) -> Kind {
        match self {
            Array::U8(_) => Kind::U8,
            Array::I8(_) => Kind::I8,
            Array::U16(_) => Kind::U16,
            Array::I16(_) => Kind::I16,
            Array::U32(_) => Kind::U32,
            Array::I32(_) => Kind::I32,
            Array::F32(_) => Kind::F32,
            Array::Bool(_) => Kind::Bool,
            Array::String(_) | Array::Bytes(_) => Kind::String,
            Array::Array(_) => Kind::Array,
            Array::U64(_) => Kind::U64,
            Array::I64(_) => Kind::I64,
            Array::F64(_) => Kind::F64,
        }
    }
}

fn widened<T: Copy + Into<i64>>(numbers: &[T]) -> Vec<i64> {
    numbers.iter().map(|number| (*number).into()).collect()
}

/// The value as people read it; a list as its length and kind.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::U8(number) => write!(f, "{number}"),
            Value::I8(number) => write!(f, "{number}"),
            Value::U16(number) => write!(f, "{number}"),
            Value::I16(number) => write!(f, "{number}"),
            Value::U32(number) => write!(f, "{number}"),
            Value::I32(number) => write!(f, "{number}"),
            Value::F32(number) => write!(f, "{number}"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::String(text) => write!(f, "{text:?}"),
            Value::Bytes(bytes) => write!(f, "{:?}", String::from_utf8_lossy(bytes)),
            Value::Array(array) => write!(f, "{array}"),
            Value::U64(number) => write!(f, "{number}"),
            Value::I64(number) => write!(f, "{number}"),
            Value::F64(number) => write!(f, "{number}"),
        }
    }
}

impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {} × {}", self.len(), self.kind())
    }
}
