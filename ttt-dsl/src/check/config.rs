//! Config tables: how a foreign configuration fills the params.

use std::collections::{HashMap, HashSet};

use super::Checker;
use super::statics::{Division, Evaluator, Facts, Names, Sign, Typed, kind_name};
use crate::diagnostic::{closest, codes};
use crate::place::Place;
use crate::spec::{ConfigEntry, ConfigTable, HeadChoice, Kind, Model, Name, Param, Source};

impl Checker<'_> {
    /// Checks every config table of a model. `params` are the model's and its heads'.
    pub(super) fn check_configs(&mut self, model: &Model, params: &[Param]) {
        for table in &model.configs {
            self.check_entries(table, params);
            self.check_keeps(table, params);
            self.check_keys(table);
            self.check_architectures(table, model);
            self.check_every_param(table, params);
        }
    }

    fn check_entries(&mut self, table: &ConfigTable, params: &[Param]) {
        let mut names = self.model.emptied();
        let mut facts = Facts::default();
        for param in params {
            if param.kind == Kind::Int {
                facts.declare(param.name.as_str(), Sign::Unknown);
            }
            let known = self.is_kind(&param.kind);
            let value = known.then(|| Typed::symbol(param.name.as_str(), &param.kind));
            names.insert(param.name.as_str(), value.flatten());
        }
        let mut seen: HashMap<&str, Place> = HashMap::new();
        for entry in &table.entries {
            let Some(param) = self.param_of(&entry.param, params) else {
                continue;
            };
            match seen.get(entry.param.as_str()) {
                Some(first) => self.filled_twice(&entry.param, *first),
                None => drop(seen.insert(entry.param.as_str(), entry.param.place)),
            }
            let mut sound = true;
            for source in &entry.sources {
                sound &= self.check_source(source, param, &names, &mut facts);
            }
            if sound {
                self.check_reachable(entry);
            }
        }
        for agreement in &table.agreements {
            let mut evaluator = Evaluator {
                names: &names,
                library: self.library,
                facts: &mut facts,
                report: &mut self.report,
                division: Division::Numeric,
                quiet: false,
            };
            evaluator.any(&agreement.value, None);
        }
    }

    /// The param of this name; one that is unknown is reported once per model.
    pub(super) fn param_of<'p>(&mut self, name: &Name, params: &'p [Param]) -> Option<&'p Param> {
        let found = params.iter().find(|param| param.name.as_str() == name.as_str());
        let whole = !self.lost_head && !params.iter().any(|param| param.name.is_missing());
        if found.is_none() && whole && !name.is_missing() && self.model.is_news(name.as_str()) {
            self.report
                .error(
                    codes::UNKNOWN_PARAM,
                    name.place,
                    format!("the model has no param `{name}`"),
                )
                .suggest_or_list(
                    name.as_str(),
                    "params",
                    params.iter().map(|param| param.name.as_str()),
                );
        }
        found
    }

    fn filled_twice(&mut self, name: &Name, first: Place) {
        self.report
            .error(
                codes::FILLED_TWICE,
                name.place,
                format!("`{name}` is filled twice"),
            )
            .related(first, "filled here first")
            .help("join the sources of one param by `or`");
    }

    /// Whether a source fits its param.
    fn check_source(&mut self, source: &Source, param: &Param, names: &Names, facts: &mut Facts) -> bool {
        if !self.is_kind(&param.kind) || self.model.is_distrusted(param.name.as_str()) {
            return true;
        }
        let (what, place, fits) = match source {
            Source::Key { .. } => return true,
            Source::Length { place, .. } => ("an `Int`", *place, matches!(param.kind, Kind::Dim | Kind::Int)),
            Source::Present { place, .. } | Source::Absent { place, .. } => {
                ("a `Bool`", *place, param.kind == Kind::Bool)
            }
            Source::Unset(expr) | Source::Value(expr) => {
                let mut evaluator = Evaluator {
                    names,
                    library: self.library,
                    facts,
                    report: &mut self.report,
                    division: Division::Numeric,
                    quiet: false,
                };
                return evaluator.value(expr, &param.kind).is_some();
            }
        };
        if !fits {
            let message = format!(
                "this source is {what}, but `{}` is {}",
                param.name,
                kind_name(&param.kind)
            );
            self.report.error(codes::SOURCE_KIND, place, message).help(
                "`len` counts the entries of a key, `present` and `absent` ask whether a tensor is there",
            );
        }
        fits
    }

    /// A source after a value is never reached, since a value is always there.
    fn check_reachable(&mut self, entry: &ConfigEntry) {
        let value = entry
            .sources
            .iter()
            .position(|source| matches!(source, Source::Unset(_) | Source::Value(_)));
        let Some(unreachable) = value.and_then(|value| entry.sources.get(value + 1)) else {
            return;
        };
        let place = match unreachable {
            Source::Key { place, .. }
            | Source::Length { place, .. }
            | Source::Present { place, .. }
            | Source::Absent { place, .. } => *place,
            Source::Unset(expr) | Source::Value(expr) => expr.place,
        };
        self.report
            .error(codes::UNREACHABLE_SOURCE, place, "this source is never reached")
            .help("the value before it is always there; put it last");
    }

    fn check_keeps(&mut self, table: &ConfigTable, params: &[Param]) {
        let mut seen: HashMap<&str, Place> = table
            .entries
            .iter()
            .map(|entry| (entry.param.as_str(), entry.param.place))
            .collect();
        for keep in &table.keeps {
            if self.param_of(keep, params).is_none() {
                continue;
            }
            if let Some(first) = seen.insert(keep.as_str(), keep.place) {
                self.report
                    .error(
                        codes::FILLED_TWICE,
                        keep.place,
                        format!("`{keep}` is filled twice"),
                    )
                    .related(first, "filled here first")
                    .help("`keep` is for a param that has no entry");
            }
        }
    }

    /// No key is both expected and ignored, or said twice; none that is ignored is read.
    fn check_keys(&mut self, table: &ConfigTable) {
        let mut expected: HashMap<&str, Place> = HashMap::new();
        for expect in &table.expects {
            if let Some(first) = expected.insert(&expect.key, expect.place) {
                self.report
                    .error(
                        codes::KEY_TWICE,
                        expect.place,
                        format!("\"{}\" is expected twice", expect.key),
                    )
                    .related(first, "expected here first")
                    .help("join the values it may have by `|`");
            }
        }
        for agreement in &table.agreements {
            if let Some(first) = expected.insert(&agreement.key, agreement.place) {
                self.report
                    .error(
                        codes::KEY_TWICE,
                        agreement.place,
                        format!("\"{}\" is expected twice", agreement.key),
                    )
                    .related(first, "expected here first")
                    .help("`also` writes a key and expects it; it needs no other line");
            }
        }
        let mut first_sources: HashMap<&str, &ConfigEntry> = HashMap::new();
        for entry in &table.entries {
            let Some(Source::Key { key, place }) = entry.sources.first() else {
                continue;
            };
            if let Some(other) = first_sources.insert(key, entry)
                && other.param.as_str() != entry.param.as_str()
            {
                let (first, second) = (&other.param, &entry.param);
                self.report
                    .error(
                        codes::KEY_TWICE,
                        *place,
                        format!("\"{key}\" is read by `{first}` and by `{second}`"),
                    )
                    .related(first.place, "read here first")
                    .help(format!(
                        "a key fills one param; where two are meant to be equal, write `{second}: {first}`"
                    ));
            }
        }
        let mut ignored: HashMap<&str, Place> = HashMap::new();
        let mut said: HashSet<&str> = HashSet::new();
        for key in &table.ignores {
            let place = expected.get(key.as_str()).copied();
            let doubly = match place {
                Some(_) => "both expected and ignored",
                None => "ignored twice",
            };
            let again = ignored.insert(key.as_str(), key.place);
            let doubly_said = place.or(again);
            if doubly_said.is_some() {
                said.insert(key.as_str());
            }
            if let Some(first) = doubly_said {
                self.report
                    .error(codes::KEY_TWICE, key.place, format!("\"{key}\" is {doubly}"))
                    .related(first, "said here first")
                    .help("say of a key once what it means");
            }
        }
        let read = table.entries.iter().flat_map(|entry| &entry.sources);
        for source in read {
            if let Source::Key { key, place } | Source::Length { key, place } = source
                && let Some(ignore) = ignored.get(key.as_str())
                && !said.contains(key.as_str())
            {
                self.report
                    .error(
                        codes::KEY_TWICE,
                        *place,
                        format!("\"{key}\" is both read and ignored"),
                    )
                    .related(*ignore, "ignored here")
                    .help("a key that is read changes something; take the `ignore` out");
            }
        }
    }

    fn check_architectures(&mut self, table: &ConfigTable, model: &Model) {
        let mut seen = HashMap::new();
        for (class, choice) in &table.architectures {
            let place = match choice {
                HeadChoice::Base => table.format.place,
                HeadChoice::Head(name) => name.place,
            };
            if seen.insert(class.as_str(), place).is_some() {
                self.report
                    .error(codes::ARCHITECTURE, place, format!("\"{class}\" is mapped twice"))
                    .help("a class name asks for the base or for one head");
            }
            let HeadChoice::Head(name) = choice else { continue };
            if model.head(name.as_str()).is_none() && !name.is_missing() && self.model.is_news(name.as_str())
            {
                let heads = model.heads.iter().map(|head| head.name.as_str());
                self.report
                    .error(
                        codes::ARCHITECTURE,
                        name.place,
                        format!("the model has no head `{name}`"),
                    )
                    .suggest_or_list(name.as_str(), "choices", heads.chain(["base"]));
            }
        }
    }

    fn check_every_param(&mut self, table: &ConfigTable, params: &[Param]) {
        // A name that is no param was meant for one, which then has no entry.
        let filled = table.entries.iter().map(|entry| &entry.param).chain(&table.keeps);
        let known = |name: &Name| params.iter().any(|param| param.name.as_str() == name.as_str());
        if !filled.into_iter().all(known) {
            return;
        }
        for param in params {
            let name = param.name.as_str();
            let filled = table.entries.iter().any(|entry| entry.param.as_str() == name)
                || table.keeps.iter().any(|keep| keep.as_str() == name);
            // A name that is reported as unknown may be what the param was to be called.
            let meant = closest(name, self.model.reported().iter().map(String::as_str)).is_some();
            if !filled && !meant && !param.name.is_missing() {
                self.report
                    .error(
                        codes::UNFILLED,
                        param.name.place,
                        format!(
                            "config table `{}` does not say where `{name}` comes from",
                            table.format
                        ),
                    )
                    .related(table.format.place, "the table")
                    .help(format!(
                        "add `{name}: \"its key\"`, with `or` and a value for configurations without it, or `keep {name}` \
                         when none gives it"
                    ));
            }
        }
    }
}
