//! A conversation.

use ttt_text::Message;

use super::{Completion, PipelineError, TextGenerator, TextStream};
use crate::generate::Memory;

/// A conversation with a model: all that was said, and what the model has computed of it.
#[derive(Debug)]
pub struct Chat<'g> {
    generator: &'g TextGenerator,
    messages: Vec<Message>,
    memory: Memory,
}

impl<'g> Chat<'g> {
    /// An empty conversation.
    pub fn new(generator: &'g TextGenerator) -> Chat<'g> {
        Chat {
            generator,
            messages: Vec::new(),
            memory: Memory::default(),
        }
    }

    /// Begins with instructions to the model.
    pub fn with_system(mut self, text: impl Into<String>) -> Chat<'g> {
        self.messages.insert(0, message("system", text));
        self
    }

    /// All that was said.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Says something. The answer comes piece by piece; give it back with [`Chat::hear`].
    pub fn say(&mut self, text: impl Into<String>) -> Result<TextStream<'g>, PipelineError> {
        self.messages.push(message("user", text));
        let memory = std::mem::take(&mut self.memory);
        let begun = self
            .generator
            .conversation(&self.messages)
            .and_then(|prompt| self.generator.stream_after(memory, &prompt));
        if begun.is_err() {
            self.messages.pop();
        }
        begun
    }

    /// Takes the answer, as far as it came, into the conversation.
    pub fn hear(&mut self, answer: TextStream<'g>) -> Completion {
        let (completion, memory) = answer.into_parts();
        self.memory = memory;
        self.messages.push(message("assistant", completion.text.clone()));
        completion
    }

    /// Forgets what was said, but for the instructions.
    pub fn clear(&mut self) {
        self.messages.retain(|message| message.role == "system");
        self.memory = Memory::default();
    }
}

fn message(role: &str, content: impl Into<String>) -> Message {
    Message {
        role: role.to_string(),
        content: content.into(),
    }
}
