//! The command line's grammar and help.

mod bench;
mod convert;
mod models;
mod text;
mod tokenizer;

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use bench::{Bench, Measurement};
pub use convert::{Convert, EncodingChoice};
pub use models::{Models, ModelsCommand};
pub use text::{
    AggregationChoice, Answer, Chat, Choosing, Classify, Embed, FillMask, Generate, NextSentence,
    PoolingChoice, Score, Tag, Texts,
};
pub use tokenizer::{Decode, Encode, KindChoice, Tokenizer, TokenizerCommand, TokenizerInfo, Train};

/// Neural-network architectures as text: check them, look at them, run them.
#[derive(Debug, Parser)]
#[command(name = "ttt", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
SRC is a path (a Hugging Face directory, a .gguf, .safetensors or .bin file, a schema x.toml), the name of a stored model
(`ttt models list`), org/name of the hub, or a built-in family without weights (gpt2, llama, bert).

Examples:
  ttt show gpt2 --preset medium              the tree, with shapes and parameter counts
  ttt show gpt2 --format html -o gpt2.html   a diagram to fold and search; svg for a picture
  ttt check my_model.toml                    every mistake, each at its place
  ttt diff my_model.toml checkpoint/         what differs, piece by piece
  ttt explain T103                           what the code of a mistake means
  ttt generate SRC --prompt 'The capital of France is' --greedy
  ttt chat SRC
  ttt embed SRC --text 'That is a happy person' --text 'That is a happy dog'
  ttt run SRC --inputs in.safetensors --outputs out.safetensors

Exit codes: 0 all is well, 1 the source or the run has errors, 2 the command line has. `diff`: 0 equal, 1 not, 2 errors.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Finds every mistake in schemas and checkpoints.
    ///
    /// A schema is checked for names, shapes, requires, presets and coverage. A checkpoint is checked against its
    /// family's schema: its configuration, and that every tensor is used, tied or skipped and none is missing.
    Check(Check),
    /// Explains codes of diagnostics, such as T103, with examples.
    ///
    /// Without a code it lists all of them, by chapter.
    Explain(Explain),
    /// Formats schemas: .ttt and .toml files, and what stands in `model! { … }` in .rs files.
    ///
    /// Blanks and line breaks change, and nothing else. A file that does not parse is left as it is.
    Fmt(Fmt),
    /// Prints the JSON Schema of the TOML spelling, for editors: `ttt schema > ttt.schema.json`.
    Schema,
    /// Shows a model: its tree with shapes, parameter counts and memory, its schema, or a diagram.
    Show(Show),
    /// Compares two schemas, or a schema with a checkpoint, piece by piece.
    ///
    /// What was renamed is told as that. Params and tensors are compared where one side is a checkpoint. Ends with 0
    /// when nothing differs, 1 when something does, 2 when a side cannot be read.
    Diff(Diff),
    /// Runs one forward pass on the tensors of a file.
    ///
    /// Inputs and outputs have Hugging Face's names: input_ids, attention_mask, token_type_ids, position_ids (I64,
    /// [B, T]) in; last_hidden_state, pooler_output, logits, … out.
    Run(Run),
    /// Continues texts.
    ///
    /// Tokens are chosen as the checkpoint's generation_config.json says, and by the options below.
    Generate(Generate),
    /// Talks with a model: type a message, read the answer. /clear forgets, /exit ends.
    Chat(Chat),
    /// Turns texts into vectors, with the checkpoint's own tokenizer, pooling and normalisation.
    Embed(Embed),
    /// Labels texts.
    Classify(Classify),
    /// Finds entities in texts.
    Tag(Tag),
    /// Guesses masked tokens.
    FillMask(FillMask),
    /// Answers a question from a text.
    Answer(Answer),
    /// Tells whether a text follows another.
    NextSentence(NextSentence),
    /// Scores a text by how well a model expects it: its perplexity.
    Score(Score),
    /// Measures how fast a model runs, beside what the machine can do.
    ///
    /// Reading a prompt, generating, the memory that it takes, and a process of its own up to the first token. A model that
    /// does not generate runs one pass.
    Bench(Bench),
    /// Writes a checkpoint in another format, with its tokenizer.
    Convert(Convert),
    /// Works with tokenizers: info, encode, decode, train.
    Tokenizer(Tokenizer),
    /// Keeps models by name: list, add, remove, path, verify.
    Models(Models),
    /// Writes down what the checkpoints that schemas name say of themselves, so that crates compile without them.
    ///
    /// For each `checkpoint "…"` line of a crate's `model!` and `model_file!`, or of a schema's file, `.ttt/NAME.lock` is
    /// written beside Cargo.toml or beside the schema. Commit it.
    Lock(Lock),
    /// Makes a crate with a small model that compiles, trains and prints.
    New(New),
}

/// What a command opens.
#[derive(Debug, Args)]
pub struct Source {
    /// A path, a stored model's name, org/name of the hub, or a built-in family's name.
    #[arg(value_name = "SRC")]
    pub path: PathBuf,
    #[command(flatten)]
    pub choice: Choice,
}

