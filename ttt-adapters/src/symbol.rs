//! The tensors of a model with their shapes as expressions over its params.

use indexmap::IndexMap;
use ttt_dsl::program::{Callee, CheckedBlock, CheckedModel, Program};
use ttt_dsl::spec::{Arg, DimItem, Expr, ExprKind, Leaf};

/// A tensor of a model, whatever its params are.
#[derive(Clone, Debug)]
pub(crate) struct SymbolicTensor {
    /// Its path, with `{0}`, `{1}` for the indices of repeated parts.
    pub path: String,
    /// The leaf's name.
    pub leaf: String,
    /// Its sizes, over the model's params.
    pub dims: Vec<Expr>,
    /// How often each repeated part on its path is repeated.
    pub counts: Vec<Expr>,
    /// When it exists: all of these hold.
    pub conditions: Vec<Expr>,
    /// The head it belongs to.
    pub head: Option<String>,
}

/// What a callee's names stand for, over the model's params.
type Meanings = IndexMap<String, Expr>;

/// Every tensor of a model and of its heads.
pub(crate) fn symbolic_tensors(program: &Program, model: &CheckedModel) -> Vec<SymbolicTensor> {
    let mut walk = Walk {
        program,
        tensors: Vec::new(),
    };
    let base = with_lets(&model.body, Meanings::new());
    let place = Position::default();
    walk.parts(&model.body, &base, &place);
    for head in &model.heads {
        let meanings = with_lets(&head.body, base.clone());
        let place = Position {
            path: head.body.name.clone(),
            head: Some(head.body.name.clone()),
            ..Position::default()
        };
        walk.parts(&head.body, &meanings, &place);
    }
    walk.tensors
}

/// The expression with every name replaced by what it stands for.
pub(crate) fn substitute(expr: &Expr, meanings: &Meanings) -> Expr {
    let boxed = |expr: &Expr| Box::new(substitute(expr, meanings));
    let kind = match &expr.kind {
        ExprKind::Name(name) => match meanings.get(name.as_str()) {
            Some(meaning) => return meaning.clone(),
            None => expr.kind.clone(),
        },
        ExprKind::Binary { op, lhs, rhs } => ExprKind::Binary {
            op: *op,
            lhs: boxed(lhs),
            rhs: boxed(rhs),
        },
        ExprKind::Unary { op, operand } => ExprKind::Unary {
            op: *op,
            operand: boxed(operand),
        },
        ExprKind::Call { callee, args } => ExprKind::Call {
            callee: callee.clone(),
            args: args
                .iter()
                .map(|arg| Arg {
                    name: arg.name.clone(),
                    value: substitute(&arg.value, meanings),
                })
                .collect(),
        },
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => ExprKind::If {
            condition: boxed(condition),
            then: boxed(then),
            otherwise: otherwise.as_deref().map(boxed),
        },
        other => other.clone(),
    };
    Expr {
        kind,
        place: expr.place,
    }
}

impl SymbolicTensor {
    /// `h.attn.q.weight` for `h.{0}.attn.q.weight`.
    pub fn path_without_indices(&self) -> String {
        let segments = self.path.split('.').filter(|segment| !segment.starts_with('{'));
        segments.collect::<Vec<_>>().join(".")
    }
}

#[derive(Clone, Default)]
struct Position {
    path: String,
    head: Option<String>,
    counts: Vec<Expr>,
    conditions: Vec<Expr>,
}

struct Walk<'a> {
    program: &'a Program,
    tensors: Vec<SymbolicTensor>,
}

impl Walk<'_> {
    fn parts(&mut self, block: &CheckedBlock, meanings: &Meanings, place: &Position) {
        for part in &block.parts {
            let mut place = place.clone();
            if !place.path.is_empty() {
                place.path.push('.');
            }
            place.path.push_str(&part.name);
            if let Some(condition) = &part.condition {
                place.conditions.push(substitute(condition, meanings));
            }
            if let Some(count) = &part.count {
                place.path.push_str(&format!(".{{{}}}", place.counts.len()));
                place.counts.push(substitute(count, meanings));
            }
            let args: Meanings = part
                .args
                .iter()
                .map(|(name, expr)| (name.clone(), substitute(expr, meanings)))
                .collect();
            match &part.callee {
                Callee::Leaf(name) => {
                    if let Some(leaf) = self.program.leaf(name) {
                        self.leaf(leaf, args, &place);
                    }
                }
                Callee::Block(name) => {
                    if let Some(block) = self.program.block(name) {
                        self.parts(block, &with_lets(block, args), &place);
                    }
                }
            }
        }
    }

    fn leaf(&mut self, leaf: &Leaf, mut meanings: Meanings, place: &Position) {
        for binding in &leaf.lets {
            let value = substitute(&binding.value, &meanings);
            meanings.insert(binding.name.text.clone(), value);
        }
        for weight in &leaf.weights {
            let mut place = place.clone();
            let condition = weight.condition.as_ref();
            place
                .conditions
                .extend(condition.map(|condition| substitute(condition, &meanings)));
            let dims = weight.ty.dims.iter().filter_map(|item| match item {
                DimItem::Rest => None,
                DimItem::Dim(expr) => Some(substitute(expr, &meanings)),
            });
            self.tensors.push(SymbolicTensor {
                path: format!("{}.{}", place.path, weight.name),
                leaf: leaf.name.text.clone(),
                dims: dims.collect(),
                counts: place.counts,
                conditions: place.conditions,
                head: place.head,
            });
        }
    }
}

fn with_lets(block: &CheckedBlock, mut meanings: Meanings) -> Meanings {
    for binding in &block.lets {
        let value = substitute(&binding.value, &meanings);
        meanings.insert(binding.name.clone(), value);
    }
    meanings
}
