//! Blocks passed as arguments: one copy of the outer block for each, made before it is checked.
//!
//! `Layer(dim, Mlp(hidden: 4 * dim))` becomes `LayerWithMlp(dim, ffn_hidden: 4 * dim)`, whose body says
//! `mlp: Mlp(dim, hidden: ffn_hidden)` where it said `mlp: ffn(dim)`.

use std::collections::HashMap;
use std::rc::Rc;

use super::Checker;
use super::arguments::{Slot, match_arguments};
use super::call::has_twins;
use super::library::Library;
use super::substitute::{substitute, substitute_args};
use crate::diagnostic::{Report, codes};
use crate::spec::{Arg, Block, Expr, ExprKind, Kind, Leaf, Name, Param, Part, PartCall, Require};

/// What a part calls, and the arguments that are not blocks.
#[derive(Clone, Debug)]
pub(super) struct Resolved<'a> {
    pub(super) callee: Declaration<'a>,
    pub(super) args: Vec<Arg>,
}

/// A leaf, or a block without block params.
#[derive(Clone, Debug)]
pub(super) enum Declaration<'a> {
    Leaf(&'a Leaf),
    Block(Rc<Block>),
}

/// A block argument, its bound arguments turned into params of the copy.
#[derive(Default)]
struct Lifted {
    /// What stands in the copy's name: `SwiGlu`.
    suffix: String,
    params: Vec<Param>,
    args: Vec<Arg>,
}

impl<'a> Checker<'a> {
    /// The leaf or block of a call; of a block with block params, its copy.
    pub(super) fn resolve(&mut self, call: &PartCall) -> Option<Resolved<'a>> {
        let name = call.callee.as_str();
        if call.callee.is_missing() {
            return None;
        }
        if let Some(leaf) = self.library.leaf(name) {
            return Some(Resolved {
                callee: Declaration::Leaf(leaf),
                args: call.args.clone(),
            });
        }
        let Some(block) = self.library.block(name) else {
            self.unknown_callee(&call.callee);
            return None;
        };
        match block.params.iter().any(|param| param.kind == Kind::Block) {
            true => self.specialise(block, call),
            false => Some(Resolved {
                callee: Declaration::Block(self.plain(block)),
                args: call.args.clone(),
            }),
        }
    }

    fn plain(&mut self, block: &'a Block) -> Rc<Block> {
        let entry = self.copies.entry(block.name.text.clone());
        Rc::clone(entry.or_insert_with(|| Rc::new(block.clone())))
    }

    fn specialise(&mut self, block: &'a Block, call: &PartCall) -> Option<Resolved<'a>> {
        let slots = Slot::of_params(&block.params);
        let mut ignored = Report::default();
        let report = match has_twins(&block.params) {
            true => &mut ignored,
            false => &mut self.report,
        };
        let matched = match_arguments(&call.callee, &slots, &call.args, report);
        let mut replacements = HashMap::new();
        let mut lifted = Lifted::default();
        let (mut params, mut args) = (Vec::new(), Vec::new());
        for (param, given) in block.params.iter().zip(&matched.given) {
            match (&param.kind, given) {
                (Kind::Block, _) => {
                    let argument = given.map(|arg| &arg.value).or(param.default.as_ref())?;
                    let replacement = self.lift(param.name.as_str(), argument, &mut lifted)?;
                    replacements.insert(param.name.text.clone(), replacement);
                }
                (_, given) => {
                    params.push(param.clone());
                    args.extend(given.map(|arg| Arg {
                        name: Some(param.name.clone()),
                        value: arg.value.clone(),
                    }));
                }
            }
        }
        if !matched.complete {
            return None;
        }
        args.extend(lifted.args);
        let lifted_params = lifted.params;
        params.extend(lifted_params.iter().cloned());
        let library = self.library;
        let name = format!("{}With{}", block.name, lifted.suffix);
        let copy = || {
            let mut copy = specialised(block, &name, params.clone(), &replacements);
            let own = &block.body.parts;
            let calls = own.iter().zip(&copy.body.parts).filter(|(own, part)| {
                let always = part.condition.is_none() && part.index.is_none();
                always && replacements.contains_key(own.call.callee.as_str())
            });
            let bound: Vec<&str> = lifted_params.iter().map(|param| param.name.as_str()).collect();
            let inherited: Vec<Require> = calls
                .flat_map(|(_, part)| requires_of(library, &part.call, &bound))
                .collect();
            copy.body.requires.extend(inherited);
            Rc::new(copy)
        };
        let copy = Rc::clone(self.copies.entry(name.clone()).or_insert_with(copy));
        Some(Resolved {
            callee: Declaration::Block(copy),
            args,
        })
    }

    /// A block argument as the copy says it: `Mlp(hidden: 4 * dim)` becomes `Mlp(hidden: ffn_hidden)`.
    fn lift(&mut self, prefix: &str, argument: &Expr, lifted: &mut Lifted) -> Option<Expr> {
        let (callee, bound) = match &argument.kind {
            ExprKind::Name(name) => (name, [].as_slice()),
            ExprKind::Call { callee, args } => (callee, args.as_slice()),
            _ => {
                self.report
                    .error(
                        codes::BLOCK_ARGUMENT,
                        argument.place,
                        "expected a block or a leaf",
                    )
                    .help(
                        "a block argument is a name, as in `SwiGlu`, or a call, as in `Mlp(hidden: 4 * dim)`",
                    );
                return None;
            }
        };
        let declared = self.params_of(callee)?;
        if !lifted.suffix.is_empty() {
            lifted.suffix.push_str("And");
        }
        lifted.suffix.push_str(callee.as_str());
        let mut args = Vec::new();
        for arg in bound {
            let Some(name) = &arg.name else {
                if arg.value.is_missing() {
                    return None;
                }
                self.report
                    .error(
                        codes::BLOCK_ARGUMENT,
                        arg.value.place,
                        "an argument bound in advance is named",
                    )
                    .help(format!(
                        "write `{callee}(name: …)`; the call in the body gives the rest"
                    ));
                return None;
            };
            let param = self.bound_param(callee, declared, name)?;
            lifted.suffix.push_str(&camel(name.as_str()));
            let value = self.lift_argument(&format!("{prefix}_{name}"), param, &arg.value, lifted)?;
            args.push(Arg {
                name: Some(name.clone()),
                value,
            });
        }
        let kind = match args.is_empty() {
            true => ExprKind::Name(callee.clone()),
            false => ExprKind::Call {
                callee: callee.clone(),
                args,
            },
        };
        Some(Expr {
            kind,
            place: argument.place,
        })
    }

    fn lift_argument(
        &mut self,
        prefix: &str,
        param: &Param,
        value: &Expr,
        lifted: &mut Lifted,
    ) -> Option<Expr> {
        if param.kind == Kind::Block {
            return self.lift(prefix, value, lifted);
        }
        let name = Name::new(prefix);
        lifted.params.push(Param {
            doc: String::new(),
            name: name.clone(),
            kind: param.kind.clone(),
            default: None,
        });
        lifted.args.push(Arg {
            name: Some(name.clone()),
            value: value.clone(),
        });
        Some(Expr {
            kind: ExprKind::Name(name),
            place: value.place,
        })
    }

    fn bound_param(&mut self, callee: &Name, declared: &'a [Param], name: &Name) -> Option<&'a Param> {
        let found = declared.iter().find(|param| param.name.as_str() == name.as_str());
        if found.is_none() {
            self.report
                .error(
                    codes::UNKNOWN_ARGUMENT,
                    name.place,
                    format!("`{callee}` has no argument `{name}`"),
                )
                .suggest_closest(name.as_str(), declared.iter().map(|param| param.name.as_str()));
        }
        found
    }

    fn params_of(&mut self, callee: &Name) -> Option<&'a [Param]> {
        if callee.is_missing() {
            return None;
        }
        let name = callee.as_str();
        let leaf = self.library.leaf(name).map(|leaf| leaf.params.as_slice());
        let block = self.library.block(name).map(|block| block.params.as_slice());
        let params = leaf.or(block);
        if params.is_none() {
            self.unknown_callee(callee);
        }
        params
    }

    fn unknown_callee(&mut self, callee: &Name) {
        if !self.library.is_news(callee.as_str()) {
            return;
        }
        let message = match self.library.function(callee.as_str()) {
            Some(_) => format!("`{callee}` is a function, not a block or leaf"),
            None => format!("no block or leaf is named `{callee}`"),
        };
        self.report
            .error(codes::UNKNOWN_CALLEE, callee.place, message)
            .suggest_or_list(callee.as_str(), "blocks and leaves", self.library.callee_names());
    }
}

