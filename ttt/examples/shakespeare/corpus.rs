//! A text as tokens: most to learn from, the end to measure on.

use std::error::Error;
use std::path::{Path, PathBuf};

use rand::Rng;
use rand::rngs::StdRng;
use ttt::burn::tensor::{Device, Int, Tensor, TensorData};
use ttt::text::Tokenizer;
use ttt::text::train::{Kind, Options, train};

/// In the folder of plays, the files in modern spelling.
const PLAYS: &str = "_gut.txt";
/// One token in this many is held out.
pub const HELD_OUT: usize = 20;

/// The tokenizer that was trained on a text, and its tokens.
pub struct Corpus {
    pub tokenizer: Tokenizer,
    /// The text's length in bytes.
    pub bytes: usize,
    pub train: Vec<i64>,
    pub held_out: Vec<i64>,
}

impl Corpus {
    /// Reads a file, or the plays of a folder in the order of their names, with the end-of-text token after each.
    pub fn read(path: &Path, vocabulary: usize) -> Result<Corpus, Box<dyn Error>> {
        let texts = files(path)?
            .iter()
            .map(|file| std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display())))
            .collect::<Result<Vec<_>, _>>()?;
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let tokenizer = train(&borrowed, &Options::new(Kind::Bpe, vocabulary))?;
        let end = tokenizer.special().eos;
        let mut ids = Vec::new();
        for text in borrowed {
            let encoded = tokenizer.encode_verbatim(text)?.ids;
            ids.extend(encoded.into_iter().chain(end).map(i64::from));
        }
        let held_out = ids.split_off(ids.len() - ids.len() / HELD_OUT);
        Ok(Corpus {
            tokenizer,
            bytes: texts.iter().map(String::len).sum(),
            train: ids,
            held_out,
        })
    }

    /// Windows that begin anywhere in what is learnt.
    pub fn batch(&self, rows: usize, length: usize, random: &mut StdRng, device: &Device) -> Tensor<2, Int> {
        let mut ids = Vec::with_capacity(rows * length);
        for _ in 0..rows {
            let start = random.random_range(0..=self.train.len() - length);
            ids.extend_from_slice(&self.train[start..start + length]);
        }
        Tensor::from_data(TensorData::new(ids, [rows, length]), device)
    }

    /// What is held out, in order, without the last incomplete batch.
    pub fn held_out_batches(&self, rows: usize, length: usize) -> impl Iterator<Item = TensorData> {
        self.held_out
            .chunks_exact(rows * length)
            .map(move |ids| TensorData::new(ids.to_vec(), [rows, length]))
    }

    /// A loss in nats per token as bits per byte of the text, which other tokenizers can be compared with.
    pub fn bits_per_byte(&self, loss: f32) -> f32 {
        let tokens_per_byte = (self.train.len() + self.held_out.len()) as f32 / self.bytes as f32;
        loss * tokens_per_byte / std::f32::consts::LN_2
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.to_string_lossy().ends_with(PLAYS) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("{}: no file ends with {PLAYS}", path.display()).into());
    }
    Ok(files)
}
