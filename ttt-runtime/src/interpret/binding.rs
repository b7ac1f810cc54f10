//! Arguments bound to the inputs of a `forward`.

use burn::tensor::{DType, Device, Int, Tensor};
use ttt_dsl::instance::evaluate_size;
use ttt_dsl::program::{CheckedForward, CheckedInput};
use ttt_dsl::spec::{DimItem, ElementType, Expr, ExprKind};

use super::error::RunError;
use super::path::PartPath;
use super::scope::Scope;
use crate::tensor::AnyTensor;

/// Checks arguments against the inputs of a `forward`, puts the sizes that the call binds into `values`, and fills in
/// the inputs that were left out.
pub(super) fn bind<'f>(
    part: &PartPath<'_>,
    forward: &'f CheckedForward,
    args: Vec<Option<AnyTensor>>,
    values: &mut Scope<'f>,
    fill: &Fill,
) -> Result<Vec<AnyTensor>, RunError> {
    let mut binder = Binder {
        part,
        bound: &forward.bound,
        binders: Vec::new(),
        values,
    };
    for (input, arg) in forward.inputs.iter().zip(&args) {
        if let Some(arg) = arg {
            binder.check_type(input, arg)?;
            binder.bind_names(input, arg)?;
        }
    }
    let mut tensors = Vec::with_capacity(args.len());
    for (input, arg) in forward.inputs.iter().zip(args) {
        tensors.push(match arg {
            Some(arg) => {
                binder.check_sizes(input, &arg)?;
                arg
            }
            None => binder.default(input, fill)?,
        });
    }
    Ok(tensors)
}

/// Where inputs that were left out are made, and in which precision.
pub(super) struct Fill {
    pub device: Device,
    pub dtype: DType,
}

struct Binder<'a, 'f> {
    part: &'a PartPath<'a>,
    /// The names that the call binds.
    bound: &'f [String],
    /// The input that bound each name.
    binders: Vec<(&'f str, &'f str)>,
    values: &'a mut Scope<'f>,
}

impl<'f> Binder<'_, 'f> {
    fn check_type(&self, input: &CheckedInput, arg: &AnyTensor) -> Result<(), RunError> {
        if arg.element() == input.element() && arg.rank() == input.rank() {
            return Ok(());
        }
        Err(RunError::WrongType {
            part: self.part.to_string(),
            input: input.name.clone(),
            expected: input.ty.to_string(),
            found: describe(arg),
        })
    }

    /// Takes the sizes of dimensions that are a bare name of the call: `B`, `T`.
    fn bind_names(&mut self, input: &'f CheckedInput, arg: &AnyTensor) -> Result<(), RunError> {
        for (axis, (dim, size)) in input.ty.dims.iter().zip(arg.shape()).enumerate() {
            let Some(name) = self.bound_name(dim) else {
                continue;
            };
            match self.binder(name) {
                None => {
                    self.binders.push((name, &input.name));
                    self.values.bind(name, size);
                }
                Some(_) => self.check_size(input, axis, dim, size)?,
            }
        }
        Ok(())
    }

    fn check_sizes(&self, input: &CheckedInput, arg: &AnyTensor) -> Result<(), RunError> {
        for (axis, (dim, size)) in input.ty.dims.iter().zip(arg.shape()).enumerate() {
            if self.bound_name(dim).is_none() {
                self.check_size(input, axis, dim, size)?;
            }
        }
        Ok(())
    }

    fn check_size(
        &self,
        input: &CheckedInput,
        axis: usize,
        dim: &DimItem,
        found: usize,
    ) -> Result<(), RunError> {
        let DimItem::Dim(expr) = dim else {
            return Ok(());
        };
        let expected = self.size(expr)?;
        if expected == found {
            return Ok(());
        }
        let because = self
            .bound_name(dim)
            .and_then(|name| self.binder(name))
            .map(str::to_owned);
        Err(RunError::WrongSize {
            part: self.part.to_string(),
            input: input.name.clone(),
            axis,
            dim: expr.to_string(),
            expected,
            found,
            because,
        })
    }

    /// The input's default, everywhere.
    fn default(&self, input: &CheckedInput, fill: &Fill) -> Result<AnyTensor, RunError> {
        let Some(number) = input.default else {
            return Err(RunError::MissingInput {
                input: input.name.clone(),
                expected: input.ty.to_string(),
            });
        };
        let mut shape = Vec::with_capacity(input.rank());
        for dim in &input.ty.dims {
            if let DimItem::Dim(expr) = dim {
                shape.push(self.size(expr)?);
            }
        }
        let device = &fill.device;
        let flat = [shape.iter().product::<usize>()];
        let flat: AnyTensor = match input.element() {
            ElementType::Float => Tensor::<1>::full(flat, number, (device, fill.dtype)).into(),
            ElementType::Int => Tensor::<1, Int>::full(flat, number as i64, device).into(),
            ElementType::Bool => Tensor::<1, Int>::full(flat, number as i64, device).bool().into(),
        };
        Ok(flat.reshape(&shape))
    }

    fn size(&self, expr: &Expr) -> Result<usize, RunError> {
        evaluate_size(expr, &*self.values).map_err(|error| RunError::Static {
            part: self.part.to_string(),
            error,
        })
    }

    /// The input that bound a name.
    fn binder(&self, name: &str) -> Option<&'f str> {
        let binder = self.binders.iter().find(|(bound, _)| *bound == name);
        binder.map(|(_, input)| *input)
    }

    fn bound_name<'d>(&self, dim: &'d DimItem) -> Option<&'d str> {
        match dim {
            DimItem::Dim(Expr {
                kind: ExprKind::Name(name),
                ..
            }) => Some(name.as_str()).filter(|name| self.bound.iter().any(|bound| bound == name)),
            _ => None,
        }
    }
}

/// `Float[2, 7]`
pub(crate) fn describe(tensor: &AnyTensor) -> String {
    let sizes: Vec<String> = tensor.shape().iter().map(ToString::to_string).collect();
    let element = match tensor.element() {
        ElementType::Float => "",
        ElementType::Int => "Int",
        ElementType::Bool => "Bool",
    };
    format!("{element}[{}]", sizes.join(", "))
}
