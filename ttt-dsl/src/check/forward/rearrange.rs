//! `rearrange(x, "b t (h d) -> b h t d", h: heads)`, as in einops.

use indexmap::IndexMap;

use super::ForwardChecker;
use super::shape::shape_text;
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::place::Place;
use crate::program::{Rearrangement, Value, ValueKind, ValueType};
use crate::spec::{Arg, Expr, ExprKind, Name};

impl ForwardChecker<'_, '_> {
    pub(super) fn rearrange(&mut self, callee: &Name, args: &[Arg], place: Place) -> Option<Value> {
        if args.iter().any(|arg| arg.value.is_missing()) {
            let known = args
                .iter()
                .filter(|arg| !matches!(arg.value.kind, ExprKind::Text(_)));
            known.for_each(|arg| drop(self.value(&arg.value)));
            return None;
        }
        let [base, pattern, sizes @ ..] = args else {
            self.error(
                codes::MISSING_ARGUMENT,
                callee.place,
                "`rearrange` is called without a tensor and a pattern",
            )
            .help("write `rearrange(x, \"b t (h d) -> b h t d\", h: heads)`");
            let tensors = args
                .iter()
                .filter(|arg| !matches!(arg.value.kind, ExprKind::Text(_)));
            tensors.for_each(|arg| drop(self.value(&arg.value)));
            return None;
        };
        if let ExprKind::Text(_) = &base.value.kind {
            self.error(
                codes::MISSING_ARGUMENT,
                callee.place,
                "`rearrange` is called without a tensor",
            )
            .help("write `rearrange(x, \"b t (h d) -> b h t d\", h: heads)`");
            return None;
        }
        let value = self.value(&base.value);
        let sizes = self.axis_sizes(sizes);
        let ExprKind::Text(text) = &pattern.value.kind else {
            self.error(
                codes::PATTERN,
                pattern.value.place,
                "the pattern of `rearrange` is a text",
            )
            .help("write `rearrange(x, \"b t (h d) -> b h t d\", h: heads)`");
            return None;
        };
        let rearrangement = match parse(text) {
            Ok(rearrangement) => rearrangement,
            Err(message) => {
                self.error(codes::PATTERN, pattern.value.place, message)
                    .help("every axis stands once on each side, as in \"b t (h d) -> b h t d\"");
                return None;
            }
        };
        let (value, sizes) = (value?, sizes?);
        let (element, shape) = self.tensor(&value)?;
        let known = self.known_axes(&rearrangement, &sizes)?;
        let before = self.reported();
        let axes = self.input_axes(&rearrangement, &shape, known, pattern.value.place);
        self.explain(before, &[&value]);
        let axes = axes?;
        let shape: Option<Vec<Dimension>> = rearrangement
            .output
            .iter()
            .map(|group| self.product(group, &axes, pattern.value.place))
            .collect();
        Some(Value {
            kind: ValueKind::Rearrange {
                base: Box::new(value),
                rearrangement: Rearrangement {
                    sizes: sizes
                        .into_iter()
                        .map(|(name, expr, _)| (name.text, expr))
                        .collect(),
                    ..rearrangement
                },
            },
            ty: ValueType::Tensor {
                element,
                shape: shape?,
            },
            place,
        })
    }

    fn axis_sizes(&mut self, args: &[Arg]) -> Option<Vec<(Name, Expr, Dimension)>> {
        let mut sizes = Vec::new();
        let mut complete = true;
        for arg in args {
            let Some(name) = &arg.name else {
                self.error(
                    codes::UNKNOWN_ARGUMENT,
                    arg.value.place,
                    "the size of an axis is named",
                )
                .help("write `h: heads`");
                return None;
            };
            match self.dimension(&arg.value) {
                Some(size) => sizes.push((name.clone(), arg.value.clone(), size)),
                None => complete = false,
            }
        }
        complete.then_some(sizes)
    }

    fn known_axes(
        &mut self,
        pattern: &Rearrangement,
        sizes: &[(Name, Expr, Dimension)],
    ) -> Option<IndexMap<String, Dimension>> {
        let axes: Vec<&str> = pattern.input.iter().flatten().map(String::as_str).collect();
        let mut known = IndexMap::new();
        for (name, _, size) in sizes {
            if !axes.contains(&name.as_str()) {
                self.error(
                    codes::UNKNOWN_ARGUMENT,
                    name.place,
                    format!("the pattern has no axis `{name}`"),
                )
                .suggest_closest(name.as_str(), axes.iter().copied());
                return None;
            }
            if known.insert(name.text.clone(), size.clone()).is_some() {
                self.error(
                    codes::ARGUMENT_TWICE,
                    name.place,
                    format!("`{name}` is given twice"),
                );
                return None;
            }
        }
        Some(known)
    }

