//! Opening a registered model by its name.

use std::path::Path;

use super::{Found, ModelRegistry, OpenOptions, Opened};
use crate::error::Error;

/// Opens a registered model without weights. Its name may be written in any case.
pub fn open_named(name: &str, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
    let entry = match models
        .models()
        .find(|entry| entry.model.body.name.eq_ignore_ascii_case(name))
    {
        Some(entry) => entry,
        None => models.named(name)?,
    };
    let found = Found {
        fresh_head: true,
        ..Found::new("name", Path::new(name), entry, options)?
    };
    found.open(None)
}
