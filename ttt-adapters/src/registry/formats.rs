//! The formats that are known.

use std::path::Path;

use super::{FormatAdapter, ModelRegistry, OpenOptions, Opened};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::gguf::Gguf;
use crate::hf::HuggingFace;
use crate::pytorch::BarePytorch;
use crate::safetensors::BareSafetensors;
use crate::spec::SpecFile;

/// The formats that can be opened, asked in order.
pub struct FormatRegistry {
    adapters: Vec<Box<dyn FormatAdapter>>,
}

impl Default for FormatRegistry {
    fn default() -> FormatRegistry {
        FormatRegistry {
            adapters: vec![
                Box::new(Gguf),
                Box::new(HuggingFace),
                Box::new(BarePytorch),
                Box::new(BareSafetensors),
                Box::new(SpecFile),
            ],
        }
    }
}

impl FormatRegistry {
    /// Adds a format, which is asked before those that were there.
    pub fn register(&mut self, adapter: Box<dyn FormatAdapter>) {
        self.adapters.insert(0, adapter);
    }

    /// Every format.
    pub fn adapters(&self) -> impl Iterator<Item = &dyn FormatAdapter> {
        self.adapters.iter().map(Box::as_ref)
    }

    /// Opens a file or directory of any known format.
    pub fn open(&self, path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
        std::fs::metadata(path).map_err(|error| file::unreadable(path, &error))?;
        let adapter = self.adapters().find(|adapter| adapter.recognises(path));
        let adapter = adapter.ok_or_else(|| self.unknown(path))?;
        adapter.open(path, options, models)
    }

    fn unknown(&self, path: &Path) -> Error {
        let known: Vec<String> = self
            .adapters()
            .map(|adapter| format!("{}: {}", adapter.name(), adapter.description()))
            .collect();
        Problem::new(codes::UNKNOWN_FORMAT, "this is in no known format")
            .file(path)
            .found(contents(path))
            .expected(format!("one of\n      {}", known.join("\n      ")))
            .help("convert it, or register an adapter of your own")
            .into()
    }
}

/// What a file or directory looks like.
fn contents(path: &Path) -> String {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        return match names.len() {
            0 => "an empty directory".to_string(),
            1..=6 => format!("a directory with {}", names.join(", ")),
            count => format!("a directory with {count} files: {}, …", names[..5].join(", ")),
        };
    }
    match file::beginning(path).as_slice() {
        [] => "an empty file".to_string(),
        [b'P', b'K', 3, 4, ..] => "a zip archive".to_string(),
        first => {
            let text = String::from_utf8_lossy(&first[..first.len().min(16)]);
            format!("a file that begins with {text:?}")
        }
    }
}
