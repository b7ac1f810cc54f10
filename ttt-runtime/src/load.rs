//! Parameters in and out of modules.

use std::cell::RefCell;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{AllocationProperty, Bytes, DType, Device, FloatDType, Tensor, TensorData, bf16, f16};
use rayon::prelude::*;
use ttt_adapters::gguf::{PackedTensor, TensorType};
use ttt_adapters::tensor::{Dtype, HostTensor};

use crate::leaf::Packed;

/// Why parameters could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError<E> {
    /// A tensor of other sizes than the parameter.
    #[error("`{path}` is {found:?} in the checkpoint, expected {expected:?}")]
    Shape {
        /// The parameter.
        path: String,
        /// The parameter's sizes.
        expected: Vec<usize>,
        /// The tensor's sizes.
        found: Vec<usize>,
    },
    /// Numbers that cannot become a parameter's.
    #[error("`{path}` holds {found} in the checkpoint, expected real numbers")]
    Dtype {
        /// The parameter.
        path: String,
        /// How the tensor's numbers are stored.
        found: Dtype,
    },
    /// Blocks that are not unpacked, or no blocks at all.
    #[error("`{path}` is stored as {found} in the checkpoint, expected blocks that can be unpacked")]
    Blocks {
        /// The parameter.
        path: String,
        /// How the tensor's numbers are stored.
        found: TensorType,
    },
    /// Reading failed.
    #[error("`{path}`: {error}")]
    Read {
        /// The parameter.
        path: String,
        /// Why.
        error: E,
    },
}

/// What a parameter is loaded from.
#[derive(Clone, Debug)]
pub enum Stored {
    /// Numbers.
    Numbers(HostTensor),
    /// Numbers that are to have a precision of their own.
    As(HostTensor, FloatDType),
    /// Blocks, which matrices of linear maps and tables keep, and other parameters unpack when they are read.
    Packed(PackedTensor),
}

impl From<HostTensor> for Stored {
    fn from(tensor: HostTensor) -> Stored {
        Stored::Numbers(tensor)
    }
}

/// Replaces every parameter for which `read` has a tensor, in the module's canonical order, and gives the paths of
/// those for which it has none. Parameters are never initialised on the way.
///
/// Where the stored numbers are of type `dtype` already, the parameter is backed by the tensor's bytes, which may be a
/// mapped file; otherwise they are converted.
pub fn load_parameters<M: Module, E>(
    module: M,
    dtype: FloatDType,
    read: &mut dyn FnMut(&str) -> Result<Option<Stored>, E>,
) -> Result<(M, Vec<String>), LoadError<E>> {
    let mut loader = Loader {
        path: Vec::new(),
        dtype,
        read,
        missing: Vec::new(),
        error: None,
    };
    let module = module.map(&mut loader);
    // Nobody took the blocks of a parameter that is no matrix of a linear map or table.
    HANDED.set(None);
    match loader.error {
        Some(error) => Err(error),
        None => Ok((module, loader.missing)),
    }
}

/// Draws every parameter that has not been read yet, in the module's canonical order, from this seed.
///
/// Otherwise parameters are drawn when they are first used, and a seed says nothing about them.
pub fn initialize<M: Module>(module: M, seed: u64, device: &Device) -> M {
    device.seed(seed);
    module.map(&mut Initializer)
}

/// Every parameter with its path, in the module's canonical order. Numbers keep their type.
pub fn collect_parameters<M: Module>(module: &M) -> Vec<(String, HostTensor)> {
    let mut collector = Collector {
        path: Vec::new(),
        tensors: Vec::new(),
    };
    module.visit(&mut collector);
    collector.tensors
}

struct Loader<'a, E> {
    path: Vec<String>,
    dtype: FloatDType,
    read: &'a mut dyn FnMut(&str) -> Result<Option<Stored>, E>,
    missing: Vec<String>,
    /// The first one; nothing is read after it.
    error: Option<LoadError<E>>,
}

