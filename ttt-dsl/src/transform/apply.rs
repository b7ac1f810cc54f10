//! Transforms one after the other, each on what those before it have made.

use super::edit::{Editor, Refused, rename_in};
use super::site::{Found, Site, SiteKind, find, lost, sites};
use crate::diagnostic::{Report, codes};
use crate::spec::{
    Action, Arg, Copies, Name, PartCall, Path, PathPattern, PatternStep, Segment, Spec, Transform,
};

/// A leaf that `lora` changes, the block that it becomes, and that block's parts.
const LINEAR: &str = "Linear";
const LORA: &str = "LoraLinear";
const LORA_BASE: &str = "base";
const LORA_PARTS: [&str; 2] = ["down", "up"];
/// The leaves whose weights `quantize` stores in another encoding.
const QUANTIZED: [&str; 2] = [LINEAR, "Embedding"];

/// Whether `quantize` applies to a tensor of a leaf: a matrix that multiplies or is looked up.
pub(crate) fn is_quantized(leaf: &str, rank: usize) -> bool {
    QUANTIZED.contains(&leaf) && rank == 2
}

/// A transform that was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The model that it changed.
    pub model: String,
    /// The transform as it was written.
    pub transform: Transform,
    /// The parts and tensors it led to, `h[*].attn.q`; for `lora` the linear layers in them.
    pub matched: Vec<String>,
    /// What is there of it now, for counting: the added parts of `lora`, else what it led to.
    pub now: Vec<PathPattern>,
}

/// The schema with every transform applied. What stays of them are marks: `freeze`, `train`, `quantize`, `recompute`.
///
/// A transform that leads to nothing is recorded in `report`.
pub fn apply(spec: &Spec, report: &mut Report) -> (Spec, Vec<Applied>) {
    let mut spec = spec.clone();
    let mut applied = Vec::new();
    for model in 0..spec.models.len() {
        let transforms = std::mem::take(&mut spec.models[model].transforms);
        let faulty = spec.models[model].body.incomplete || spec.incomplete;
        let mut editor = Editor::new(&mut spec, model);
        for transform in transforms {
            let mut own = Report::default();
            let done = step(&mut editor, &transform, &mut own);
            // What seems to be missing in a source with mistakes may have been written.
            if !faulty {
                report.append(own);
            }
            applied.extend(done);
        }
        let sites = sites(&spec, &spec.models[model]);
        let stale = spec.models[model]
            .transforms
            .iter()
            .filter(|mark| find(&sites, &mark.pattern).is_empty());
        let sound = !faulty && !report.has_errors();
        for mark in stale.filter(|_| sound) {
            report
                .error(
                    codes::PATH_PATTERN,
                    mark.pattern.place,
                    format!("a later transform takes away what `{}` leads to", mark.pattern),
                )
                .help("write it after that transform, with the path as it is then");
        }
    }
    (spec, applied)
}

fn step(editor: &mut Editor, transform: &Transform, report: &mut Report) -> Option<Applied> {
    let sites = sites(editor.spec, &editor.spec.models[editor.model]);
    let pattern = &transform.pattern;
    for alternative in pattern.alternatives() {
        if find(&sites, &alternative).is_empty() {
            leads_nowhere(&sites, &alternative, report);
            return None;
        }
    }
    let found = find(&sites, pattern);
    if transform.changes_parts() && pattern.picks_copies() {
        report
            .error(
                codes::TRANSFORM,
                pattern.place,
                "the copies of a repeated part are all made of the same parts",
            )
            .help("write `[*]`; single copies can be frozen, trained, quantized and recomputed");
        return None;
    }
    let targets = targets(&transform.action, &found);
    if targets.is_empty() {
        let (message, help) = unfit(&transform.action, pattern);
        report.error(codes::TRANSFORM, pattern.place, message).help(help);
        return None;
    }
    let matched: Vec<String> = targets.iter().map(|target| exact(target).to_string()).collect();
    let mut now: Vec<PathPattern> = targets.iter().map(exact).collect();
    let paths: Vec<Vec<String>> = targets.iter().map(Found::names).collect();
    match &transform.action {
        Action::Freeze | Action::Train | Action::Quantize(_) | Action::Recompute => {
            editor.model().transforms.push(transform.clone());
        }
        Action::Lora(args) => {
            for path in &paths {
                refuse(lora(editor, path, args), pattern, report)?;
            }
            now = added(editor, &now);
        }
        Action::Rename(to) => {
            for path in &paths {
                refuse(rename(editor, path, to), pattern, report)?;
            }
            now.iter_mut().for_each(|pattern| renamed(pattern, to));
        }
        Action::Replace(call) => {
            for path in &paths {
                refuse(replace(editor, path, call), pattern, report)?;
            }
        }
    }
    Some(Applied {
        model: editor.model().name.text.clone(),
        transform: transform.clone(),
        matched,
        now,
    })
}