/// Which of the models that a source can be.
#[derive(Debug, Clone, Default, Args)]
pub struct Choice {
    /// The model, where a schema declares several.
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The head, or `base` for none [default: what the checkpoint's configuration asks for].
    #[arg(long, value_name = "NAME")]
    pub head: Option<String>,
    /// Starts from the values of a preset.
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Sets a param; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For tools.
    Json,
}

/// The precision of weights and arithmetic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// Weights in 16 bits, computed with in 32 on the CPU.
    F16,
    /// Weights in 16 bits with the range of 32, computed with in 32 on the CPU.
    Bf16,
    /// Matrices in blocks of 32 with a scale, 8 bits each; other numbers in 32 bits. Inputs are rounded to 8 bits as well.
    #[value(name = "q8_0")]
    Q8_0,
    /// The same with 4 bits each; matrices with a row for each token have 8.
    #[value(name = "q4_0")]
    Q4_0,
    /// The same with a scale and a least value.
    #[value(name = "q4_1")]
    Q4_1,
    /// Matrices as the checkpoint has them: in its blocks or its 16 bits.
    Stored,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// `ttt check`
#[derive(Debug, Args)]
pub struct Check {
    /// Paths, stored models, models of the hub, built-in families.
    #[arg(value_name = "SRC", required = true)]
    pub sources: Vec<PathBuf>,
    #[command(flatten)]
    pub choice: Choice,
    /// How diagnostics are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Checks again whenever a source, or a file beside it that it is read with, changes. Ctrl-C ends it.
    #[arg(long)]
    pub watch: bool,
}

/// `ttt fmt`
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files; `-` reads standard input and writes to standard output.
    #[arg(value_name = "FILE", required = true)]
    pub paths: Vec<PathBuf>,
    /// Changes nothing, prints what would change, and ends with 1 if anything would.
    #[arg(long)]
    pub check: bool,
    /// What the files hold [default: what their endings say; standard input is Rust-like].
    #[arg(long, value_enum)]
    pub spelling: Option<Spelling>,
}

/// How a schema is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Spelling {
    /// The Rust-like spelling, as in a .ttt file.
    Ttt,
    /// The TOML spelling.
    Toml,
    /// Rust with `model! { … }` in it.
    Rust,
}

/// `ttt explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Codes: T103, t103 or 103. A word finds the codes whose titles have it.
    #[arg(value_name = "CODE")]
    pub codes: Vec<String>,
    /// How they are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `ttt lock`
#[derive(Debug, Args)]
pub struct Lock {
    /// Folders of crates, or schemas in .toml and .ttt files.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
}

/// `ttt show`
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub source: Source,
    /// What to print.
    #[arg(long = "as", visible_alias = "format", value_enum, default_value_t)]
    pub form: Form,
    /// Where it goes [default: printed].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The precision that memory is counted in.
    #[arg(long, value_enum, default_value_t)]
    pub dtype: Precision,
    /// Prints what each transform led to and changed, and nothing else.
    #[arg(long, conflicts_with = "form")]
    pub transforms: bool,
}

/// What `ttt show` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// The tree of parts.
    #[default]
    Tree,
    /// The schema as TOML.
    Toml,
    /// The schema as it stands in `model! { … }`.
    Rust,
    /// The schema as JSON.
    Json,
    /// Every operation of one forward pass, flat, as JSON.
    Plan,
    /// A picture that stands alone: what flows where, with shapes, counts and lines.
    Svg,
    /// A page that stands alone, whose blocks fold and whose parts are searched.
    Html,
}

/// `ttt diff`
#[derive(Debug, Args)]
pub struct Diff {
    /// A schema, a checkpoint or a built-in family.
    #[arg(value_name = "A")]
    pub left: PathBuf,
    /// What it is compared with.
    #[arg(value_name = "B")]
    pub right: PathBuf,
    #[command(flatten)]
    pub choice: Choice,
    /// How differences are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `ttt run`
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub source: Source,
    /// A safetensors file with the inputs.
    #[arg(long, value_name = "FILE")]
    pub inputs: PathBuf,
    /// Where the outputs go, as safetensors.
    #[arg(long, value_name = "FILE")]
    pub outputs: PathBuf,
    /// Also writes every part's output under its path.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// The precision of weights and arithmetic.
    #[arg(long, value_enum, default_value_t)]
    pub dtype: Precision,
    /// Fills tensors that no checkpoint gives from this seed instead of failing.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `ttt new`
#[derive(Debug, Args)]
pub struct New {
    /// The crate's name, and the directory that is made.
    pub name: String,
    /// Where the crate finds `ttt`: a path to its sources [default: the published crate of this version].
    #[arg(long, value_name = "DIR")]
    pub ttt_path: Option<PathBuf>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().into(), value.trim().into())),
        _ => Err("expected KEY=VALUE, as in layers=4".into()),
    }
}
