//! A PyTorch file without a configuration, opened like a bare safetensors file.

use std::path::Path;

use super::begins_like_pytorch;
use crate::error::Error;
use crate::file;
use crate::registry::{FormatAdapter, ModelRegistry, OpenOptions, Opened};
use crate::safetensors::open_bare;

const NAME: &str = "pytorch";

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct BarePytorch;

/// Names that a damaged file is better told by than by nobody knowing it.
const ENDINGS: &[&str] = &[".bin", ".pt", ".pth", ".bin.index.json"];

impl FormatAdapter for BarePytorch {
    fn name(&self) -> &str {
        NAME
    }

    fn description(&self) -> &str {
        "a .bin, .pt or .pth file of torch.save, or the index of several; params that no shape tells are asked for"
    }

    fn recognises(&self, path: &Path) -> bool {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
            return false;
        };
        path.is_file()
            && (ENDINGS.iter().any(|ending| name.ends_with(ending))
                || begins_like_pytorch(&file::beginning(path)))
    }

    fn open(&self, path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
        open_bare(NAME, path, options, models)
    }
}
