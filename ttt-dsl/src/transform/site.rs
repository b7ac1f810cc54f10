//! What stands at the paths of a model, before anything is checked.

use crate::spec::{Arg, Block, ExprKind, Kind, Leaf, Model, Part, PathPattern, PathStep, PatternStep, Spec};
use crate::standard;

/// How deep blocks are looked into; what is deeper is an error of its own.
const DEPTH_LIMIT: usize = 64;
/// How many parts are looked at.
const SITE_LIMIT: usize = 1 << 16;

/// A part, head or tensor with what stands in it.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) name: String,
    pub(super) repeated: bool,
    pub(super) kind: SiteKind,
    pub(super) children: Vec<Site>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SiteKind {
    Head,
    /// A leaf, by its name.
    Leaf(String),
    Block,
    Tensor,
    /// What cannot be resolved, which the checker says.
    Unknown,
}

/// A site with the way to it.
#[derive(Clone, Debug)]
pub(super) struct Found<'s> {
    pub(super) path: Vec<&'s Site>,
}

impl<'s> Found<'s> {
    /// The names from the outside in.
    pub(super) fn names(&self) -> Vec<String> {
        self.path.iter().map(|site| site.name.clone()).collect()
    }

    pub(super) fn site(&self) -> Option<&'s Site> {
        self.path.last().copied()
    }

    fn steps(&self) -> Vec<PathStep<'s>> {
        let step = |site: &&'s Site| PathStep {
            name: &site.name,
            copy: None,
            repeated: site.repeated,
        };
        self.path.iter().map(step).collect()
    }

    /// This and everything in it.
    pub(super) fn below(self, visit: &mut dyn FnMut(&Found<'s>)) {
        visit(&self);
        for child in self.site().into_iter().flat_map(|site| &site.children) {
            let mut path = self.path.clone();
            path.push(child);
            Found { path }.below(visit);
        }
    }
}

/// Everything in a model that a pattern leads to.
pub(super) fn find<'s>(sites: &'s [Site], pattern: &PathPattern) -> Vec<Found<'s>> {
    let mut found = Vec::new();
    for site in sites {
        Found { path: vec![site] }.below(&mut |at| {
            if pattern.leads_to(&at.steps()) {
                found.push(at.clone());
            }
        });
    }
    found
}

/// The first step of a pattern at which nothing stands, and the sites among which it was looked for with where they are.
pub(super) fn lost<'s>(sites: &'s [Site], pattern: &PathPattern) -> (usize, String, Vec<&'s Site>) {
    let mut last = (0, String::new(), sites.iter().collect());
    for length in 1..pattern.steps.len() {
        if pattern.steps[length - 1] == PatternStep::Deep {
            continue;
        }
        let begin = PathPattern {
            steps: pattern.steps[..length].to_vec(),
            place: pattern.place,
        };
        let reached: Vec<&Site> = find(sites, &begin).iter().filter_map(Found::site).collect();
        if reached.is_empty() {
            break;
        }
        let inside = reached.iter().flat_map(|site| &site.children).collect();
        last = (length, begin.to_string(), inside);
    }
    last
}

/// The parts and heads of a model.
pub(super) fn sites(spec: &Spec, model: &Model) -> Vec<Site> {
    let mut builder = Builder {
        spec,
        left: SITE_LIMIT,
    };
    let mut sites = builder.parts(&model.body.parts, &[], 0);
    for head in &model.heads {
        let children = builder.parts(&head.body.parts, &[], 0);
        sites.push(Site {
            name: head.name.text.clone(),
            repeated: false,
            kind: SiteKind::Head,
            children,
        });
    }
    sites
}

/// What the block params of the block at hand stand for.
type Bound = [(String, String)];

struct Builder<'s> {
    spec: &'s Spec,
    left: usize,
}

impl Builder<'_> {
    fn parts(&mut self, parts: &[Part], bound: &Bound, depth: usize) -> Vec<Site> {
        let mut sites = Vec::new();
        for part in parts {
            if self.left == 0 || depth > DEPTH_LIMIT {
                break;
            }
            self.left -= 1;
            let (kind, children) = self.callee(part, bound, depth);
            sites.push(Site {
                name: part.name.text.clone(),
                repeated: part.count.is_some(),
                kind,
                children,
            });
        }
        sites
    }

    fn callee(&mut self, part: &Part, bound: &Bound, depth: usize) -> (SiteKind, Vec<Site>) {
        let name = stands_for(part.call.callee.as_str(), bound);
        if let Some(leaf) = leaf(self.spec, &name) {
            let tensor = |name: &str| Site {
                name: name.to_owned(),
                repeated: false,
                kind: SiteKind::Tensor,
                children: Vec::new(),
            };
            let tensors = leaf.weights.iter().map(|weight| tensor(weight.name.as_str()));
            return (SiteKind::Leaf(name), tensors.collect());
        }
        let spec = self.spec;
        let Some(block) = block(spec, &name) else {
            return (SiteKind::Unknown, Vec::new());
        };
        let inner = block_arguments(block, &part.call.args, bound);
        (SiteKind::Block, self.parts(&block.body.parts, &inner, depth + 1))
    }
}

/// The leaf of this name, the user's or a standard one.
pub(super) fn leaf<'s>(spec: &'s Spec, name: &str) -> Option<&'s Leaf> {
    let all = spec.leaves.iter().chain(&standard::library().leaves);
    all.into_iter().find(|leaf| leaf.name.as_str() == name)
}

/// The block of this name, the user's or a standard one.
pub(super) fn block<'s>(spec: &'s Spec, name: &str) -> Option<&'s Block> {
    let all = spec.blocks.iter().chain(&standard::library().blocks);
    all.into_iter().find(|block| block.name.as_str() == name)
}

/// The block that a name stands for.
fn stands_for(name: &str, bound: &Bound) -> String {
    let given = bound.iter().find(|(param, _)| param == name);
    given.map_or(name, |(_, block)| block).to_owned()
}

/// What the block params of a callee stand for, given its arguments.
fn block_arguments(block: &Block, args: &[Arg], bound: &Bound) -> Vec<(String, String)> {
    let mut inner = Vec::new();
    for (index, param) in block.params.iter().enumerate() {
        if param.kind != Kind::Block {
            continue;
        }
        let named = args
            .iter()
            .find(|arg| arg.name.as_ref().is_some_and(|name| *name == param.name));
        let given = named.or_else(|| args.get(index).filter(|arg| arg.name.is_none()));
        let value = given.map(|arg| &arg.value).or(param.default.as_ref());
        let callee = match value.map(|value| &value.kind) {
            Some(ExprKind::Name(name)) | Some(ExprKind::Call { callee: name, .. }) => name,
            _ => continue,
        };
        inner.push((param.name.text.clone(), stands_for(callee.as_str(), bound)));
    }
    inner
}
