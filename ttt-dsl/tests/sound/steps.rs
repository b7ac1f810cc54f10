//! The computation of one body, drawn step by step: every step gives a tensor whose shape is known as text.

use super::random::Random;

/// A tensor in scope. Equal texts of dimensions are equal dimensions.
#[derive(Clone)]
pub struct Local {
    pub name: String,
    pub dims: Vec<String>,
}

/// What is drawn so far.
pub struct Steps<'r> {
    pub random: &'r mut Random,
    /// Whether operands are now and then taken whether they fit or not.
    pub wild: bool,
    pub parts: Vec<String>,
    pub statements: Vec<String>,
    pub locals: Vec<Local>,
    /// Whether a part `inner` from `[B, T, dim]` to the same is there.
    pub inner: bool,
}

/// One kind of step; nothing where the local does not allow it.
type Step = fn(&mut Steps, &Local) -> Option<(String, Vec<String>)>;

const STEPS: [Step; 18] = [
    linear,
    linear,
    norm,
    pointwise,
    scaled,
    together,
    stretched,
    reduced,
    split,
    merged,
    scores,
    indexed,
    sliced,
    joined,
    chosen,
    standard_block,
    attended,
    gated,
];

/// Sizes that a part may make, as written and as what they are equal to.
const SIZES: [(&str, &str); 9] = [
    ("dim", "dim"),
    ("hidden", "hidden"),
    ("2 * dim", "2 * dim"),
    ("heads * head_dim", "dim"),
    ("head_dim", "head_dim"),
    ("wide", "wide"),
    ("either", "either"),
    ("dim + hidden", "dim + hidden"),
    ("3", "3"),
];

impl Steps<'_> {
    /// Draws so many steps; those that find no operand give nothing.
    pub fn take(&mut self, count: usize) {
        for _ in 0..count {
            let local = self.any();
            let step = *self.random.pick(&STEPS);
            if let Some((value, dims)) = step(self, &local) {
                self.bind(value, dims);
            }
        }
    }

    pub fn bind(&mut self, value: String, dims: Vec<String>) -> Local {
        let name = format!("_v{}", self.statements.len());
        self.statements.push(format!("let {name} = {value};"));
        let local = Local { name, dims };
        self.locals.push(local.clone());
        local
    }

    /// A local of this shape that was drawn last.
    pub fn last_of(&self, dims: &[&str]) -> Option<Local> {
        self.locals.iter().rev().find(|local| local.dims == dims).cloned()
    }

    fn any(&mut self) -> Local {
        let index = self.random.below(self.locals.len());
        self.locals[index].clone()
    }

    /// Another local: of the same shape, or any when it is wild.
    fn fellow(&mut self, local: &Local) -> Local {
        if self.wild && self.random.once_in(3) {
            return self.any();
        }
        let fellows: Vec<Local> = self
            .locals
            .iter()
            .filter(|other| other.dims == local.dims)
            .cloned()
            .collect();
        self.random.pick(&fellows).clone()
    }

    pub fn part(&mut self, call: &str) -> String {
        let name = format!("p{}", self.parts.len());
        self.parts.push(format!("{name}: {call};"));
        name
    }
}

/// A dimension that is known when the model is built.
fn is_static(dim: &str) -> bool {
    !dim.contains(|letter: char| letter.is_ascii_uppercase())
}

/// The last dimension, when parts can know it; a wild one may be another's.
fn last(steps: &mut Steps, local: &Local) -> Option<String> {
    let own = local.dims.last().filter(|dim| is_static(dim))?.clone();
    match steps.wild && steps.random.once_in(6) {
        true => Some(steps.random.pick(&SIZES).0.to_owned()),
        false => Some(own),
    }
}

fn with_last(local: &Local, last: &str) -> Vec<String> {
    let mut dims = local.dims.clone();
    *dims.last_mut().unwrap() = last.to_owned();
    dims
}

