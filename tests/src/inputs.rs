//! Reference tensors as a run takes them.

use ttt::burn::tensor::{Device, TensorData};
use ttt::{AnyTensor, Context, Int, Tensor};

use crate::reference::{Reference, References};

/// A case's inputs, and the context that its mask and positions make. Where the ids carry a dimension that the head
/// folds, so do they, and are folded here.
///
/// # Panics
///
/// When the mask or the positions have no rows.
pub fn inputs(references: &References, device: &Device) -> (Vec<(String, AnyTensor)>, Context) {
    let mut context = Context::new();
    let mut inputs = Vec::new();
    for (name, reference) in references.iter() {
        match name {
            "attention_mask" => {
                context = context.with_attention_mask(rows(reference, device).not_equal_elem(0));
            }
            "position_ids" => context = context.with_position_ids(rows(reference, device)),
            _ => inputs.push((name.to_string(), tensor(reference, device))),
        }
    }
    (inputs, context)
}

/// A reference as a tensor.
///
/// # Panics
///
/// When it has no dimension, or more than three.
pub fn tensor(reference: &Reference, device: &Device) -> AnyTensor {
    let shape = reference.shape();
    match shape.len() {
        1 => ranked::<1>(reference, device),
        2 => ranked::<2>(reference, device),
        3 => ranked::<3>(reference, device),
        _ => panic!("a tensor of the shape {shape:?}"),
    }
}

fn ranked<const D: usize>(reference: &Reference, device: &Device) -> AnyTensor {
    let shape: [usize; D] = reference.shape().try_into().expect("as many sizes as dimensions");
    match reference {
        Reference::Float { values, .. } => {
            Tensor::<D>::from_data(TensorData::new(values.clone(), shape), device).into()
        }
        Reference::Int { values, .. } => {
            Tensor::<D, Int>::from_data(TensorData::new(values.clone(), shape), device).into()
        }
    }
}

fn rows(reference: &Reference, device: &Device) -> Tensor<2, Int> {
    let (length, leading) = reference.shape().split_last().expect("positions");
    let rows: usize = leading.iter().product();
    Tensor::from_data(
        TensorData::new(reference.ints().to_vec(), [rows, *length]),
        device,
    )
}
