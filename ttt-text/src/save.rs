//! Writing tokenizers as Hugging Face writes them.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use ttt_adapters::error::Error;
use ttt_adapters::file;

use crate::error::encoded;
use crate::tokenizer::Tokenizer;

impl Tokenizer {
    /// Writes `tokenizer.json` and `tokenizer_config.json` into a directory, which is made if need be, and gives their
    /// paths. Each file is there as a whole or not at all.
    pub fn save(&self, directory: &Path) -> Result<Vec<PathBuf>, Error> {
        std::fs::create_dir_all(directory).map_err(|error| file::unreadable(directory, &error))?;
        let files = [
            ("tokenizer.json", self.to_json()?),
            ("tokenizer_config.json", self.config()),
        ];
        let written = files.into_iter().map(|(name, value)| {
            let path = directory.join(name);
            file::write_json(&path, &value).map(|()| path)
        });
        written.collect()
    }

    /// What `tokenizer.json` holds.
    pub fn to_json(&self) -> Result<Value, Error> {
        encoded(self.core())
    }

    /// What `tokenizer_config.json` holds besides: roles and the chat template.
    pub fn config(&self) -> Value {
        let mut config = Map::new();
        config.insert("tokenizer_class".into(), "PreTrainedTokenizerFast".into());
        for (role, id) in self.special().roles() {
            if let Some(token) = self.token(id) {
                config.insert(format!("{role}_token"), token.into());
            }
        }
        config.insert("clean_up_tokenization_spaces".into(), false.into());
        if let Some(template) = self.chat_template() {
            config.insert("chat_template".into(), template.to_json());
        }
        Value::Object(config)
    }
}
