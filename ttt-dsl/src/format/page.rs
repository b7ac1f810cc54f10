//! Indented lines with their comments.

use super::tree::Gap;

pub(super) struct Page {
    text: String,
    indent: usize,
    /// Whether an opening bracket stands before the first line.
    opened: bool,
    /// Whether a line stands here already.
    begun: bool,
}

impl Page {
    /// Columns of one step of indentation.
    pub(super) const STEP: usize = 4;

    /// The lines of a whole text.
    pub(super) fn whole() -> Page {
        Page {
            text: String::new(),
            indent: 0,
            opened: false,
            begun: false,
        }
    }

    /// Lines between brackets: a line end stands before each, and none after the last.
    pub(super) fn within_brackets(indent: usize) -> Page {
        Page {
            indent,
            opened: true,
            ..Page::whole()
        }
    }

    pub(super) fn indent(&self) -> usize {
        self.indent
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A line, after an empty one if `blank` and if it is not the first.
    pub(super) fn line(&mut self, text: &str, blank: bool) {
        if self.begun && blank {
            self.text.push('\n');
        }
        if self.opened || self.begun {
            self.text.push('\n');
        }
        self.text.push_str(&" ".repeat(self.indent));
        self.text.push_str(text);
        self.begun = true;
    }

    /// The comments of a gap: each on a line of its own, or at the end of the line that it was written on.
    pub(super) fn comments(&mut self, gap: &Gap) {
        for comment in &gap.comments {
            let trails = !comment.newline && (self.opened || self.begun) && !comment.is_documentation();
            match trails {
                true => {
                    self.text.push(' ');
                    self.text.push_str(comment.text);
                }
                false => self.line(comment.text, comment.blank),
            }
        }
    }
}
