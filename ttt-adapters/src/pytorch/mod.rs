//! PyTorch's own files: `.bin`, `.pt`, `.pth`, written by `torch.save`.
//!
//! Both forms are read: the zip archive of torch 1.6 and later, and the run of pickles that it had before. Tensors are
//! windows into the mapped file unless their strides, or a big-endian writer, ask for a copy. The pickle in such a file is
//! a program; it is read without running anything, and every name that no checkpoint needs is refused.
//!
//! **Which dictionary is opened.** A dictionary that holds tensors itself is the state dict. Where the outermost one does
//! not, the first of [`WRAPPERS`] in it that leads to tensors by the same rule is taken; what stands beside it, such as an
//! optimiser's state, is left alone. In the state dict, names of nested dictionaries are joined with dots, and what is no
//! tensor is passed over. If every name begins with one of [`DECORATIONS`], it is taken off.
//!
//! [`WRAPPERS`]: state_dict::WRAPPERS
//! [`DECORATIONS`]: state_dict::DECORATIONS

mod adapter;
mod archive;
mod file;
mod legacy;
mod pickle;
pub mod state_dict;
mod view;

pub use adapter::BarePytorch;
pub use file::PytorchFile;

/// The number that every file of the older form begins with, as a pickle spells it.
const LEGACY_MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// What every zip archive with something in it begins with.
const ZIP_MAGIC: [u8; 4] = *b"PK\x03\x04";

/// The entry of an archive that holds the pickle.
const PICKLE_ENTRY: &str = "data.pkl";

/// Whether a file that begins like this is one of PyTorch's.
pub(crate) fn begins_like_pytorch(beginning: &[u8]) -> bool {
    let contains = |wanted: &[u8]| beginning.windows(wanted.len()).any(|window| window == wanted);
    match beginning {
        [b'P', b'K', 3, 4, ..] => contains(PICKLE_ENTRY.as_bytes()),
        [0x80, ..] => begins_with_legacy_magic(beginning),
        _ => false,
    }
}

/// The magic number comes first, after at most a protocol, a frame and its own length.
fn begins_with_legacy_magic(file: &[u8]) -> bool {
    let start = &file[..file.len().min(2 + 9 + 2 + LEGACY_MAGIC.len())];
    start
        .windows(LEGACY_MAGIC.len())
        .any(|window| window == LEGACY_MAGIC)
}
