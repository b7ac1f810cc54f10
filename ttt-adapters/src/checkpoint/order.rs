//! An order of names in which `h.2` comes before `h.10`.

use std::cmp::Ordering;

/// Compares names segment by segment, those that are indices as numbers.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => segments(a, b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn segments(a: &str, b: &str) -> Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(first), Ok(second)) => first.cmp(&second).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn indices_are_numbers() {
        let mut names = ["h.10.w", "h.2.w", "h", "h.2.b", "g.x"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["g.x", "h", "h.2.b", "h.2.w", "h.10.w"]);
    }
}
