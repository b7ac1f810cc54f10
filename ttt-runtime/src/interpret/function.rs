//! Calls of the standard functions.

use burn::tensor::{Float, Int, Tensor};
use ttt_dsl::instance::Scalar;
use ttt_dsl::spec::ElementType;

use super::arithmetic::{broadcasts, incompatible};
use super::error::RunError;
use super::leaf::wrong_tensor;
use super::path::PartPath;
use super::rank::with_rank;
use crate::cache::Cache;
use crate::context::Context;
use crate::op;
use crate::tensor::AnyTensor;

macro_rules! named {
    ($(#[$doc:meta])* $enum:ident { $($variant:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(super) enum $enum {
            $($variant,)+
        }

        impl $enum {
            fn named(name: &str) -> Option<$enum> {
                match name {
                    $($name => Some($enum::$variant),)+
                    _ => None,
                }
            }

            fn name(self) -> &'static str {
                match self {
                    $($enum::$variant => $name,)+
                }
            }
        }
    };
}

named! {
    /// Functions of each number.
    Pointwise {
        Relu = "relu",
        Gelu = "gelu",
        GeluTanh = "gelu_tanh",
        Silu = "silu",
        Sigmoid = "sigmoid",
        Tanh = "tanh",
        Exp = "exp",
        Log = "log",
        Sqrt = "sqrt",
        Erf = "erf",
        Abs = "abs",
        Square = "square",
        Activate = "activate",
    }
}

named! {
    /// Functions along one axis.
    Along {
        Softmax = "softmax",
        LogSoftmax = "log_softmax",
        Mean = "mean",
        Sum = "sum",
        Max = "max",
    }
}

named! {
    /// Functions with shapes of their own.
    Shaped {
        Matmul = "matmul",
        Transpose = "transpose",
        Concat = "concat",
        LastToken = "last_token",
        Pick = "pick",
        Positions = "positions",
        Rotate = "rotate",
        Attend = "attend",
    }
}

/// A function of `std/functions.ttt`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    Pointwise(Pointwise),
    Along(Along),
    Shaped(Shaped),
}

impl Function {
    /// The function of this name.
    pub fn named(name: &str) -> Option<Function> {
        let pointwise = || Pointwise::named(name).map(Function::Pointwise);
        let along = || Along::named(name).map(Function::Along);
        let shaped = || Shaped::named(name).map(Function::Shaped);
        pointwise().or_else(along).or_else(shaped)
    }

    /// Its name.
    fn name(self) -> &'static str {
        match self {
            Function::Pointwise(function) => function.name(),
            Function::Along(function) => function.name(),
            Function::Shaped(function) => function.name(),
        }
    }
}

/// A call of a function.
pub(super) struct FunctionCall<'a> {
    /// The path of the part whose `forward` calls it.
    pub part: &'a PartPath<'a>,
    /// Which one.
    pub function: Function,
    /// Its static arguments, by name.
    pub statics: &'a [(String, Scalar)],
}

