//! How a format's configurations say what every configuration says.

/// The keys that a format has for every model.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// The key of the text that config tables answer to.
    pub model_type: &'static str,
    /// The key of the class that asks for a head.
    pub class: &'static str,
    /// Whether the class is the first of a list.
    pub class_in_list: bool,
    /// Whether keys are flat texts, dots and all.
    pub flat: bool,
    /// Keys that are written for every model and change no computation, one a line; one that ends in a dot stands for all
    /// that begin with it.
    generic: &'static str,
}

/// Of Hugging Face, and of formats of the user's own, which are free to do the same.
const HUGGING_FACE: Dialect = Dialect {
    model_type: "model_type",
    class: "architectures",
    class_in_list: true,
    flat: false,
    generic: include_str!("generic_keys/hf.txt"),
};

const GGUF: Dialect = Dialect {
    model_type: "general.architecture",
    class: "general.architecture",
    class_in_list: false,
    flat: true,
    generic: include_str!("generic_keys/gguf.txt"),
};

/// The dialect of a format.
pub(crate) fn dialect(format: &str) -> &'static Dialect {
    match format {
        "gguf" => &GGUF,
        _ => &HUGGING_FACE,
    }
}

impl Dialect {
    /// Whether a key is written for every model.
    pub fn is_generic(&self, key: &str) -> bool {
        self.generic
            .lines()
            .any(|generic| generic == key || generic.ends_with('.') && key.starts_with(generic))
    }
}
