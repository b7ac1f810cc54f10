//! Which registered model a file's names belong to.

use ttt_dsl::spec::{HeadChoice, Name, Path, Target, WeightsEntry, WeightsTable};

use crate::error::{Error, Problem, codes};
use crate::registry::{ModelEntry, ModelRegistry, OpenOptions};
use crate::source::TensorSource;
use crate::weights::{Names, Pattern};

/// A model whose names a file has.
#[derive(Clone, Debug)]
pub(crate) struct Fit<'a> {
    pub entry: ModelEntry<'a>,
    pub table: &'a WeightsTable,
    /// The head whose tensors the file has.
    pub head: HeadChoice,
    pub warnings: Vec<Problem>,
}

/// How well a table's entries and a file's names cover each other.
struct Score<'a> {
    entry: ModelEntry<'a>,
    table: &'a WeightsTable,
    /// Names of the file that no entry takes.
    strangers: Vec<String>,
    /// Entries of the base that no name matches.
    unmatched: usize,
    /// Heads of which the file has a tensor.
    heads: Vec<String>,
}

/// The one model whose weights table covers the file.
pub(crate) fn best_fit<'a>(
    source: &dyn TensorSource,
    options: &OpenOptions,
    models: &'a ModelRegistry,
) -> Result<Fit<'a>, Error> {
    let mut scores: Vec<Score<'a>> = match &options.model {
        Some(name) => score(models.named(name)?, source),
        None => models.models().flat_map(|entry| score(entry, source)).collect(),
    };
    scores.sort_by_key(|score| (score.strangers.len(), score.unmatched));
    let mut scores = scores.into_iter();
    let Some(best) = scores.next() else {
        return Err(
            Problem::new(codes::NO_MODEL_FITS, "no registered model has a weights table")
                .help("register a model whose schema has one")
                .into(),
        );
    };
    if options.model.is_none() {
        check_fit(&best, source)?;
        let rivals = scores.filter(|other| {
            (other.strangers.len(), other.unmatched) == (best.strangers.len(), best.unmatched)
        });
        check_rivals(&best, rivals)?;
    }
    let (head, warnings) = choose_head(&best);
    Ok(Fit {
        entry: best.entry,
        table: best.table,
        head,
        warnings,
    })
}

/// The heads of which a file has tensors, by a table.
pub(crate) fn heads(entry: ModelEntry<'_>, table: &WeightsTable, source: &dyn TensorSource) -> Vec<String> {
    score_table(entry, table, source).heads
}

fn score<'a>(entry: ModelEntry<'a>, source: &dyn TensorSource) -> Vec<Score<'a>> {
    let tables = entry.model.weights.iter();
    tables.map(|table| score_table(entry, table, source)).collect()
}

fn score_table<'a>(entry: ModelEntry<'a>, table: &'a WeightsTable, source: &dyn TensorSource) -> Score<'a> {
    let names = Names::new(source.tensors().keys().map(String::as_str), table);
    let patterns: Vec<Pattern> = table
        .entries
        .iter()
        .map(|entry| Pattern::of_source(&entry.source))
        .collect();
    let mut hits = vec![false; patterns.len()];
    let mut strangers = Vec::new();
    for name in source.tensors().keys() {
        let spelled = names.table_spelling(name, table);
        let mut matching =
            (0..patterns.len()).filter(|index| patterns[*index].match_front(&spelled).is_some());
        match matching.next() {
            Some(index) => hits[index] = true,
            None => strangers.push(name.clone()),
        }
    }
    let mut heads = Vec::new();
    let mut unmatched = 0;
    for (line, hit) in table.entries.iter().zip(hits) {
        match head_of(entry, line) {
            Some(head) if hit && !heads.contains(&head) => heads.push(head),
            Some(_) => {}
            None => unmatched += usize::from(!hit && is_needed(line)),
        }
    }
    Score {
        entry,
        table,
        strangers,
        unmatched,
        heads,
    }
}

fn is_needed(line: &WeightsEntry) -> bool {
    matches!(line.target, Target::Path(_) | Target::Fused(_))
}

fn head_of(entry: ModelEntry<'_>, line: &WeightsEntry) -> Option<String> {
    let path: &Path = match &line.target {
        Target::Path(path) | Target::Same(path) => path,
        Target::Fused(paths) => paths.first()?,
        Target::Factors(_) | Target::Skip => return None,
    };
    let first = path.segments.first()?.name.as_str();
    entry.model.head(first).map(|head| head.body.name.clone())
}

fn check_fit(best: &Score<'_>, source: &dyn TensorSource) -> Result<(), Error> {
    if best.strangers.is_empty() {
        return Ok(());
    }
    let known = source.tensors().len() - best.strangers.len();
    let shown: Vec<String> = best
        .strangers
        .iter()
        .take(4)
        .map(|name| format!("`{name}`"))
        .collect();
    let problem =
        Problem::new(codes::NO_MODEL_FITS, "the tensors are of no registered model").found(format!(
            "{} tensors; {} knows {known} of them, but not {}{}",
            source.tensors().len(),
            best.entry.model.body.name,
            shown.join(", "),
            if best.strangers.len() > shown.len() {
                ", …"
            } else {
                ""
            },
        ));
    Err(problem
        .help("name the model to see what is missing, or register a schema with a weights table for these names")
        .into())
}

fn check_rivals<'a>(best: &Score<'a>, rivals: impl Iterator<Item = Score<'a>>) -> Result<(), Error> {
    let mut names = vec![best.entry.model.body.name.as_str()];
    for rival in rivals {
        let name = rival.entry.model.body.name.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() == 1 {
        return Ok(());
    }
    Err(Problem::new(codes::AMBIGUOUS, "the tensors fit several models")
        .found(names.join(", "))
        .help("name the model")
        .into())
}

fn choose_head(best: &Score<'_>) -> (HeadChoice, Vec<Problem>) {
    match best.heads.as_slice() {
        [] if best.entry.model.heads.is_empty() => (HeadChoice::Base, Vec::new()),
        [] => (
            HeadChoice::Base,
            vec![
                Problem::new(
                    codes::CONFIG_CLASS,
                    "the file has no tensor of a head, so none is built",
                )
                .help("name a head if the model has one; a tied one leaves no tensor in the file"),
            ],
        ),
        [head] => (HeadChoice::Head(Name::new(head)), Vec::new()),
        [head, others @ ..] => (
            HeadChoice::Head(Name::new(head)),
            vec![
                Problem::new(
                    codes::CONFIG_CLASS,
                    format!("the file has tensors of several heads; `{head}` is built"),
                )
                .help(format!(
                    "name the head if it should be another: {}",
                    others.join(", ")
                )),
            ],
        ),
    }
}
