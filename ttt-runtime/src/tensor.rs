//! Tensors whose rank and element type are known only when the program runs.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use burn::backend::Dispatch;
use burn::backend::ops::{BoolTensorOps, FloatTensorOps, IntTensorOps};
use burn::tensor::kind::{Basic, BridgeTensor};
use burn::tensor::{Bool, DType, DispatchTensor, Float, Int, Shape, Slice, Tensor, TensorData};
use ttt_dsl::spec::ElementType;

use crate::kernel;

/// The highest rank the runtime computes with.
pub const MAX_RANK: usize = 6;

/// A tensor of any rank and element type.
///
/// It is moved often, from value to value of a program, and a tensor of Burn's is some two hundred bytes: they stand
/// behind one pointer.
#[derive(Clone)]
pub struct AnyTensor {
    bridge: Box<BridgeTensor>,
    /// Burn's own answer takes as long as some operations.
    rank: usize,
}

/// A tensor is not of the rank or element type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected {expected_element:?} of rank {expected_rank}, found {found_element:?} of rank {found_rank}"
)]
pub struct WrongTensor {
    /// The rank that was asked for.
    pub expected_rank: usize,
    /// The element type that was asked for.
    pub expected_element: ElementType,
    /// The tensor's rank.
    pub found_rank: usize,
    /// The tensor's element type.
    pub found_element: ElementType,
}

impl<const D: usize, K: Basic> From<Tensor<D, K>> for AnyTensor {
    fn from(tensor: Tensor<D, K>) -> AnyTensor {
        AnyTensor {
            bridge: Box::new(tensor.into_bridge()),
            rank: D,
        }
    }
}

impl fmt::Debug for AnyTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyTensor({:?}, {:?})", self.dtype(), self.shape())
    }
}

impl AnyTensor {
    /// The sizes, outermost first.
    pub fn shape(&self) -> Vec<usize> {
        self.sizes().into_owned()
    }

    /// The same, borrowed where the tensor is on the CPU and autodiff does not follow it.
    pub(crate) fn sizes(&self) -> Cow<'_, [usize]> {
        match kernel::storage(&self.bridge) {
            Some(storage) => Cow::Borrowed(storage.layout().shape()),
            None => Cow::Owned(self.bridge.shape().to_vec()),
        }
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How its numbers are stored.
    pub fn dtype(&self) -> DType {
        self.bridge.dtype()
    }

    /// What it holds.
    pub fn element(&self) -> ElementType {
        if self.bridge.is_int() {
            ElementType::Int
        } else if self.bridge.is_bool() {
            ElementType::Bool
        } else {
            ElementType::Float
        }
    }

    /// A float tensor of rank `D`.
    pub fn float<const D: usize>(self) -> Result<Tensor<D>, WrongTensor> {
        self.typed(ElementType::Float)
    }

    /// An int tensor of rank `D`.
    pub fn int<const D: usize>(self) -> Result<Tensor<D, Int>, WrongTensor> {
        self.typed(ElementType::Int)
    }

    /// A bool tensor of rank `D`.
    pub fn bool<const D: usize>(self) -> Result<Tensor<D, Bool>, WrongTensor> {
        self.typed(ElementType::Bool)
    }

    /// The numbers.
    pub fn into_data(self) -> TensorData {
        match self.element() {
            ElementType::Float => self.into_tensor::<1, Float>().into_data(),
            ElementType::Int => self.into_tensor::<1, Int>().into_data(),
            ElementType::Bool => self.into_tensor::<1, Bool>().into_data(),
        }
    }

    /// The same numbers, in row-major order, under other sizes of the same product.
    pub(crate) fn reshape(self, shape: &[usize]) -> AnyTensor {
        if *self.sizes() == *shape {
            return self;
        }
        let reshaped = self.map_dispatch(
            Shape::from(shape),
            <Dispatch as FloatTensorOps<Dispatch>>::float_reshape,
            <Dispatch as IntTensorOps<Dispatch>>::int_reshape,
            <Dispatch as BoolTensorOps<Dispatch>>::bool_reshape,
        );
        AnyTensor {
            rank: shape.len(),
            ..reshaped
        }
    }

    /// The dimensions in another order.
    pub(crate) fn permute(self, order: &[usize]) -> AnyTensor {
        if order.iter().enumerate().all(|(index, axis)| index == *axis) {
            return self;
        }
        self.map_dispatch(
            order,
            <Dispatch as FloatTensorOps<Dispatch>>::float_permute,
            <Dispatch as IntTensorOps<Dispatch>>::int_permute,
            <Dispatch as BoolTensorOps<Dispatch>>::bool_permute,
        )
    }

    /// The part of the tensor within one range per dimension.
    pub(crate) fn narrow(self, ranges: &[Range<usize>]) -> AnyTensor {
        let whole = ranges
            .iter()
            .zip(self.sizes().iter())
            .all(|(range, size)| *range == (0..*size));
        if whole {
            return self;
        }
        let slices: Vec<Slice> = ranges.iter().cloned().map(Slice::from).collect();
        self.map_dispatch(
            slices.as_slice(),
            <Dispatch as FloatTensorOps<Dispatch>>::float_slice,
            <Dispatch as IntTensorOps<Dispatch>>::int_slice,
            <Dispatch as BoolTensorOps<Dispatch>>::bool_slice,
        )
    }

    /// The typed tensor, for callers that know the rank and element type.
    pub(crate) fn into_tensor<const D: usize, K: Basic>(self) -> Tensor<D, K> {
        Tensor::from_bridge(*self.bridge)
    }

    fn typed<const D: usize, K: Basic>(self, expected: ElementType) -> Result<Tensor<D, K>, WrongTensor> {
        if self.rank() == D && self.element() == expected {
            return Ok(self.into_tensor());
        }
        Err(WrongTensor {
            expected_rank: D,
            expected_element: expected,
            found_rank: self.rank(),
            found_element: self.element(),
        })
    }

    /// The operation of the tensor's own kind, with an argument, which gives a tensor of the same rank.
    fn map_dispatch<A>(
        self,
        argument: A,
        float: impl FnOnce(DispatchTensor, A) -> DispatchTensor,
        int: impl FnOnce(DispatchTensor, A) -> DispatchTensor,
        bool: impl FnOnce(DispatchTensor, A) -> DispatchTensor,
    ) -> AnyTensor {
        let element = self.element();
        let tensor = DispatchTensor::from(*self.bridge);
        let bridge = match element {
            ElementType::Float => BridgeTensor::float(float(tensor, argument)),
            ElementType::Int => BridgeTensor::int(int(tensor, argument)),
            ElementType::Bool => BridgeTensor::bool(bool(tensor, argument)),
        };
        AnyTensor {
            bridge: Box::new(bridge),
            rank: self.rank,
        }
    }
}