    /// The size of every axis: given, or what is left of its group.
    fn input_axes(
        &mut self,
        pattern: &Rearrangement,
        shape: &[Dimension],
        known: IndexMap<String, Dimension>,
        place: Place,
    ) -> Option<IndexMap<String, Dimension>> {
        if pattern.input.len() != shape.len() {
            let message = format!(
                "the pattern has {} dimensions, the tensor {}: {}",
                pattern.input.len(),
                shape.len(),
                shape_text(shape)
            );
            self.error(codes::PATTERN, place, message);
            return None;
        }
        let mut axes = known;
        for (group, size) in pattern.input.iter().zip(shape) {
            self.solve_group(group, size, &mut axes, place)?;
        }
        Some(axes)
    }

    fn solve_group(
        &mut self,
        group: &[String],
        size: &Dimension,
        axes: &mut IndexMap<String, Dimension>,
        place: Place,
    ) -> Option<()> {
        let (given, unknown): (Vec<String>, Vec<String>) =
            group.iter().cloned().partition(|axis| axes.contains_key(axis));
        let product = self.product(&given, axes, place)?;
        match unknown.as_slice() {
            [] if self.facts.equal(&product, size) => Some(()),
            [] => {
                let text = group.join(" ");
                let message = format!("`({text})` is {product}, but the dimension is {size}");
                self.error(codes::PATTERN, place, message);
                None
            }
            [axis] => {
                let Some(quotient) = self.facts.divide(size, &product, false) else {
                    if !self.facts.are_complete() {
                        return None;
                    }
                    let message = format!("`{size}` is not known to be a multiple of `{product}`");
                    self.error(codes::DIVISION, place, message).help(format!(
                        "`{axis}` is what is left of `{size}`; say `require {size} % {product} == 0;`"
                    ));
                    return None;
                };
                axes.insert(axis.clone(), quotient);
                Some(())
            }
            [axis, ..] => {
                let message = format!("nothing says how `({})` is divided", group.join(" "));
                self.error(codes::PATTERN, place, message).help(format!(
                    "give the size of all axes of a group but one, as in `{axis}: …`"
                ));
                None
            }
        }
    }

    fn product(
        &mut self,
        group: &[String],
        axes: &IndexMap<String, Dimension>,
        place: Place,
    ) -> Option<Dimension> {
        let mut product = Dimension::constant(1);
        for axis in group {
            let larger = product.checked_mul(axes.get(axis)?);
            product = self.fits(larger, place)?;
        }
        Some(self.facts.normalise(&product))
    }
}

/// Reads a pattern; the sizes are left empty.
fn parse(text: &str) -> Result<Rearrangement, String> {
    let (input, output) = text
        .split_once("->")
        .ok_or_else(|| "the pattern has no `->`".to_owned())?;
    let pattern = Rearrangement {
        pattern: text.to_owned(),
        input: groups(input)?,
        output: groups(output)?,
        sizes: Vec::new(),
    };
    let left = sorted_axes(&pattern.input)?;
    let right = sorted_axes(&pattern.output)?;
    let missing = |side: &str, axis: &String| Err(format!("axis `{axis}` is missing on the {side}"));
    if let Some(axis) = left.iter().find(|axis| !right.contains(axis)) {
        return missing("right", axis);
    }
    if let Some(axis) = right.iter().find(|axis| !left.contains(axis)) {
        return missing("left", axis);
    }
    Ok(pattern)
}

/// The axes of each dimension: one, several in parentheses, none for `1`.
fn groups(side: &str) -> Result<Vec<Vec<String>>, String> {
    let spaced = side.replace('(', " ( ").replace(')', " ) ");
    let mut groups = Vec::new();
    let mut open: Option<Vec<String>> = None;
    for word in spaced.split_whitespace() {
        match (word, open.as_mut()) {
            ("(", None) => open = Some(Vec::new()),
            ("(", Some(_)) => return Err("parentheses do not nest".to_owned()),
            (")", _) => groups.push(open.take().ok_or_else(|| "a `)` closes nothing".to_owned())?),
            ("1", None) => groups.push(Vec::new()),
            ("1", Some(_)) => {}
            (axis, _) if !is_axis(axis) => return Err(format!("`{axis}` is not the name of an axis")),
            (axis, Some(group)) => group.push(axis.to_owned()),
            (axis, None) => groups.push(vec![axis.to_owned()]),
        }
    }
    match open {
        Some(_) => Err("a `(` is left open".to_owned()),
        None => Ok(groups),
    }
}

fn is_axis(word: &str) -> bool {
    let mut letters = word.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn sorted_axes(groups: &[Vec<String>]) -> Result<Vec<&String>, String> {
    let mut axes: Vec<&String> = groups.iter().flatten().collect();
    axes.sort();
    match axes.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("axis `{}` stands twice on one side", pair[0])),
        None => Ok(axes),
    }
}
