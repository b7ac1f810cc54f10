//! A checked program as Rust: one struct of Burn modules per block, model and head, one config per model.
//!
//! The expansion reads as a person would write it: the schema's own names, its `let`s one to one, and calls of the
//! runtime's leaves and operations. [`partial`] gives the same types without their insides, for a schema with mistakes,
//! so that the code around the macro still finds what it uses.
//!
//! An expansion is a private module that is exported by name, because Burn's derive writes paths that begin with
//! `burn::`, and the crate that calls the macro need not depend on Burn.

mod block;
mod call;
mod config;
mod doc;
mod enumeration;
mod forward;
mod head;
mod headed;
mod ident;
mod number;
mod part;
mod partial;
mod piece;
mod preset;
mod reach;
mod reserved;
mod spec;
mod value;
mod wrapper;

pub use partial::partial;
pub use reserved::check_names;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::check;
use crate::place::Places;
use crate::program::{CheckedBlock, CheckedModel, Program};

/// Everything a program declares. `krate` is the path of the runtime: `::ttt_runtime` or `$crate`.
///
/// Standard blocks are not part of the expansion: the runtime holds theirs.
pub fn emit(program: &Program, krate: &TokenStream, places: &Places) -> TokenStream {
    let emitter = Emitter { program, places };
    let enums = program.spec.enums.iter().map(|decl| emitter.enum_item(decl));
    let blocks = program.blocks.iter().filter(|block| !block.standard);
    let blocks = blocks.map(|block| emitter.block_items(block));
    let models = program.models.iter().map(|model| {
        let config = emitter.config_items(model);
        let body = emitter.model_items(model);
        let heads = model.heads.iter().map(|head| emitter.head_items(model, head));
        quote! { #config #body #(#heads)* }
    });
    let spec = emitter.spec_items();
    let presets = match program.models.as_slice() {
        [model] => preset::item(&model.body.name, &model.presets, places),
        _ => TokenStream::new(),
    };
    let items = quote! { #(#enums)* #(#blocks)* #(#models)* #spec };
    wrapper::wrap(&emitter.types(), &program.spec.leaves, krate, &items, &presets)
}

/// The standard blocks, for the runtime's own crate.
pub fn standard_blocks() -> TokenStream {
    let program = check::standard_program();
    let emitter = Emitter {
        program: &program,
        places: &Places::default(),
    };
    let imports = wrapper::imports(&quote! { crate });
    let blocks = program.blocks.iter().map(|block| emitter.block_items(block));
    quote! { #[allow(unused_imports)] #imports #(#blocks)* }
}

/// What all emission reads.
struct Emitter<'a> {
    program: &'a Program,
    places: &'a Places,
}

impl Emitter<'_> {
    /// The names of all types of the expansion.
    fn types(&self) -> Vec<Ident> {
        let enums = self
            .program
            .spec
            .enums
            .iter()
            .map(|decl| ident::placed(decl.name.as_str(), decl.name.place, self.places));
        let blocks = self.program.blocks.iter().filter(|block| !block.standard);
        let blocks = blocks.map(|block| self.type_name(&block.name));
        let models = self.program.models.iter();
        let models = models.flat_map(|model| model_types(self, &model.body.name, &outputs_of(model)));
        enums.chain(blocks).chain(models).collect()
    }
}

/// The types of a model: itself, its config, its heads, its structs of several outputs. `outputs` holds how many there
/// are of the model's own and of each head's, with its name.
fn model_types(emitter: &Emitter, model: &str, outputs: &[(Option<String>, usize)]) -> Vec<Ident> {
    let mut types = vec![
        emitter.type_name(model),
        ident::plain(&config::config_name(model)),
    ];
    for (head, count) in outputs {
        let owner = match head {
            Some(head) => {
                types.push(ident::plain(&head::head_name(model, head)));
                types.push(ident::plain(&head::headed_name(model, head)));
                head::headed_name(model, head)
            }
            None => model.to_string(),
        };
        if *count > 1 {
            types.push(ident::plain(&forward::output_name(&owner)));
        }
    }
    types
}

fn outputs_of(model: &CheckedModel) -> Vec<(Option<String>, usize)> {
    let count = |block: &CheckedBlock| block.forward.as_ref().map_or(0, |forward| forward.outputs.len());
    let heads = model
        .heads
        .iter()
        .map(|head| (Some(head.body.name.clone()), count(&head.body)));
    [(None, count(&model.body))].into_iter().chain(heads).collect()
}
