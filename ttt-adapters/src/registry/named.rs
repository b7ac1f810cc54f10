//! Opening a registered model by its name.

use std::path::Path;

use indexmap::IndexMap;
use ttt_dsl::spec::HeadChoice;

use super::{ModelRegistry, OpenOptions, Opened};
use crate::error::Error;
use crate::open::{Found, check_head, finish, given};

/// Opens a registered model without weights. Its name may be written in any case.
pub fn open_named(name: &str, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
    let entry = match models
        .models()
        .find(|entry| entry.model.body.name.eq_ignore_ascii_case(name))
    {
        Some(entry) => entry,
        None => models.named(name)?,
    };
    let head = options.head.clone().unwrap_or(HeadChoice::Base);
    check_head(entry, &head)?;
    let found = Found {
        format: "name",
        path: Path::new(name),
        entry,
        fresh_head: true,
        head,
        values: given(entry, options)?,
        origins: IndexMap::new(),
        config: None,
        warnings: Vec::new(),
    };
    finish(found, None)
}
