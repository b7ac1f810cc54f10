//! The targets of a weights table: paths to leaves and tensors, with indices bound by the source's name.

use indexmap::IndexMap;

use super::Checker;
use super::tensors::{Node, Tensors};
use crate::diagnostic::{closest, codes};
use crate::place::Place;
use crate::spec::{Path, Segment, SegmentIndex, WeightsEntry};

/// What a faulty path was probably meant for: the likeliest tensors, and all that come into question.
pub(super) type Missed = (Vec<usize>, Vec<usize>);

/// What a path of a weights table leads to.
#[derive(Debug)]
pub(super) struct Aim {
    /// Indices of tensors; of a faulty path, those it was probably meant for.
    pub(super) tensors: Vec<usize>,
    /// Of a faulty path, all that it may have been meant for.
    pub(super) nearby: Vec<usize>,
    pub(super) whole_leaf: bool,
    /// The mistake is reported.
    pub(super) faulty: bool,
    /// The names of its indices.
    pub(super) indices: Vec<String>,
    /// Whether an index is reported as wrong.
    pub(super) misindexed: bool,
    pub(super) place: Place,
}

impl Checker<'_> {
    /// The names in braces in an entry's source; nothing when one of them is faulty.
    pub(super) fn placeholders(&mut self, entry: &WeightsEntry) -> Option<Vec<String>> {
        let mut sound = true;
        let mut names: Vec<String> = Vec::new();
        let mut rest = entry.source.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, left)) = after.split_once('}') else {
                self.placeholder(entry, "a `{` is left open");
                return None;
            };
            let before = self.report.diagnostics.len();
            let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
            if name.is_empty() || !name.chars().all(is_name) {
                self.placeholder(entry, &format!("`{{{name}}}` is not an index"));
            } else if names.iter().any(|known| known == name) {
                self.placeholder(entry, &format!("`{{{name}}}` stands twice"));
            } else {
                names.push(name.to_owned());
            }
            sound &= self.report.diagnostics.len() == before;
            rest = left;
        }
        sound.then_some(names)
    }

    fn placeholder(&mut self, entry: &WeightsEntry, message: &str) {
        self.report
            .error(codes::PLACEHOLDER, entry.place, message)
            .help("`{i}` binds the index of a target, as in \"h.{i}.ln_1\" => h[i].ln_1");
    }

    pub(super) fn check_placeholders_used(&mut self, entry: &WeightsEntry, names: &[String], aims: &[Aim]) {
        let unused = |name: &&String| aims.iter().any(|aim| !aim.indices.contains(name));
        if aims.iter().any(|aim| aim.misindexed) {
            return;
        }
        if let Some(name) = names.iter().find(unused) {
            self.placeholder(entry, &format!("the target does not use `{{{name}}}`"));
        }
    }

    /// Follows a path to its tensors.
    pub(super) fn aim(&mut self, path: &Path, placeholders: Option<&[String]>, tensors: &Tensors) -> Aim {
        let mut aim = Aim {
            tensors: Vec::new(),
            nearby: Vec::new(),
            whole_leaf: false,
            faulty: false,
            indices: Vec::new(),
            misindexed: false,
            place: path.place,
        };
        let mut node = &tensors.root;
        let mut walked = String::new();
        for (depth, segment) in path.segments.iter().enumerate() {
            match node {
                Node::Hidden => {
                    aim.faulty = true;
                    return aim;
                }
                Node::Block(parts, names) => {
                    let Some((inner, many)) = parts.get(segment.name.as_str()) else {
                        let news = names.is_news(segment.name.as_str());
                        self.unknown_target(segment, &walked, parts, news, &mut aim);
                        return aim;
                    };
                    node = inner;
                    if !matches!(inner, Node::Hidden) {
                        let known = self.report.diagnostics.len();
                        self.check_index(segment, *many, placeholders, &mut aim);
                        let first = tensors_in(inner).first().map(|index| &tensors.all[*index]);
                        let place = first.and_then(|tensor| tensor.chain.get(depth).copied());
                        for diagnostic in &mut self.report.diagnostics[known..] {
                            diagnostic.related(place.unwrap_or_default(), "declared here");
                        }
                    }
                }
                Node::Leaf(indices) => {
                    let last = depth + 1 == path.segments.len();
                    self.aim_at_tensor(segment, last, indices, &walked, tensors, &mut aim);
                    return aim;
                }
            }
            if !walked.is_empty() {
                walked.push('.');
            }
            walked.push_str(segment.name.as_str());
        }
        self.aim_at_node(path, node, &mut aim);
        aim
    }

    /// The tensors of a part or head, whose path has no indices; of a faulty path, whose mistake is reported, what it may
    /// have been meant for.
    pub(super) fn lacking(&mut self, path: &Path, tensors: &Tensors) -> Result<Vec<usize>, Missed> {
        let mut node = &tensors.root;
        for segment in &path.segments {
            let name = segment.name.as_str();
            let Node::Block(parts, names) = node else {
                let below = tensors_in(node);
                if let Node::Leaf(_) = node {
                    self.report_lacking(path, segment, &[]);
                }
                return Err((below.clone(), below));
            };
            let (Some((inner, _)), None) = (parts.get(name), &segment.index) else {
                let known: Vec<&str> = parts.keys().map(String::as_str).collect();
                if names.is_news(name) {
                    self.report_lacking(path, segment, &known);
                }
                let meant = closest(name, known).and_then(|meant| parts.get(meant));
                let likely = meant.map(|(inner, _)| tensors_in(inner)).unwrap_or_default();
                return Err((likely, tensors_in(node)));
            };
            node = inner;
        }
        Ok(tensors_in(node))
    }

    fn report_lacking(&mut self, path: &Path, segment: &Segment, known: &[&str]) {
        if segment.name.is_missing() {
            return;
        }
        self.report
            .error(
                codes::LACKS,
                segment.name.place,
                format!("the model has no part or head `{path}`"),
            )
            .suggest_or_list(segment.name.as_str(), "parts there", known.iter().copied());
    }

    fn aim_at_node(&mut self, path: &Path, node: &Node, aim: &mut Aim) {
        match node {
            Node::Leaf(indices) if !indices.is_empty() => {
                aim.tensors.clone_from(indices);
                aim.whole_leaf = true;
            }
            Node::Leaf(_) => {
                aim.faulty = true;
                if self.miscounted.insert(format!("tensors of {path}")) {
                    self.report
                        .error(codes::NOT_A_LEAF, path.place, format!("`{path}` has no tensors"))
                        .help(
                            "take the line out, or say `skip` when the checkpoint has something of this name",
                        );
                }
            }
            Node::Block(parts, _) => {
                aim.faulty = true;
                aim.tensors = tensors_in(node);
                let names: Vec<&str> = parts.keys().map(String::as_str).collect();
                self.report
                    .error(
                        codes::NOT_A_LEAF,
                        path.place,
                        format!("`{path}` is a block, not a leaf"),
                    )
                    .help(format!("name one of its parts: {}", names.join(", ")));
            }
            Node::Hidden => aim.faulty = true,
        }
    }

    fn aim_at_tensor(
        &mut self,
        segment: &Segment,
        last: bool,
        indices: &[usize],
        walked: &str,
        tensors: &Tensors,
        aim: &mut Aim,
    ) {
        let name = segment.name.as_str();
        match indices.iter().find(|index| tensors.all[**index].name == name) {
            Some(index) if last => {
                aim.tensors.push(*index);
                if segment.index.is_some() && self.miscounted.insert(segment.name.text.clone()) {
                    self.report
                        .error(
                            codes::TARGET_INDEX,
                            segment.name.place,
                            format!("`{name}` is a tensor and has no index"),
                        )
                        .help("an index picks the copies of a repeated part");
                }
            }
            found => {
                aim.faulty = true;
                let names = || indices.iter().map(|index| tensors.all[*index].name.as_str());
                let meant = found.copied().or_else(|| {
                    let meant = closest(name, names())?;
                    indices
                        .iter()
                        .copied()
                        .find(|index| tensors.all[*index].name == meant)
                });
                aim.tensors = meant.into_iter().collect();
                aim.nearby = indices.to_vec();
                let part = walked.rsplit('.').next().unwrap_or_default();
                let news = !self.suspected.contains(part) && self.miscounted.insert(format!("{part}.{name}"));
                if !segment.name.is_missing() && news {
                    let list: Vec<&str> = names().collect();
                    self.report
                        .error(
                            codes::UNKNOWN_TARGET,
                            segment.name.place,
                            format!("`{walked}` has no tensor `{name}`"),
                        )
                        .suggest_closest(name, names())
                        .help(format!("its tensors are {}", list.join(", ")));
                }
            }
        }
    }

    fn unknown_target(
        &mut self,
        segment: &Segment,
        walked: &str,
        parts: &IndexMap<String, (Node, bool)>,
        news: bool,
        aim: &mut Aim,
    ) {
        aim.faulty = true;
        let name = segment.name.as_str();
        let names = || parts.keys().map(String::as_str);
        let meant = closest(name, names()).and_then(|meant| parts.get(meant));
        aim.tensors = meant.map(|(node, _)| tensors_in(node)).unwrap_or_default();
        aim.nearby = parts.values().flat_map(|(node, _)| tensors_in(node)).collect();
        if segment.name.is_missing() || !news {
            return;
        }
        let message = match walked {
            "" => format!("the model has no part or head `{name}`"),
            walked => format!("`{walked}` has no part `{name}`"),
        };
        let list: Vec<&str> = names().collect();
        self.report
            .error(codes::UNKNOWN_TARGET, segment.name.place, message)
            .suggest_closest(name, names())
            .help(format!("the parts there are {}", list.join(", ")));
    }

    fn check_index(
        &mut self,
        segment: &Segment,
        repeated: bool,
        placeholders: Option<&[String]>,
        aim: &mut Aim,
    ) {
        let name = &segment.name;
        let Some(placeholders) = placeholders else {
            aim.misindexed = true;
            return;
        };
        let (place, message) = match (&segment.index, repeated) {
            (None, false) => return,
            (Some(SegmentIndex::Name(index)), _) if index.is_missing() => {
                aim.misindexed = true;
                return;
            }
            (Some(SegmentIndex::Name(index)), true) if placeholders.contains(&index.text) => {
                aim.indices.push(index.text.clone());
                return;
            }
            (None, true) => (name.place, format!("`{name}` is repeated, so it needs an index")),
            (Some(SegmentIndex::Name(index)), true) => {
                aim.indices.push(index.text.clone());
                (index.place, format!("the source does not bind `{index}`"))
            }
            (Some(SegmentIndex::Expr(expr)), true) => {
                (expr.place, "an index is a name that the source binds".to_owned())
            }
            (Some(_), false) => (name.place, format!("`{name}` is not repeated and has no index")),
        };
        aim.misindexed = true;
        let counted = matches!((&segment.index, repeated), (None, true) | (Some(_), false));
        if counted && !self.miscounted.insert(name.text.clone()) {
            return;
        }
        // The path is followed all the same, so that what it leads to counts as fed.
        self.report
            .error(codes::TARGET_INDEX, place, message)
            .help("write `{i}` in the source and `[i]` in the target, as in \"h.{i}.ln_1\" => h[i].ln_1");
    }
}

fn tensors_in(node: &Node) -> Vec<usize> {
    match node {
        Node::Leaf(indices) => indices.clone(),
        Node::Block(parts, _) => parts.values().flat_map(|(node, _)| tensors_in(node)).collect(),
        Node::Hidden => Vec::new(),
    }
}
