//! A foreign configuration, read with a config table to params and a head, and written back.

mod key;
mod setting;
mod value;
mod write;

use indexmap::IndexMap;
use serde_json::Value;
use ttt_dsl::instance::{Scalar, Values, evaluate};
use ttt_dsl::program::{CheckedModel, Program};
use ttt_dsl::spec::{ConfigEntry, ConfigTable, Expect, Expr, HeadChoice, Param, Source};

use crate::error::{Error, Location, Problem, codes};
use crate::name::{nearest, nearest_help};

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
    /// Whether the caller has chosen a head, so that an unknown class is no mistake.
    pub head_given: bool,
}

impl ConfigReader<'_> {
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
                        problems.push(problem);
                    }
                    failed.push(entry.param.as_str());
                }
            }
        }
        let expects = self.table.expects.iter();
        problems.extend(expects.filter_map(|expect| check_expect(expect, config)));
        match self.head(config) {
            Ok(head) => reading.head = head,
            Err(_) if context.head_given => {}
            Err(problem) => problems.push(problem),
        }
        Error::unless_empty(problems, reading)
    }

    /// A param's value, and the key that it is from.
    fn entry(
        &self,
        entry: &ConfigEntry,
        config: &Value,
        values: &Values,
        context: ConfigContext<'_>,
    ) -> Result<(Scalar, Option<String>), Problem> {
        let param = self.param(entry)?;
        for source in &entry.sources {
            let found = match source {
                Source::Key { key, .. } => key::find(config, key)
                    .map(|found| self.from_key(param, key, found))
                    .transpose()?,
                Source::Length { key, .. } => key::find(config, key)
                    .map(|found| length(key, found))
                    .transpose()?,
                Source::Present { tensor, .. } => {
                    context.present.map(|present| Scalar::Bool(present(tensor)))
                }
                Source::Value(expr) => Some(self.fallback(entry, expr, values)?),
            };
            if let Some(value) = found {
                let key = match source {
                    Source::Key { key, .. } | Source::Length { key, .. } => Some(key.clone()),
                    Source::Present { .. } | Source::Value(_) => None,
                };
                return Ok((value, key));
            }
        }
        let expected = value::expected(self.program, &param.kind);
        Err(Problem::new(
            codes::CONFIG_ABSENT,
            format!("nothing says what `{}` is", param.name),
        )
        .expected(format!("{}: {expected}", keys_of(entry)))
        .help("add it to the configuration"))
    }

    fn fallback(&self, entry: &ConfigEntry, expr: &Expr, values: &Values) -> Result<Scalar, Problem> {
        evaluate(expr, &self.visible(values)).map_err(|error| {
            let message = format!("the fallback of `{}` has no value: {error}", entry.param);
            Problem::new(codes::CONFIG_EXPRESSION, message)
                .at(Location::Param(entry.param.to_string()))
                .found(format!("`{}`", expr))
                .help(format!("add {} to the configuration", keys_of(entry)))
        })
    }

    fn param(&self, entry: &ConfigEntry) -> Result<&Param, Problem> {
        let params = &self.model.body.params;
        let found = params.iter().find(|param| param.name == entry.param);
        found.ok_or_else(|| {
            let names = params.iter().map(|param| param.name.as_str());
            Problem::new(
                codes::INVALID_SCHEMA,
                format!("`{}` has no param `{}`", self.model.body.name, entry.param),
            )
            .help(nearest_help(entry.param.as_str(), names, "params"))
        })
    }

    fn from_key(&self, param: &Param, key: &str, found: &Value) -> Result<Scalar, Problem> {
        value::from_json(self.program, &param.kind, found).ok_or_else(|| {
            Problem::new(
                codes::CONFIG_KIND,
                format!("`{}` of {} cannot be this", param.name, self.model.body.name),
            )
            .key(key)
            .found(found)
            .expected(value::expected(self.program, &param.kind))
            .help("correct the configuration, or give the schema what it lacks")
        })
    }

    /// What an expression sees: the values so far, and the defaults of the other params.
    fn visible(&self, values: &Values) -> Values {
        let mut visible = Values::new();
        for param in &self.model.body.params {
            let value = values.get(param.name.as_str()).cloned();
            let default = || {
                let default = param.default.as_ref()?;
                evaluate(default, &visible).ok()
            };
            if let Some(value) = value.or_else(default) {
                visible.insert(param.name.text.clone(), value);
            }
        }
        visible
    }

    fn head(&self, config: &Value) -> Result<Option<HeadChoice>, Problem> {
        let Some(class) = class(config) else {
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
                .key("architectures")
                .found(class)
                .expected(format!("one of {}", names.join(", ")))
                .help("name a head, or `base` for none, or add the head to the schema"))
            }
        }
    }

    fn warnings(&self, config: &Value) -> Vec<Problem> {
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
        if class(config).is_none() {
            warnings.push(
                Problem::new(codes::CONFIG_CLASS, "no class is named, so no head is built")
                    .key("architectures")
                    .help("name a head if the checkpoint has one"),
            );
        }
        warnings
    }
}

/// Whether a fallback reads a param that could not be read itself, so that its failure is no news.
fn follows_from(entry: &ConfigEntry, failed: &[&str]) -> bool {
    let mut follows = false;
    for source in &entry.sources {
        if let Source::Value(expr) = source {
            expr.visit_names(&mut |name| follows |= failed.contains(&name.as_str()));
        }
    }
    follows
}

fn length(key: &str, found: &Value) -> Result<Scalar, Problem> {
    match found {
        Value::Object(object) => Ok(Scalar::Int(object.len() as i64)),
        Value::Array(items) => Ok(Scalar::Int(items.len() as i64)),
        _ => Err(
            Problem::new(codes::CONFIG_KIND, format!("`{key}` has no number of entries"))
                .key(key)
                .found(found)
                .expected("an object or a list")
                .help("correct the configuration"),
        ),
    }
}

fn class(config: &Value) -> Option<&str> {
    key::find(config, "architectures")?.get(0)?.as_str()
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

/// The keys that could give an entry its value: `"n_inner"`.
fn keys_of(entry: &ConfigEntry) -> String {
    let keys = entry.sources.iter().filter_map(|source| match source {
        Source::Key { key, .. } | Source::Length { key, .. } => Some(format!("`{key}`")),
        Source::Present { .. } | Source::Value(_) => None,
    });
    keys.collect::<Vec<_>>().join(" or ")
}
