//! The header of a safetensors file, checked before anything is believed.

use std::fmt;
use std::ops::Range;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::TensorInfo;
use crate::error::{Location, Problem, codes, shorten};
use crate::tensor::Dtype;

/// Bytes before the header: its length.
const LENGTH_BYTES: usize = 8;

/// The limit that the format sets.
const MAX_HEADER: usize = 100_000_000;

/// The key that holds no tensor.
const METADATA: &str = "__metadata__";

/// What a header says, all of it checked.
#[derive(Debug, Default)]
pub(crate) struct Header {
    /// Every tensor's description, in the header's order.
    pub infos: IndexMap<String, TensorInfo>,
    /// The bytes of every tensor, counted from the start of the file, in the same order.
    pub ranges: Vec<Range<usize>>,
    /// Texts beside the tensors.
    pub metadata: IndexMap<String, String>,
}

/// Reads the header of a whole file.
pub(crate) fn parse(file: &[u8]) -> Result<Header, Vec<Problem>> {
    let length = header_length(file).map_err(|problem| vec![*problem])?;
    let data_start = LENGTH_BYTES + length;
    let entries: Entries = serde_json::from_slice(&file[LENGTH_BYTES..data_start])
        .map_err(|error| vec![invalid_json(&error, &file[LENGTH_BYTES..data_start])])?;

    let mut problems = Vec::new();
    let mut header = Header::default();
    for (name, value) in entries.0 {
        if name == METADATA {
            header.metadata = metadata(&value);
            continue;
        }
        match entry(&name, &value) {
            Err(problem) => problems.push(*problem),
            Ok(_) if header.infos.contains_key(&name) => problems.push(duplicate(&name)),
            Ok((info, range)) => {
                header.infos.insert(name, info);
                header.ranges.push(range);
            }
        }
    }
    if problems.is_empty() {
        check_coverage(&header, file.len() - data_start, &mut problems);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    for range in &mut header.ranges {
        *range = range.start + data_start..range.end + data_start;
    }
    Ok(header)
}

fn header_length(file: &[u8]) -> Result<usize, Box<Problem>> {
    let Some(first) = file.first_chunk::<LENGTH_BYTES>() else {
        return Err(
            Problem::new(codes::TOO_SHORT, "this is too short to be a safetensors file")
                .found(format!("{} bytes", file.len()))
                .expected("at least 8 bytes, which give the length of the header")
                .help("download it again, or check that this is the file you mean")
                .into(),
        );
    };
    let length = u64::from_le_bytes(*first);
    let available = file.len() - LENGTH_BYTES;
    match usize::try_from(length) {
        Ok(length) if length <= available.min(MAX_HEADER) => Ok(length),
        _ => Err(
            Problem::new(codes::HEADER_LENGTH, "the header does not end in the file")
                .at(Location::Byte(0))
                .found(format!("a header of {length} bytes"))
                .expected(format!("at most {} bytes", available.min(MAX_HEADER)))
                .help("the file is cut off or is not safetensors: download it again")
                .into(),
        ),
    }
}

/// The header's entries in order, duplicates included.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

fn invalid_json(error: &serde_json::Error, header: &[u8]) -> Problem {
    let offset: usize = header
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let offset = LENGTH_BYTES + offset + error.column().saturating_sub(1);
    Problem::new(
        codes::HEADER_JSON,
        format!("the header is not valid: {}", shorten(&error.to_string())),
    )
    .at(Location::Byte(offset as u64))
    .expected("one JSON object of tensors")
    .help("the file is damaged or is not safetensors: download it again")
}

fn metadata(value: &Value) -> IndexMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(key, value)| {
            let text = value.as_str().map(str::to_string);
            (key.clone(), text.unwrap_or_else(|| value.to_string()))
        })
        .collect()
}

fn duplicate(name: &str) -> Problem {
    Problem::new(
        codes::DUPLICATE_TENSOR,
        format!("`{name}` stands twice in the header"),
    )
    .tensor(name)
    .help("write the file again with one tensor of this name")
}

