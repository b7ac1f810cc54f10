//! Models by name: a folder of the user's in which each model is a folder.
//!
//! A model is put there by [`Store::add`], as a copy or as a link, or by hand, or by `scripts/fetch-models`; all are listed.
//! What `add` knows it notes in the model's own folder, so two programs that add at once cannot spoil each other's notes,
//! and a folder appears under its name only when it is complete.
//!
//! [`Models`] adds the hub: every text that names a model is a path, a stored name, or `org/name`, in this order.

mod digest;
mod entry;
mod files;
mod folder;
mod manifest;
mod models;
mod name;
mod verify;

pub use entry::{Entry, Method, Placement};
pub use folder::Store;
pub use models::Models;
pub use verify::{FileState, Verification};

pub(crate) use digest::sha256;
