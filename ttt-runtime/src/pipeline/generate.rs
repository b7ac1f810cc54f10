//! Text that continues text.

use ttt_text::{Message, StopStrings, Stream};

use super::{PipelineError, TextModel};
use crate::generate::{Finish, Generator, Memory, Settings, Tokens};
use crate::interpret::DynModel;

/// A model that continues texts.
#[derive(Clone, Debug)]
pub struct TextGenerator {
    text: TextModel,
    settings: Settings,
    stop_strings: Vec<String>,
}

/// What came after a prompt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Completion {
    /// The new text: without the prompt, and without what ended it.
    pub text: String,
    /// The new tokens.
    pub token_ids: Vec<u32>,
    /// Why there are no more.
    pub finish: Finish,
    /// How many tokens the prompt had.
    pub prompt_tokens: usize,
}

impl TextGenerator {
    /// A model with a head that scores the next token. Generation also ends at the tokenizer's own end of text.
    pub fn new(text: TextModel, mut settings: Settings) -> Result<TextGenerator, PipelineError> {
        for stop in text.tokenizer.special().stops() {
            if !settings.stop_tokens.contains(&stop) {
                settings.stop_tokens.push(stop);
            }
        }
        settings.check()?;
        Ok(TextGenerator {
            text,
            settings,
            stop_strings: Vec::new(),
        })
    }

    /// Ends a text where one of these begins, too.
    pub fn with_stop_strings<S: Into<String>>(
        mut self,
        strings: impl IntoIterator<Item = S>,
    ) -> TextGenerator {
        self.stop_strings.extend(strings.into_iter().map(Into::into));
        self
    }

    /// How tokens are chosen.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The model and the tokenizer.
    pub fn text_model(&self) -> &TextModel {
        &self.text
    }

    /// A prompt as the model's tokens, with those that it expects before a text.
    pub fn prompt(&self, text: &str) -> Result<Vec<u32>, PipelineError> {
        let special = self.text.tokenizer.special();
        let mut ids = self.text.tokenizer.encode(text, true)?.ids;
        // The end of a text is what a continuation must not begin with.
        if special.adds_eos && ids.last().copied() == special.eos {
            ids.pop();
        }
        Ok(ids)
    }

    /// A conversation as the model's tokens, up to where its answer begins.
    pub fn conversation(&self, messages: &[Message]) -> Result<Vec<u32>, PipelineError> {
        let template = self.text.tokenizer.chat_template().ok_or_else(|| {
            PipelineError::input(
                "the checkpoint has no chat template",
                "it continues texts, and was perhaps not trained to chat: give a prompt without `--chat`",
            )
        })?;
        let text = template.render(messages, true, &serde_json::Map::new())?;
        Ok(self.text.tokenizer.encode(&text, false)?.ids)
    }

    /// Continues every prompt; they run as one batch.
    pub fn complete(&self, prompts: &[Vec<u32>]) -> Result<Vec<Completion>, PipelineError> {
        self.complete_while(prompts, &mut || true)
    }

    /// The same, asking after each token whether to go on. What is there when the answer is no is given, with
    /// [`Finish::Cancelled`].
    pub fn complete_while(
        &self,
        prompts: &[Vec<u32>],
        goes_on: &mut dyn FnMut() -> bool,
    ) -> Result<Vec<Completion>, PipelineError> {
        let generator = self.generator()?;
        let mut texts: Vec<(String, Growing)> =
            prompts.iter().map(|_| (String::new(), self.growing())).collect();
        let generated = generator.generate_until(prompts, |index, id| {
            let (text, growing) = &mut texts[index];
            text.push_str(&growing.push(id)?);
            if growing.stops.stopped() {
                return Ok::<_, PipelineError>(Some(Finish::StopString));
            }
            Ok((!goes_on()).then_some(Finish::Cancelled))
        })?;
        let parts = generated.into_iter().zip(texts).zip(prompts);
        parts
            .map(|((generated, (text, growing)), prompt)| {
                Ok(Completion {
                    text: text + &growing.finish()?,
                    token_ids: generated.token_ids,
                    finish: generated.finish,
                    prompt_tokens: prompt.len(),
                })
            })
            .collect()
    }