enum Data {
    Numbers(TensorData, FloatDType),
    Packed(PackedTensor),
}

thread_local! {
    /// The blocks of the parameter that is being loaded. Burn's mappers carry tensors alone, so that blocks go beside them
    /// to the [`Weight`](crate::leaf::Weight) whose parameter it is.
    static HANDED: RefCell<Option<(ParamId, Packed)>> = const { RefCell::new(None) };
}

/// The blocks that the last parameter was loaded from, if it is this one.
pub(crate) fn handed_over(id: ParamId) -> Option<Packed> {
    let handed = HANDED.take();
    handed
        .filter(|(handed, _)| *handed == id)
        .map(|(_, packed)| packed)
}

/// A parameter that unpacks its blocks when it is read, unless its owner takes the blocks as they are. Without a kernel
/// there is nothing to take.
fn packed<const D: usize>(
    param: Param<Tensor<D>>,
    tensor: PackedTensor,
    device: &Device,
) -> Param<Tensor<D>> {
    let (id, shape) = (param.id, tensor.shape.clone());
    let numbers = |tensor: &PackedTensor, device: &Device| {
        let numbers = tensor.dequantise().unwrap_or_default();
        Tensor::from_data(
            TensorData::new(numbers, tensor.shape.clone()),
            (device, DType::F32),
        )
    };
    match Packed::new(tensor, device) {
        Ok(packed) => {
            let tensor = packed.tensor().clone();
            HANDED.set(Some((id, packed)));
            let make = move |device: &Device, _| numbers(&tensor, device);
            Param::uninitialized(id, make, device.clone(), false, shape.into())
        }
        Err(tensor) => {
            let numbers = numbers(&tensor, device);
            param.transform_for_load(numbers, id)
        }
    }
}

impl<E> ModuleMapper for Loader<'_, E> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.error.is_some() {
            return param;
        }
        let path = self.path.join(".");
        let device = param.lazy_device();
        match self.data(&path, &param.lazy_shape()) {
            Ok(Some(Data::Numbers(data, dtype))) => {
                let tensor = Tensor::from_data(data, (&device, DType::from(dtype)));
                let id = param.id;
                param.transform_for_load(tensor, id)
            }
            Ok(Some(Data::Packed(tensor))) => packed(param, tensor, &device),
            Ok(None) => {
                self.missing.push(path);
                param
            }
            Err(error) => {
                self.error = Some(error);
                param
            }
        }
    }
}

impl<E> Loader<'_, E> {
    fn data(&mut self, path: &str, expected: &[usize]) -> Result<Option<Data>, LoadError<E>> {
        let found = (self.read)(path).map_err(|error| LoadError::Read {
            path: path.to_string(),
            error,
        })?;
        let shape = match &found {
            None => return Ok(None),
            Some(Stored::Numbers(tensor) | Stored::As(tensor, _)) => &tensor.shape,
            Some(Stored::Packed(tensor)) => &tensor.shape,
        };
        if shape != expected {
            return Err(LoadError::Shape {
                path: path.to_string(),
                expected: expected.to_vec(),
                found: shape.clone(),
            });
        }
        let (tensor, dtype) = match found {
            None => return Ok(None),
            Some(Stored::Packed(tensor)) => {
                return match tensor.has_blocks() {
                    true => Ok(Some(Data::Packed(tensor))),
                    false => Err(LoadError::Blocks {
                        path: path.to_string(),
                        found: tensor.tensor_type,
                    }),
                };
            }
            Some(Stored::Numbers(tensor)) => (tensor, self.dtype),
            Some(Stored::As(tensor, dtype)) => (tensor, dtype),
        };
        let stored = tensor.dtype;
        let data = tensor_data(tensor, dtype).map(|data| Data::Numbers(data, dtype));
        data.map(Some).ok_or_else(|| LoadError::Dtype {
            path: path.to_string(),
            found: stored,
        })
    }
}

