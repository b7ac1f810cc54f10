//! The class that a configuration names, and what else of it deserves a warning.

use serde_json::Value;
use ttt_dsl::spec::HeadChoice;

use super::{ConfigReader, key};
use crate::error::{Problem, codes};
use crate::name::nearest;

impl ConfigReader<'_> {
    /// The head that the configuration's class asks for.
    pub(super) fn head(&self, config: &Value) -> Result<Option<HeadChoice>, Box<Problem>> {
        let Some(class) = self.class(config) else {
            return Ok(None);
        };
        let known = &self.table.architectures;
        match known.iter().find(|(name, _)| name == class) {
            Some((_, choice)) => Ok(Some(choice.clone())),
            None => {
                let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
                Err(Problem::new(
                    codes::UNKNOWN_HEAD,
                    format!("`{}` has no head for this class", self.model.body.name),
                )
                .key(self.dialect().class)
                .found(class)
                .expected(match names.is_empty() {
                    true => "a class that the config table maps: it has no `architecture` line".to_owned(),
                    false => format!("one of {}", names.join(", ")),
                })
                .help("name a head, or `base` for none, or add the head to the schema")
                .into())
            }
        }
    }

    /// What may be wrong with a configuration.
    pub(super) fn warnings(&self, config: &Value) -> Vec<Problem> {
        let unknown = key::unknown(config, self.table).into_iter();
        let mut warnings: Vec<Problem> = unknown
            .map(|key| {
                let help = match nearest(&key, key::known(self.table)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "if it changes the computation, the results are wrong; if not, the table may `ignore` it"
                        .to_string(),
                };
                Problem::new(codes::CONFIG_UNKNOWN, format!("nothing reads `{key}`"))
                    .key(key)
                    .help(help)
            })
            .collect();
        if self.class(config).is_none() {
            warnings.push(
                Problem::new(codes::CONFIG_CLASS, "no class is named, so no head is built")
                    .key(self.dialect().class)
                    .help("name a head if the checkpoint has one"),
            );
        }
        warnings
    }

    fn class<'a>(&self, config: &'a Value) -> Option<&'a str> {
        let found = key::find(config, self.dialect().class)?;
        match self.dialect().class_in_list {
            true => found.get(0)?.as_str(),
            false => found.as_str(),
        }
    }
}
