//! The schema of an expansion.

use std::sync::{Arc, OnceLock};

use ttt_dsl::check::check;
use ttt_dsl::parse::parse_standard;
use ttt_dsl::program::Program;

/// A schema as text that becomes a program at its first use.
#[derive(Debug)]
pub struct ProgramCell {
    text: &'static str,
    program: OnceLock<Arc<Program>>,
}

impl ProgramCell {
    /// `text` is a schema that passed the checker when it was expanded.
    pub const fn new(text: &'static str) -> ProgramCell {
        ProgramCell {
            text,
            program: OnceLock::new(),
        }
    }

    /// The program.
    ///
    /// # Panics
    ///
    /// When the text is not a schema that passes the checker.
    #[expect(clippy::expect_used, reason = "only what passed the checker is expanded")]
    pub fn get(&self) -> &Arc<Program> {
        self.program.get_or_init(|| {
            let program = check(&parse_standard(self.text).spec).program;
            Arc::new(program.expect("an expansion's schema passes the checker"))
        })
    }
}
