//! Rows of tables.

use burn::tensor::{DType, Int, Tensor, TensorData, bf16, f16};
use burn_flex::FlexTensor;
use ttt_kernels::{Number, gather};

use crate::leaf::WeightValue;

use super::storage::{in_order, numbers, of, of_ids, tensor};

/// The rows `[ids, dim]` of a table `[entries, dim]`, widened to single precision.
pub(crate) fn gathered(table: &WeightValue, ids: &Tensor<1, Int>) -> Option<Tensor<2>> {
    let indices = in_order(of_ids(ids)?);
    let indices: Vec<i64> = match indices.dtype() {
        DType::I64 => numbers::<i64>(&indices).to_vec(),
        DType::I32 => numbers::<i32>(&indices).iter().map(|&id| id.into()).collect(),
        _ => return None,
    };
    let [_, dim] = table.dims();
    let table = match table {
        WeightValue::Numbers(table) => table,
        WeightValue::Packed(packed) => {
            let found = packed.rows(&indices)?;
            let found = TensorData::new(found, [indices.len(), dim]);
            return Some(Tensor::from_data(found, (packed.device(), DType::F32)));
        }
    };
    let rows = of(table).filter(FlexTensor::is_contiguous)?;
    let found = match rows.dtype() {
        DType::F32 => rows_of::<f32>(numbers(&rows), dim, &indices),
        DType::F16 => rows_of::<f16>(numbers(&rows), dim, &indices),
        DType::BF16 => rows_of::<bf16>(numbers(&rows), dim, &indices),
        _ => None,
    };
    found.map(|found| tensor(found, [indices.len(), dim]))
}

fn rows_of<N: Number>(table: &[N], dim: usize, ids: &[i64]) -> Option<Vec<f32>> {
    let mut rows = vec![0.0; ids.len() * dim];
    gather(table, dim, ids, &mut rows).ok().map(|()| rows)
}