    /// Continues one prompt, piece by piece as the text becomes certain.
    pub fn stream(&self, prompt: &[u32]) -> Result<TextStream<'_>, PipelineError> {
        self.stream_after(Memory::default(), prompt)
    }

    /// The same after what the memory holds: see [`Generator::tokens_after`].
    pub fn stream_after(&self, memory: Memory, prompt: &[u32]) -> Result<TextStream<'_>, PipelineError> {
        Ok(TextStream {
            tokens: self.generator()?.tokens_after(memory, prompt)?,
            growing: Some(self.growing()),
            completion: Completion {
                text: String::new(),
                token_ids: Vec::new(),
                finish: Finish::Length,
                prompt_tokens: prompt.len(),
            },
        })
    }

    fn generator(&self) -> Result<Generator<'_, DynModel>, PipelineError> {
        let TextModel {
            model, ctx, device, ..
        } = &self.text;
        Ok(Generator::new(model, self.settings.clone(), *ctx, device)?)
    }

    fn growing(&self) -> Growing {
        Growing {
            stream: self.text.tokenizer.stream(),
            stops: StopStrings::new(self.stop_strings.iter().map(String::as_str)),
        }
    }
}

/// Text out of tokens, up to a stop string.
#[derive(Debug)]
struct Growing {
    stream: Stream,
    stops: StopStrings,
}

impl Growing {
    /// The text that is certain with this token.
    fn push(&mut self, id: u32) -> Result<String, PipelineError> {
        let piece = self.stream.push(id)?;
        Ok(piece.map_or_else(String::new, |piece| self.stops.push(&piece)))
    }

    /// The rest of the text.
    fn finish(mut self) -> Result<String, PipelineError> {
        let rest = self.stream.finish()?;
        Ok(self.stops.push(&rest) + &self.stops.finish())
    }
}

/// A text that grows. It gives whole characters, and nothing that may be the beginning of a stop string.
#[derive(Debug)]
pub struct TextStream<'g> {
    tokens: Tokens<'g, DynModel>,
    /// Absent once the text has ended.
    growing: Option<Growing>,
    completion: Completion,
}

impl TextStream<'_> {
    /// Ends the text here, and gives what was held back because a stop string might have begun with it.
    pub fn cancel(&mut self) -> Result<String, PipelineError> {
        let held = match self.growing.take() {
            Some(growing) => {
                self.completion.finish = Finish::Cancelled;
                growing.finish()?
            }
            None => String::new(),
        };
        self.completion.text += &held;
        Ok(held)
    }

    /// What has come so far, and what was computed, for the next turn of a conversation.
    pub fn into_parts(self) -> (Completion, Memory) {
        (self.completion, self.tokens.into_memory())
    }

    fn advance(&mut self) -> Result<Option<String>, PipelineError> {
        while let Some(growing) = &mut self.growing {
            let mut piece = String::new();
            let ended;
            match self.tokens.next().transpose()? {
                Some(id) => {
                    self.completion.token_ids.push(id);
                    piece = growing.push(id)?;
                    ended = growing.stops.stopped().then_some(Finish::StopString);
                }
                None => ended = Some(self.tokens.finish().unwrap_or(Finish::Length)),
            }
            if let Some(finish) = ended {
                self.completion.finish = finish;
                piece += &self
                    .growing
                    .take()
                    .map(Growing::finish)
                    .transpose()?
                    .unwrap_or_default();
            }
            self.completion.text += &piece;
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

impl Iterator for TextStream<'_> {
    type Item = Result<String, PipelineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.advance();
        if piece.is_err() {
            self.growing = None;
        }
        piece.transpose()
    }
}
