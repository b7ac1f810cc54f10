//! Functions of vectors. Polynomials are weighted minimax fits of this project (Lawson's iteration, 40 digits).
//!
//! Each is within 3e-7 of the true value, relative to it unless noted, passes NaN on, and has the limits at infinity.

use crate::simd::Simd;

/// `c[0] + c[1]·x + …`
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(s: S, x: S::F, coefficients: [f32; N]) -> S::F {
    let mut sum = s.splat(coefficients[N - 1]);
    for index in (0..N - 1).rev() {
        sum = s.mul_add(sum, x, s.splat(coefficients[index]));
    }
    sum
}

/// `eˣ`, which is infinity above 88.73, and zero below −87.33, where it would be denormal: some processors take a hundred
/// times as long for those, and hidden keys of attention and the flat ends of activations have many.
#[inline(always)]
pub(crate) fn exp<S: Simd>(s: S, x: S::F) -> S::F {
    let least = s.splat(-87.33);
    let exponent = x;
    // The bounds keep the exponent in range; the exponential of the upper one is infinity already.
    let x = s.min(s.splat(90.0), s.max(least, x));
    let n = s.round(s.mul(x, s.splat(std::f32::consts::LOG2_E)));
    // ln 2 in two parts, so that the first product is exact.
    let r = s.mul_add(n, s.splat(-0.693_359_4), x);
    let r = s.mul_add(n, s.splat(2.121_944_4e-4), r);
    let q = polynomial(
        s,
        r,
        [
            4.999_999_3e-1,
            1.666_652_1e-1,
            4.166_839_2e-2,
            8.368_745e-3,
            1.381_453_8e-3,
        ],
    );
    let y = s.mul_add(s.mul(r, r), q, s.add(r, s.splat(1.0)));
    s.where_less(exponent, least, s.zero(), s.scale(y, n))
}

/// `1 / (1 + e⁻ˣ)`
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(s: S, x: S::F) -> S::F {
    let one = s.splat(1.0);
    s.div(one, s.add(one, exp(s, s.sub(s.zero(), x))))
}

/// The hyperbolic tangent.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(s: S, x: S::F) -> S::F {
    let magnitude = s.abs(x);
    let square = s.mul(x, x);
    let p = polynomial(
        s,
        square,
        [
            -3.333_328_4e-1,
            1.333_149_2e-1,
            -5.374_349_5e-2,
            2.065_057_9e-2,
            -5.717_037e-3,
        ],
    );
    let near = s.mul_add(s.mul(x, square), p, x);
    let one = s.splat(1.0);
    let power = exp(s, s.add(magnitude, magnitude));
    let far = s.sub(one, s.div(s.splat(2.0), s.add(power, one)));
    s.copy_sign(s.where_less(magnitude, s.splat(0.625), near, far), x)
}

/// The complement of the error function for `x ≥ 0`: `e^(−x²) · t · P(t)` with `t = 1 / (1 + 0.4 x)`, the form of
/// Abramowitz and Stegun 7.1.26. The relative error grows with `x²`.
#[inline(always)]
fn erfc_of_positive<S: Simd>(s: S, x: S::F) -> S::F {
    let one = s.splat(1.0);
    let t = s.div(one, s.mul_add(x, s.splat(0.4), one));
    let p = polynomial(
        s,
        t,
        [
            2.256_629e-1,
            2.259_367_3e-1,
            2.056_106_4e-1,
            1.784_790_3e-1,
            1.154_711e-1,
            3.543_128_5e-2,
            1.305_003_3e-1,
            -1.630_603_6e-1,
            4.596_844e-2,
        ],
    );
    s.mul(s.mul(exp(s, s.sub(s.zero(), s.mul(x, x))), t), p)
}

/// The error function.
#[inline(always)]
pub(crate) fn erf<S: Simd>(s: S, x: S::F) -> S::F {
    let magnitude = s.abs(x);
    let p = polynomial(
        s,
        s.mul(x, x),
        [
            std::f32::consts::FRAC_2_SQRT_PI,
            -3.761_262e-1,
            1.128_339_3e-1,
            -2.683_543_5e-2,
            5.115_981_7e-3,
            -6.761_096e-4,
        ],
    );
    let far = s.sub(s.splat(1.0), erfc_of_positive(s, magnitude));
    s.where_less(magnitude, s.splat(0.75), s.mul(x, p), s.copy_sign(far, x))
}

/// The share of the normal distribution below `x`; the error below zero is relative, and grows with `x²`.
#[inline(always)]
pub(crate) fn normal_share<S: Simd>(s: S, x: S::F) -> S::F {
    let scaled = s.mul(s.abs(x), s.splat(std::f32::consts::FRAC_1_SQRT_2));
    let tail = s.mul(erfc_of_positive(s, scaled), s.splat(0.5));
    s.where_less(x, s.zero(), tail, s.sub(s.splat(1.0), tail))
}

/// `ln(1 + x)` for `x` from 0 to 1.
#[inline(always)]
pub(crate) fn ln_1p_of_share<S: Simd>(s: S, x: S::F) -> S::F {
    // ln(1 + x) = 2 artanh(x / (2 + x)), whose argument is at most a third.
    let z = s.div(x, s.add(x, s.splat(2.0)));
    let square = s.mul(z, z);
    let p = polynomial(
        s,
        square,
        [6.666_641e-1, 4.002_17e-1, 2.799_914e-1, 2.802_446_6e-1],
    );
    s.mul_add(s.mul(z, square), p, s.add(z, z))
}

/// `ln(1 + eˣ)`
#[inline(always)]
pub(crate) fn softplus<S: Simd>(s: S, x: S::F) -> S::F {
    let small = exp(s, s.sub(s.zero(), s.abs(x)));
    s.add(s.max(s.zero(), x), ln_1p_of_share(s, small))
}
