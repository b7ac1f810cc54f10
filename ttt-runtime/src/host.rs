//! Tensors of any kind from and to bytes: the inputs and outputs of a run.

use burn::tensor::{Bool, DType, Device, FloatDType, Int, Tensor, TensorData};
use bytes::Bytes;
use ttt_adapters::tensor::{Dtype, HostTensor};

use crate::load::tensor_data;
use crate::tensor::{AnyTensor, MAX_RANK};

/// Why bytes make no tensor of the runtime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Too many dimensions, or none.
    #[error("it has {0} dimensions, expected 1 to {MAX_RANK}")]
    Rank(usize),
    /// A whole number that no index reaches.
    #[error("it holds {0}, which does not fit into 32 bits")]
    TooLarge(i64),
    /// Neither real nor whole numbers nor truth values.
    #[error("it is stored as {0}, which is not computed with")]
    Dtype(Dtype),
}

/// The tensor of the runtime: real numbers as f32, whole numbers as the device's, truth values as such.
pub fn from_host(tensor: HostTensor, device: &Device) -> Result<AnyTensor, HostError> {
    let shape = tensor.shape.clone();
    let count: usize = shape.iter().product();
    if shape.is_empty() || shape.len() > MAX_RANK {
        return Err(HostError::Rank(shape.len()));
    }
    let flat = match tensor.dtype {
        Dtype::Bool => {
            let values: Vec<bool> = tensor.bytes.iter().map(|&byte| byte != 0).collect();
            AnyTensor::from(Tensor::<1, Bool>::from_data(
                TensorData::new(values, [count]),
                device,
            ))
        }
        dtype if dtype.is_float() => {
            let flat = HostTensor {
                shape: vec![count],
                ..tensor
            };
            let data = tensor_data(flat, FloatDType::F32).ok_or(HostError::Dtype(dtype))?;
            AnyTensor::from(Tensor::<1>::from_data(data, device))
        }
        _ => {
            let values = whole_numbers(&tensor)?;
            AnyTensor::from(Tensor::<1, Int>::from_data(
                TensorData::new(values, [count]),
                device,
            ))
        }
    };
    Ok(flat.reshape(&shape))
}

fn whole_numbers(tensor: &HostTensor) -> Result<Vec<i32>, HostError> {
    let bytes = &tensor.bytes;
    let values: Vec<i64> = match tensor.dtype {
        Dtype::I64 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|bytes| i64::from_le_bytes(*bytes))
            .collect(),
        Dtype::I32 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|bytes| i32::from_le_bytes(*bytes).into())
            .collect(),
        Dtype::I16 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|bytes| i16::from_le_bytes(*bytes).into())
            .collect(),
        Dtype::I8 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|bytes| i8::from_le_bytes(*bytes).into())
            .collect(),
        Dtype::U8 => bytes.iter().map(|&byte| byte.into()).collect(),
        dtype => return Err(HostError::Dtype(dtype)),
    };
    values
        .into_iter()
        .map(|value| i32::try_from(value).map_err(|_| HostError::TooLarge(value)))
        .collect()
}

/// The tensor's numbers as bytes: real ones in their own precision, whole ones as I64.
pub fn to_host(tensor: AnyTensor) -> HostTensor {
    let shape = tensor.shape();
    let data = tensor.into_data();
    let (dtype, bytes) = match data.dtype() {
        DType::F16 => (Dtype::F16, data.bytes().to_vec()),
        DType::BF16 => (Dtype::Bf16, data.bytes().to_vec()),
        DType::F64 => (Dtype::F64, data.bytes().to_vec()),
        DType::Bool(_) => (Dtype::Bool, data.iter::<bool>().map(u8::from).collect()),
        dtype if dtype.is_float() => (
            Dtype::F32,
            data.iter::<f32>().flat_map(f32::to_le_bytes).collect(),
        ),
        _ => (
            Dtype::I64,
            data.iter::<i64>().flat_map(i64::to_le_bytes).collect(),
        ),
    };
    HostTensor {
        dtype,
        shape,
        bytes: Bytes::from(bytes),
    }
}
