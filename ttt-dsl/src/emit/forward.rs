//! The `forward` of a block, model or head.

use std::cell::{Cell, RefCell};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::number::Scope;
use super::piece::Piece;
use super::{Emitter, ident};
use crate::program::{
    CheckedBlock, CheckedForward, CheckedInput, CheckedModel, CheckedOutput, CheckedStatement,
};
use crate::spec::{DimItem, ElementType, ExprKind, Kind, TensorType};

/// `BertOutput`
pub(super) fn output_name(model: &str) -> String {
    format!("{model}Output")
}

/// The struct that holds several outputs.
pub(super) struct OutputStruct {
    pub name: Ident,
    pub item: TokenStream,
}

/// What emission of one `forward` reads and notes.
pub(super) struct Forward<'a> {
    pub emitter: &'a Emitter<'a>,
    pub block: &'a CheckedBlock,
    /// The type whose method it is, for messages.
    owner: String,
    /// What a head stands on.
    pub base: Option<&'a CheckedModel>,
    pub scope: Scope,
    /// Optional parts that an enclosing `if` has taken out of their fields.
    pub present: RefCell<Vec<String>>,
    /// Whether anything of the base is used.
    pub uses_base: Cell<bool>,
    /// How many calls that borrow the context were emitted.
    pub context_uses: Cell<usize>,
}

