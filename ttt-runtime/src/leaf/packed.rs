//! Matrices in blocks of GGUF.

use burn::module::{Param, ParamId};
use burn::tensor::{DType, Device, Tensor, TensorData};
use ttt_adapters::gguf::PackedTensor;
use ttt_kernels::BlockFormat;

/// A matrix `[rows, columns]` in blocks of 32, which kernels multiply as they are. The bytes may be those of a mapped file.
#[derive(Clone, Debug)]
pub struct Packed {
    tensor: PackedTensor,
    format: BlockFormat,
    shape: [usize; 2],
    device: Device,
}

impl Packed {
    /// Gives the tensor back where it is no matrix, in blocks for which there is no kernel, or of too few bytes or too many.
    pub fn new(tensor: PackedTensor, device: &Device) -> Result<Packed, PackedTensor> {
        let format = format_of(&tensor);
        match (format, <[usize; 2]>::try_from(&tensor.shape[..])) {
            (Some(format), Ok(shape)) if is_whole(format, shape, tensor.bytes.len()) => Ok(Packed {
                tensor,
                format,
                shape,
                device: device.clone(),
            }),
            _ => Err(tensor),
        }
    }

    /// Whether there is a kernel for a tensor's blocks.
    pub fn has_kernel(tensor: &PackedTensor) -> bool {
        format_of(tensor).is_some() && tensor.shape.len() == 2
    }

    /// `[rows, columns]`
    pub fn dims(&self) -> [usize; 2] {
        self.shape
    }

    /// How 32 numbers are stored.
    pub fn format(&self) -> BlockFormat {
        self.format
    }

    /// As the file has it.
    pub(crate) fn tensor(&self) -> &PackedTensor {
        &self.tensor
    }

    /// The blocks of all rows.
    pub fn bytes(&self) -> &[u8] {
        &self.tensor.bytes
    }

    /// Where the results of products go.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The numbers that the blocks stand for.
    pub fn numbers(&self) -> Tensor<2> {
        let numbers = self.tensor.dequantise().unwrap_or_default();
        Tensor::from_data(TensorData::new(numbers, self.shape), (&self.device, DType::F32))
    }

    /// The numbers of some rows, one after the other; nothing when one of them is not there.
    pub fn rows(&self, rows: &[i64]) -> Option<Vec<f32>> {
        let row_bytes = self.bytes().len().checked_div(self.shape[0])?;
        let mut bytes = Vec::with_capacity(rows.len() * row_bytes);
        for row in rows {
            let start = usize::try_from(*row).ok()?.checked_mul(row_bytes)?;
            bytes.extend_from_slice(self.bytes().get(start..start.checked_add(row_bytes)?)?);
        }
        let taken = PackedTensor {
            bytes: bytes.into(),
            shape: vec![rows.len(), self.shape[1]],
            ..self.tensor.clone()
        };
        taken.dequantise()
    }

    /// Whether a parameter holds the numbers of these blocks, and nothing is added to it.
    pub(super) fn stands_for(&self, param: &Param<Tensor<2>>) -> bool {
        if param.adapter().is_some() {
            return false;
        }
        // What was never read is what would be made of the blocks.
        !param.is_initialized() || param.base().into_data() == self.numbers().into_data()
    }

    pub(super) fn to_device(&self, device: &Device) -> Packed {
        Packed {
            device: device.clone(),
            ..self.clone()
        }
    }

    pub(super) fn collect_devices(&self, mut devices: Vec<Device>) -> Vec<Device> {
        if !devices.contains(&self.device) {
            devices.push(self.device.clone());
        }
        devices
    }

    /// The numbers as a parameter, which is made when it is read and learns nothing.
    pub(crate) fn param(&self, id: ParamId) -> Param<Tensor<2>> {
        let packed = self.clone();
        let make = move |device: &Device, _| packed.to_device(device).numbers();
        Param::uninitialized(id, make, self.device.clone(), false, self.shape.into())
    }
}

/// Whether so many bytes are the blocks of a matrix.
fn is_whole(format: BlockFormat, [rows, columns]: [usize; 2], bytes: usize) -> bool {
    let blocks = rows.checked_mul(columns / BLOCK);
    columns.is_multiple_of(BLOCK)
        && blocks.and_then(|blocks| blocks.checked_mul(format.bytes())) == Some(bytes)
}

/// Numbers of a block.
const BLOCK: usize = 32;

/// The kernel's name of a type of blocks.
fn format_of(tensor: &PackedTensor) -> Option<BlockFormat> {
    let name = tensor.tensor_type.layout()?.name;
    let formats = BlockFormat::ALL.into_iter();
    formats.into_iter().find(|format| format.name() == name)
}
