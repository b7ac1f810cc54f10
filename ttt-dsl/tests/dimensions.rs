//! Laws of symbolic dimensions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use ttt_dsl::dim::{Dimension, Rewrites};

const NAMES: [&str; 4] = ["dim", "heads", "kv_heads", "T"];

/// Sums of up to four small terms.
fn dimension() -> impl Strategy<Value = Dimension> {
    let factor = (0usize..NAMES.len()).prop_map(|index| Dimension::symbol(NAMES[index]));
    let term = (-9i64..=9, prop::collection::vec(factor, 0..3)).prop_map(|(coefficient, factors)| {
        factors
            .iter()
            .fold(Dimension::constant(coefficient), |product, factor| {
                product.checked_mul(factor).unwrap()
            })
    });
    prop::collection::vec(term, 0..4).prop_map(|terms| {
        terms
            .iter()
            .fold(Dimension::default(), |sum, term| sum.checked_add(term).unwrap())
    })
}

fn sizes() -> impl Strategy<Value = [i64; 4]> {
    prop::array::uniform4(1i64..40)
}

fn at(dimension: &Dimension, sizes: &[i64; 4]) -> i64 {
    dimension
        .evaluate(|name| {
            NAMES
                .iter()
                .position(|known| *known == name)
                .map(|index| sizes[index])
        })
        .unwrap()
}

fn add(a: &Dimension, b: &Dimension) -> Dimension {
    a.checked_add(b).unwrap()
}

fn multiply(a: &Dimension, b: &Dimension) -> Dimension {
    a.checked_mul(b).unwrap()
}

proptest! {
    #[test]
    fn they_form_a_ring(a in dimension(), b in dimension(), c in dimension()) {
        prop_assert_eq!(add(&a, &b), add(&b, &a));
        prop_assert_eq!(add(&add(&a, &b), &c), add(&a, &add(&b, &c)));
        prop_assert_eq!(multiply(&a, &b), multiply(&b, &a));
        prop_assert_eq!(multiply(&multiply(&a, &b), &c), multiply(&a, &multiply(&b, &c)));
        prop_assert_eq!(multiply(&a, &add(&b, &c)), add(&multiply(&a, &b), &multiply(&a, &c)));
        prop_assert_eq!(a.checked_sub(&a).unwrap(), Dimension::default());
        prop_assert_eq!(multiply(&a, &Dimension::constant(1)), a);
    }

    #[test]
    fn operations_commute_with_numbers(a in dimension(), b in dimension(), sizes in sizes()) {
        prop_assert_eq!(at(&add(&a, &b), &sizes), at(&a, &sizes) + at(&b, &sizes));
        prop_assert_eq!(at(&multiply(&a, &b), &sizes), at(&a, &sizes) * at(&b, &sizes));
        let substituted = a.substitute(|name| (name == "dim").then(|| b.clone())).unwrap();
        let [_, heads, kv_heads, t] = sizes;
        prop_assert_eq!(at(&substituted, &sizes), at(&a, &[at(&b, &sizes), heads, kv_heads, t]));
    }

    #[test]
    fn a_product_divides_by_its_factors(a in dimension(), b in dimension()) {
        prop_assume!(b != Dimension::default());
        prop_assert_eq!(multiply(&a, &b).checked_div(&b), Some(a));
    }

    #[test]
    fn what_divides_gives_the_dividend_back(a in dimension(), b in dimension()) {
        if let Some(quotient) = a.checked_div(&b) {
            prop_assert_eq!(multiply(&quotient, &b), a);
        }
    }

    /// `dim % heads == 0` gives `dim/heads` with `heads · (dim/heads) → dim`.
    #[test]
    fn normalisation_commutes_with_numbers(a in dimension(), b in dimension(), heads in 1i64..12, head_dim in 1i64..12) {
        let mut rewrites = Rewrites::default();
        rewrites.add_quotient("dim/heads", &Dimension::symbol("dim"), &Dimension::symbol("heads"));
        let whole = add(&multiply(&a, &Dimension::symbol("dim/heads")), &b);
        let value = |dimension: &Dimension| {
            dimension
                .evaluate(|name| Some(match name {
                    "dim" => heads * head_dim,
                    "heads" => heads,
                    "dim/heads" => head_dim,
                    "kv_heads" => 3,
                    _ => 5,
                }))
                .unwrap()
        };
        let normal = rewrites.normalise(&whole);
        prop_assert_eq!(value(&normal), value(&whole));
        prop_assert_eq!(rewrites.normalise(&normal), normal);
    }
}

#[test]
fn they_read_like_formulas() {
    let text = |dimension: Option<Dimension>| dimension.unwrap().to_string();
    let (dim, heads) = (Dimension::symbol("dim"), Dimension::symbol("heads"));
    assert_eq!(text(dim.checked_mul(&heads)), "dim*heads");
    assert_eq!(text(dim.checked_mul(&Dimension::constant(4))), "4*dim");
    assert_eq!(text(dim.checked_sub(&Dimension::constant(1))), "dim - 1");
    assert_eq!(text(heads.checked_sub(&dim)), "-dim + heads");
    assert_eq!(text(dim.checked_sub(&dim)), "0");
}

#[test]
fn numbers_that_do_not_fit_are_no_dimension() {
    let large = Dimension::constant(i64::MAX);
    assert_eq!(large.checked_add(&Dimension::constant(1)), None);
    assert_eq!(large.checked_mul(&large), None);
    assert_eq!(Dimension::constant(i64::MIN).checked_neg(), None);
}
