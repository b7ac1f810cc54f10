//! `ttt schema`: the JSON Schema of the TOML spelling.

use ttt::dsl::toml::json_schema;

use super::Failure;

/// Prints the schema.
pub fn run() -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&json_schema())
        .map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
    anstream::println!("{text}");
    Ok(())
}
