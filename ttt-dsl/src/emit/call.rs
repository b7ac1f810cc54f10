//! Calls of parts and functions.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::forward::Forward;
use super::piece::{Level, Piece};
use super::value::rank;
use super::{ident, part};
use crate::program::{Callee, CheckedPart, Value, ValueType};
use crate::spec::{DimItem, Expr, Function, Signature, TensorType, Tie};
use crate::standard;

/// What a part's `forward` is called with, as far as its arguments go.
struct Inputs {
    names: Vec<String>,
    /// Whether the input may be left out.
    optional: Vec<bool>,
    context: bool,
}

impl Forward<'_> {
    /// A call of a part. A repeated part passes its first argument through every copy in order.
    pub fn part_call(&self, name: &str, args: &[Option<Value>], value: &Value) -> Piece {
        let Some(part) = self.part(name) else {
            return self.value_of_missing(name);
        };
        let inputs = self.inputs(&part.callee);
        let before = self.context_uses.get();
        let args: Vec<_> = args
            .iter()
            .zip(&inputs.optional)
            .map(|(arg, optional)| self.argument(arg, *optional))
            .collect();
        let nested = self.context_uses.get() > before;
        if inputs.context {
            self.context_uses.set(self.context_uses.get() + 1);
        }
        let receiver = self.receiver(part, value.place);
        let turbofish = self.turbofish(part, value);
        if part.count.is_some() {
            return fold(&receiver, &turbofish, &inputs, &args);
        }
        let tie = self
            .block
            .ties
            .iter()
            .find(|tie| part::tied(tie).is_some_and(|(tied, _)| tied == name));
        match tie {
            Some(tie) => self.tied_call(tie, &receiver, &turbofish, &inputs, &args),
            None if inputs.context && nested => {
                let (lets, names) = hoist(&inputs.names, &args);
                let call = call(&quote! { #receiver.forward #turbofish }, true, &names);
                Piece::new(quote! { { #lets #call } }, Level::Block)
            }
            None => Piece::atom(call(
                &quote! { #receiver.forward #turbofish },
                inputs.context,
                &args,
            )),
        }
    }

    /// A call of a standard function: the context, the tensors, the static arguments.
    pub fn function_call(
        &self,
        name: &str,
        context: bool,
        inputs: &[Value],
        statics: &[(String, Expr)],
        ty: &ValueType,
    ) -> Piece {
        let functions = &standard::library().functions;
        let function = functions.iter().find(|function| function.name.as_str() == name);
        let before = self.context_uses.get();
        let mut args: Vec<_> = inputs.iter().map(|input| self.value(input)).collect();
        let nested = self.context_uses.get() > before;
        if function.is_some_and(takes_list) {
            args = vec![Piece::atom(quote! { vec![#(#args),*] })];
        }
        let kinds = function
            .iter()
            .flat_map(|function| &function.params)
            .map(|param| &param.kind);
        let statics = statics.iter().zip(kinds);
        let statics = statics.map(|((_, value), kind)| self.emitter.expression(value, kind, &self.scope));
        let turbofish = function.is_some_and(changes_rank).then(|| {
            let ranks = inputs.iter().map(|input| rank(&input.ty));
            let to = rank(ty);
            quote! { ::<#(#ranks,)* #to> }
        });
        let name = ident::plain(name);
        let path = quote! { op::#name #turbofish };
        if !context {
            args.extend(statics);
            return Piece::atom(call(&path, false, &args));
        }
        self.context_uses.set(self.context_uses.get() + 1);
        if !nested {
            args.extend(statics);
            return Piece::atom(call(&path, true, &args));
        }
        let names: Vec<String> = function
            .iter()
            .flat_map(|function| &function.inputs)
            .map(|input| input.name.text.clone())
            .collect();
        let (lets, mut args) = hoist(&names, &args);
        args.extend(statics);
        let call = call(&path, true, &args);
        Piece::new(quote! { { #lets #call } }, Level::Block)
    }

    /// A call with the tensor of the tie's owner.
    fn tied_call(
        &self,
        tie: &Tie,
        receiver: &TokenStream,
        turbofish: &TokenStream,
        inputs: &Inputs,
        args: &[Piece],
    ) -> Piece {
        let owner = self.owner(&tie.owner);
        // A matrix in blocks and a tensor are both what a leaf may take.
        let owner = quote! { #owner.into() };
        let Some(condition) = &tie.condition else {
            let args = args
                .iter()
                .cloned()
                .chain([Piece::atom(owner)])
                .collect::<Vec<_>>();
            return Piece::atom(call(
                &quote! { #receiver.forward_with #turbofish },
                inputs.context,
                &args,
            ));
        };
        let condition = self.emitter.condition(condition, &self.scope);
        let (lets, mut names) = hoist(&inputs.names, args);
        let alone = call(&quote! { #receiver.forward #turbofish }, inputs.context, &names);
        names.push(Piece::atom(owner));
        let tied = call(
            &quote! { #receiver.forward_with #turbofish },
            inputs.context,
            &names,
        );
        Piece::new(
            quote! { { #lets if #condition { #tied } else { #alone } } },
            Level::Block,
        )
    }

    fn argument(&self, arg: &Option<Value>, optional: bool) -> Piece {
        match arg {
            Some(value) if optional => {
                let value = self.value(value);
                Piece::atom(quote! { Some(#value) })
            }
            Some(value) => self.value(value),
            None => Piece::atom(quote! { None }),
        }
    }

    fn inputs(&self, callee: &Callee) -> Inputs {
        match callee {
            Callee::Block(name) => {
                let forward = self
                    .emitter
                    .program
                    .block(name)
                    .and_then(|block| block.forward.as_ref());
                let inputs = forward.map_or(&[][..], |forward| &forward.inputs);
                Inputs {
                    names: inputs.iter().map(|input| input.name.clone()).collect(),
                    optional: inputs.iter().map(|input| input.default.is_some()).collect(),
                    context: true,
                }
            }
            Callee::Leaf(_) => {
                let signature = self.leaf_signature(callee);
                let inputs = signature.map_or(&[][..], |signature| &signature.inputs);
                Inputs {
                    names: inputs.iter().map(|input| input.name.text.clone()).collect(),
                    optional: inputs.iter().map(|input| input.default.is_some()).collect(),
                    context: signature.is_some_and(|signature| signature.context),
                }
            }
        }
    }

    fn leaf_signature(&self, callee: &Callee) -> Option<&Signature> {
        match callee {
            Callee::Leaf(name) => self.emitter.program.leaf(name)?.signature.as_ref(),
            Callee::Block(_) => None,
        }
    }

    /// Ranks, for a leaf whose output has leading dimensions in common with its input but another rank.
    fn turbofish(&self, part: &CheckedPart, value: &Value) -> TokenStream {
        let Some(signature) = self.leaf_signature(&part.callee) else {
            return TokenStream::new();
        };
        let (Some(input), Some(output)) = (signature.inputs.first(), signature.outputs.first()) else {
            return TokenStream::new();
        };
        let leading = [&input.ty.dims, &output.ty.dims].map(|dims| dims.contains(&DimItem::Rest));
        let difference = output.ty.dims.len() as i64 - input.ty.dims.len() as i64;
        let Some(to) = value
            .ty
            .rank()
            .filter(|_| leading == [true, true] && difference != 0)
        else {
            return TokenStream::new();
        };
        let from = proc_macro2::Literal::i64_unsuffixed(to as i64 - difference);
        let to = proc_macro2::Literal::usize_unsuffixed(to);
        quote! { ::<#from, #to> }
    }
}

fn takes_list(function: &Function) -> bool {
    function
        .rule
        .as_ref()
        .is_some_and(|rule| rule.as_str() == "concat")
}

/// Whether a function of tensors of any rank gives one of another: its ranks are written out.
fn changes_rank(function: &Function) -> bool {
    let leading = |ty: &TensorType| ty.dims.contains(&DimItem::Rest);
    match (&function.rule, function.inputs.first(), &function.output) {
        (Some(rule), ..) => rule.as_str() == "reduce",
        (None, Some(input), Some(output)) => leading(output) && input.ty.dims.len() != output.dims.len(),
        _ => false,
    }
}

fn call(path: &TokenStream, context: bool, args: &[Piece]) -> TokenStream {
    let cx = context.then(|| ident::local("cx")).into_iter();
    quote! { #path(#(#cx,)* #(#args),*) }
}

/// Evaluates arguments before a call that borrows the context, because they borrow it too.
fn hoist(names: &[String], args: &[Piece]) -> (TokenStream, Vec<Piece>) {
    let names: Vec<Ident> = (0..args.len())
        .map(|index| ident::local(names.get(index).map_or("parts", String::as_str)))
        .collect();
    let pieces = names.iter().map(|name| Piece::atom(quote! { #name })).collect();
    (quote! { #(let #names = #args;)* }, pieces)
}

/// Passes the first argument through every copy; the others go to each.
fn fold(receiver: &TokenStream, turbofish: &TokenStream, inputs: &Inputs, args: &[Piece]) -> Piece {
    let names: Vec<Ident> = inputs.names.iter().map(|name| ident::local(name)).collect();
    let ([first, others @ ..], [first_arg, other_args @ ..]) = (names.as_slice(), args) else {
        return Piece::atom(TokenStream::new());
    };
    let copy = ident::local("copy");
    let cx = inputs.context.then(|| ident::local("cx")).into_iter();
    let tokens = quote! {
        {
            let mut #first = #first_arg;
            #(let #others = #other_args;)*
            for #copy in #receiver.iter() {
                #first = #copy.forward #turbofish(#(#cx,)* #first, #(#others.clone()),*);
            }
            #first
        }
    };
    Piece::new(tokens, Level::Block)
}