/// What a block argument requires of the arguments that are bound to it. Nobody can name those inside of the copy, so
/// that the copy requires it of its caller, who can.
fn requires_of(library: &Library, call: &PartCall, bound: &[&str]) -> Vec<Require> {
    let name = call.callee.as_str();
    let leaf = library
        .leaf(name)
        .map(|leaf| (&leaf.params, &leaf.lets, &leaf.requires));
    let block = library.block(name);
    let block = block.map(|block| (&block.params, &block.body.lets, &block.body.requires));
    let Some((params, lets, requires)) = leaf.or(block) else {
        return Vec::new();
    };
    let mut values: HashMap<String, Expr> = HashMap::new();
    for (position, param) in params.iter().enumerate() {
        let named = call
            .args
            .iter()
            .find(|arg| arg.name.as_ref() == Some(&param.name));
        let positional = call.args.get(position).filter(|arg| arg.name.is_none());
        let value = named.or(positional).map(|arg| arg.value.clone());
        let default = || param.default.as_ref().map(|default| substitute(default, &values));
        if let Some(value) = value.or_else(default) {
            values.insert(param.name.text.clone(), value);
        }
    }
    for binding in lets {
        let value = substitute(&binding.value, &values);
        values.insert(binding.name.text.clone(), value);
    }
    let over = requires.iter().map(|require| Require {
        condition: substitute(&require.condition, &values),
        message: require.message.clone(),
    });
    let is_bound = |require: &Require| {
        let mut found = false;
        require
            .condition
            .visit_names(&mut |name| found |= bound.contains(&name.as_str()));
        found
    };
    over.filter(is_bound).collect()
}

fn specialised(block: &Block, name: &str, params: Vec<Param>, replacements: &HashMap<String, Expr>) -> Block {
    let mut copy = block.clone();
    copy.name = Name {
        text: name.to_owned(),
        place: block.name.place,
    };
    copy.params = params;
    for part in &mut copy.body.parts {
        specialise_part(part, replacements);
    }
    copy
}

fn specialise_part(part: &mut Part, replacements: &HashMap<String, Expr>) {
    part.call.args = substitute_args(&part.call.args, replacements);
    let called = ExprKind::Name(part.call.callee.clone());
    let called = Expr {
        kind: called,
        place: part.call.callee.place,
    };
    match substitute(&called, replacements).kind {
        ExprKind::Name(callee) => part.call.callee = callee,
        ExprKind::Call { callee, args } => {
            part.call.callee = callee;
            part.call.args.extend(args);
        }
        _ => {}
    }
}

/// `hidden_dim` as `HiddenDim`.
fn camel(name: &str) -> String {
    let capitalise = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    name.split('_').filter_map(capitalise).collect()
}
