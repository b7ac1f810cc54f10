//! `ttt models …`

use clap::{Args, Subcommand};

use super::Format;

/// `ttt models`
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Models {
    /// What to do.
    #[command(subcommand)]
    pub command: ModelsCommand,
}

/// What is done with the models of the store.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Lists the models that can be named.
    List {
        /// How they are printed.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Adds a model: a path, or org/name of the hub.
    Add {
        /// The path, or org/name, org/name@revision, org/name:Q4_0.
        #[arg(value_name = "SRC")]
        source: String,
        /// What it is to be called [default: as the file or directory is].
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Notes where the files are instead of copying them.
        #[arg(long)]
        link: bool,
    },
    /// Removes a model from the store.
    Remove {
        /// Its name.
        name: String,
    },
    /// Prints where a model is.
    Path {
        /// Its name.
        name: String,
    },
    /// Compares a model's files with what they were when it was added.
    Verify {
        /// Its name.
        name: String,
    },
}