impl FunctionCall<'_> {
    /// The function's value.
    pub fn call(&self, cx: &mut Context, inputs: Vec<AnyTensor>) -> Result<AnyTensor, RunError> {
        match self.function {
            Function::Pointwise(function) => self.pointwise(function, self.inputs(inputs)?),
            Function::Along(function) => self.along(function, self.inputs(inputs)?),
            Function::Shaped(function) => match function {
                Shaped::Matmul => self.matmul(inputs),
                Shaped::Transpose => self.transpose(self.inputs(inputs)?),
                Shaped::Concat => self.concat(inputs),
                Shaped::LastToken => self.last_token(self.inputs(inputs)?),
                Shaped::Pick => self.pick(self.inputs(inputs)?),
                Shaped::Positions => self.positions(cx, self.inputs(inputs)?),
                Shaped::Rotate => self.rotate(self.inputs(inputs)?),
                Shaped::Attend => self.attend(cx, self.inputs(inputs)?),
            },
        }
    }

    #[inline(never)]
    fn pointwise(&self, function: Pointwise, [x]: [AnyTensor; 1]) -> Result<AnyTensor, RunError> {
        with_rank!(x.rank(), self.part, D => {
            let x: Tensor<D> = self.float(x)?;
            Ok(match function {
                Pointwise::Relu => op::relu(x).into(),
                Pointwise::Gelu => op::gelu(x).into(),
                Pointwise::GeluTanh => op::gelu_tanh(x).into(),
                Pointwise::Silu => op::silu(x).into(),
                Pointwise::Sigmoid => op::sigmoid(x).into(),
                Pointwise::Tanh => op::tanh(x).into(),
                Pointwise::Exp => op::exp(x).into(),
                Pointwise::Log => op::log(x).into(),
                Pointwise::Sqrt => op::sqrt(x).into(),
                Pointwise::Erf => op::erf(x).into(),
                Pointwise::Abs => op::abs(x).into(),
                Pointwise::Square => op::square(x).into(),
                Pointwise::Activate => {
                    let kind = self.variant("kind")?.parse();
                    op::activate(x, kind.map_err(|_| self.bad_static("kind"))?).into()
                }
            })
        })
    }

    #[inline(never)]
    fn along(&self, function: Along, [x]: [AnyTensor; 1]) -> Result<AnyTensor, RunError> {
        with_rank!(x.rank(), self.part, D => {
            let x: Tensor<D> = self.float(x)?;
            let axis = self.axis(D)?;
            match function {
                Along::Softmax => Ok(op::softmax(x, axis).into()),
                Along::LogSoftmax => Ok(op::log_softmax(x, axis).into()),
                Along::Mean => self.reduced(op::mean::<D, D>(x, axis, true).into()),
                Along::Sum => self.reduced(op::sum::<D, D>(x, axis, true).into()),
                Along::Max => self.reduced(op::max::<D, D>(x, axis, true).into()),
            }
        })
    }

    /// Removes the axis of a reduction unless it is kept.
    fn reduced(&self, x: AnyTensor) -> Result<AnyTensor, RunError> {
        if self.bool("keep")? {
            return Ok(x);
        }
        let mut shape = x.shape();
        shape.remove(op::resolve(self.axis(shape.len())?, shape.len()));
        Ok(x.reshape(&shape))
    }

    #[inline(never)]
    fn transpose(&self, [x]: [AnyTensor; 1]) -> Result<AnyTensor, RunError> {
        let rank = x.rank();
        if rank < 2 {
            return Err(self.incompatible(&[x]));
        }
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(rank - 2, rank - 1);
        Ok(x.permute(&order))
    }

    #[inline(never)]
    fn matmul(&self, inputs: Vec<AnyTensor>) -> Result<AnyTensor, RunError> {
        let [a, b] = self.inputs(inputs)?;
        let fits = match (&*a.sizes(), &*b.sizes()) {
            ([a_batch @ .., _, k], [b_batch @ .., l, _]) => k == l && broadcasts(a_batch, b_batch),
            _ => false,
        };
        if !fits || a.rank() != b.rank() {
            return Err(self.incompatible(&[a, b]));
        }
        with_rank!(a.rank(), self.part, D => {
            Ok(op::matmul::<D>(self.float(a)?, self.float(b)?).into())
        })
    }

    #[inline(never)]
    fn concat(&self, parts: Vec<AnyTensor>) -> Result<AnyTensor, RunError> {
        let Some(first) = parts.first() else {
            return Err(self.incompatible(&parts));
        };
        let (shape, element) = (first.shape(), first.element());
        let axis = self.axis(shape.len())?;
        let along = op::resolve(axis, shape.len());
        let fits = parts.iter().all(|part| {
            let other = part.shape();
            let same = |index: usize| index == along || other.get(index) == shape.get(index);
            part.element() == element && other.len() == shape.len() && (0..shape.len()).all(same)
        });
        if !fits {
            return Err(self.incompatible(&parts));
        }
        with_rank!(shape.len(), self.part, D => {
            Ok(match element {
                ElementType::Float => op::concat(typed::<D, Float>(parts), axis).into(),
                ElementType::Int => op::concat(typed::<D, Int>(parts), axis).into(),
                ElementType::Bool => op::concat(typed::<D, burn::tensor::Bool>(parts), axis).into(),
            })
        })
    }

    #[inline(never)]
    fn positions(&self, cx: &mut Context, [ids]: [AnyTensor; 1]) -> Result<AnyTensor, RunError> {
        if let Some(positions) = &cx.position_ids {
            self.check_context("position_ids", positions.dims(), &ids.sizes())?;
        }
        Ok(op::positions(cx, self.int(ids)?).into())
    }

    #[inline(never)]
    fn rotate(&self, [x, cos, sin]: [AnyTensor; 3]) -> Result<AnyTensor, RunError> {
        let fits = match (&*x.sizes(), &*cos.sizes()) {
            ([b, _, t, d], [cb, ct, cd]) => (b == cb || *cb == 1) && t == ct && d == cd && d % 2 == 0,
            _ => false,
        };
        if !fits || cos.sizes() != sin.sizes() {
            return Err(self.incompatible(&[x, cos, sin]));
        }
        Ok(op::rotate(self.float(x)?, self.float(cos)?, self.float(sin)?).into())
    }

    #[inline(never)]
    fn attend(&self, cx: &mut Context, [q, k, v]: [AnyTensor; 3]) -> Result<AnyTensor, RunError> {
        let (batch, new) = match (&*q.sizes(), &*k.sizes(), &*v.sizes()) {
            ([b, h, _, d], [kb, g, s, kd], [vb, vg, vs, _])
                if (b, b, d, g, s) == (kb, vb, kd, vg, vs) && *g > 0 && h % g == 0 =>
            {
                (*b, *s)
            }
            _ => return Err(self.incompatible(&[q, k, v])),
        };
        let (causal, scale) = (self.bool("causal")?, self.number("scale")?);
        let cache = cx.cache.as_ref().filter(|_| causal);
        if let Some(cache) = cache.filter(|cache| !cache.has_room(new)) {
            return Err(RunError::CacheFull {
                part: self.part.to_string(),
                capacity: cache.capacity(),
                cached: cache.length(),
                new,
            });
        }
        if let Some(mask) = &cx.attention_mask {
            let cached = cache.map_or(0, Cache::length);
            self.check_context("attention mask", mask.dims(), &[batch, cached + new])?;
        }
        Ok(op::attend(cx, self.float(q)?, self.float(k)?, self.float(v)?, causal, scale).into())
    }

    #[inline(never)]
    fn last_token(&self, [ids]: [AnyTensor; 1]) -> Result<AnyTensor, RunError> {
        let pad = self.whole("pad")?;
        match ids.rank() {
            2 => Ok(op::last_token::<2, 1>(self.int(ids)?, pad).into()),
            3 => Ok(op::last_token::<3, 2>(self.int(ids)?, pad).into()),
            4 => Ok(op::last_token::<4, 3>(self.int(ids)?, pad).into()),
            _ => Err(self.incompatible(&[ids])),
        }
    }

    #[inline(never)]
    fn pick(&self, [x, at]: [AnyTensor; 2]) -> Result<AnyTensor, RunError> {
        match &*x.sizes() {
            [leading @ .., _, _] if *at.sizes() == *leading => {}
            _ => return Err(self.incompatible(&[x, at])),
        }
        match x.rank() {
            3 => self.pick_ranked::<3, 1, 2>(x, at),
            4 => self.pick_ranked::<4, 2, 3>(x, at),
            5 => self.pick_ranked::<5, 3, 4>(x, at),
            _ => Err(self.incompatible(&[x, at])),
        }
    }

    fn pick_ranked<const D: usize, const I: usize, const E: usize>(
        &self,
        x: AnyTensor,
        at: AnyTensor,
    ) -> Result<AnyTensor, RunError> {
        let (x, at) = (self.float::<D>(x)?, self.int::<I>(at)?);
        let size = x.dims()[D - 2];
        if let Some(index) = op::outside(&at, size) {
            return Err(RunError::IndexOutOfRange {
                part: self.part.to_string(),
                index,
                size,
            });
        }
        Ok(op::pick::<D, I, E>(x, at).into())
    }

    fn check_context(
        &self,
        what: &'static str,
        found: [usize; 2],
        expected: &[usize],
    ) -> Result<(), RunError> {
        if found == expected {
            return Ok(());
        }
        Err(RunError::Context {
            part: self.part.to_string(),
            what,
            expected: expected.to_vec(),
            found: found.to_vec(),
        })
    }

    fn inputs<const N: usize>(&self, inputs: Vec<AnyTensor>) -> Result<[AnyTensor; N], RunError> {
        let inputs: Result<[AnyTensor; N], _> = inputs.try_into();
        inputs.map_err(|inputs| self.incompatible(&inputs))
    }

    fn float<const D: usize>(&self, x: AnyTensor) -> Result<Tensor<D>, RunError> {
        x.float().map_err(|wrong| wrong_tensor(self.part, wrong))
    }

    fn int<const D: usize>(&self, x: AnyTensor) -> Result<Tensor<D, Int>, RunError> {
        x.int().map_err(|wrong| wrong_tensor(self.part, wrong))
    }

    fn whole(&self, name: &str) -> Result<i64, RunError> {
        match self.value(name) {
            Some(Scalar::Int(value)) => Ok(*value),
            _ => Err(self.bad_static(name)),
        }
    }

    fn axis(&self, rank: usize) -> Result<i64, RunError> {
        match self.value("axis") {
            Some(Scalar::Int(axis)) if (-(rank as i64)..rank as i64).contains(axis) => Ok(*axis),
            _ => Err(self.bad_static("axis")),
        }
    }

    fn bool(&self, name: &str) -> Result<bool, RunError> {
        match self.value(name) {
            Some(Scalar::Bool(value)) => Ok(*value),
            _ => Err(self.bad_static(name)),
        }
    }

    fn number(&self, name: &str) -> Result<f64, RunError> {
        match self.value(name) {
            Some(Scalar::Float(value)) => Ok(*value),
            Some(Scalar::Int(value)) => Ok(*value as f64),
            _ => Err(self.bad_static(name)),
        }
    }

    fn variant(&self, name: &str) -> Result<&str, RunError> {
        match self.value(name) {
            Some(Scalar::Variant(value)) => Ok(value),
            _ => Err(self.bad_static(name)),
        }
    }

    fn value(&self, name: &str) -> Option<&Scalar> {
        self.statics
            .iter()
            .find(|(param, _)| param == name)
            .map(|(_, value)| value)
    }

    #[cold]
    fn bad_static(&self, name: &str) -> RunError {
        let found = self
            .value(name)
            .map_or_else(|| "absent".to_string(), ToString::to_string);
        self.program(format!("`{name}` of `{}` is {found}", self.function.name()))
    }

    #[cold]
    fn program(&self, what: String) -> RunError {
        RunError::Program {
            part: self.part.to_string(),
            what,
        }
    }

    #[cold]
    fn incompatible(&self, inputs: &[AnyTensor]) -> RunError {
        incompatible(self.part, self.function.name(), inputs)
    }
}

fn typed<const D: usize, K: burn::tensor::kind::Basic>(parts: Vec<AnyTensor>) -> Vec<Tensor<D, K>> {
    parts.into_iter().map(AnyTensor::into_tensor).collect()
}
