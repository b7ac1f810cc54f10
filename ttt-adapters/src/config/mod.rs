//! A foreign configuration, read with a config table to params and a head, and written back.

mod agreement;
mod class;
mod dialect;
mod entry;
mod key;
mod setting;
mod value;
mod write;

use indexmap::IndexMap;
use serde_json::Value;
use ttt_dsl::instance::Values;
use ttt_dsl::program::{CheckedModel, Program};
use ttt_dsl::spec::{ConfigEntry, ConfigTable, Expect, HeadChoice, Source};

use self::dialect::Dialect;
use crate::error::{Error, Problem, codes};

pub(crate) use dialect::dialect;
pub use setting::read_settings;
pub use write::write_config;

/// What a configuration says.
#[derive(Clone, Debug)]
pub struct ConfigReading {
    /// The params that the table names, and those given in advance. The others stay at their defaults.
    pub values: Values,
    /// The keys that the params are from.
    pub keys: IndexMap<String, String>,
    /// The head its class asks for; `None` when it names no class, or one without a head when a head was given.
    pub head: Option<HeadChoice>,
    /// Keys that nothing reads, and the like.
    pub warnings: Vec<Problem>,
}

/// A model and one of its config tables.
#[derive(Clone, Copy, Debug)]
pub struct ConfigReader<'a> {
    /// The program that the model is of.
    pub program: &'a Program,
    /// The model.
    pub model: &'a CheckedModel,
    /// One of its config tables.
    pub table: &'a ConfigTable,
}

/// What is known beside a configuration.
#[derive(Clone, Copy, Default)]
pub struct ConfigContext<'a> {
    /// Params that keep their value whatever the configuration says.
    pub given: Option<&'a Values>,
    /// Whether the checkpoint has a tensor, when there is a checkpoint.
    pub present: Option<&'a dyn Fn(&str) -> bool>,
    /// Params that are true although the checkpoint lacks the tensors that `present` asks for, since the head needs them.
    pub needed: &'a [&'a str],
    /// Whether the caller has chosen a head, so that an unknown class is no mistake.
    pub head_given: bool,
}

impl ConfigReader<'_> {
    fn dialect(&self) -> &'static Dialect {
        dialect(self.table.format.as_str())
    }

    /// Fills the params from a configuration. Every problem is reported, not only the first.
    pub fn read(&self, config: &Value, context: ConfigContext<'_>) -> Result<ConfigReading, Error> {
        if !config.is_object() {
            let problem = Problem::new(codes::CONFIG_KIND, "the configuration is not an object")
                .help("it should look like {\"model_type\": …}");
            return Err(problem.into());
        }
        let mut problems = Vec::new();
        let mut reading = ConfigReading {
            values: context.given.cloned().unwrap_or_default(),
            keys: IndexMap::new(),
            head: None,
            warnings: self.warnings(config),
        };
        let mut failed = Vec::new();
        for entry in &self.table.entries {
            if reading.values.contains_key(entry.param.as_str()) {
                continue;
            }
            match self.entry(entry, config, &reading.values, context) {
                Ok((value, key)) => {
                    let param = entry.param.to_string();
                    reading.keys.extend(key.map(|key| (param.clone(), key)));
                    reading.values.insert(param, value);
                }
                Err(problem) => {
                    if !follows_from(entry, &failed) {
                        problems.push(*problem);
                    }
                    failed.push(entry.param.as_str());
                }
            }
        }
        if failed.is_empty() {
            problems.extend(self.disagreements(config, &reading.values));
        }
        let expects = self.table.expects.iter();
        problems.extend(expects.filter_map(|expect| check_expect(expect, config)));
        match self.head(config) {
            Ok(head) => reading.head = head,
            Err(_) if context.head_given => {}
            Err(problem) => problems.push(*problem),
        }
        Error::unless_empty(problems, reading)
    }
}

/// Whether a fallback reads a param that could not be read itself, so that its failure is no news.
fn follows_from(entry: &ConfigEntry, failed: &[&str]) -> bool {
    let mut follows = false;
    for source in &entry.sources {
        if let Source::Unset(expr) | Source::Value(expr) = source {
            expr.visit_names(&mut |name| follows |= failed.contains(&name.as_str()));
        }
    }
    follows
}

fn check_expect(expect: &Expect, config: &Value) -> Option<Problem> {
    let found = key::find(config, &expect.key)?;
    if expect.values.iter().any(|literal| value::equals(found, literal)) {
        return None;
    }
    let values: Vec<String> = expect.values.iter().map(value::literal_text).collect();
    let message = match &expect.message {
        Some(message) => format!("the schema does not say this: {message}"),
        None => "the schema does not say this".to_string(),
    };
    Some(
        Problem::new(codes::CONFIG_EXPECT, message)
            .key(&expect.key)
            .found(found)
            .expected(values.join(" or "))
            .help("this checkpoint needs another schema: extend this one, or look for one that has it"),
    )
}
