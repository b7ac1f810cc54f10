//! Longest common subsequences.

/// Pairs of positions at which equal values stand, as many as there can be, in order on both sides.
pub(super) fn common<T: PartialEq>(left: &[T], right: &[T]) -> Vec<(usize, usize)> {
    let mut longest = vec![vec![0usize; right.len() + 1]; left.len() + 1];
    for (i, from) in left.iter().enumerate().rev() {
        for (j, to) in right.iter().enumerate().rev() {
            longest[i][j] = match from == to {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < left.len() && j < right.len() {
        if left[i] == right[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