/// The tensor's numbers as `dtype`; `None` when they are no real numbers.
pub fn tensor_data(tensor: HostTensor, dtype: FloatDType) -> Option<TensorData> {
    let stored = float_dtype(tensor.dtype)?;
    let shape = tensor.shape.clone();
    if stored == DType::from(dtype) && tensor.bytes.as_ptr().align_offset(tensor.dtype.size()) == 0 {
        let bytes = Bytes::from_shared(tensor.bytes, AllocationProperty::File);
        return Some(TensorData::from_bytes(bytes, shape, stored));
    }
    Some(match dtype {
        FloatDType::F64 => TensorData::new(numbers(&tensor, |number| number)?, shape),
        FloatDType::F16 => TensorData::new(numbers(&tensor, f16::from_f64)?, shape),
        FloatDType::BF16 => TensorData::new(numbers(&tensor, bf16::from_f64)?, shape),
        FloatDType::F32 | FloatDType::Flex32 => TensorData::new(singles(&tensor)?, shape),
    })
}

fn float_dtype(dtype: Dtype) -> Option<DType> {
    match dtype {
        Dtype::F64 => Some(DType::F64),
        Dtype::F32 => Some(DType::F32),
        Dtype::F16 => Some(DType::F16),
        Dtype::Bf16 => Some(DType::BF16),
        _ => None,
    }
}

/// The numbers in single precision, which is what most checkpoints are converted to.
fn singles(tensor: &HostTensor) -> Option<Vec<f32>> {
    match tensor.dtype {
        Dtype::F64 => Some(convert(tensor, |bytes| f64::from_le_bytes(bytes) as f32)),
        Dtype::F32 => Some(convert(tensor, f32::from_le_bytes)),
        Dtype::F16 => Some(convert(tensor, |bytes| f16::from_le_bytes(bytes).to_f32())),
        Dtype::Bf16 => Some(convert(tensor, |bytes| bf16::from_le_bytes(bytes).to_f32())),
        _ => None,
    }
}

/// The numbers, by way of double precision, which holds all of them.
fn numbers<T: Send>(tensor: &HostTensor, from: impl Fn(f64) -> T + Sync) -> Option<Vec<T>> {
    match tensor.dtype {
        Dtype::F64 => Some(convert(tensor, |bytes| from(f64::from_le_bytes(bytes)))),
        Dtype::F32 => Some(convert(tensor, |bytes| {
            from(f64::from(f32::from_le_bytes(bytes)))
        })),
        Dtype::F16 => Some(convert(tensor, |bytes| from(f16::from_le_bytes(bytes).to_f64()))),
        Dtype::Bf16 => Some(convert(tensor, |bytes| from(bf16::from_le_bytes(bytes).to_f64()))),
        _ => None,
    }
}

fn convert<const N: usize, T: Send>(tensor: &HostTensor, from: impl Fn([u8; N]) -> T + Sync) -> Vec<T> {
    let (chunks, _) = tensor.bytes.as_chunks::<N>();
    chunks
        .par_iter()
        .with_min_len(1 << 16)
        .map(|bytes| from(*bytes))
        .collect()
}

struct Initializer;

impl ModuleMapper for Initializer {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.base();
        param
    }
}

struct Collector {
    path: Vec<String>,
    tensors: Vec<(String, HostTensor)>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        let (bytes, shape, dtype) = data.into_parts();
        let dtype = match dtype {
            DType::F64 => Dtype::F64,
            DType::F16 => Dtype::F16,
            DType::BF16 => Dtype::Bf16,
            _ => Dtype::F32,
        };
        let tensor = HostTensor {
            dtype,
            shape: shape.to_vec(),
            bytes: bytes::Bytes::copy_from_slice(&bytes),
        };
        self.tensors.push((self.path.join("."), tensor));
    }
}
