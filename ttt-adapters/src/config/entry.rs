//! One line of a config table: a param and where its value comes from.

use serde_json::Value;
use ttt_dsl::instance::{Scalar, Values, evaluate};
use ttt_dsl::spec::{ConfigEntry, Expr, Param, Source};

use super::{ConfigContext, ConfigReader, key, value};
use crate::error::{Location, Problem, codes};
use crate::name::nearest_help;

impl ConfigReader<'_> {
    /// A param's value, and the key that it is from.
    pub(super) fn entry(
        &self,
        entry: &ConfigEntry,
        config: &Value,
        values: &Values,
        context: ConfigContext<'_>,
    ) -> Result<(Scalar, Option<String>), Box<Problem>> {
        let param = self.param(entry)?;
        for source in &entry.sources {
            let found = match source {
                Source::Key { key, .. } => key::find(config, key)
                    .map(|found| self.of_key(param, key, found))
                    .transpose()?,
                Source::Length { key, .. } => key::find(config, key)
                    .map(|found| length(key, found))
                    .transpose()?,
                Source::Present { tensor, .. } => {
                    let is_needed = context.needed.contains(&param.name.as_str());
                    context
                        .present
                        .map(|present| Scalar::Bool(is_needed || present(tensor)))
                }
                Source::Absent { tensor, .. } => {
                    context.present.map(|present| Scalar::Bool(!present(tensor)))
                }
                Source::Unset(expr) | Source::Value(expr) => Some(self.fallback(entry, expr, values)?),
            };
            if let Some(value) = found {
                let key = match source {
                    Source::Key { key, .. } | Source::Length { key, .. } => Some(key.clone()),
                    Source::Present { .. } | Source::Absent { .. } | Source::Unset(_) | Source::Value(_) => {
                        None
                    }
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
        .help("add it to the configuration")
        .into())
    }

    fn fallback(&self, entry: &ConfigEntry, expr: &Expr, values: &Values) -> Result<Scalar, Box<Problem>> {
        evaluate(expr, &self.visible(values)).map_err(|error| {
            let message = format!("the fallback of `{}` has no value: {error}", entry.param);
            Problem::new(codes::CONFIG_EXPRESSION, message)
                .at(Location::Param(entry.param.to_string()))
                .found(format!("`{}`", expr))
                .help(format!("add {} to the configuration", keys_of(entry)))
                .into()
        })
    }

    fn param(&self, entry: &ConfigEntry) -> Result<&Param, Box<Problem>> {
        let params = &self.model.body.params;
        let found = params.iter().find(|param| param.name == entry.param);
        found.ok_or_else(|| {
            let names = params.iter().map(|param| param.name.as_str());
            Problem::new(
                codes::INVALID_SCHEMA,
                format!("`{}` has no param `{}`", self.model.body.name, entry.param),
            )
            .help(nearest_help(entry.param.as_str(), names, "params"))
            .into()
        })
    }

    fn of_key(&self, param: &Param, key: &str, found: &Value) -> Result<Scalar, Box<Problem>> {
        value::from_json(self.program, &param.kind, found).ok_or_else(|| {
            Problem::new(
                codes::CONFIG_KIND,
                format!("`{}` of {} cannot be this", param.name, self.model.body.name),
            )
            .key(key)
            .found(found)
            .expected(value::expected(self.program, &param.kind))
            .help("correct the configuration, or give the schema what it lacks")
            .into()
        })
    }

    /// What an expression sees: the values so far, and the defaults of the other params.
    pub(super) fn visible(&self, values: &Values) -> Values {
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
}

fn length(key: &str, found: &Value) -> Result<Scalar, Box<Problem>> {
    match found {
        Value::Object(object) => Ok(Scalar::Int(object.len() as i64)),
        Value::Array(items) => Ok(Scalar::Int(items.len() as i64)),
        _ => Err(
            Problem::new(codes::CONFIG_KIND, format!("`{key}` has no number of entries"))
                .key(key)
                .found(found)
                .expected("an object or a list")
                .help("correct the configuration")
                .into(),
        ),
    }
}

/// The keys that could give an entry its value: `"n_inner"`.
fn keys_of(entry: &ConfigEntry) -> String {
    let keys = entry.sources.iter().filter_map(|source| match source {
        Source::Key { key, .. } | Source::Length { key, .. } => Some(format!("`{key}`")),
        Source::Present { .. } | Source::Absent { .. } | Source::Unset(_) | Source::Value(_) => None,
    });
    keys.collect::<Vec<_>>().join(" or ")
}
