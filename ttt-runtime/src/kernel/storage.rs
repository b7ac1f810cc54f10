//! The storage of CPU tensors.

use burn::backend::Flex;
use burn::tensor::{Bool, DType, Element, Int, Tensor, TensorData};
use burn_flex::FlexTensor;
use bytemuck::Pod;

use crate::precision::cast_to;

/// A tensor's storage, where it is on the CPU and autodiff does not follow it; the tensor's clones share it.
pub(super) fn of<const D: usize>(x: &Tensor<D>) -> Option<FlexTensor> {
    if x.is_autodiff() {
        return None;
    }
    x.clone().try_into_primitive::<Flex>().ok()
}

/// The storage of indices.
pub(super) fn of_ids<const D: usize>(x: &Tensor<D, Int>) -> Option<FlexTensor> {
    x.clone().try_into_primitive::<Flex>().ok()
}

/// The storage of flags, a byte each.
pub(super) fn of_flags<const D: usize>(x: &Tensor<D, Bool>) -> Option<FlexTensor> {
    x.clone().try_into_primitive::<Flex>().ok()
}

/// Numbers in order, copied only where the storage has them in another.
pub(super) fn in_order(storage: FlexTensor) -> FlexTensor {
    match storage.is_contiguous() {
        true => storage,
        false => storage.to_contiguous(),
    }
}

/// A tensor's numbers in single precision, in order; nothing where they are of another type.
pub(super) fn singles<const D: usize>(x: &Tensor<D>) -> Option<FlexTensor> {
    let storage = of(x)?;
    (storage.dtype() == DType::F32).then(|| in_order(storage))
}

/// A tensor's numbers in single precision, in order, whatever type of real numbers they are of.
pub(super) fn as_singles<const D: usize>(x: &Tensor<D>) -> Option<FlexTensor> {
    singles(&cast_to(x.clone(), DType::F32))
}

/// The numbers of storage in order.
pub(super) fn numbers<E: Element + Pod>(storage: &FlexTensor) -> &[E] {
    storage.as_slice().unwrap_or_default()
}

/// Changes a tensor's numbers in place, where nothing else holds them, or in a copy. Gives the tensor back unchanged where
/// it is not in single precision on the CPU.
pub(super) fn changed<const D: usize>(
    x: Tensor<D>,
    change: impl FnOnce(&mut [f32]),
) -> Result<Tensor<D>, Tensor<D>> {
    if x.is_autodiff() || x.dtype() != DType::F32 {
        return Err(x);
    }
    let other = x.clone();
    let Ok(storage) = x.try_into_primitive::<Flex>() else {
        return Err(other);
    };
    // Only now is the storage this function's alone, if it is nobody else's.
    drop(other);
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
    Tensor::from_primitive::<Flex>(FlexTensor::from_data(TensorData::new(numbers, shape)))
}
