//! How parameters begin.

use burn::module::{Param, ParamId};
use burn::tensor::{DType, Device, Distribution, FloatDType, Tensor};
use ttt_adapters::gguf::Encoding;

/// Where and in which precision a module's parameters are made.
#[derive(Clone, Debug)]
pub struct Init {
    /// Where parameters live.
    pub device: Device,
    /// Their precision, which is also the precision of activations.
    pub dtype: FloatDType,
    /// How the matrices of a checkpoint are kept.
    pub packing: Packing,
}

/// How the matrices of linear maps and tables are kept once they are loaded. Other parameters, and matrices whose rows are
/// no whole blocks, are numbers in any case. Blocks learn nothing: on a device that follows gradients only frozen matrices are
/// kept otherwise than as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// As numbers of the model's precision.
    #[default]
    Numbers,
    /// As the checkpoint has them: in its blocks, or in its 16 bits. Blocks for which there is no kernel become
    /// [`Encoding::Q8_0`].
    Stored,
    /// In blocks of this encoding, but for matrices whose rows are whole tokens, of which four bits lose too much: those
    /// are [`Encoding::Q8_0`] at least.
    Blocks(Encoding),
}

impl Init {
    /// Parameters in `f32` on `device`.
    pub fn new(device: Device) -> Init {
        Init {
            device,
            dtype: FloatDType::F32,
            packing: Packing::Numbers,
        }
    }

    /// The same device with matrices kept otherwise.
    pub fn with_packing(self, packing: Packing) -> Init {
        Init { packing, ..self }
    }

    /// The same device in another precision.
    pub fn with_dtype(self, dtype: FloatDType) -> Init {
        Init { dtype, ..self }
    }

    /// A parameter of these sizes. Nothing is allocated until it is read; loading replaces it unread.
    pub fn param<const D: usize>(&self, shape: [usize; D], initial: Initial) -> Param<Tensor<D>> {
        let dtype = self.dtype;
        Param::uninitialized(
            ParamId::new(),
            move |device, require_grad| {
                let value = initial.draw(shape, device).cast(dtype);
                if require_grad { value.require_grad() } else { value }
            },
            self.device.clone(),
            true,
            shape.into(),
        )
    }
}

/// The values a parameter begins with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// The same number everywhere.
    Constant(f64),
    /// Numbers drawn from a normal distribution.
    Normal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        std: f64,
    },
}

impl Initial {
    /// A normal distribution; the mean everywhere when `std` is 0.
    pub fn around(mean: f64, std: f64) -> Initial {
        if std == 0.0 {
            Initial::Constant(mean)
        } else {
            Initial::Normal { mean, std }
        }
    }

    /// Draws in `f32` whatever the module's precision, so that one seed gives one model.
    fn draw<const D: usize>(self, shape: [usize; D], device: &Device) -> Tensor<D> {
        let options = (device, DType::F32);
        match self {
            Initial::Constant(value) => Tensor::full(shape, value, options),
            Initial::Normal { mean, std } => Tensor::random(shape, Distribution::Normal(mean, std), options),
        }
    }
}
