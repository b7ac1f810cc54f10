//! Renamed parts of blocks, in the paths of models: `h[i].ln_1` is `h[i].norm` when the block of `h` calls it so.

use super::Item;
use super::words::pieces;

/// A part of a block with another name.
pub(super) struct PartRename {
    /// The block.
    pub(super) block: String,
    /// The name on the left side.
    pub(super) from: String,
    /// The name on the right side.
    pub(super) to: String,
}

/// Pieces whose names or texts hold paths.
const WITH_PATHS: [&str; 4] = ["weights entry", "lacking part", "tie", "transform"];

/// Renames parts in all paths that stand in these items, which are a schema's.
pub(super) fn rename_paths(items: &mut [Item], renames: &[PartRename]) {
    let whole = items.to_vec();
    for item in items.iter_mut() {
        let body = item.clone();
        rename_inside(item, &body, &whole, renames);
    }
}

fn rename_inside(item: &mut Item, body: &Item, schema: &[Item], renames: &[PartRename]) {
    for inner in &mut item.inner {
        if WITH_PATHS.contains(&inner.what) {
            inner.name = renamed(&inner.name, body, schema, renames);
            inner.text = renamed(&inner.text, body, schema, renames);
        }
        rename_inside(inner, body, schema, renames);
    }
}

fn renamed(text: &str, body: &Item, schema: &[Item], renames: &[PartRename]) -> String {
    let mut made = String::new();
    // What the path has come to: a model, head or block. Nothing outside of paths.
    let mut at: Option<&Item> = None;
    let mut follows_dot = false;
    let mut depth = 0;
    for piece in pieces(text) {
        depth += i32::from(piece == "[") - i32::from(piece == "]");
        let is_name = piece.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
        if depth > 0 || piece == "]" || piece == "." {
            follows_dot = piece == ".";
            made.push_str(piece);
        } else if is_name {
            let holder = if follows_dot { at } else { Some(body) };
            let block = holder.filter(|holder| holder.what == "block");
            let rename = block.and_then(|block| {
                renames
                    .iter()
                    .find(|rename| rename.block == block.name && rename.from == piece)
            });
            made.push_str(rename.map_or(piece, |rename| &rename.to));
            at = holder.and_then(|holder| named(holder, piece, schema));
            follows_dot = false;
        } else {
            at = None;
            follows_dot = false;
            made.push_str(piece);
        }
    }
    made
}

/// What a name leads to: a head, or the block of a part.
fn named<'a>(holder: &'a Item, name: &str, schema: &'a [Item]) -> Option<&'a Item> {
    let mut inner = holder.inner.iter();
    let found = inner.find(|inner| matches!(inner.what, "head" | "part") && inner.name == name)?;
    if found.what == "head" {
        return Some(found);
    }
    let callee = pieces(&found.text)
        .into_iter()
        .find(|piece| piece.starts_with(char::is_uppercase))?;
    schema
        .iter()
        .find(|item| item.what == "block" && item.name == callee)
}
