//! What is kept of a checkpoint, so that a crate compiles where the file is missing: text, a line for each setting and
//! each tensor, in the header's order, so that a change is a few lines of a diff.

use std::fmt;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::header::{Form, Header, Setting, StoredTensor};
use crate::error::{Error, Location, Problem, codes, shorten};
use crate::file;

/// The folder of the locks, beside `Cargo.toml` or beside a schema's file.
pub(super) const FOLDER: &str = ".ttt";

/// The first line that means something.
const VERSION: &str = "version 1";

/// A checkpoint's header as it was when it was locked.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// The checkpoint's path as the schema writes it.
    pub checkpoint: String,
    /// What it says of itself.
    pub header: Header,
}

impl Lock {
    /// Where the lock of a checkpoint is: `.ttt/gpt2+model.safetensors.lock` for `gpt2/model.safetensors`.
    pub fn path(base: &Path, checkpoint: &str) -> PathBuf {
        let mut name = String::new();
        for byte in checkpoint.trim_end_matches('/').bytes() {
            match byte {
                b'/' => name.push('+'),
                b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => name.push(char::from(byte)),
                other => name.push_str(&format!("%{other:02x}")),
            }
        }
        base.join(FOLDER).join(format!("{name}.lock"))
    }

    /// Reads a lock.
    pub fn read(path: &Path) -> Result<Lock, Error> {
        let text = file::read_text(path)?;
        Lock::parse(&text).map_err(|problem| Error::from(*problem).in_file(path))
    }

    /// Reads a lock's text.
    pub fn parse(text: &str) -> Result<Lock, Box<Problem>> {
        let mut reader = Reader::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            reader.line(line).ok_or_else(|| malformed(index + 1, line))?;
        }
        let (Some(checkpoint), Some(form), true) = (reader.checkpoint, reader.form, reader.has_version)
        else {
            let line = text.lines().count().max(1);
            return Err(malformed(line, text.lines().next_back().unwrap_or_default()));
        };
        Ok(Lock {
            checkpoint,
            header: Header::new(form, reader.config, reader.tensors),
        })
    }

    /// What a checkpoint says otherwise than its lock.
    pub(super) fn disagreement(&self, header: &Header) -> Option<Problem> {
        let differences = differences(&self.header, header);
        let first = differences.first()?;
        let more = match differences.len() - 1 {
            0 => String::new(),
            1 => ", and 1 more difference".to_string(),
            count => format!(", and {count} more differences"),
        };
        let message = format!("the checkpoint is not as it was when it was locked: {first}{more}");
        Some(
            Problem::new(codes::STALE_LOCK, message)
                .help("run `ttt lock` and commit what it writes, or fetch the checkpoint that was locked"),
        )
    }
}

/// Everything that two headers say differently: the lock's, and the checkpoint's own.
fn differences(locked: &Header, found: &Header) -> Vec<String> {
    let mut differences = Vec::new();
    if locked.form != found.form {
        differences.push(format!(
            "it was {} and is {}",
            word(locked.form),
            word(found.form)
        ));
    }
    let keys = locked.config.keys().chain(
        found
            .config
            .keys()
            .filter(|key| !locked.config.contains_key(*key)),
    );
    for key in keys {
        match (locked.config.get(key), found.config.get(key)) {
            (Some(before), Some(now)) if before == now => {}
            (before, now) => differences.push(format!("`{key}` was {} and is {}", shown(before), shown(now))),
        }
    }
    let new = found
        .tensors
        .keys()
        .filter(|name| !locked.tensors.contains_key(*name));
    for name in locked.tensors.keys().chain(new) {
        match (locked.tensors.get(name), found.tensors.get(name)) {
            (Some(before), Some(now)) if before == now => {}
            (before, now) => {
                differences.push(format!("`{name}` was {} and is {}", shown(before), shown(now)))
            }
        }
    }
    differences
}

fn shown(value: Option<&impl fmt::Display>) -> String {
    value.map_or("not there".to_string(), |value| shorten(&value.to_string()))
}

