//! The storage of CPU tensors.

use std::borrow::Cow;
use std::marker::PhantomData;

use burn::backend::{BackendTensor, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind, Flex};
use burn::tensor::kind::{Basic, BridgeTensor};
use burn::tensor::{Bytes, DType, Element, Float, Shape, Tensor};
use burn_flex::{FlexTensor, Layout};
use bytemuck::Pod;

use crate::apart::apart;

/// A tensor that a kernel was given. Its storage is read where it is: a clone of a tensor, which Burn's own way to the
/// storage takes, costs as much as a small kernel.
pub(super) struct Given<const D: usize, K = Float> {
    bridge: BridgeTensor,
    kind: PhantomData<K>,
}

impl<const D: usize, K: Basic> Given<D, K> {
    pub fn new(x: Tensor<D, K>) -> Given<D, K> {
        Given {
            bridge: x.into_bridge(),
            kind: PhantomData,
        }
    }

    /// The tensor as it was.
    pub fn back(self) -> Tensor<D, K> {
        Tensor::from_bridge(self.bridge)
    }

    /// Its storage, where it is on the CPU and autodiff does not follow it.
    pub fn storage(&self) -> Option<&FlexTensor> {
        storage(&self.bridge)
    }

    /// Its numbers in order, copied only where the storage has them in another.
    pub fn in_order(&self) -> Option<Cow<'_, FlexTensor>> {
        self.storage().map(in_order)
    }
}

impl<const D: usize> Given<D> {
    /// Its numbers in order; nothing where they are not in single precision.
    pub fn singles(&self) -> Option<Cow<'_, FlexTensor>> {
        let storage = self.storage()?;
        (storage.dtype() == DType::F32).then(|| in_order(storage))
    }

    /// Its numbers in single precision, in order, whether in single precision or half.
    pub fn as_singles(&self) -> Option<Cow<'_, FlexTensor>> {
        if self.storage()?.dtype() == DType::F32 {
            return self.singles();
        }
        apart(|| {
            let cast = Tensor::<D>::from_bridge(self.bridge.clone()).cast(DType::F32);
            cast.try_into_primitive::<Flex>().ok().map(Cow::Owned)
        })
    }
}

/// The storage of a tensor of any kind, where it is on the CPU and autodiff does not follow it.
pub(crate) fn storage(bridge: &BridgeTensor) -> Option<&FlexTensor> {
    let tensor = bridge.as_parts().1;
    match (&tensor.kind, tensor.autodiff) {
        (
            DispatchTensorKind::Flex(
                BackendTensor::Float(storage) | BackendTensor::Int(storage) | BackendTensor::Bool(storage),
            ),
            DispatchAutodiffContext::Disabled,
        ) => Some(storage),
        _ => None,
    }
}

fn in_order(storage: &FlexTensor) -> Cow<'_, FlexTensor> {
    match storage.is_contiguous() {
        true => Cow::Borrowed(storage),
        false => apart(|| Cow::Owned(storage.to_contiguous())),
    }
}

/// The numbers of storage in order.
pub(super) fn numbers<E: Element + Pod>(storage: &FlexTensor) -> &[E] {
    storage.as_slice().unwrap_or_default()
}

/// The sizes of a tensor of `D` dimensions, of which this is the storage.
pub(super) fn sizes<const D: usize>(storage: &FlexTensor) -> [usize; D] {
    let mut sizes = [1; D];
    sizes.copy_from_slice(storage.layout().shape());
    sizes
}

/// Changes a tensor's numbers in place, where nothing else holds them, or in a copy. Gives the tensor back unchanged where
/// it is not in single precision on the CPU.
pub(super) fn changed<const D: usize>(
    x: Tensor<D>,
    change: impl FnOnce(&mut [f32]),
) -> Result<Tensor<D>, Tensor<D>> {
    let storage = match x.into_dispatch() {
        DispatchTensor {
            kind: DispatchTensorKind::Flex(BackendTensor::Float(storage)),
            ..
        } => storage,
        other => return Err(Tensor::from_dispatch(other)),
    };
    if storage.dtype() != DType::F32 {
        return Err(Tensor::from_primitive::<Flex>(storage));
    }
    let bytes = storage.layout().num_elements() * size_of::<f32>();
    let is_whole = storage.layout().contiguous_offsets().map(|(start, _)| start) == Some(0)
        && storage.bytes().len() == bytes;
    let mut storage = match is_whole {
        true => storage,
        false => storage.to_contiguous(),
    };
    change(&mut storage.storage_mut::<f32>()[..bytes / size_of::<f32>()]);
    Ok(Tensor::from_primitive::<Flex>(storage))
}

/// A tensor of these numbers, on the CPU.
pub(super) fn tensor<const D: usize>(numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    debug_assert_eq!(
        numbers.len(),
        shape.iter().product::<usize>(),
        "one number for each place of {shape:?}"
    );
    let layout = Layout::contiguous(Shape::from(shape));
    let storage = FlexTensor::new(Bytes::from_elems(numbers), layout, DType::F32);
    Tensor::from_primitive::<Flex>(storage)
}
