//! The names of a checkpoint: with or without its prefix, in whatever spelling.

use std::collections::HashMap;

use ttt_dsl::spec::WeightsTable;

use super::pattern::Pattern;

/// Finds the tensors of a checkpoint by the names that a weights table gives them.
#[derive(Clone, Debug)]
pub(crate) struct Names<'a> {
    /// The checkpoint's names by the table's spelling of them.
    spelled: HashMap<String, &'a str>,
    /// `transformer.`, when the checkpoint has it.
    prefix: Option<String>,
}

impl<'a> Names<'a> {
    /// Reads a checkpoint's names. Whether it has the prefix is decided once, for all of them.
    pub fn new(names: impl Iterator<Item = &'a str> + Clone, table: &WeightsTable) -> Names<'a> {
        let mut spelled: HashMap<String, &str> = HashMap::new();
        for name in names.clone() {
            spelled.entry(spell(name, table)).or_insert(name);
        }
        spelled.extend(names.map(|name| (name.to_string(), name)));
        let prefix = prefix_of(&spelled, table);
        Names { spelled, prefix }
    }

    /// The checkpoint's name for what the table calls `name`.
    pub fn find(&self, name: &str, is_base: bool) -> Option<&'a str> {
        match &self.prefix {
            Some(prefix) if is_base => self.spelled.get(&format!("{prefix}{name}")).copied(),
            _ => self.spelled.get(name).copied(),
        }
    }

    /// Whether there is a tensor of this name, be it the base's or a head's.
    pub fn has(&self, name: &str) -> bool {
        self.find(name, true).or_else(|| self.find(name, false)).is_some()
    }

    /// The name as the checkpoint would spell it.
    pub fn spelling(&self, name: &str, is_base: bool) -> String {
        match &self.prefix {
            Some(prefix) if is_base => format!("{prefix}{name}"),
            _ => name.to_string(),
        }
    }

    /// A checkpoint's name without the prefix.
    pub fn bare<'n>(&self, name: &'n str) -> &'n str {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        name.strip_prefix(prefix).unwrap_or(name)
    }

    /// A checkpoint's name as the table spells it: without the prefix, without aliases.
    pub fn table_spelling(&self, name: &str, table: &WeightsTable) -> String {
        spell(self.bare(name), table)
    }
}

/// The name with its last segment as the table spells it.
fn spell(name: &str, table: &WeightsTable) -> String {
    let (front, last) = name.rsplit_once('.').unwrap_or(("", name));
    let alias = table.aliases.iter().find(|alias| alias.from == last);
    match alias {
        Some(alias) if front.is_empty() => alias.to.clone(),
        Some(alias) => format!("{front}.{}", alias.to),
        None => name.to_string(),
    }
}

/// The prefix after which most names match the table's entries, if they are more than without one.
fn prefix_of(names: &HashMap<String, &str>, table: &WeightsTable) -> Option<String> {
    let patterns: Vec<Pattern> = table
        .entries
        .iter()
        .map(|entry| Pattern::of_source(&entry.source))
        .collect();
    let matches = |name: &str| patterns.iter().any(|pattern| pattern.match_front(name).is_some());
    let own = table.prefixes.iter().map(|of_head| &of_head.prefix);
    let mut most = (names.keys().filter(|name| matches(name)).count(), None);
    for prefix in table.options.prefix.iter().chain(own) {
        let prefix = format!("{prefix}.");
        let after = |name: &&String| name.strip_prefix(&prefix).is_some_and(matches);
        let count = names.keys().filter(after).count();
        if count > most.0 {
            most = (count, Some(prefix));
        }
    }
    most.1
}