impl<'a> Forward<'a> {
    /// `scope` says how the forward reaches params and lets.
    pub fn new(
        emitter: &'a Emitter<'a>,
        block: &'a CheckedBlock,
        owner: &str,
        base: Option<&'a CheckedModel>,
        mut scope: Scope,
    ) -> Forward<'a> {
        for name in block.forward.iter().flat_map(|forward| &forward.bound) {
            let access = ident::plain(name);
            scope.insert(name, &Kind::Dim, quote! { #access });
        }
        Forward {
            emitter,
            block,
            owner: owner.to_string(),
            base,
            scope,
            present: RefCell::default(),
            uses_base: Cell::new(false),
            context_uses: Cell::new(0),
        }
    }

    /// Those of these static names that the forward mentions.
    pub fn mentioned(&self, statics: &[(String, Kind)]) -> Vec<(String, Kind)> {
        statics
            .iter()
            .filter(|(name, _)| self.scope.is_mentioned(name))
            .cloned()
            .collect()
    }

    /// The struct for the outputs of a model or head, when there are several.
    pub fn output_struct(&self) -> Option<OutputStruct> {
        let outputs = &self.block.forward.as_ref()?.outputs;
        if outputs.len() < 2 {
            return None;
        }
        let name = ident::plain(&output_name(&self.owner));
        let docs = format!(" What `{}` gives.", self.owner);
        let fields = outputs.iter().map(|output| {
            let (field, ty) = (ident::plain(&output.name), output_type(output));
            let docs = format!(" `{}`", output.ty);
            quote! { #[doc = #docs] pub #field: #ty }
        });
        let item = quote! {
            #[doc = #docs]
            #[derive(Clone, Debug)]
            pub struct #name { #(#fields),* }
        };
        Some(OutputStruct { name, item })
    }

    /// The method. Several outputs are a tuple unless a struct is named.
    pub fn method(&self, output: Option<&Ident>) -> TokenStream {
        let Some(forward) = &self.block.forward else {
            return TokenStream::new();
        };
        let inputs: Vec<_> = forward.inputs.iter().map(parameter).collect();
        let opening = self.opening(forward);
        let statements = self.statements(&forward.statements);
        let closing = self.closing(forward, output);
        let result = result_type(&forward.outputs, output);
        let docs = format!(" `{}`", signature_text(forward));
        let (cx, base) = (ident::local("cx"), self.base_parameter());
        quote! {
            #[doc = #docs]
            ///
            /// # Panics
            ///
            /// When an input is not of its declared shape.
            pub fn forward(&self, #cx: &mut Context, #base #(#inputs),*) -> #result {
                #opening
                #statements
                #closing
            }
        }
    }

    /// `let`s of a forward, one to one.
    pub fn statements(&self, statements: &[CheckedStatement]) -> TokenStream {
        let statements = statements.iter().map(|statement| {
            let names: Vec<_> = statement.names.iter().map(|name| ident::plain(name)).collect();
            let value = self.value(&statement.value);
            if statement.tuple {
                quote! { let (#(#names),*) = #value; }
            } else {
                quote! { let #(#names)* = #value; }
            }
        });
        quote! { #(#statements)* }
    }

    fn base_parameter(&self) -> Option<TokenStream> {
        let base = self.base.filter(|_| self.uses_base.get())?;
        let (local, ty) = (ident::local("base"), self.emitter.type_name(&base.body.name));
        Some(quote! { #local: &#ty, })
    }

    /// Binds the names that the call gives sizes to, fills inputs that were left out, checks the shapes of all inputs.
    fn opening(&self, forward: &CheckedForward) -> TokenStream {
        let mut bound = Vec::new();
        let (required, defaulted): (Vec<_>, Vec<_>) =
            forward.inputs.iter().partition(|input| input.default.is_none());
        let device = device(forward);
        let lines: Vec<_> = required
            .iter()
            .map(|input| {
                let bind = bind(input, &forward.bound, &mut bound);
                let check = self.shape_check(&input.name, &input.ty);
                quote! { #bind #check }
            })
            .collect();
        let filled = defaulted.iter().map(|input| {
            let fill = self.fill(input, device.as_ref());
            let check = self.shape_check(&input.name, &input.ty);
            quote! { #fill #check }
        });
        quote! { #(#lines)* #(#filled)* }
    }

    /// Fills those inputs that have a default, after binding the names that their shapes mention.
    pub fn fills(&self, forward: &CheckedForward, indices: &[usize]) -> TokenStream {
        let chosen = indices.iter().filter_map(|index| forward.inputs.get(*index));
        let mut defaulted = chosen.filter(|input| input.default.is_some()).peekable();
        if defaulted.peek().is_none() {
            return TokenStream::new();
        }
        let mut bound = Vec::new();
        let required = forward.inputs.iter().filter(|input| input.default.is_none());
        let binds: Vec<_> = required
            .map(|input| bind(input, &forward.bound, &mut bound))
            .collect();
        let device = device(forward);
        let fills = defaulted.map(|input| self.fill(input, device.as_ref()));
        quote! { #(#binds)* #(#fills)* }
    }

    /// `let x = x.unwrap_or_else(|| Tensor::full([B, T], 0, device));`
    fn fill(&self, input: &CheckedInput, device: Option<&TokenStream>) -> TokenStream {
        let (Some(default), Some(device)) = (input.default, device) else {
            return TokenStream::new();
        };
        let name = ident::plain(&input.name);
        let sizes = self.sizes(&input.ty);
        let value = match input.ty.element {
            ElementType::Float => super::number::real(default),
            ElementType::Int => {
                let value = default as i64;
                quote! { #value }
            }
            ElementType::Bool => {
                let value = default != 0.0;
                quote! { #value }
            }
        };
        quote! { let #name = #name.unwrap_or_else(|| Tensor::full([#(#sizes),*], #value, #device)); }
    }

    fn shape_check(&self, name: &str, ty: &TensorType) -> TokenStream {
        self.check(&ident::plain(name), name, ty)
    }

    fn check(&self, tensor: &Ident, name: &str, ty: &TensorType) -> TokenStream {
        let place = format!("{}: {name}", self.owner);
        let sizes = self.sizes(ty);
        let text = ty.to_string();
        quote! { expansion::check_shape(#place, #text, #tensor.dims(), [#(#sizes),*]); }
    }

    fn sizes(&self, ty: &TensorType) -> Vec<Piece> {
        let dims = ty.dims.iter().filter_map(|item| match item {
            DimItem::Dim(expr) => Some(expr),
            DimItem::Rest => None,
        });
        dims.map(|expr| self.emitter.expression(expr, &Kind::Dim, &self.scope))
            .collect()
    }

    /// Evaluates the outputs in order, checks their shapes, gives them.
    fn closing(&self, forward: &CheckedForward, output: Option<&Ident>) -> TokenStream {
        let outputs = forward.outputs.iter().zip(&forward.results);
        let (locals, lines): (Vec<_>, Vec<_>) = outputs
            .map(|(output, result)| {
                let local = ident::local(&output.name);
                let value = self.value(result);
                let check = self.check(&local, &output.name, &output.ty);
                let check = match output.condition {
                    Some(_) => quote! { if let Some(#local) = &#local { #check } },
                    None => check,
                };
                (local.clone(), quote! { let #local = #value; #check })
            })
            .unzip();
        let fields = forward.outputs.iter().map(|output| ident::plain(&output.name));
        let given = match (output, locals.as_slice()) {
            (Some(output), _) => quote! { #output { #(#fields: #locals),* } },
            (None, [single]) => quote! { #single },
            (None, _) => quote! { (#(#locals),*) },
        };
        quote! { #(#lines)* #given }
    }
}

/// Where the inputs are that the caller must give.
fn device(forward: &CheckedForward) -> Option<TokenStream> {
    let input = forward.inputs.iter().find(|input| input.default.is_none())?;
    let input = ident::plain(&input.name);
    Some(quote! { &#input.device() })
}

/// `let [B, T, _] = x.dims();` for the names that no earlier input has bound.
fn bind(input: &CheckedInput, names: &[String], bound: &mut Vec<String>) -> TokenStream {
    let mut binds = false;
    let pattern: Vec<_> = input
        .ty
        .dims
        .iter()
        .map(|item| match fresh(item, names, bound) {
            Some(name) => {
                binds = true;
                bound.push(name.to_string());
                let name = ident::plain(name);
                quote! { #name }
            }
            None => quote! { _ },
        })
        .collect();
    let name = ident::plain(&input.name);
    if binds {
        quote! { let [#(#pattern),*] = #name.dims(); }
    } else {
        TokenStream::new()
    }
}

fn fresh<'a>(item: &'a DimItem, names: &[String], bound: &[String]) -> Option<&'a str> {
    let DimItem::Dim(expr) = item else {
        return None;
    };
    let ExprKind::Name(name) = &expr.kind else {
        return None;
    };
    let is_bound_by_call = names.iter().any(|candidate| candidate == name.as_str());
    let is_new = bound.iter().all(|earlier| earlier != name.as_str());
    (is_bound_by_call && is_new).then_some(name.as_str())
}

/// `x: Tensor<3>`; an input with a default may be left out.
pub(super) fn parameter(input: &CheckedInput) -> TokenStream {
    let (name, ty) = (ident::plain(&input.name), tensor(&input.ty));
    match input.default {
        Some(_) => quote! { #name: Option<#ty> },
        None => quote! { #name: #ty },
    }
}

/// The type of what a forward gives.
pub(super) fn result_type(outputs: &[CheckedOutput], output: Option<&Ident>) -> TokenStream {
    let types: Vec<_> = outputs.iter().map(output_type).collect();
    match (output, types.as_slice()) {
        (Some(output), _) => quote! { #output },
        (None, [single]) => single.clone(),
        (None, types) => quote! { (#(#types),*) },
    }
}

fn output_type(output: &CheckedOutput) -> TokenStream {
    let ty = tensor(&output.ty);
    match output.condition {
        Some(_) => quote! { Option<#ty> },
        None => ty,
    }
}

/// `Tensor<3>`, `Tensor<2, Int>`
pub(super) fn tensor(ty: &TensorType) -> TokenStream {
    let rank = proc_macro2::Literal::usize_unsuffixed(ty.dims.len());
    match ty.element {
        ElementType::Float => quote! { Tensor<#rank> },
        ElementType::Int => quote! { Tensor<#rank, Int> },
        ElementType::Bool => quote! { Tensor<#rank, Bool> },
    }
}

fn signature_text(forward: &CheckedForward) -> String {
    let inputs = forward
        .inputs
        .iter()
        .map(|input| format!("{}: {}", input.name, input.ty));
    let outputs = forward.outputs.iter().map(|output| output.ty.to_string());
    let outputs: Vec<_> = outputs.collect();
    let outputs = match outputs.as_slice() {
        [single] => single.clone(),
        several => format!("({})", several.join(", ")),
    };
    format!("({}) -> {outputs}", inputs.collect::<Vec<_>>().join(", "))
}
