//! Whether a model's files are still those that were added.

use serde::Serialize;

use super::manifest::Manifest;
use super::{Store, sha256};
use crate::error::{Error, Problem, codes};
use crate::hub::Progress;

/// What became of a model's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The model.
    pub name: String,
    /// Every file that was noted.
    pub files: Vec<(String, FileState)>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// It is as it was.
    Same,
    /// It is not there.
    Missing,
    /// It has other bytes.
    Changed {
        /// The checksum that was noted.
        noted: String,
        /// The checksum that it has.
        found: String,
    },
}

impl Verification {
    /// Whether every file is as it was.
    pub fn is_sound(&self) -> bool {
        self.files.iter().all(|(_, state)| *state == FileState::Same)
    }
}

impl Store<'_> {
    /// Reads every file of a model and compares it with what was noted when it was added.
    pub fn verify(&self, name: &str, report: &mut dyn FnMut(Progress<'_>)) -> Result<Verification, Error> {
        let folder = self.existing(name)?;
        let Some(manifest) = Manifest::read(&folder)? else {
            return Err(Problem::new(
                codes::NO_MANIFEST,
                format!("nothing was noted of the files of `{name}`"),
            )
            .file(folder)
            .help(format!("note them as they are now: ttt models add {name}"))
            .into());
        };
        let base = manifest.base(&folder);
        let mut files = Vec::new();
        for noted in manifest.files {
            let path = base.join(&noted.name);
            let state = if path.is_file() {
                report(Progress::Started {
                    file: &noted.name,
                    bytes: noted.bytes,
                });
                let found = sha256(&path, report)?;
                report(Progress::Finished);
                match found == noted.sha256 {
                    true => FileState::Same,
                    false => FileState::Changed {
                        noted: noted.sha256,
                        found,
                    },
                }
            } else {
                FileState::Missing
            };
            files.push((noted.name, state));
        }
        Ok(Verification {
            name: name.to_string(),
            files,
        })
    }
}
