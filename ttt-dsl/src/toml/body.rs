//! What blocks, models and heads have in common.

use super::keys::{BODY, FORWARD, Key, PART};
use super::reader::{Element, Entry, Reader, Spanned};
use crate::diagnostic::codes;
use crate::parse::{Parser, missing_part};
use crate::spec::{Body, Expr, Forward, Let, Name, Part, Signature, Statement};

impl Reader<'_> {
    /// The entries of what has a body; `others` are the keys that its owner has beside.
    pub(super) fn body_keys<'t>(
        &mut self,
        entry: Entry<'t>,
        body: &mut Body,
        others: &'static [Key],
    ) -> Vec<(&'static str, Entry<'t>)> {
        let before = self.parser.report.diagnostics.len();
        let entries = self.keys(entry, &[others, BODY]);
        body.incomplete |= self.parser.report.diagnostics.len() > before;
        entries
    }

    /// One entry of a body.
    pub(super) fn body_key(&mut self, key: &str, entry: Entry, body: &mut Body) {
        let before = self.parser.report.diagnostics.len();
        match key {
            "let" => body.lets.extend(self.each(entry, Reader::let_value)),
            "require" => body.requires.extend(self.read_list(entry, Parser::require)),
            "parts" => body.parts.extend(self.each(entry, Reader::part)),
            "tie" => body.ties.extend(self.read_list(entry, Parser::tie)),
            _ => {
                let forward = self.forward(entry, body.incomplete);
                body.forward = body.forward.take().or(forward);
            }
        }
        let keeps_its_names = matches!(key, "let" | "parts");
        body.incomplete |= !keeps_its_names && self.parser.report.diagnostics.len() > before;
    }

    pub(super) fn let_value(&mut self, entry: Entry) -> Option<Let> {
        Some(Let {
            name: self.name(entry, "a name")?,
            value: self.value(entry),
        })
    }

    /// `"LayerNorm(dim)"`, or `{ part = "…", doc = "…" }`. A part stays a part when what it is made of is faulty.
    pub(super) fn part(&mut self, entry: Entry) -> Option<Part> {
        let name = self.name(entry, "the name of a part")?;
        let mut doc = String::new();
        let mut part = None;
        if entry.item.as_table_like().is_none() {
            part = self.part_text(&entry, &name);
        } else {
            for (key, entry) in self.keys(entry, &[PART]) {
                match key {
                    "part" => part = self.part_text(&entry, &name),
                    _ => doc = self.plain(&entry).unwrap_or_default(),
                }
            }
        }
        Some(Part {
            doc,
            ..part.unwrap_or_else(|| missing_part(name))
        })
    }

    fn part_text(&mut self, value: &impl Spanned, name: &Name) -> Option<Part> {
        self.read(value, |parser, input| {
            parser.part(input, String::new(), name.clone())
        })
    }

    /// `sig = "…"`, `do = ["let x = …", "x"]`. In an incomplete body, one of them may stand under a misspelt key.
    fn forward(&mut self, entry: Entry, incomplete: bool) -> Option<Forward> {
        let before = self.parser.report.diagnostics.len();
        let mut signature: Option<Option<Signature>> = None;
        let mut lines = None;
        for (key, entry) in self.keys(entry, &[FORWARD]) {
            match key {
                "sig" => signature = Some(self.read(&entry, Parser::signature)),
                _ => lines = Some(self.statements(entry)),
            }
        }
        let whole = !incomplete && self.parser.report.diagnostics.len() == before;
        for (key, given) in [("sig", signature.is_some()), ("do", lines.is_some())] {
            if !given && whole {
                let place = self.key_place(entry);
                self.parser
                    .report
                    .error(codes::MISSING, place, format!("`forward` has no `{key}`"));
            }
        }
        let (statements, result) = lines?;
        Some(Forward {
            signature: signature??,
            statements,
            result,
        })
    }

    fn statements(&mut self, entry: Entry) -> (Vec<Statement>, Expr) {
        let lines = self.list(entry);
        let place = self.place(entry.range());
        let Some((last, lets)) = lines.split_last() else {
            if entry.item.is_array() {
                self.parser.report.error(
                    codes::MISSING,
                    place,
                    "expected the lines of a `forward`; the last is its value",
                );
            }
            return (Vec::new(), Expr::missing(place));
        };
        let statements = lets
            .iter()
            .filter_map(|line| self.read(line, Parser::statement))
            .collect();
        (statements, self.result(last))
    }

    fn result(&mut self, line: &Element) -> Expr {
        let place = self.place(line.range());
        self.read(line, |parser, input| Ok(parser.result(input, false)))
            .unwrap_or_else(|| Expr::missing(place))
    }
}
