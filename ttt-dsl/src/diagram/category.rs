//! What colours stand for.

/// The standard leaves and functions that have a colour of their own.
static CATEGORIES: &[(&str, &str)] = &[
    ("Linear", "linear"),
    ("Embedding", "embedding"),
    ("LayerNorm", "norm"),
    ("RmsNorm", "norm"),
    ("Dropout", "quiet"),
    ("Rope", "position"),
    ("positions", "position"),
    ("rotate", "position"),
    ("attend", "attention"),
    ("activate", "activation"),
    ("softmax", "activation"),
    ("rearrange", "quiet"),
    ("slice", "quiet"),
    ("fold", "quiet"),
    ("unfold", "quiet"),
];

/// The category of a standard leaf or a function; `other` for what has none.
pub(super) fn category(name: &str) -> &'static str {
    CATEGORIES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or("other", |(_, category)| category)
}
