//! From ids to text.

mod bytes;
mod scheme;
mod stream;

pub(crate) use scheme::Scheme;
pub use stream::Stream;
