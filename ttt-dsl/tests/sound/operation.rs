//! What operations do to shapes, as NumPy and PyTorch say it, written without the checker's rules.

use ttt_dsl::instance::{Scalar, Values};

pub type Shape = Vec<usize>;

/// Aligned at the right; a missing dimension or a 1 stretches.
pub fn broadcast(a: &[usize], b: &[usize]) -> Result<Shape, String> {
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| match (axis + shape.len()).checked_sub(rank) {
        Some(own) => shape[own],
        None => 1,
    };
    let axes = (0..rank).map(|axis| match (size(a, axis), size(b, axis)) {
        (left, right) if left == right || right == 1 => Ok(left),
        (1, right) => Ok(right),
        (left, right) => Err(format!("{left} and {right} of {a:?} and {b:?} do not broadcast")),
    });
    axes.collect()
}

/// A standard function, by name. `statics` holds its numbers.
pub fn function(name: &str, inputs: &[Shape], statics: &Values) -> Result<Shape, String> {
    match (name, inputs) {
        ("matmul", [a, b]) => matmul(a, b),
        ("transpose", [x]) => {
            let mut shape = x.clone();
            let rank = shape.len();
            if rank < 2 {
                return Err(format!("transpose of {x:?}"));
            }
            shape.swap(rank - 1, rank - 2);
            Ok(shape)
        }
        ("mean" | "sum" | "max", [x]) => {
            let axis = axis(statics, x.len())?;
            let mut shape = x.clone();
            match statics.get("keep") {
                Some(Scalar::Bool(true)) => shape[axis] = 1,
                _ => drop(shape.remove(axis)),
            }
            Ok(shape)
        }
        ("softmax" | "log_softmax", [x]) => axis(statics, x.len()).map(|_| x.clone()),
        ("concat", [first, others @ ..]) => {
            let axis = axis(statics, first.len())?;
            let mut shape = first.clone();
            for other in others {
                let mut aligned = other.clone();
                if aligned.len() != first.len() {
                    return Err(format!("concat of {first:?} and {other:?}"));
                }
                aligned[axis] = first[axis];
                if aligned != *first {
                    return Err(format!("concat of {first:?} and {other:?}"));
                }
                shape[axis] += other[axis];
            }
            Ok(shape)
        }
        ("last_token", [ids]) => Ok(ids[..ids.len() - 1].to_vec()),
        ("pick", [x, at]) if x.len() == at.len() + 2 && x[..at.len()] == at[..] => {
            Ok([at.as_slice(), &x[x.len() - 1..]].concat())
        }
        ("positions", [ids]) if ids.len() == 2 => Ok(ids.clone()),
        ("rotate", [x, cos, sin]) => {
            let fits = x.len() == 4 && *cos == [x[0], x[2], x[3]] && cos == sin && x[3] % 2 == 0;
            fits.then(|| x.clone())
                .ok_or(format!("rotate of {x:?} by {cos:?}, {sin:?}"))
        }
        ("attend", [q, k, v]) => {
            let fits = [q, k, v].iter().all(|x| x.len() == 4)
                && q[0] == k[0]
                && k[..3] == v[..3]
                && q[3] == k[3]
                && q[1] % k[1] == 0;
            fits.then(|| vec![q[0], q[1], q[2], v[3]])
                .ok_or(format!("attend of {q:?}, {k:?}, {v:?}"))
        }
        (_, [x]) => Ok(x.clone()),
        _ => Err(format!("`{name}` of {inputs:?}")),
    }
}

fn matmul(a: &[usize], b: &[usize]) -> Result<Shape, String> {
    let ([lead_a @ .., rows, inner], [lead_b @ .., other, columns]) = (a, b) else {
        return Err(format!("matmul of {a:?} and {b:?}"));
    };
    if inner != other {
        return Err(format!("matmul of {a:?} and {b:?}"));
    }
    Ok([broadcast(lead_a, lead_b)?, vec![*rows, *columns]].concat())
}

fn axis(statics: &Values, rank: usize) -> Result<usize, String> {
    let Some(Scalar::Int(axis)) = statics.get("axis") else {
        return Err("no axis".to_owned());
    };
    let axis = if *axis < 0 { axis + rank as i64 } else { *axis };
    usize::try_from(axis)
        .ok()
        .filter(|axis| *axis < rank)
        .ok_or(format!("axis {axis} of {rank}"))
}

/// The outputs of a standard leaf.
pub fn leaf(name: &str, values: &Values, inputs: &[Shape]) -> Result<Vec<Shape>, String> {
    let size = |param: &str| match values.get(param) {
        Some(Scalar::Int(size)) => usize::try_from(*size).map_err(|error| error.to_string()),
        other => Err(format!("`{param}` of {name} is {other:?}")),
    };
    let [x] = inputs else {
        return Err(format!("{name} of {inputs:?}"));
    };
    let with_last = |last: usize| [&x[..x.len() - 1], &[last]].concat();
    let takes = |last: usize| match x.last() == Some(&last) {
        true => Ok(()),
        false => Err(format!("{name} for {last} of {x:?}")),
    };
    match name {
        "Linear" => takes(size("in_dim")?).and(Ok(vec![with_last(size("out_dim")?)])),
        "Embedding" => Ok(vec![[x.as_slice(), &[size("dim")?]].concat()]),
        "LayerNorm" | "RmsNorm" => takes(size("dim")?).and(Ok(vec![x.clone()])),
        "Dropout" => Ok(vec![x.clone()]),
        "Rope" => {
            let table = [x.as_slice(), &[size("head_dim")?]].concat();
            Ok(vec![table.clone(), table])
        }
        _ => Err(format!("no leaf `{name}`")),
    }
}

/// `x[a:b, i]`, one item per dimension: where it begins and ends, or what it picks.
pub fn sliced(size: usize, start: Option<i64>, end: Option<i64>) -> Result<usize, String> {
    let from_end = |index: i64| if index < 0 { index + size as i64 } else { index };
    let (start, end) = (from_end(start.unwrap_or(0)), from_end(end.unwrap_or(size as i64)));
    match 0 <= start && start < end && end <= size as i64 {
        true => Ok((end - start) as usize),
        false => Err(format!("{start}:{end} of {size}")),
    }
}
