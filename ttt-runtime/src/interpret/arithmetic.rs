//! Arithmetic of tensors and numbers.

use burn::tensor::kind::Numeric;
use burn::tensor::{DType, Float, Int, Tensor};
use ttt_dsl::instance::Scalar;
use ttt_dsl::spec::{BinaryOp, ElementType};

use super::binding::describe;
use super::error::RunError;
use super::leaf::wrong_tensor;
use super::path::PartPath;
use super::rank::with_rank;
use crate::op;
use crate::tensor::AnyTensor;

/// Arithmetic of two tensors, broadcast.
pub(super) fn binary(
    part: &PartPath<'_>,
    op: BinaryOp,
    a: AnyTensor,
    b: AnyTensor,
) -> Result<AnyTensor, RunError> {
    if !broadcasts(&a.sizes(), &b.sizes()) {
        return Err(incompatible(part, &op.to_string(), &[a, b]));
    }
    let rank = a.rank().max(b.rank());
    let (a, b) = (align(a, rank), align(b, rank));
    with_rank!(rank, part, D => {
        match (a.element(), b.element()) {
            (ElementType::Int, ElementType::Int) => arithmetic::<D, Int>(part, op, a, b),
            (ElementType::Bool, _) | (_, ElementType::Bool) => Err(incompatible(part, &op.to_string(), &[a, b])),
            _ => arithmetic::<D, Float>(part, op, to_float::<D>(a).into(), to_float::<D>(b).into()),
        }
    })
}

/// Arithmetic of a tensor and a number; `reversed` when the number stands on the left. `dtype` tells the precision in which
/// whole numbers become real ones.
pub(super) fn scalar(
    part: &PartPath<'_>,
    op: BinaryOp,
    x: AnyTensor,
    number: &Scalar,
    reversed: bool,
    dtype: impl FnOnce() -> DType,
) -> Result<AnyTensor, RunError> {
    with_rank!(x.rank(), part, D => {
        match (x.element(), number) {
            (ElementType::Int, Scalar::Int(number)) => {
                let x = x.int::<D>().map_err(|wrong| wrong_tensor(part, wrong))?;
                scalar_arithmetic(part, op, x, *number, reversed)
            }
            (ElementType::Int, Scalar::Float(number)) => {
                scalar_arithmetic(part, op, to_float::<D>(x).cast(dtype()), *number, reversed)
            }
            (ElementType::Float, Scalar::Int(number)) => {
                scalar_arithmetic(part, op, to_float::<D>(x), *number as f64, reversed)
            }
            (ElementType::Float, Scalar::Float(number)) => {
                scalar_arithmetic(part, op, to_float::<D>(x), *number, reversed)
            }
            (_, number) => Err(RunError::Incompatible {
                part: part.to_string(),
                operation: op.to_string(),
                shapes: vec![describe(&x), number.to_string()],
            }),
        }
    })
}

/// `-x`
pub(super) fn negate(part: &PartPath<'_>, x: AnyTensor) -> Result<AnyTensor, RunError> {
    with_rank!(x.rank(), part, D => {
        Ok(match x.element() {
            ElementType::Float => op::negate(x.into_tensor::<D, Float>()).into(),
            ElementType::Int => op::negate(x.into_tensor::<D, Int>()).into(),
            ElementType::Bool => return Err(incompatible(part, "-", &[x])),
        })
    })
}

fn arithmetic<const D: usize, K: Numeric>(
    part: &PartPath<'_>,
    op: BinaryOp,
    a: AnyTensor,
    b: AnyTensor,
) -> Result<AnyTensor, RunError> {
    let (a, b) = (a.into_tensor::<D, K>(), b.into_tensor::<D, K>());
    Ok(match op {
        BinaryOp::Add => op::add::<D, D, D, K>(a, b).into(),
        BinaryOp::Subtract => op::subtract::<D, D, D, K>(a, b).into(),
        BinaryOp::Multiply => op::multiply::<D, D, D, K>(a, b).into(),
        BinaryOp::Divide => op::divide::<D, D, D, K>(a, b).into(),
        _ => return Err(incompatible(part, &op.to_string(), &[a.into(), b.into()])),
    })
}

fn scalar_arithmetic<const D: usize, K: Numeric>(
    part: &PartPath<'_>,
    op: BinaryOp,
    x: Tensor<D, K>,
    number: impl burn::tensor::ElementConversion,
    reversed: bool,
) -> Result<AnyTensor, RunError> {
    Ok(match (op, reversed) {
        (BinaryOp::Add, _) => op::add_scalar(x, number).into(),
        (BinaryOp::Multiply, _) => op::multiply_scalar(x, number).into(),
        (BinaryOp::Subtract, false) => op::subtract_scalar(x, number).into(),
        (BinaryOp::Subtract, true) => op::scalar_subtract(number, x).into(),
        (BinaryOp::Divide, false) => op::divide_scalar(x, number).into(),
        (BinaryOp::Divide, true) => op::scalar_divide(number, x).into(),
        _ => return Err(incompatible(part, &op.to_string(), &[x.into()])),
    })
}

/// A float tensor of a float or int one.
fn to_float<const D: usize>(x: AnyTensor) -> Tensor<D> {
    match x.element() {
        ElementType::Int => x.into_tensor::<D, Int>().float(),
        _ => x.into_tensor(),
    }
}

/// Dimensions of size 1 before a tensor's own.
fn align(x: AnyTensor, rank: usize) -> AnyTensor {
    if x.rank() == rank {
        return x;
    }
    let mut shape = vec![1; rank - x.rank()];
    shape.extend_from_slice(&x.sizes());
    x.reshape(&shape)
}

/// Whether each of two sizes is the other or 1, from the last on.
pub(super) fn broadcasts(a: &[usize], b: &[usize]) -> bool {
    a.iter()
        .rev()
        .zip(b.iter().rev())
        .all(|(a, b)| a == b || *a == 1 || *b == 1)
}

#[cold]
pub(super) fn incompatible(part: &PartPath<'_>, operation: &str, inputs: &[AnyTensor]) -> RunError {
    RunError::Incompatible {
        part: part.to_string(),
        operation: operation.to_string(),
        shapes: inputs.iter().map(describe).collect(),
    }
}
