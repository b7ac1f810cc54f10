//! Paths of parts and tensors: `h.3.attn`.

/// The path of what stands under a name within a path; the empty path is the model's own.
pub fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}
