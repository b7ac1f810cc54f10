//! The files beside a vocabulary that say what its tokens are for.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::file;

use crate::chat::ChatTemplate;

/// `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and the chat template of a directory. Each may
/// be missing.
#[derive(Debug, Default)]
pub struct Companions {
    config: Map<String, Value>,
    special: Map<String, Value>,
    added: Map<String, Value>,
    /// The chat template.
    pub template: Option<ChatTemplate>,
    /// The files that were there.
    pub files: Vec<PathBuf>,
}

/// A token that is added to a vocabulary.
#[derive(Clone, Debug)]
pub struct Added {
    /// The id it must get.
    pub id: u32,
    /// What it is and how it is matched.
    pub token: tokenizers::AddedToken,
}

impl Companions {
    /// Reads those that are there.
    pub fn read(directory: &Path) -> Result<Companions, Error> {
        let mut companions = Companions::default();
        companions.config = companions.object(&directory.join("tokenizer_config.json"))?;
        companions.special = companions.object(&directory.join("special_tokens_map.json"))?;
        companions.added = companions.object(&directory.join("added_tokens.json"))?;
        companions.template = companions.chat_template(directory)?;
        Ok(companions)
    }

    /// The token in a role such as `bos`.
    pub fn role(&self, role: &str) -> Option<&str> {
        let key = format!("{role}_token");
        let token = [&self.config, &self.special]
            .into_iter()
            .find_map(|file| match file.get(&key)? {
                Value::String(token) => Some(token.as_str()),
                Value::Object(token) => token.get("content")?.as_str(),
                _ => None,
            });
        token.filter(|token| !token.is_empty())
    }

    /// A switch of `tokenizer_config.json`.
    pub fn switch(&self, key: &str) -> Option<bool> {
        self.config.get(key)?.as_bool()
    }

    /// The name of the class that wrote the files.
    pub fn class(&self) -> Option<&str> {
        self.config.get("tokenizer_class")?.as_str()
    }

    /// The tokens to add to a vocabulary that comes without them, by ascending id.
    pub fn added(&self) -> Result<Vec<Added>, Error> {
        let mut added = Vec::new();
        if let Some(Value::Object(tokens)) = self.config.get("added_tokens_decoder") {
            for (id, token) in tokens {
                let id = id.parse().map_err(|_| malformed(id, token))?;
                let token = serde_json::from_value(token.clone()).map_err(|_| malformed("content", token))?;
                added.push(Added { id, token });
            }
        } else {
            for (token, id) in &self.added {
                let id = id
                    .as_u64()
                    .and_then(|id| u32::try_from(id).ok())
                    .ok_or_else(|| malformed(token, id))?;
                let token = tokenizers::AddedToken::from(token.clone(), false);
                added.push(Added { id, token });
            }
        }
        added.sort_by_key(|added| added.id);
        Ok(added)
    }

    /// The object in a file; empty when the file is not there.
    fn object(&mut self, path: &Path) -> Result<Map<String, Value>, Error> {
        if !path.is_file() {
            return Ok(Map::new());
        }
        self.files.push(path.to_path_buf());
        match file::read_json(path)? {
            Value::Object(object) => Ok(object),
            other => Err(malformed("an object", &other).in_file(path)),
        }
    }

    fn chat_template(&mut self, directory: &Path) -> Result<Option<ChatTemplate>, Error> {
        let path = directory.join("chat_template.jinja");
        if path.is_file() {
            self.files.push(path.clone());
            let text = file::read_text(&path)?;
            return ChatTemplate::new(&text)
                .map(Some)
                .map_err(|error| error.in_file(&path));
        }
        let separate = self.object(&directory.join("chat_template.json"))?;
        let value = separate.get("chat_template").or(self.config.get("chat_template"));
        match value {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let template = ChatTemplate::from_json(value);
                template
                    .map(Some)
                    .map_err(|error| error.in_file(&directory.join("tokenizer_config.json")))
            }
        }
    }
}

fn malformed(what: &str, found: &Value) -> Error {
    Problem::new(codes::TOKENIZER, "a file of the tokenizer is malformed")
        .key(what)
        .found(found)
        .into()
}
