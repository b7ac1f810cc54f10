//! Conversations as the text that a model was trained on.

mod clock;
mod environment;
mod json;
mod rewrite;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ttt_adapters::error::{Error, Problem, codes};

/// The variant that is used when nothing asks for another.
const DEFAULT: &str = "default";
/// The variant that is used when tools are given.
const TOOLS: &str = "tool_use";

/// A chat template in Jinja, as Hugging Face's checkpoints carry them, or several with names.
///
/// It is rendered by minijinja with what transformers gives its templates: blocks trimmed, loop controls, methods of
/// Python's strings and dictionaries, `raise_exception`, `strftime_now`, `tojson`, and the special tokens as `bos_token`
/// and so on. Work and output are bounded, so a template that does not end is an error.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatTemplate {
    /// By name, in the file's order.
    variants: IndexMap<String, String>,
    /// `bos_token` and so on.
    tokens: Map<String, Value>,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user`, `assistant`, or another that the template knows.
    pub role: String,
    /// What was said.
    pub content: String,
}

impl Message {
    /// A message.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Message {
        Message {
            role: role.into(),
            content: content.into(),
        }
    }
}

impl ChatTemplate {
    /// A single template.
    pub fn new(text: &str) -> Result<ChatTemplate, Error> {
        ChatTemplate::named([(DEFAULT.to_string(), text.to_string())])
    }

    /// Several with names. `default` is used unless tools are given and there is a `tool_use`.
    pub fn named(variants: impl IntoIterator<Item = (String, String)>) -> Result<ChatTemplate, Error> {
        let variants: IndexMap<String, String> = variants.into_iter().collect();
        for (name, text) in &variants {
            environment::check(name, text)?;
        }
        Ok(ChatTemplate {
            variants,
            tokens: Map::new(),
        })
    }

    /// What `chat_template` of `tokenizer_config.json` holds: a text, or a list of objects with `name` and `template`.
    pub fn from_json(value: &Value) -> Result<ChatTemplate, Error> {
        let field = |variant: &Value, key: &str| variant.get(key)?.as_str().map(str::to_string);
        match value {
            Value::String(text) => ChatTemplate::new(text),
            Value::Array(variants) => {
                let pairs = variants
                    .iter()
                    .map(|variant| Some((field(variant, "name")?, field(variant, "template")?)));
                ChatTemplate::named(
                    pairs
                        .collect::<Option<Vec<_>>>()
                        .ok_or_else(|| malformed(value))?,
                )
            }
            _ => Err(malformed(value).into()),
        }
    }

    /// The same as [`ChatTemplate::from_json`] reads.
    pub fn to_json(&self) -> Value {
        match self.variants.get(DEFAULT) {
            Some(text) if self.variants.len() == 1 => text.clone().into(),
            _ => {
                let variants = self.variants.iter();
                variants
                    .map(|(name, text)| serde_json::json!({ "name": name, "template": text }))
                    .collect()
            }
        }
    }

    /// The names of the variants; `default` for a single template.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variants.keys().map(String::as_str)
    }

    /// The template's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.variants.get(name).map(String::as_str)
    }

    /// The text of a conversation. With `add_generation_prompt` it ends where the assistant's answer begins. `variables`
    /// are the template's own, such as `tools`, `documents` or `enable_thinking`.
    pub fn render(
        &self,
        messages: &[Message],
        add_generation_prompt: bool,
        variables: &Map<String, Value>,
    ) -> Result<String, Error> {
        let messages = messages
            .iter()
            .map(|message| serde_json::json!({ "role": message.role, "content": message.content }));
        self.render_json(messages.collect(), add_generation_prompt, variables)
    }

    /// As [`ChatTemplate::render`], for messages that hold more than a role and a text, as calls of tools do.
    pub fn render_json(
        &self,
        messages: Value,
        add_generation_prompt: bool,
        variables: &Map<String, Value>,
    ) -> Result<String, Error> {
        let tools = variables.get("tools").is_some_and(|tools| !tools.is_null());
        let preferred = if tools {
            [TOOLS, DEFAULT]
        } else {
            [DEFAULT, DEFAULT]
        };
        let found = preferred
            .into_iter()
            .find_map(|name| self.variants.get_key_value(name));
        let (name, text) = found.ok_or_else(|| {
            Problem::new(codes::CHAT_TEMPLATE, "no chat template is the default")
                .found(self.names().collect::<Vec<_>>().join(", "))
                .expected(DEFAULT)
        })?;
        let mut context = self.tokens.clone();
        context.insert("messages".into(), messages);
        context.insert("add_generation_prompt".into(), add_generation_prompt.into());
        for absent in ["tools", "documents"] {
            context.insert(absent.into(), Value::Null);
        }
        context.extend(variables.clone());
        environment::render(name, text, &context)
    }

    /// Gives the template a special token, such as `bos_token`.
    pub(crate) fn set_token(&mut self, variable: String, token: String) {
        self.tokens.insert(variable, token.into());
    }
}

fn malformed(found: &Value) -> Problem {
    Problem::new(codes::CHAT_TEMPLATE, "a chat template is malformed")
        .key("chat_template")
        .found(found)
        .expected("a text, or a list of objects with `name` and `template`")
}
