//! Models of the Hugging Face hub, by `org/name`.
//!
//! Files are kept where every tool of that hub keeps them, so that what another tool has downloaded is found and what is
//! downloaded here is found by others. A model that is there completely is used as it is, without asking the network;
//! [`Hub::download`] asks for the newest.

mod cache;
mod download;
mod reference;
mod selection;
mod settings;
mod trouble;

pub use reference::{Part, Reference};
pub use settings::Hub;

pub(crate) use cache::file_names;
pub(crate) use selection::{select, shards};

/// What happens to a file while it is fetched, copied or read through. A closure that takes these can draw a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A file is begun, of so many bytes. After a break in the connection it may be begun again.
    Started {
        /// Its name.
        file: &'a str,
        /// Its size.
        bytes: u64,
    },
    /// So many more bytes are done.
    Advanced(u64),
    /// The file is complete.
    Finished,
}
