//! The numbers that weights are made of.

use half::{bf16, f16};

use crate::simd::Simd;

/// `f32`, `f16` or `bf16`.
pub trait Number: Sealed + Copy + Default + Send + Sync + 'static {}

impl Number for f32 {}
impl Number for f16 {}
impl Number for bf16 {}

/// What kernels do with a [`Number`].
pub trait Sealed: Sized {
    /// The first numbers of a slice that has at least as many as there are lanes.
    #[doc(hidden)]
    fn load<S: Simd>(simd: S, x: &[Self]) -> S::F;
    /// In single precision.
    #[doc(hidden)]
    fn widen(self) -> f32;
    /// The same slice, where it is of `f32`.
    #[doc(hidden)]
    fn as_f32(_: &[Self]) -> Option<&[f32]> {
        None
    }
}

impl Sealed for f32 {
    #[inline(always)]
    fn load<S: Simd>(simd: S, x: &[f32]) -> S::F {
        simd.load(x)
    }

    #[inline(always)]
    fn widen(self) -> f32 {
        self
    }

    fn as_f32(x: &[f32]) -> Option<&[f32]> {
        Some(x)
    }
}

impl Sealed for f16 {
    #[inline(always)]
    fn load<S: Simd>(simd: S, x: &[f16]) -> S::F {
        simd.load_f16(x)
    }

    #[inline(always)]
    fn widen(self) -> f32 {
        self.to_f32()
    }
}

impl Sealed for bf16 {
    #[inline(always)]
    fn load<S: Simd>(simd: S, x: &[bf16]) -> S::F {
        simd.load_bf16(x)
    }

    #[inline(always)]
    fn widen(self) -> f32 {
        self.to_f32()
    }
}

/// All numbers of a slice that has at most as many as there are lanes, then zeros.
#[inline(always)]
pub(crate) fn load_part<S: Simd, N: Number>(s: S, x: &[N]) -> S::F {
    let mut lanes = [N::default(); 16];
    lanes[..x.len()].copy_from_slice(x);
    N::load(s, &lanes)
}

/// Widens numbers to `f32`; the slices have one length.
#[inline(always)]
pub(crate) fn widen<S: Simd, N: Number>(s: S, from: &[N], to: &mut [f32]) {
    assert_eq!(from.len(), to.len());
    let mut to = to.chunks_exact_mut(S::LANES);
    let mut from = from.chunks_exact(S::LANES);
    for (to, from) in to.by_ref().zip(from.by_ref()) {
        s.store(N::load(s, from), to);
    }
    for (to, from) in to.into_remainder().iter_mut().zip(from.remainder()) {
        *to = from.widen();
    }
}
