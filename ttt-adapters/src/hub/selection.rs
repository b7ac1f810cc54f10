//! Which files of a model are needed. The same rule serves downloading and copying.

use std::path::Path;

use super::reference::Part;
use crate::error::{Error, Problem, codes};
use crate::hf::{COMPANIONS, WEIGHTS_FILES};
use crate::source::weight_map;

/// The files that are needed, of those that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Their names, the weights or their index last.
    pub files: Vec<String>,
    /// The index of the weights, which names further files.
    pub index: Option<String>,
    /// The one file that is the model by itself; the folder is, otherwise.
    pub lone: Option<String>,
}

/// Selects from the names of all files.
pub(crate) fn select(names: &[String], part: &Part) -> Result<Selection, Error> {
    let is_there = |name: &&str| names.iter().any(|there| there == *name);
    match part {
        Part::File(file) => match is_there(&file.as_str()) {
            true => Ok(lone(file)),
            false => Err(absent(&format!("there is no file `{file}`"), &ggufs(names))),
        },
        Part::Quantised(quantisation) => quantised(names, quantisation),
        Part::Whole => match WEIGHTS_FILES.iter().copied().find(|name| is_there(name)) {
            Some(weights) => {
                let beside = COMPANIONS
                    .iter()
                    .map(|companion| companion.name)
                    .filter(|name| is_there(name));
                let files = beside.chain([weights]).map(str::to_string);
                Ok(Selection {
                    files: files.collect(),
                    index: weights.ends_with(".json").then(|| weights.to_string()),
                    lone: None,
                })
            }
            None => one_gguf(names),
        },
    }
}

/// The files that an index names, in order.
pub(crate) fn shards(index: &Path) -> Result<Vec<String>, Error> {
    let mut shards: Vec<String> = weight_map(index)?.into_values().collect();
    shards.sort();
    shards.dedup();
    Ok(shards)
}

fn lone(file: &str) -> Selection {
    Selection {
        files: vec![file.to_string()],
        index: None,
        lone: Some(file.to_string()),
    }
}

/// The file whose name ends with the quantisation.
fn quantised(names: &[String], quantisation: &str) -> Result<Selection, Error> {
    let ending = format!("{}.gguf", quantisation.to_lowercase());
    let ggufs = ggufs(names);
    let fitting: Vec<&str> = ggufs
        .iter()
        .copied()
        .filter(|name| {
            let name = name.to_lowercase();
            let front = name.strip_suffix(&ending);
            front.is_some_and(|front| front.is_empty() || front.ends_with(['-', '.', '_', '/']))
        })
        .collect();
    match fitting.as_slice() {
        [file] => Ok(lone(file)),
        [] => Err(absent(
            &format!("there is no .gguf file of the quantisation `{quantisation}`"),
            &ggufs,
        )),
        several => Err(choose(several)),
    }
}

fn one_gguf(names: &[String]) -> Result<Selection, Error> {
    match ggufs(names).as_slice() {
        [file] => Ok(lone(file)),
        [] => Err(absent(
            &format!(
                "there are no weights: none of {}, and no .gguf file",
                WEIGHTS_FILES.join(", ")
            ),
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
        )),
        several => Err(choose(several)),
    }
}

fn ggufs(names: &[String]) -> Vec<&str> {
    let names = names.iter().map(String::as_str);
    names
        .filter(|name| name.to_lowercase().ends_with(".gguf"))
        .collect()
}

fn absent(message: &str, there: &[&str]) -> Error {
    Problem::new(codes::HUB_ABSENT, message)
        .found(some_of(there))
        .help("check the name; a quantisation is named as org/name:Q4_0, a file as org/name/file.gguf")
        .into()
}

fn choose(several: &[&str]) -> Error {
    Problem::new(
        codes::HUB_CHOICE,
        "there are several .gguf files, and each is a model",
    )
    .found(some_of(several))
    .help("name the file, as org/name/file.gguf, or its quantisation, as org/name:Q4_0")
    .into()
}

fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0 => "nothing of the kind".to_string(),
        count if count <= SHOWN => names.join(", "),
        count => format!("{}, and {} more", names[..SHOWN].join(", "), count - SHOWN),
    }
}
