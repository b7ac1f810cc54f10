//! Indented lines.

/// How long a line may grow before its list is broken.
const WIDTH: usize = 110;

/// Text under construction.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    depth: usize,
    /// Whether a blank line is wanted before the next line.
    gap: bool,
}

impl Page {
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A blank line before the next line, unless a block has just begun.
    pub(super) fn gap(&mut self) {
        self.gap = !self.text.is_empty() && !self.text.ends_with("{\n");
    }

    pub(super) fn line(&mut self, line: &str) {
        if std::mem::take(&mut self.gap) {
            self.text.push('\n');
        }
        if !line.is_empty() {
            self.text.push_str(&"    ".repeat(self.depth));
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn doc(&mut self, doc: &str) {
        if doc.is_empty() {
            return;
        }
        for line in doc.split('\n') {
            match line.is_empty() {
                true => self.line("///"),
                false => self.line(&format!("/// {line}")),
            }
        }
    }

    /// Lines between braces; braces alone when there are none.
    pub(super) fn braces(&mut self, head: &str, inside: impl FnOnce(&mut Page)) {
        let before = self.text.len();
        self.open(head, inside);
        match self.text[before..].ends_with("{\n") {
            true => {
                self.text.pop();
                self.text.push_str("}\n");
            }
            false => self.line("}"),
        }
    }

    /// An opening brace and the lines after it.
    pub(super) fn open(&mut self, head: &str, inside: impl FnOnce(&mut Page)) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.gap = false;
    }

    /// `head(a, b) tail` on one line when it fits and nothing is documented, else an entry a line. Each entry has its
    /// documentation beside it.
    pub(super) fn list(&mut self, head: &str, entries: &[(&str, String)], tail: &str) {
        let texts: Vec<&str> = entries.iter().map(|(_, text)| text.as_str()).collect();
        let line = format!("{head}{}{tail}", texts.join(", "));
        match self.fits(&line) && entries.iter().all(|(doc, _)| doc.is_empty()) {
            true => self.line(&line),
            false => {
                self.entries(head, entries);
                self.line(tail.trim_start());
            }
        }
    }

    /// An entry a line, each after its documentation.
    pub(super) fn entries(&mut self, head: &str, entries: &[(&str, String)]) {
        self.line(head.trim_end());
        self.depth += 1;
        for (doc, text) in entries {
            self.doc(doc);
            self.line(&format!("{text},"));
        }
        self.depth -= 1;
    }

    pub(super) fn fits(&self, line: &str) -> bool {
        4 * self.depth + line.chars().count() <= WIDTH
    }
}
