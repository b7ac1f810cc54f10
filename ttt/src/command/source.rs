//! Opening what the command line names.

use std::path::{Path, PathBuf};

use ttt::adapters::hub::Hub;
use ttt::adapters::store::{Models, Store};
use ttt::adapters::weights::LoadReport;
use ttt::{Opened, Opener};

use super::{Failure, progress};
use crate::cli::Choice;

/// What an opener knows of the command line's choice.
pub fn opener(choice: &Choice) -> Opener {
    let mut opener = Opener::new();
    if let Some(model) = &choice.model {
        opener = opener.model(model);
    }
    if let Some(head) = &choice.head {
        opener = opener.head(head);
    }
    if let Some(preset) = &choice.preset {
        // `llama3.2-1b` is how people write what a schema calls `llama3_2_1b`.
        opener = opener.preset(preset.replace(['-', '.'], "_"));
    }
    choice
        .set
        .iter()
        .fold(opener, |opener, (key, value)| opener.set(key, value))
}

/// The store and the hub, with what an opener knows.
pub fn models(opener: &Opener) -> Result<Models<'_>, ttt::adapters::Error> {
    Ok(Models {
        store: Store::of_user(opener.formats(), opener.models())?,
        hub: Hub::of_environment()?,
    })
}

/// The path of what the command line names: a path, a stored model, or one of the hub, which is then downloaded.
pub fn resolve(path: &Path) -> Result<PathBuf, ttt::adapters::Error> {
    let Some(text) = path.to_str().filter(|_| !path.exists()) else {
        return Ok(path.to_path_buf());
    };
    let opener = Opener::new();
    let mut download = progress::Download::default();
    models(&opener)?.resolve(text, &mut |progress| download.report(progress))
}

/// Opens a path, or a built-in family by name where there is no such path.
pub fn open(opener: &Opener, path: &Path) -> Result<Opened, Failure> {
    open_any(opener, path).map_err(Failure::from)
}

/// [`open`], for who looks into the error.
pub fn open_any(opener: &Opener, path: &Path) -> Result<Opened, ttt::adapters::Error> {
    let name = path
        .to_str()
        .filter(|name| !path.exists() && names_a_model(opener, name));
    match name {
        Some(name) => opener.open_named(name),
        None => opener.open(resolve(path)?),
    }
}

/// Whether a path is no path but the name of a built-in family.
pub fn is_built_in(path: &Path) -> bool {
    let opener = Opener::new();
    path.to_str()
        .is_some_and(|name| !path.exists() && names_a_model(&opener, name))
}

/// Whether a text is the name of a model, in any case.
fn names_a_model(opener: &Opener, text: &str) -> bool {
    opener
        .models()
        .models()
        .any(|entry| entry.model.body.name.eq_ignore_ascii_case(text))
}

/// Prints what may be wrong with an opened source, and what of its weights is fresh or left out.
pub fn warn(opened: &Opened) {
    for warning in &opened.warnings {
        anstream::eprintln!("warning{warning}");
    }
    for note in opened.report.iter().flat_map(LoadReport::notes) {
        anstream::eprintln!("{note}");
    }
}