/// What an action changes of what was found; each once.
fn targets<'s>(action: &Action, found: &[Found<'s>]) -> Vec<Found<'s>> {
    let is_target = |site: &Site| match action {
        Action::Freeze | Action::Train => true,
        Action::Recompute => matches!(site.kind, SiteKind::Block | SiteKind::Head),
        Action::Rename(_) | Action::Replace(_) => {
            matches!(site.kind, SiteKind::Block | SiteKind::Leaf(_) | SiteKind::Unknown)
        }
        Action::Quantize(_) => {
            matches!(&site.kind, SiteKind::Leaf(leaf) if QUANTIZED.contains(&leaf.as_str()))
        }
        Action::Lora(_) => matches!(&site.kind, SiteKind::Leaf(leaf) if leaf == LINEAR),
    };
    let inside = matches!(action, Action::Quantize(_) | Action::Lora(_));
    let mut targets: Vec<Found> = Vec::new();
    for start in found {
        let mut keep = |at: &Found<'s>| {
            let known = targets.iter().any(|target| target.names() == at.names());
            if !known && at.site().is_some_and(is_target) {
                targets.push(at.clone());
            }
        };
        match inside {
            true => start.clone().below(&mut keep),
            false => keep(start),
        }
    }
    targets
}

fn lora(editor: &mut Editor, path: &[String], args: &[Arg]) -> Result<(), Refused> {
    let (body, index) = editor.body_of(path)?;
    let call = &mut body.parts[index].call;
    call.callee.text = LORA.to_owned();
    call.args.extend(args.iter().cloned());
    editor.redirect(path, &|segments, length| {
        segments.insert(length, segment(LORA_BASE))
    });
    for table in &mut editor.model().weights {
        table.lacks.extend(LORA_PARTS.map(|part| {
            Path {
                segments: path
                    .iter()
                    .map(String::as_str)
                    .chain([part])
                    .map(segment)
                    .collect(),
                place: Default::default(),
            }
        }));
    }
    Ok(())
}

/// The parts that `lora` added to its targets. They are trained, and what they add to is not.
fn added(editor: &mut Editor, targets: &[PathPattern]) -> Vec<PathPattern> {
    let mut added = Vec::new();
    for target in targets {
        let marks = [
            (Action::Freeze, vec![LORA_BASE]),
            (Action::Train, LORA_PARTS.to_vec()),
        ];
        for (action, parts) in marks {
            let mut pattern = target.clone();
            pattern.steps.push(PatternStep::Named {
                names: parts.into_iter().map(Name::new).collect(),
                copies: None,
            });
            if action == Action::Train {
                added.push(pattern.clone());
            }
            editor.model().transforms.push(Transform { action, pattern });
        }
    }
    added
}

fn rename(editor: &mut Editor, path: &[String], to: &Name) -> Result<(), Refused> {
    let (body, index) = editor.body_of(path)?;
    rename_in(body, index, to);
    editor.redirect(path, &|segments, length| {
        segments[length - 1].name.text.clone_from(&to.text)
    });
    Ok(())
}

