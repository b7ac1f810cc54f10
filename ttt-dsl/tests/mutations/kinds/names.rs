//! Names that are misspelt where they are used, or changed where they are declared.

use ttt_dsl::spec::{
    Arg, ConfigTable, Expr, ExprKind, Forward, HeadChoice, Kind as ParamKind, Name, Param, PartCall, Path,
    Pattern, Segment, Spec,
};

use super::expression::{expr, misspelt, misspelt_text};
use super::with_each_changed;
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a name misspelt in a computation",
        mutants: in_computations,
    },
    Kind {
        name: "a static name misspelt",
        mutants: in_statics,
    },
    Kind {
        name: "a size misspelt",
        mutants: sizes,
    },
    Kind {
        name: "a block or leaf misspelt",
        mutants: callees,
    },
    Kind {
        name: "an argument misspelt",
        mutants: arguments,
    },
    Kind {
        name: "a path misspelt",
        mutants: paths,
    },
    Kind {
        name: "a kind misspelt",
        mutants: kinds,
    },
    Kind {
        name: "a head misspelt in a config",
        mutants: architectures,
    },
    Kind {
        name: "a part renamed",
        mutants: parts,
    },
    Kind {
        name: "a param renamed",
        mutants: params,
    },
    Kind {
        name: "a let renamed",
        mutants: lets,
    },
    Kind {
        name: "an input renamed",
        mutants: inputs,
    },
    Kind {
        name: "a local renamed",
        mutants: locals,
    },
];

fn in_computations(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, misspellings)
}

fn in_statics(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::statics, misspellings)
}

fn sizes(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::sizes, misspellings)
}

fn misspellings(value: &Expr) -> Vec<Expr> {
    let kind = match &value.kind {
        ExprKind::Name(name) => ExprKind::Name(misspelt(name)),
        ExprKind::Call { callee, args } => ExprKind::Call {
            callee: misspelt(callee),
            args: args.clone(),
        },
        ExprKind::Field { part, tensor } => {
            let fields = [(misspelt(part), tensor.clone()), (part.clone(), misspelt(tensor))];
            return fields
                .map(|(part, tensor)| expr(ExprKind::Field { part, tensor }))
                .to_vec();
        }
        _ => return Vec::new(),
    };
    vec![expr(kind)]
}

fn callees(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::part_calls, |call| {
        vec![PartCall {
            callee: misspelt(&call.callee),
            args: call.args.clone(),
        }]
    })
}

fn arguments(spec: &Spec) -> Vec<Mutant> {
    let misspell = |arg: &Arg| {
        let name = arg.name.as_ref().map(misspelt);
        name.into_iter()
            .map(|name| Arg {
                name: Some(name),
                value: arg.value.clone(),
            })
            .collect()
    };
    each(spec, nodes::arguments, |args| with_each_changed(args, misspell))
}

fn paths(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::paths, |path| {
        let misspell = |segment: &Segment| {
            vec![Segment {
                name: misspelt(&segment.name),
                index: segment.index.clone(),
            }]
        };
        let lists = with_each_changed(&path.segments, misspell).into_iter();
        lists
            .map(|segments| Path {
                segments,
                place: path.place,
            })
            .collect()
    })
}

fn kinds(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::params, |params| {
        with_each_changed(params, |param| match &param.kind {
            ParamKind::Dim => Vec::new(),
            ParamKind::Enum(name) => vec![of_kind(param, misspelt(name))],
            kind => vec![of_kind(param, Name::new(misspelt_text(&format!("{kind:?}"))))],
        })
    })
}

fn of_kind(param: &Param, kind: Name) -> Param {
    Param {
        kind: ParamKind::Enum(kind),
        ..param.clone()
    }
}

fn architectures(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::configs, |table| {
        let lists = with_each_changed(&table.architectures, |(class, choice)| match choice {
            HeadChoice::Base => Vec::new(),
            HeadChoice::Head(head) => vec![(class.clone(), HeadChoice::Head(misspelt(head)))],
        });
        lists
            .into_iter()
            .map(|architectures| ConfigTable {
                architectures,
                ..table.clone()
            })
            .collect()
    })
}

fn parts(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::bodies, |body| {
        (0..body.parts.len())
            .map(|nth| renamed(body, |body| &mut body.parts[nth].name))
            .collect()
    })
}

fn lets(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::bodies, |body| {
        (0..body.lets.len())
            .map(|nth| renamed(body, |body| &mut body.lets[nth].name))
            .collect()
    })
}

fn params(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::params, |params| {
        (0..params.len())
            .map(|nth| renamed(params, |params| &mut params[nth].name))
            .collect()
    })
}

fn inputs(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::forwards, |forward| {
        let inputs = 0..forward.signature.inputs.len();
        inputs
            .map(|nth| renamed(forward, |forward| &mut forward.signature.inputs[nth].name))
            .collect()
    })
}

fn locals(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::forwards, |forward| {
        let mut all = Vec::new();
        for nth in 0..forward.statements.len() {
            match &forward.statements[nth].pattern {
                Pattern::Name(name) if !is_used_after(forward, nth, name) => {}
                Pattern::Name(_) => all.push(renamed(forward, |forward| local(forward, nth, 0))),
                Pattern::Tuple(names) => {
                    let places = 0..names.len();
                    all.extend(places.map(|place| renamed(forward, |forward| local(forward, nth, place))));
                }
            }
        }
        all
    })
}

/// A local under another name is missed, unless one of the same name before it takes its place.
fn is_used_after(forward: &Forward, nth: usize, name: &Name) -> bool {
    let mut before: Vec<&str> = forward
        .signature
        .inputs
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    for statement in &forward.statements[..nth] {
        match &statement.pattern {
            Pattern::Name(name) => before.push(name.as_str()),
            Pattern::Tuple(names) => before.extend(names.iter().map(Name::as_str)),
        }
    }
    !before.contains(&name.as_str())
}

fn local(forward: &mut Forward, nth: usize, place: usize) -> &mut Name {
    match &mut forward.statements[nth].pattern {
        Pattern::Name(name) => name,
        Pattern::Tuple(names) => &mut names[place],
    }
}

/// A copy in which a name is another, and the name that is missed.
pub fn renamed<T: Clone>(node: &T, name: impl Fn(&mut T) -> &mut Name) -> (T, String) {
    let mut copy = node.clone();
    let place = name(&mut copy);
    let lost = place.text.clone();
    *place = misspelt(place);
    (copy, format!("`{lost}`"))
}
