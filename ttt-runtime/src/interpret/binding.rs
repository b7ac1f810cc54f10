//! Arguments bound to the inputs of a `forward`.

use burn::tensor::{DType, Device, Int, Tensor};
use smallvec::SmallVec;
use ttt_dsl::instance::evaluate_size;
use ttt_dsl::spec::{DimItem, ElementType};

use super::error::RunError;
use super::forward::{Dim, Input, Signature};
use super::model::DynModel;
use super::path::PartPath;
use super::scope::Scope;
use crate::tensor::AnyTensor;

/// One argument per input; `None` where its default applies.
pub(super) type Arguments = SmallVec<[Option<AnyTensor>; 4]>;

/// One tensor per input.
pub(super) type Inputs = SmallVec<[AnyTensor; 4]>;

/// Checks arguments against a signature, notes the sizes that the call binds, and fills in the inputs that were left out.
pub(super) fn bind<'s>(
    part: &PartPath<'_>,
    signature: &'s Signature,
    args: Arguments,
    model: &DynModel,
) -> Result<(Inputs, Scope<'s>), RunError> {
    let mut binder = Binder {
        part,
        scope: Scope::new(signature),
    };
    for (index, (input, arg)) in signature.inputs.iter().zip(&args).enumerate() {
        if let Some(arg) = arg {
            binder.check_type(input, arg)?;
            binder.bind_names(index, input, arg);
        }
    }
    // Sizes are compared once all names are bound: an input may have a size that a later one binds.
    let mut tensors = Inputs::with_capacity(args.len());
    for (input, arg) in signature.inputs.iter().zip(args) {
        tensors.push(match arg {
            Some(arg) => {
                binder.check_sizes(input, &arg)?;
                arg
            }
            None => binder.default(input, model.fill())?,
        });
    }
    Ok((tensors, binder.scope))
}

/// Where inputs that were left out are made, and in which precision.
pub(super) struct Fill {
    pub device: Device,
    pub dtype: DType,
}

struct Binder<'a, 's> {
    part: &'a PartPath<'a>,
    scope: Scope<'s>,
}

impl Binder<'_, '_> {
    fn check_type(&self, input: &Input, arg: &AnyTensor) -> Result<(), RunError> {
        let declared = &input.declared;
        if arg.element() == declared.element() && arg.rank() == declared.rank() {
            return Ok(());
        }
        Err(RunError::WrongType {
            part: self.part.to_string(),
            input: declared.name.clone(),
            expected: declared.ty.to_string(),
            found: describe(arg),
        })
    }

    /// Takes the sizes of dimensions that are a bare name of the call: `B`, `T`.
    fn bind_names(&mut self, index: usize, input: &Input, arg: &AnyTensor) {
        for (dim, size) in input.dims.iter().zip(arg.sizes().iter()) {
            if let Dim::Bound(name) = dim {
                self.scope.bind(*name, *size, index);
            }
        }
    }

    fn check_sizes(&self, input: &Input, arg: &AnyTensor) -> Result<(), RunError> {
        for (axis, (dim, found)) in input.dims.iter().zip(arg.sizes().iter()).enumerate() {
            let expected = self.size(dim)?;
            if expected != *found {
                return Err(self.wrong_size(input, axis, expected, *found));
            }
        }
        Ok(())
    }

    #[cold]
    fn wrong_size(&self, input: &Input, axis: usize, expected: usize, found: usize) -> RunError {
        let dim = match input.declared.ty.dims.get(axis) {
            Some(DimItem::Dim(expr)) => expr.to_string(),
            _ => String::new(),
        };
        let because = match input.dims.get(axis) {
            Some(Dim::Bound(name)) => self.scope.binder(*name).map(str::to_owned),
            _ => None,
        };
        RunError::WrongSize {
            part: self.part.to_string(),
            input: input.declared.name.clone(),
            axis,
            dim,
            expected,
            found,
            because,
        }
    }

    /// The input's default, everywhere.
    #[inline(never)]
    fn default(&self, input: &Input, fill: Fill) -> Result<AnyTensor, RunError> {
        let declared = &input.declared;
        let Some(number) = declared.default else {
            return Err(missing(input));
        };
        let unbound = |dim: &Dim| matches!(dim, Dim::Bound(name) if self.scope.size(*name).is_none());
        if input.dims.iter().any(unbound) {
            return Err(missing(input));
        }
        let shape = input.dims.iter().map(|dim| self.size(dim));
        let shape = shape.collect::<Result<Vec<usize>, _>>()?;
        let device = &fill.device;
        let flat = [shape.iter().product::<usize>()];
        let flat: AnyTensor = match declared.element() {
            ElementType::Float => Tensor::<1>::full(flat, number, (device, fill.dtype)).into(),
            ElementType::Int => Tensor::<1, Int>::full(flat, number as i64, device).into(),
            ElementType::Bool => Tensor::<1, Int>::full(flat, number as i64, device).bool().into(),
        };
        Ok(flat.reshape(&shape))
    }

    fn size(&self, dim: &Dim) -> Result<usize, RunError> {
        match dim {
            Dim::Bound(name) => self.scope.size(*name).ok_or_else(|| RunError::Program {
                part: self.part.to_string(),
                what: "a size that no input binds".to_string(),
            }),
            Dim::Size(size) => size
                .get(&self.scope, evaluate_size)
                .map_err(|error| RunError::Static {
                    part: self.part.to_string(),
                    error,
                }),
        }
    }
}

/// An input that has no default, or whose default has a size that only other inputs left out would tell.
#[cold]
fn missing(input: &Input) -> RunError {
    RunError::MissingInput {
        input: input.declared.name.clone(),
        expected: input.declared.ty.to_string(),
    }
}

/// `Float[2, 7]`
pub(crate) fn describe(tensor: &AnyTensor) -> String {
    let sizes: Vec<String> = tensor.sizes().iter().map(ToString::to_string).collect();
    let element = match tensor.element() {
        ElementType::Float => "",
        ElementType::Int => "Int",
        ElementType::Bool => "Bool",
    };
    format!("{element}[{}]", sizes.join(", "))
}
