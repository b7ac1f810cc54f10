//! `ttt diff`: what differs between two schemas, or a schema and a checkpoint.

use std::path::Path;

use ttt::adapters::source::TensorSource;
use ttt::dsl::diff::{Change, TensorRow, diff, render, tensors, values};
use ttt::dsl::instance::{Instance, Values, instantiate};
use ttt::{Opened, Opener};

use super::{Failure, source};
use crate::cli::{Diff, Format};

/// Prints the differences; `false` when there are some.
pub fn run(args: &Diff) -> Result<bool, Failure> {
    let opener = source::opener(&args.choice).fresh();
    let left = source::open(&opener, &args.left)?;
    let right = open_right(args, &opener)?;
    let changes = changes(&left, &right);
    match args.format {
        Format::Text => anstream::print!("{}", render(&changes, true)),
        Format::Json => println!("{}", serde_json::json!(changes)),
    }
    Ok(changes.is_empty())
}

/// The right side as what it is; a file of tensors that does not say what it is, as weights of the left side.
fn open_right(args: &Diff, opener: &Opener) -> Result<Opened, Failure> {
    let itself = match source::open_any(opener, &args.right) {
        Ok(opened) => return Ok(opened),
        Err(error) => error,
    };
    let holds_tensors = |path: &Path| ttt::adapters::source::open_file(path).is_ok();
    if !holds_tensors(&args.right) {
        return Err(itself.into());
    }
    let opener = source::opener(&args.choice).weights(&args.right);
    source::open(&opener, &args.left)
}

/// Schemas first. Params follow where they are not what the schemas' defaults say, and tensors where some are stored.
fn changes(left: &Opened, right: &Opened) -> Vec<Change> {
    let mut changes = diff(&left.program.spec, &right.program.spec);
    let is_checkpoint = left.weights.is_some() || right.weights.is_some();
    if changes.is_empty() || is_checkpoint {
        changes.extend(values(&left.values, &right.values));
    }
    if is_checkpoint {
        let instance = with_values_of(left, right);
        changes.extend(tensors(&rows(left, &instance), &rows(right, &right.instance)));
    }
    changes
}

/// The left model with the right one's params, so that a param that differs is told once and not with every tensor.
///
/// Weights have the sizes that they have, so a checkpoint stays as it is.
fn with_values_of(left: &Opened, right: &Opened) -> Instance {
    let known = |name: &str| left.values.contains_key(name);
    let given: Values = right
        .values
        .iter()
        .filter(|(name, _)| known(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let has_head = |head: &&str| {
        let model = left.program.model(&left.model);
        model.is_some_and(|model| model.head(head).is_some())
    };
    let head = right.head.as_deref().filter(has_head).or(left.head.as_deref());
    match &left.weights {
        Some(_) => left.instance.clone(),
        None => {
            instantiate(&left.program, &left.model, head, &given).unwrap_or_else(|_| left.instance.clone())
        }
    }
}

/// The tensors of a model, with the types in which a checkpoint stores them.
fn rows(opened: &Opened, instance: &Instance) -> Vec<TensorRow> {
    let own = instance.tensors().into_iter().filter(|slot| slot.tied.is_none());
    let row = |slot: ttt::dsl::instance::TensorSlot| {
        let stored = opened
            .weights
            .as_ref()
            .and_then(|weights| weights.tensors().get(&slot.path));
        TensorRow {
            dtype: stored.map(|stored| stored.dtype.to_string()),
            name: slot.path,
            shape: slot.shape,
        }
    };
    own.map(row).collect()
}
