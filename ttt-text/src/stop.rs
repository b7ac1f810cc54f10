//! Strings that end a generation.

/// Looks for strings that end a generation in a text that comes in pieces. Text that may be the beginning of one is held
/// back until that is known.
#[derive(Clone, Debug)]
pub struct StopStrings {
    strings: Vec<String>,
    held: String,
    stopped: bool,
}

impl StopStrings {
    /// Looks for these; empty ones are ignored.
    pub fn new<S: Into<String>>(strings: impl IntoIterator<Item = S>) -> StopStrings {
        StopStrings {
            strings: strings
                .into_iter()
                .map(Into::into)
                .filter(|string| !string.is_empty())
                .collect(),
            held: String::new(),
            stopped: false,
        }
    }

    /// Takes the next piece and gives the text that is certain. Once a string was found this is the text before it, and
    /// nothing ever after.
    pub fn push(&mut self, piece: &str) -> String {
        if self.stopped {
            return String::new();
        }
        self.held.push_str(piece);
        let found = self
            .strings
            .iter()
            .filter_map(|string| self.held.find(string))
            .min();
        if let Some(start) = found {
            self.stopped = true;
            self.held.truncate(start);
            return std::mem::take(&mut self.held);
        }
        let held = self.held.split_off(self.held.len() - self.beginning());
        std::mem::replace(&mut self.held, held)
    }

    /// Whether one of the strings was found.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// The text still held back, at the end of a generation that no string ended.
    pub fn finish(self) -> String {
        if self.stopped { String::new() } else { self.held }
    }

    /// How many bytes at the end of the text held may begin a string.
    fn beginning(&self) -> usize {
        let longest = self.strings.iter().map(String::len).max().unwrap_or(0);
        let starts = self.held.char_indices().map(|(start, _)| start);
        starts
            .filter(|start| self.held.len() - start < longest)
            .find(|&start| {
                self.strings
                    .iter()
                    .any(|string| string.starts_with(&self.held[start..]))
            })
            .map_or(0, |start| self.held.len() - start)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::StopStrings;

    #[test]
    fn the_beginning_of_a_stop_string_is_held_back() {
        let mut stops = StopStrings::new(["<end>", "\n\n"]);
        assert_eq!(stops.push("one <e"), "one ");
        assert_eq!(stops.push("lse>\n"), "<else>");
        assert_eq!(stops.push("two<en"), "\ntwo");
        assert_eq!(stops.push("d>three"), "");
        assert!(stops.stopped());
        assert_eq!(stops.push("four"), "");
        assert_eq!(stops.finish(), "");
    }

    proptest! {
        #[test]
        fn pieces_give_the_text_before_the_first_stop(text in "[abé]{0,24}", cuts in proptest::collection::vec(0usize..24, 0..6)) {
            let mut stops = StopStrings::new(["abé", "ba"]);
            let mut given = String::new();
            let mut from = 0;
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| text.floor_char_boundary(cut)).collect();
            cuts.sort_unstable();
            for cut in cuts.into_iter().chain([text.len()]) {
                given += &stops.push(&text[from..cut]);
                from = cut;
            }
            let stopped = stops.stopped();
            given += &stops.finish();
            let first = ["abé", "ba"].iter().filter_map(|stop| text.find(stop)).min();
            prop_assert_eq!(stopped, first.is_some());
            prop_assert_eq!(given, &text[..first.unwrap_or(text.len())]);
        }
    }
}
