//! Tensors of the checkpoint that nothing takes.

use super::alike::Alike;
use super::binding::Reason;
use super::pattern::Pattern;
use super::plan::Planning;
use crate::error::{Code, Problem, codes};
use crate::name::nearest;

/// One problem for all that is refused of a part.
pub(super) fn refused(planning: &Planning<'_>, group: &Alike<'_>) -> Problem {
    let problem = Problem::new(codes::REFUSED_TENSOR, format!("nothing takes {}", group.label));
    problem
        .tensor(group.names[0])
        .help(reason(planning, planning.names.bare(group.names[0])))
}
/// One problem for all the parts of one side that are too many to be told one by one.
pub(super) fn rest_refused(rest: &[Alike<'_>], code: Code, what: &str) -> Option<Problem> {
    let first = rest.first()?;
    let count: usize = rest.iter().map(|part| part.names.len()).sum();
    let problem = Problem::new(
        code,
        format!("{what} {count} more tensors, {} among them", first.label),
    );
    Some(problem.help("the checkpoint is of another model, or the table is of another format"))
}

/// Why nothing takes a tensor, and what to do about it.
fn reason(planning: &Planning<'_>, name: &str) -> String {
    if let Some(path) = absent_part(planning, name) {
        return format!(
            "it fills `{path}`, which does not exist with these params: change them, or take it out of the file"
        );
    }
    let entries = planning.request.table.entries.iter();
    let mut matching = entries.filter_map(|entry| {
        let pattern = Pattern::of_source(&entry.source);
        let (indices, rest) = pattern.match_front(name)?;
        Some((pattern.render(&indices), rest))
    });
    if let Some((front, rest)) = matching.next() {
        let has_copy = planning.bindings.bindings.iter().any(|binding| {
            binding
                .source
                .strip_prefix(&front)
                .is_some_and(|rest| rest.starts_with('.'))
        });
        return match has_copy {
            true => format!(
                "`{front}` has no `{}` with these params: change them",
                rest.trim_start_matches('.')
            ),
            false => "the configuration counts fewer copies of this part than the file has".into(),
        };
    }
    let absent = planning
        .bindings
        .bindings
        .iter()
        .filter(|binding| !planning.has(binding));
    let of_heads = planning
        .bindings
        .unbound
        .iter()
        .filter(|unbound| matches!(unbound.reason, Reason::OtherHead(_)));
    let ending = name.rfind('.').map(|dot| &name[dot..]).unwrap_or_default();
    let of_heads: Vec<String> = of_heads
        .map(|unbound| unbound.pattern.render(&Vec::new()) + ending)
        .collect();
    let lack = "the schema lacks what it is for: add it there, or `skip` it in the weights table";
    let of_heads = of_heads.iter().map(String::as_str);
    match nearest(
        name,
        absent.map(|binding| binding.source.as_str()).chain(of_heads),
    ) {
        Some(near) => format!("is it `{near}`, which is missing? Otherwise {lack}"),
        None => lack.into(),
    }
}

fn absent_part<'a>(planning: &'a Planning<'_>, name: &str) -> Option<&'a str> {
    let unbound = planning.bindings.unbound.iter();
    let mut paths = unbound.filter_map(|unbound| match &unbound.reason {
        Reason::AbsentPart(path) if unbound.pattern.match_front(name).is_some() => Some(path.as_str()),
        _ => None,
    });
    paths.next()
}
