//! Where two tensors differ most.

use std::fmt;

/// The place where two tensors differ most.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The indices, outermost first.
    pub at: Vec<usize>,
    /// The reference's number there.
    pub expected: f32,
    /// Ours.
    pub found: f32,
}

impl Difference {
    /// Its size. A number that is not finite on one side only is infinitely far.
    pub fn size(&self) -> f32 {
        let difference = (self.expected - self.found).abs();
        if self.expected == self.found {
            0.0
        } else if difference.is_nan() {
            f32::INFINITY
        } else {
            difference
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.2e} at {:?}: expected {}, found {}",
            self.size(),
            self.at,
            self.expected,
            self.found
        )
    }
}

/// Where `found` differs most from `expected`, both of `shape`. With a `mask`, of the leading dimensions, only where
/// it is 1. Nothing when nothing is compared.
///
/// # Panics
///
/// When the lengths do not fit the shape.
pub fn largest_difference(
    shape: &[usize],
    expected: &[f32],
    found: &[f32],
    mask: Option<&[i64]>,
) -> Option<Difference> {
    let count: usize = shape.iter().product();
    assert_eq!(
        (expected.len(), found.len()),
        (count, count),
        "numbers for the shape {shape:?}"
    );
    let masked = mask.map(|mask| (mask, count / mask.len().max(1)));
    (0..count)
        .filter(|place| masked.is_none_or(|(mask, row)| mask[place / row] == 1))
        .map(|place| Difference {
            at: indices(shape, place),
            expected: expected[place],
            found: found[place],
        })
        .max_by(|a, b| a.size().total_cmp(&b.size()))
}

fn indices(shape: &[usize], mut place: usize) -> Vec<usize> {
    let mut at: Vec<usize> = shape
        .iter()
        .rev()
        .map(|size| {
            let index = place % size;
            place /= size;
            index
        })
        .collect();
    at.reverse();
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_the_counted_places() {
        let expected = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let found = [0.0, 1.5, 2.0, 3.25, 4.0, 9.0];
        let all = largest_difference(&[3, 2], &expected, &found, None);
        assert_eq!(
            all,
            Some(Difference {
                at: vec![2, 1],
                expected: 5.0,
                found: 9.0
            })
        );
        let some = largest_difference(&[3, 2], &expected, &found, Some(&[0, 1, 0]));
        assert_eq!(
            some,
            Some(Difference {
                at: vec![1, 1],
                expected: 3.0,
                found: 3.25
            })
        );
    }

    #[test]
    fn not_a_number_is_infinitely_far() {
        let difference = largest_difference(&[2], &[0.0, 1.0], &[100.0, f32::NAN], None);
        assert_eq!(
            difference.map(|difference| difference.size()),
            Some(f32::INFINITY)
        );
    }
}
