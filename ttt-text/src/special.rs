//! Special tokens by what they are for.

use serde::Serialize;

/// The ids of the special tokens, by role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Special {
    /// Begins a text.
    pub bos: Option<u32>,
    /// Ends a text.
    pub eos: Option<u32>,
    /// Stands for what the vocabulary cannot say.
    pub unk: Option<u32>,
    /// Fills the rows of a batch.
    pub pad: Option<u32>,
    /// Begins a text for an encoder, and stands for all of it.
    pub cls: Option<u32>,
    /// Ends each text of a pair.
    pub sep: Option<u32>,
    /// Stands for a token to be guessed.
    pub mask: Option<u32>,
    /// Other tokens that end a turn or a message, from GGUF's `eot_token_id` and `eom_token_id`. A generation stops at
    /// these as at `eos`.
    pub turn_ends: Vec<u32>,
    /// Whether encoding with special tokens puts `bos` first.
    pub adds_bos: bool,
    /// Whether encoding with special tokens puts `eos` last.
    pub adds_eos: bool,
}

/// The roles, as the files of Hugging Face name them: `bos` for `bos_token`.
pub const ROLES: [&str; 7] = ["bos", "eos", "unk", "pad", "cls", "sep", "mask"];

impl Special {
    /// The id in a role such as `bos`.
    pub fn role(&self, role: &str) -> Option<u32> {
        match role {
            "bos" => self.bos,
            "eos" => self.eos,
            "unk" => self.unk,
            "pad" => self.pad,
            "cls" => self.cls,
            "sep" => self.sep,
            "mask" => self.mask,
            _ => None,
        }
    }

    /// Gives a role such as `bos` its id.
    pub fn set(&mut self, role: &str, id: u32) {
        let place = match role {
            "bos" => &mut self.bos,
            "eos" => &mut self.eos,
            "unk" => &mut self.unk,
            "pad" => &mut self.pad,
            "cls" => &mut self.cls,
            "sep" => &mut self.sep,
            "mask" => &mut self.mask,
            _ => return,
        };
        *place = Some(id);
    }

    /// Every role that is filled.
    pub fn roles(&self) -> impl Iterator<Item = (&'static str, u32)> {
        ROLES
            .into_iter()
            .filter_map(|role| self.role(role).map(|id| (role, id)))
    }

    /// The token that fills rows of a batch: `pad`, or where a tokenizer has none, as those of GPT-2 and LLaMA, `eos` or
    /// `unk`. Attention masks hide it, so which one it is does not matter to a model.
    pub fn filler(&self) -> Option<u32> {
        self.pad.or(self.eos).or(self.unk)
    }

    /// The tokens at which a generation ends: `eos` and the ends of turns.
    pub fn stops(&self) -> Vec<u32> {
        let mut stops: Vec<u32> = self
            .eos
            .into_iter()
            .chain(self.turn_ends.iter().copied())
            .collect();
        stops.sort_unstable();
        stops.dedup();
        stops
    }
}