fn linear(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let from = last(steps, local)?;
    let (written, equal) = *steps.random.pick(&SIZES);
    let bias = ["", ", bias: false", ", bias: flag"][steps.random.below(3)];
    let part = steps.part(&format!("Linear({from}, {written}{bias})"));
    Some((format!("{part}({})", local.name), with_last(local, equal)))
}

fn norm(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let size = last(steps, local)?;
    let leaf = *steps.random.pick(&["LayerNorm", "RmsNorm"]);
    let part = steps.part(&format!("{leaf}({size}, eps: 1e-5)"));
    Some((format!("{part}({})", local.name), local.dims.clone()))
}

fn pointwise(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let name = &local.name;
    let calls = [
        format!("silu({name})"),
        format!("tanh({name})"),
        format!("gelu({name})"),
        format!("activate({name}, act)"),
        format!("softmax({name}, axis: -1)"),
        format!(
            "log_softmax({name}, axis: {})",
            steps.random.below(local.dims.len())
        ),
        format!("-{name}"),
    ];
    Some((steps.random.pick(&calls).clone(), local.dims.clone()))
}

fn scaled(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let number = *steps.random.pick(&[
        "0.5",
        "rate",
        "head_dim",
        "1.0 / sqrt(head_dim)",
        "(heads - 9)",
        "ln(2.0)",
    ]);
    let operator = *steps.random.pick(&["*", "+", "-"]);
    Some((format!("{} {operator} {number}", local.name), local.dims.clone()))
}

fn together(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let other = steps.fellow(local);
    let operator = *steps.random.pick(&["*", "+", "-"]);
    let (value, dims) = (
        format!("{} {operator} {}", local.name, other.name),
        local.dims.clone(),
    );
    Some((
        value,
        if other.dims.len() > dims.len() {
            other.dims
        } else {
            dims
        },
    ))
}

/// Broadcasts: with a vector, or with its own mean along an axis.
fn stretched(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let name = &local.name;
    let axis = steps.random.below(local.dims.len());
    let value = match steps.random.below(3) {
        0 => {
            let size = last(steps, local)?;
            let part = steps.part(&format!("Vector({size})"));
            format!("{name} + {part}")
        }
        1 => format!("{name} - mean({name}, axis: {axis}, keep: true)"),
        _ => format!("max({name}, axis: {axis}, keep: true) * {name}"),
    };
    Some((value, local.dims.clone()))
}

fn reduced(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    if local.dims.len() < 2 {
        return None;
    }
    let rank = local.dims.len();
    let axis = steps.random.below(rank);
    let written = match steps.random.once_in(2) {
        true => axis as i64,
        false => axis as i64 - rank as i64,
    };
    let function = *steps.random.pick(&["mean", "sum", "max"]);
    let mut dims = local.dims.clone();
    dims.remove(axis);
    Some((format!("{function}({}, axis: {written})", local.name), dims))
}

fn split(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let [a, b, last] = local.dims.as_slice() else {
        return None;
    };
    let fits = last == "dim" || (steps.wild && steps.random.once_in(2));
    let name = &local.name;
    let (value, dims) = match steps.random.below(3) {
        0 => (
            format!("rearrange({name}, \"a b (h d) -> a h b d\", h: heads)"),
            [a, "heads", b, "head_dim"],
        ),
        1 => (
            format!("rearrange({name}, \"a b (h d) -> a b d h\", d: head_dim)"),
            [a, b, "head_dim", "heads"],
        ),
        _ => (
            format!("rearrange({name}, \"a b (h d) -> h 1 a (b d)\", h: heads)"),
            ["heads", "1", a, ""],
        ),
    };
    let mut dims: Vec<String> = dims.map(str::to_owned).to_vec();
    if dims[3].is_empty() {
        dims[3] = format!("head_dim * {b}");
    }
    fits.then_some((value, dims))
}

