//! A place in the bytes of a header that never goes past their end.

use super::value::{Array, Kind, Value};
use crate::error::{Location, Problem, codes, shorten};

/// How many values, list items and tensors a header may have in all. The largest real vocabularies have a few hundred
/// thousand tokens; more than this is damage, and would fill the memory.
const MAX_ITEMS: u64 = 1 << 24;

/// How deep lists may be nested.
const MAX_DEPTH: usize = 8;

/// What every step gives: its value, or what is wrong where.
pub(super) type Step<T> = Result<T, Box<Problem>>;

/// Reads little-endian values one after the other.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// Where the next value begins.
    pub position: usize,
    /// Whether lengths and counts take 8 bytes; in version 1 they take 4.
    pub has_wide_lengths: bool,
    items: u64,
}

impl<'a> Cursor<'a> {
    /// At the beginning of a file.
    pub fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor {
            bytes,
            position: 0,
            has_wide_lengths: true,
            items: 0,
        }
    }

    /// The next bytes; `what` says of what, for the message.
    pub fn take(&mut self, count: usize, what: &str) -> Step<&'a [u8]> {
        let rest = &self.bytes[self.position..];
        let Some(taken) = rest.get(..count) else {
            return Err(
                Problem::new(codes::GGUF_ENDS, format!("the file ends within {what}"))
                    .at(Location::Byte(self.position as u64))
                    .found(format!("{} bytes to the end of the file", rest.len()))
                    .expected(format!("{count} bytes"))
                    .help("the file is cut off or damaged: download it again")
                    .into(),
            );
        };
        self.position += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &str) -> Step<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    /// The next whole number of 32 bits.
    pub fn u32(&mut self, what: &str) -> Step<u32> {
        self.array(what).map(u32::from_le_bytes)
    }

    /// The next whole number of 64 bits.
    pub fn u64(&mut self, what: &str) -> Step<u64> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// The next length or count, as wide as the file's version has it.
    pub fn length(&mut self, what: &str) -> Step<u64> {
        if self.has_wide_lengths {
            self.u64(what)
        } else {
            self.u32(what).map(u64::from)
        }
    }

    /// How many bytes a length or count takes.
    pub fn length_width(&self) -> usize {
        if self.has_wide_lengths { 8 } else { 4 }
    }

    /// The next count of things that take at least `width` bytes each, checked against what is left of the file before
    /// anything is allocated for them.
    pub fn count(&mut self, width: usize, what: &str) -> Step<usize> {
        let start = self.position;
        let count = self.length(what)?;
        let left = self.bytes.len() - self.position;
        let most = (left / width.max(1)) as u64;
        if count > most {
            return Err(
                Problem::new(codes::GGUF_COUNT, format!("{what} is more than the file holds"))
                    .at(Location::Byte(start as u64))
                    .found(count)
                    .expected(format!("at most {most}, in the {left} bytes that follow"))
                    .help("the file is cut off or damaged: download it again")
                    .into(),
            );
        }
        self.items = self.items.saturating_add(count);
        if self.items > MAX_ITEMS {
            return Err(
                Problem::new(codes::GGUF_COUNT, "the header has more values than any model's")
                    .at(Location::Byte(start as u64))
                    .found(format!("{what}, {count}, makes {} in all", self.items))
                    .expected(format!("at most {MAX_ITEMS}"))
                    .help("the file is damaged: download it again")
                    .into(),
            );
        }
        Ok(count as usize)
    }

    /// The next string, as bytes.
    pub fn string_bytes(&mut self, what: &str) -> Step<&'a [u8]> {
        let length = self.length(&format!("the length of {what}"))?;
        match usize::try_from(length) {
            Ok(length) => self.take(length, what),
            Err(_) => self.take(usize::MAX, what),
        }
    }

    /// The next string, which must be UTF-8 because it is a name.
    pub fn name(&mut self, what: &str) -> Step<&'a str> {
        let start = self.position;
        let bytes = self.string_bytes(what)?;
        std::str::from_utf8(bytes).map_err(|_| {
            Problem::new(codes::GGUF_VALUE, format!("{what} is not UTF-8"))
                .at(Location::Byte(start as u64))
                .found(shorten(&format!("{:?}", String::from_utf8_lossy(bytes))))
                .expected("a text")
                .help("the file is damaged or was written wrongly: write it again")
                .into()
        })
    }

    /// The next value's kind.
    pub fn kind(&mut self, what: &str) -> Step<Kind> {
        let start = self.position;
        let id = self.u32(&format!("the kind of {what}"))?;
        Kind::of_id(id).ok_or_else(|| {
            Problem::new(codes::GGUF_VALUE, format!("{what} is of an unknown kind"))
                .at(Location::Byte(start as u64))
                .found(id)
                .expected("a number from 0 to 12")
                .help("the file is damaged, or newer than this program")
                .into()
        })
    }

    /// The next value, of a kind that is known.
    pub fn value(&mut self, kind: Kind, what: &str) -> Step<Value> {
        Ok(match kind {
            Kind::U8 => Value::U8(u8::from_le_bytes(self.array(what)?)),
            Kind::I8 => Value::I8(i8::from_le_bytes(self.array(what)?)),
            Kind::U16 => Value::U16(u16::from_le_bytes(self.array(what)?)),
            Kind::I16 => Value::I16(i16::from_le_bytes(self.array(what)?)),
            Kind::U32 => Value::U32(self.u32(what)?),
            Kind::I32 => Value::I32(i32::from_le_bytes(self.array(what)?)),
            Kind::F32 => Value::F32(f32::from_le_bytes(self.array(what)?)),
            Kind::Bool => Value::Bool(self.bool(what)?),
            Kind::String => match String::from_utf8(self.string_bytes(what)?.to_vec()) {
                Ok(text) => Value::String(text),
                Err(error) => Value::Bytes(error.into_bytes()),
            },
            Kind::Array => Value::Array(self.list(what, 1)?),
            Kind::U64 => Value::U64(self.u64(what)?),
            Kind::I64 => Value::I64(i64::from_le_bytes(self.array(what)?)),
            Kind::F64 => Value::F64(f64::from_le_bytes(self.array(what)?)),
        })
    }

    fn bool(&mut self, what: &str) -> Step<bool> {
        let start = self.position;
        match self.take(1, what)? {
            [0] => Ok(false),
            [1] => Ok(true),
            other => Err(
                Problem::new(codes::GGUF_VALUE, format!("{what} is no truth value"))
                    .at(Location::Byte(start as u64))
                    .found(other.first().copied().unwrap_or_default())
                    .expected("0 or 1")
                    .help("the file is damaged: download it again")
                    .into(),
            ),
        }
    }

    fn list(&mut self, what: &str, depth: usize) -> Step<Array> {
        let start = self.position;
        if depth > MAX_DEPTH {
            return Err(Problem::new(
                codes::GGUF_VALUE,
                format!("the lists of {what} are nested too deep"),
            )
            .at(Location::Byte(start as u64))
            .expected(format!("at most {MAX_DEPTH} lists in one another"))
            .help("the file is damaged: download it again")
            .into());
        }
        let kind = self.kind(&format!("an item of {what}"))?;
        let width = match kind {
            Kind::U8 | Kind::I8 | Kind::Bool => 1,
            Kind::U16 | Kind::I16 => 2,
            Kind::U32 | Kind::I32 | Kind::F32 => 4,
            Kind::U64 | Kind::I64 | Kind::F64 => 8,
            Kind::String => self.length_width(),
            Kind::Array => 4 + self.length_width(),
        };
        let count = self.count(width, &format!("the number of items of {what}"))?;
        Ok(match kind {
            Kind::U8 => Array::U8(self.take(count, what)?.to_vec()),
            Kind::I8 => Array::I8(self.numbers(count, what, i8::from_le_bytes)?),
            Kind::U16 => Array::U16(self.numbers(count, what, u16::from_le_bytes)?),
            Kind::I16 => Array::I16(self.numbers(count, what, i16::from_le_bytes)?),
            Kind::U32 => Array::U32(self.numbers(count, what, u32::from_le_bytes)?),
            Kind::I32 => Array::I32(self.numbers(count, what, i32::from_le_bytes)?),
            Kind::F32 => Array::F32(self.numbers(count, what, f32::from_le_bytes)?),
            Kind::U64 => Array::U64(self.numbers(count, what, u64::from_le_bytes)?),
            Kind::I64 => Array::I64(self.numbers(count, what, i64::from_le_bytes)?),
            Kind::F64 => Array::F64(self.numbers(count, what, f64::from_le_bytes)?),
            Kind::Bool => Array::Bool((0..count).map(|_| self.bool(what)).collect::<Step<_>>()?),
            Kind::String => self.strings(count, what)?,
            Kind::Array => Array::Array(
                (0..count)
                    .map(|_| self.list(what, depth + 1))
                    .collect::<Step<_>>()?,
            ),
        })
    }

    fn numbers<T, const N: usize>(
        &mut self,
        count: usize,
        what: &str,
        of_bytes: impl Fn([u8; N]) -> T,
    ) -> Step<Vec<T>> {
        // The count is known to fit the file, so the product does not overflow.
        let (chunks, _) = self.take(count * N, what)?.as_chunks::<N>();
        Ok(chunks.iter().map(|bytes| of_bytes(*bytes)).collect())
    }

    fn strings(&mut self, count: usize, what: &str) -> Step<Array> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(self.string_bytes(what)?);
        }
        let texts: Result<Vec<String>, _> = all
            .iter()
            .map(|bytes| std::str::from_utf8(bytes).map(str::to_string))
            .collect();
        Ok(match texts {
            Ok(texts) => Array::String(texts),
            Err(_) => Array::Bytes(all.into_iter().map(<[u8]>::to_vec).collect()),
        })
    }
}
