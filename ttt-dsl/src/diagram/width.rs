//! How wide texts are, in the fixed-width fonts that the pictures name.

/// The height of a title's letters, in pixels.
pub(super) const TITLE: f64 = 13.0;
/// The height of all other letters.
pub(super) const SMALL: f64 = 11.0;

/// The widest of the usual fixed-width fonts has letters of 0.61 of their height.
const LETTER: f64 = 0.615;

/// The width of a text whose letters are `size` high.
pub(super) fn width(text: &str, size: f64) -> f64 {
    // Tenths keep the data short and equal on every machine.
    (text.chars().count() as f64 * size * LETTER * 10.0).ceil() / 10.0
}

/// `124.4 M`
pub(super) fn short(count: usize) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")];
    let count_real = count as f64;
    match UNITS.iter().find(|(size, _)| count_real >= *size) {
        Some((size, unit)) => format!("{:.1}{unit}", count_real / size),
        None => count.to_string(),
    }
}