fn merged(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let name = &local.name;
    match local.dims.as_slice() {
        [a, h, b, d] if h == "heads" && d == "head_dim" => {
            let dims = [a.clone(), b.clone(), "dim".to_owned()].to_vec();
            Some((format!("rearrange({name}, \"a h b d -> a b (h d)\")"), dims))
        }
        [a, b, c] => {
            let fused = format!("{a} * {b}");
            (steps.random.once_in(2) && !fused.contains(['+', '-'])).then(|| {
                (
                    format!("rearrange({name}, \"a b c -> (a b) c\")"),
                    vec![fused, c.clone()],
                )
            })
        }
        _ => None,
    }
}

fn scores(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let [lead @ .., rows, _] = local.dims.as_slice() else {
        return None;
    };
    let other = steps.fellow(local);
    let dims = [lead, &[rows.clone(), rows.clone()]].concat();
    Some((format!("matmul({}, transpose({}))", local.name, other.name), dims))
}

fn indexed(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    if local.dims.len() < 2 {
        return None;
    }
    let axis = steps.random.below(local.dims.len());
    let at = *steps.random.pick(&["0", "-1"]);
    let mut dims = local.dims.clone();
    dims.remove(axis);
    Some((format!("{}[{}{at}]", local.name, ":, ".repeat(axis)), dims))
}

fn sliced(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let axis = steps.random.below(local.dims.len());
    let mut dims = local.dims.clone();
    // At least two tokens are run.
    let (range, size) = match local.dims[axis].as_str() {
        "T" if steps.random.once_in(2) => ("1:", "T - 1"),
        "T" => (":-1", "T - 1"),
        "dim" if steps.random.once_in(2) => (":head_dim", "head_dim"),
        _ => ("0:1", "1"),
    };
    dims[axis] = size.to_owned();
    Some((format!("{}[{}{range}]", local.name, ":, ".repeat(axis)), dims))
}

fn joined(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let axis = steps.random.below(local.dims.len());
    let other = steps.fellow(local);
    let mut dims = local.dims.clone();
    if dims[axis].contains(['+', '-', ' ']) {
        return None;
    }
    dims[axis] = format!("2 * {}", dims[axis]);
    Some((
        format!("concat([{}, {}], axis: {axis})", local.name, other.name),
        dims,
    ))
}

fn chosen(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let other = steps.fellow(local);
    let condition = *steps.random.pick(&[
        "flag",
        "!flag",
        "heads > 1",
        "act == gelu && flag",
        "dim < hidden || flag",
    ]);
    let value = match steps.random.once_in(2) {
        true => format!(
            "if {condition} {{ {} * 2 }} else {{ {} }}",
            local.name, other.name
        ),
        false => format!(
            "if {condition} {{ let _w = silu({}); _w }} else {{ tanh({}) }}",
            local.name, other.name
        ),
    };
    Some((value, local.dims.clone()))
}

fn standard_block(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    if local.dims != ["B", "T", "dim"] {
        return None;
    }
    let part = match steps.random.below(5) {
        0 => steps.part("Attention(dim, heads, causal: flag)"),
        1 => steps.part("Mlp(dim, hidden, act: act)"),
        2 => steps.part("SwiGlu(dim, 2 * dim, bias: flag)"),
        3 => steps.part("[|i| Mlp(dim, if i == 0 { hidden } else { 2 * dim }); 2]"),
        _ if steps.inner => "inner".to_owned(),
        _ => steps.part("Dropout(0.1)"),
    };
    Some((format!("{part}({})", local.name), local.dims.clone()))
}

fn attended(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let [_, _, _, _] = local.dims.as_slice() else {
        return None;
    };
    let (k, v) = (steps.fellow(local), steps.fellow(local));
    Some((
        format!("attend({}, {}, {})", local.name, k.name, v.name),
        local.dims.clone(),
    ))
}

/// A part that exists under a condition.
fn gated(steps: &mut Steps, local: &Local) -> Option<(String, Vec<String>)> {
    let size = last(steps, local)?;
    let part = steps.part(&format!("Linear({size}, {size}) if flag"));
    let name = &local.name;
    Some((
        format!("if flag {{ {part}({name}) }} else {{ {name} }}"),
        local.dims.clone(),
    ))
}