fn malformed(line: usize, found: &str) -> Box<Problem> {
    Problem::new(codes::LOCK, "the lock cannot be read")
        .at(Location::Line(line, 1))
        .found(format!("`{}`", shorten(found)))
        .expected("lines as `ttt lock` writes them")
        .help("run `ttt lock` where the checkpoint is, and commit what it writes")
        .into()
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    has_version: bool,
    checkpoint: Option<String>,
    form: Option<Form>,
    config: IndexMap<String, Setting>,
    tensors: IndexMap<String, StoredTensor>,
}

impl Reader {
    /// Reads one line; nothing when it is not one of a lock's, or says again what was said.
    fn line(&mut self, line: &str) -> Option<()> {
        if !self.has_version {
            self.has_version = line == VERSION;
            return self.has_version.then_some(());
        }
        let (word, rest) = line.split_once(' ')?;
        match word {
            "checkpoint" => {
                let (path, rest) = text(rest)?;
                (self.checkpoint.replace(path).is_none() && rest.is_empty()).then_some(())
            }
            "form" => {
                let form = Form::ALL.into_iter().find(|form| form_word(*form) == rest)?;
                self.form.replace(form).is_none().then_some(())
            }
            "config" => {
                let (key, rest) = text(rest)?;
                let setting = setting(rest.strip_prefix(' ')?)?;
                self.config.insert(key, setting).is_none().then_some(())
            }
            "tensor" => {
                let (name, rest) = text(rest)?;
                let stored = stored(rest.strip_prefix(' ')?)?;
                self.tensors.insert(name, stored).is_none().then_some(())
            }
            _ => None,
        }
    }
}

/// A text as JSON writes it, and what stands after it.
fn text(line: &str) -> Option<(String, &str)> {
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<String>();
    let text = values.next()?.ok()?;
    Some((text, &line[values.byte_offset()..]))
}

fn setting(line: &str) -> Option<Setting> {
    let counted = |word: &str| line.strip_prefix(word)?.strip_prefix(" of ")?.parse().ok();
    let setting = counted("list").map(Setting::List);
    let setting = setting.or_else(|| counted("object").map(Setting::Object));
    let setting = setting.or_else(|| counted("text").map(Setting::Text));
    setting.or_else(|| serde_json::from_str(line).ok().map(Setting::Value))
}

/// `[768, 2304] F32`
fn stored(line: &str) -> Option<StoredTensor> {
    let (shape, encoding) = line.rsplit_once("] ")?;
    let sizes = shape.strip_prefix('[')?;
    let sizes = sizes.split(", ").filter(|size| !size.is_empty());
    Some(StoredTensor {
        shape: sizes.map(|size| size.parse().ok()).collect::<Option<_>>()?,
        encoding: encoding.to_string(),
    })
}

fn form_word(form: Form) -> &'static str {
    match form {
        Form::Bare => "tensors",
        Form::HuggingFace => "directory",
        Form::Gguf => "gguf",
    }
}

fn word(form: Form) -> &'static str {
    match form {
        Form::Bare => "a file of tensors",
        Form::HuggingFace => "a directory with a configuration",
        Form::Gguf => "a GGUF file",
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Value(value) => write!(f, "{value}"),
            Setting::List(count) => write!(f, "list of {count}"),
            Setting::Object(count) => write!(f, "object of {count}"),
            Setting::Text(count) => write!(f, "text of {count}"),
        }
    }
}

impl fmt::Display for StoredTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.shape, self.encoding)
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        writeln!(
            f,
            "# What a checkpoint says before its numbers, so that this compiles where it is missing."
        )?;
        writeln!(f, "# Written by `ttt lock`.")?;
        writeln!(f, "{VERSION}")?;
        writeln!(f, "checkpoint {}", quoted(&self.checkpoint))?;
        writeln!(f, "form {}", form_word(self.header.form))?;
        for (key, setting) in &self.header.config {
            writeln!(f, "config {} {setting}", quoted(key))?;
        }
        for (name, stored) in &self.header.tensors {
            writeln!(f, "tensor {} {stored}", quoted(name))?;
        }
        Ok(())
    }
}
