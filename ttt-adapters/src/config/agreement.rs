//! What a configuration says besides the params, as far as it follows from them.

use serde_json::Value;
use ttt_dsl::instance::{Scalar, Values, evaluate};
use ttt_dsl::spec::Agreement;

use super::{ConfigReader, key};
use crate::error::{Problem, codes};

impl ConfigReader<'_> {
    /// What an agreement says with these params; nothing when its expression has no value with them.
    pub(super) fn agreed(&self, agreement: &Agreement, values: &Values) -> Option<Value> {
        match evaluate(&agreement.value, &self.visible(values)).ok()? {
            Scalar::Int(value) => Some(Value::from(value)),
            Scalar::Float(value) => Some(Value::from(value)),
            Scalar::Bool(value) => Some(Value::from(value)),
            Scalar::Variant(value) => Some(Value::from(value)),
        }
    }

    /// Keys that are there and say something else.
    pub(super) fn disagreements(&self, config: &Value, values: &Values) -> Vec<Problem> {
        let agreements = self.table.agreements.iter();
        let problems = agreements.filter_map(|agreement| {
            let found = key::find(config, &agreement.key)?;
            let expected = self.agreed(agreement, values)?;
            let is_equal = match (found.as_f64(), expected.as_f64()) {
                (Some(found), Some(expected)) => found == expected,
                _ => *found == expected,
            };
            let problem = Problem::new(codes::CONFIG_EXPECT, "the schema does not say this")
                .key(&agreement.key)
                .found(found)
                .expected(format!("{expected} = `{}`", agreement.value))
                .help("this checkpoint needs another schema: extend this one, or look for one that has it");
            (!is_equal).then_some(problem)
        });
        problems.collect()
    }
}
