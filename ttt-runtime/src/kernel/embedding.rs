//! Rows of tables.

use burn::tensor::{DType, Int, Tensor, TensorData, bf16, f16};
use ttt_kernels::{Number, gather};

use crate::leaf::WeightValue;

use super::storage::{Given, numbers, tensor};

/// The rows `[ids, dim]` of a table `[entries, dim]`, widened to single precision.
pub(crate) fn gathered(
    table: WeightValue,
    ids: Tensor<1, Int>,
) -> Result<Tensor<2>, Box<(WeightValue, Tensor<1, Int>)>> {
    let ids = Given::new(ids);
    let Some(indices) = indices(&ids) else {
        return Err(Box::new((table, ids.back())));
    };
    let [_, dim] = table.dims();
    match table {
        WeightValue::Packed(packed) => match packed.rows(&indices) {
            Some(found) => {
                let found = TensorData::new(found, [indices.len(), dim]);
                Ok(Tensor::from_data(found, (packed.device(), DType::F32)))
            }
            None => Err(Box::new((WeightValue::Packed(packed), ids.back()))),
        },
        WeightValue::Numbers(table) => {
            let table = Given::new(table);
            let rows = table.storage().filter(|storage| storage.is_contiguous());
            let found = rows.and_then(|rows| match rows.dtype() {
                DType::F32 => rows_of::<f32>(numbers(rows), dim, &indices),
                DType::F16 => rows_of::<f16>(numbers(rows), dim, &indices),
                DType::BF16 => rows_of::<bf16>(numbers(rows), dim, &indices),
                _ => None,
            });
            let found = found.map(|found| tensor(found, [indices.len(), dim]));
            found.ok_or_else(|| Box::new((WeightValue::Numbers(table.back()), ids.back())))
        }
    }
}

fn indices(ids: &Given<1, Int>) -> Option<Vec<i64>> {
    let ids = ids.in_order()?;
    match ids.dtype() {
        DType::I64 => Some(numbers::<i64>(&ids).to_vec()),
        DType::I32 => Some(numbers::<i32>(&ids).iter().map(|&id| id.into()).collect()),
        _ => None,
    }
}

fn rows_of<N: Number>(table: &[N], dim: usize, ids: &[i64]) -> Option<Vec<f32>> {
    let mut rows = vec![0.0; ids.len() * dim];
    gather(table, dim, ids, &mut rows).ok().map(|()| rows)
}
