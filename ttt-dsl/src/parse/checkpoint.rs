//! Checkpoints that a model says it fits.

use syn::parse::ParseStream;

use super::token::{at, word};
use super::{Parse, Parser};
use crate::diagnostic::closest;
use crate::place::Place;
use crate::spec::{Checkpoint, Name};

const CHOICES: [&str; 3] = ["preset", "head", "layout"];

impl Parser {
    /// `"gpt2/model.safetensors" preset small head lm layout hf;`
    pub(crate) fn checkpoint(&mut self, input: ParseStream) -> Parse<Checkpoint> {
        let (path, place) = self.quoted(input)?;
        let mut checkpoint = Checkpoint::new(path, place);
        while let Some(choice) = word(input).and_then(|found| closest(&found, CHOICES)) {
            let Some(place) = self.take_meant(input, choice) else {
                break;
            };
            self.checkpoint_choice(input, choice, place, &mut checkpoint)?;
        }
        match at(input, ";") {
            true => self.expect(input, ";").map(|_| checkpoint),
            false => Err(self.unexpected(input, "`preset`, `head`, `layout` or `;`")),
        }
    }

    fn checkpoint_choice(
        &mut self,
        input: ParseStream,
        choice: &str,
        place: Place,
        checkpoint: &mut Checkpoint,
    ) -> Parse<()> {
        let is_second = match choice {
            "preset" => {
                let preset = self.name(input, "the name of a preset")?;
                checkpoint.preset.replace(preset).is_some()
            }
            "head" => {
                let head = self.head_choice(input)?;
                checkpoint.head.replace(head).is_some()
            }
            _ => {
                let layout = self.layout(input)?;
                checkpoint.layout.replace(layout).is_some()
            }
        };
        if is_second {
            self.said_twice(place, choice);
        }
        Ok(())
    }

    /// A table's format, or `own`.
    pub(crate) fn layout(&mut self, input: ParseStream) -> Parse<Name> {
        self.name(input, "the name of a weights table, or `own`")
    }
}
