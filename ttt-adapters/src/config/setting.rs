//! Params given by the user: `heads=12`.

use ttt_dsl::instance::Values;
use ttt_dsl::program::{CheckedModel, Program};

use super::value;
use crate::error::{Error, Location, Problem, codes};
use crate::name::nearest_help;

/// The values of `name=value` pairs. Every unknown name and every unfit value is reported.
pub fn read_settings(
    program: &Program,
    model: &CheckedModel,
    settings: &[(String, String)],
) -> Result<Values, Error> {
    let mut problems = Vec::new();
    let mut values = Values::new();
    let params = &model.body.params;
    for (name, text) in settings {
        let Some(param) = params.iter().find(|param| param.name.as_str() == name) else {
            let names = params.iter().map(|param| param.name.as_str());
            problems.push(
                Problem::new(
                    codes::SETTING,
                    format!("`{}` has no param `{name}`", model.body.name),
                )
                .help(nearest_help(name, names, "params")),
            );
            continue;
        };
        match value::from_text(program, &param.kind, text) {
            Some(value) => {
                values.insert(name.clone(), value);
            }
            None => problems.push(
                Problem::new(codes::SETTING, format!("`{name}` cannot be this"))
                    .at(Location::Param(name.clone()))
                    .found(text)
                    .expected(value::expected(program, &param.kind)),
            ),
        }
    }
    Error::unless_empty(problems, values)
}
