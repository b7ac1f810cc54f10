//! Numbers in blocks: to `f32`, and for some types back.
//!
//! Every function follows `quants.py` of llama.cpp's Python package to the last bit: the same products in the same
//! order.

mod block;
mod code_book;
mod float4;
mod grid;
mod k_quant;
mod quantise;
mod simple;
mod ternary;

pub(super) use block::{Dequantise, Quantise, dequantise, quantise};
pub(super) use code_book::{iq1_m, iq1_s, iq2_s, iq2_xs, iq2_xxs, iq3_s, iq3_xxs, iq4_nl, iq4_xs};
pub(super) use float4::{mxfp4, nvfp4};
pub(super) use k_quant::{q2_k, q3_k, q4_k, q5_k, q6_k};
pub(super) use quantise::{to_q4_0, to_q4_1, to_q8_0};
pub(super) use simple::{q4_0, q4_1, q5_0, q5_1, q8_0};
pub(super) use ternary::{tq1_0, tq2_0};