/// A tensor's description and its bytes, counted from the end of the header.
fn entry(name: &str, value: &Value) -> Result<(TensorInfo, Range<usize>), Box<Problem>> {
    let malformed = |what: &str, found: &Value, expected: &str| {
        Problem::new(codes::HEADER_ENTRY, format!("`{name}` has {what}"))
            .tensor(name)
            .found(shorten(&found.to_string()))
            .expected(expected)
            .help("the file was written wrongly: write it again with a safetensors library")
    };
    let Some(fields) = value.as_object() else {
        return Err(malformed("no description", value, "an object").into());
    };
    let field = |key: &str| fields.get(key).unwrap_or(&Value::Null);

    let Some(dtype) = field("dtype").as_str() else {
        return Err(malformed("no dtype", field("dtype"), "a text like \"F32\"").into());
    };
    let Some(shape) = whole_numbers(field("shape")) else {
        return Err(malformed("no shape", field("shape"), "a list of whole numbers").into());
    };
    let range = match whole_numbers(field("data_offsets")).as_deref() {
        Some([start, end]) if start <= end => *start..*end,
        _ => {
            let found = field("data_offsets");
            return Err(malformed("no data offsets", found, "two ascending whole numbers").into());
        }
    };
    let Some(dtype) = Dtype::from_safetensors(dtype) else {
        return Err(unknown_dtype(name, dtype).into());
    };
    let info = TensorInfo { dtype, shape };
    match info.byte_count() {
        Some(bytes) if bytes == range.len() => Ok((info, range)),
        bytes => Err(byte_count(name, &info, bytes, range.len()).into()),
    }
}

fn unknown_dtype(name: &str, dtype: &str) -> Problem {
    let known: Vec<String> = Dtype::ALL.iter().map(Dtype::to_string).collect();
    Problem::new(
        codes::UNKNOWN_DTYPE,
        format!("the numbers of `{name}` are stored in an unknown way"),
    )
    .tensor(name)
    .found(shorten(dtype))
    .expected(format!("one of {}", known.join(", ")))
    .help("save the checkpoint again with one of these dtypes")
}

fn byte_count(name: &str, info: &TensorInfo, needed: Option<usize>, found: usize) -> Problem {
    let needed = match needed {
        Some(bytes) => format!("{bytes} bytes"),
        None => "more bytes than can be addressed".to_string(),
    };
    Problem::new(codes::BYTE_COUNT, format!("shape and bytes of `{name}` disagree"))
        .tensor(name)
        .found(format!("{found} bytes"))
        .expected(format!("{needed} for {} {:?}", info.dtype, info.shape))
        .help("the file was written wrongly: write it again with a safetensors library")
}

/// Every byte after the header belongs to exactly one tensor.
fn check_coverage(header: &Header, data: usize, problems: &mut Vec<Problem>) {
    let mut tensors: Vec<(&str, &Range<usize>)> = header
        .infos
        .keys()
        .map(String::as_str)
        .zip(&header.ranges)
        .collect();
    tensors.sort_by_key(|(_, range)| (range.start, range.end));
    let mut end = 0;
    let mut last = "the header";
    for (name, range) in tensors {
        if range.start < end {
            problems.push(
                Problem::new(
                    codes::OVERLAP,
                    format!("`{name}` and `{last}` claim the same bytes"),
                )
                .tensor(name)
                .found(format!("it starts at byte {} of the data", range.start))
                .expected(format!("byte {end}, where `{last}` ends"))
                .help("the file was written wrongly: write it again with a safetensors library"),
            );
        } else if range.start > end {
            problems.push(gap(last, range.start - end).tensor(name));
        }
        (end, last) = (end.max(range.end), name);
    }
    if end > data {
        problems.push(
            Problem::new(codes::TRUNCATED, "the file is cut off")
                .tensor(last)
                .found(format!("{data} bytes after the header"))
                .expected(format!("{end} bytes"))
                .help("download it again: the last download did not finish"),
        );
    } else if end < data {
        problems.push(gap(last, data - end));
    }
}

fn gap(after: &str, bytes: usize) -> Problem {
    let after = if after == "the header" {
        after.to_string()
    } else {
        format!("`{after}`")
    };
    Problem::new(
        codes::GAP,
        format!("after {after}, bytes belong to no tensor: {bytes} of them"),
    )
    .help("the file was written wrongly: write it again with a safetensors library")
}

fn whole_numbers(value: &Value) -> Option<Vec<usize>> {
    let numbers = value.as_array()?;
    numbers
        .iter()
        .map(|number| number.as_u64().and_then(|number| usize::try_from(number).ok()))
        .collect()
}