fn renamed(pattern: &mut PathPattern, to: &Name) {
    if let Some(PatternStep::Named { names, .. }) = pattern.steps.last_mut() {
        *names = vec![to.clone()];
    }
}

fn replace(editor: &mut Editor, path: &[String], call: &PartCall) -> Result<(), Refused> {
    let (body, index) = editor.body_of(path)?;
    // What no longer fits is wrong because of what stands there now.
    body.parts[index].name.place = call.callee.place;
    body.parts[index].call = call.clone();
    Ok(())
}

fn segment(name: &str) -> Segment {
    Segment {
        name: Name::new(name),
        index: None,
    }
}

/// The pattern that leads to this alone.
fn exact(found: &Found) -> PathPattern {
    let step = |site: &&Site| PatternStep::Named {
        names: vec![Name::new(site.name.as_str())],
        copies: site.repeated.then_some(Copies::All),
    };
    PathPattern {
        steps: found.path.iter().map(step).collect(),
        place: Default::default(),
    }
}

fn refuse(done: Result<(), Refused>, pattern: &PathPattern, report: &mut Report) -> Option<()> {
    match done {
        Ok(()) => Some(()),
        Err(Refused::Lost) => None,
        Err(Refused::ThroughParam(param)) => {
            report
                .error(
                    codes::TRANSFORM,
                    pattern.place,
                    format!("`{pattern}` leads into what the param `{param}` stands for"),
                )
                .help("blocks that are passed as arguments are changed where they are written");
            None
        }
    }
}

fn unfit(action: &Action, pattern: &PathPattern) -> (String, &'static str) {
    match action {
        Action::Lora(_) => (
            format!("there is no `{LINEAR}` in `{pattern}`"),
            "`lora` adds to linear layers, and to nothing else",
        ),
        Action::Quantize(_) => (
            format!("there is no `{LINEAR}` or `Embedding` in `{pattern}`"),
            "norms, biases and free numbers keep their precision",
        ),
        Action::Recompute => (
            format!("`{pattern}` is no block"),
            "what is computed again is a block, such as each copy of a repeated one",
        ),
        _ => (
            format!("`{pattern}` is no part"),
            "tensors and heads keep their names and makes; name a part",
        ),
    }
}

fn leads_nowhere(sites: &[Site], pattern: &PathPattern, report: &mut Report) {
    let (at, reached, inside) = lost(sites, pattern);
    let step = &pattern.steps[at];
    let (name, place) = match step {
        PatternStep::Named { names, .. } => names.first().map_or((String::new(), pattern.place), |name| {
            (name.text.clone(), name.place)
        }),
        step => (step.to_string(), pattern.place),
    };
    let place = if place.is_nowhere() { pattern.place } else { place };
    let same = inside.iter().find(|site| site.name == name);
    let owner = match reached.as_str() {
        "" => "the model".to_owned(),
        reached => format!("`{reached}`"),
    };
    match same {
        Some(site) if site.repeated => {
            report
                .error(
                    codes::PATH_PATTERN,
                    place,
                    format!("`{name}` is repeated, so it needs its copies"),
                )
                .help(format!(
                    "write `{name}[*]` for all of them, `{name}[0]` or `{name}[2:4]` for some"
                ));
        }
        Some(_) => {
            report
                .error(
                    codes::PATH_PATTERN,
                    place,
                    format!("`{step}` leads to nothing in {owner}"),
                )
                .help(format!(
                    "`{name}` is not repeated and has no copies; take the brackets out"
                ));
        }
        None => {
            let names = inside.iter().map(|site| site.name.as_str());
            report
                .error(
                    codes::PATH_PATTERN,
                    place,
                    format!("{owner} has no part `{name}`"),
                )
                .suggest_or_list(&name, "names there", names);
        }
    }
}
