//! A model's config: its params, defaults, presets, check.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::number::Scope;
use super::{Emitter, block, doc, head, ident};
use crate::program::{CheckedHead, CheckedModel};
use crate::spec::{Kind, Param, Preset};

/// `Gpt2Config`
pub(super) fn config_name(model: &str) -> String {
    format!("{model}Config")
}

/// `let &Gpt2Config { dim, heads, .. } = config;` for the params that were mentioned.
pub(super) fn unpack(model: &CheckedModel, scope: &Scope) -> TokenStream {
    let (ty, config) = (
        ident::plain(&config_name(&model.body.name)),
        ident::local("config"),
    );
    let params = model
        .body
        .params
        .iter()
        .filter(|param| scope.is_mentioned(param.name.as_str()));
    let mut names = params.map(|param| ident::plain(param.name.as_str())).peekable();
    if names.peek().is_none() {
        return TokenStream::new();
    }
    quote! { let &#ty { #(#names,)* .. } = #config; }
}

impl Emitter<'_> {
    /// A model's config with all that makes, checks and reads one.
    pub(super) fn config_items(&self, model: &CheckedModel) -> TokenStream {
        let name = ident::plain(&config_name(&model.body.name));
        let item = self.config_struct(model, &name);
        let default = self.config_default(model, &name);
        let presets = model
            .presets
            .iter()
            .map(|preset| self.preset(model, &name, preset));
        let inits = self.inits(model);
        let values = self.config_values(model, &name);
        quote! {
            #item
            #default

            impl #name {
                #(#presets)*
                #inits
            }

            #values
        }
    }

    fn config_struct(&self, model: &CheckedModel, name: &Ident) -> TokenStream {
        let docs = format!(" The params of [`{}`].", model.body.name);
        let fields = model.body.params.iter().map(|param| {
            let docs = doc::or(&param.doc, &format!("The param `{}`.", param.name));
            let field = ident::placed(param.name.as_str(), param.name.place, self.places);
            let ty = self.rust_type(&param.kind);
            quote! { #docs pub #field: #ty }
        });
        quote! {
            #[doc = #docs]
            #[derive(Clone, Debug, PartialEq)]
            pub struct #name { #(#fields),* }
        }
    }

    fn config_default(&self, model: &CheckedModel, name: &Ident) -> TokenStream {
        let scope = block::local_scope(&block::statics(&model.body.params, &[]));
        let lets = model
            .body
            .params
            .iter()
            .map(|param| self.default_let(param, &scope));
        let fields = model
            .body
            .params
            .iter()
            .map(|param| ident::plain(param.name.as_str()));
        quote! {
            impl Default for #name {
                fn default() -> #name {
                    #(#lets)*
                    #name { #(#fields),* }
                }
            }
        }
    }

    fn default_let(&self, param: &Param, scope: &Scope) -> TokenStream {
        let default = param.default.as_ref().map(|default| {
            let (name, ty) = (ident::plain(param.name.as_str()), self.rust_type(&param.kind));
            let value = self.expression(default, &param.kind, scope);
            quote! { let #name: #ty = #value; }
        });
        quote! { #default }
    }

    /// A preset's values, and the defaults that follow from them; the other params keep their defaults.
    fn preset(&self, model: &CheckedModel, config: &Ident, preset: &Preset) -> TokenStream {
        let docs = doc::or(&preset.doc, &format!("The preset `{}`.", preset.name));
        let name = ident::placed(preset.name.as_str(), preset.name.place, self.places);
        let default = ident::local("default");
        let mut scope = Scope::default();
        for param in &model.body.params {
            let access = ident::plain(param.name.as_str());
            scope.insert(param.name.as_str(), &param.kind, quote! { #default.#access });
        }
        let mut lets = Vec::new();
        let mut changed = Vec::new();
        for param in &model.body.params {
            let given = preset.values.iter().find(|(name, _)| *name == param.name);
            let value = match (given, &param.default) {
                (Some((_, value)), _) => value,
                (None, Some(default)) if mentions(default, &changed) => default,
                _ => continue,
            };
            let (field, ty) = (ident::plain(param.name.as_str()), self.rust_type(&param.kind));
            let value = self.expression(value, &param.kind, &scope);
            lets.push(quote! { let #field: #ty = #value; });
            scope.insert(param.name.as_str(), &param.kind, quote! { #field });
            changed.push(param.name.as_str());
        }
        let fields = changed.iter().map(|name| ident::plain(name));
        let rest = (changed.len() < model.body.params.len()).then(|| quote! { ..#default });
        quote! {
            #docs
            pub fn #name() -> #config {
                let #default = #config::default();
                #(#lets)*
                #config { #(#fields,)* #rest }
            }
        }
    }

    fn inits(&self, model: &CheckedModel) -> TokenStream {
        let text = &model.body.name;
        let name = self.type_name(text);
        let heads = model.heads.iter().map(|head| self.init_head(model, head));
        let made = made(model, &name, None, quote! { #name::new(self, init) });
        quote! {
            /// Whether every `require` of the schema holds, of the model and of all its parts.
            ///
            /// # Errors
            ///
            /// The first that does not hold, with the values it reads.
            pub fn check(&self) -> Result<(), expansion::ConfigError> {
                expansion::check(#name::program(), #text, None, &self.values())
            }

            /// A model with new parameters.
            ///
            /// # Errors
            ///
            /// When the config does not pass its `check`.
            pub fn init(&self, init: &Init) -> Result<#name, expansion::ConfigError> {
                self.check()?;
                #made
            }

            #(#heads)*
        }
    }

    fn init_head(&self, of: &CheckedModel, head: &CheckedHead) -> TokenStream {
        let model = of.body.name.as_str();
        let text = &head.body.name;
        let docs = format!(" A model with the head `{text}` and new parameters.");
        let function = ident::plain(&format!("init_{text}"));
        let base = self.type_name(model);
        let part = ident::plain(&head::head_name(model, text));
        let headed = ident::plain(&head::headed_name(model, text));
        let field = ident::plain(text);
        let headed = quote! { #headed { base: #base::new(self, init), #field: #part::new(self, init) } };
        let made = made(of, &base, Some(text), headed);
        let headed = ident::plain(&head::headed_name(model, text));
        quote! {
            #[doc = #docs]
            ///
            /// # Errors
            ///
            /// When a `require` of the schema does not hold.
            pub fn #function(&self, init: &Init) -> Result<#headed, expansion::ConfigError> {
                expansion::check(#base::program(), #model, Some(#text), &self.values())?;
                #made
            }
        }
    }

    /// The way to and from values by name, which is also how a config is written and read.
    fn config_values(&self, model: &CheckedModel, name: &Ident) -> TokenStream {
        let text = &model.body.name;
        let model_name = self.type_name(text);
        let params = &model.body.params;
        let names = params.iter().map(|param| param.name.as_str());
        let scalars = params.iter().map(scalar);
        let reads = params.iter().map(|param| {
            let (field, text) = (ident::plain(param.name.as_str()), param.name.as_str());
            let reader = reader(&param.kind);
            quote! { #field: expansion::#reader(&values, #text)? }
        });
        quote! {
            impl #name {
                /// Every param by its name.
                pub fn values(&self) -> expansion::Values {
                    expansion::Values::from_iter([#((#names.to_string(), #scalars)),*])
                }
            }

            /// Params that are not given have their defaults.
            impl TryFrom<&expansion::Values> for #name {
                type Error = expansion::ConfigError;

                fn try_from(given: &expansion::Values) -> Result<#name, expansion::ConfigError> {
                    let values = expansion::resolve(#model_name::program(), #text, given)?;
                    Ok(#name { #(#reads),* })
                }
            }

            impl expansion::Serialize for #name {
                fn serialize<S: expansion::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    expansion::Serialize::serialize(&self.values(), serializer)
                }
            }

            impl<'de> expansion::Deserialize<'de> for #name {
                fn deserialize<D: expansion::Deserializer<'de>>(deserializer: D) -> Result<#name, D::Error> {
                    let given = <expansion::Values as expansion::Deserialize>::deserialize(deserializer)?;
                    #name::try_from(&given).map_err(<D::Error as expansion::DeserializeError>::custom)
                }
            }
        }
    }
}

/// A new module, with what the model's transforms mark.
fn made(model: &CheckedModel, base: &Ident, head: Option<&str>, module: TokenStream) -> TokenStream {
    if model.transforms.is_empty() {
        return quote! { Ok(#module) };
    }
    let text = &model.body.name;
    let head = match head {
        Some(head) => quote! { Some(#head) },
        None => quote! { None },
    };
    quote! { expansion::marked(#module, #base::program(), #text, #head, &self.values()) }
}

fn mentions(default: &crate::spec::Expr, changed: &[&str]) -> bool {
    let mut found = false;
    default.visit_names(&mut |name| found |= changed.contains(&name.as_str()));
    found
}

/// A field as a scalar.
fn scalar(param: &Param) -> TokenStream {
    let field = ident::plain(param.name.as_str());
    match &param.kind {
        Kind::Dim => quote! { expansion::Scalar::Int(self.#field as i64) },
        Kind::Int => quote! { expansion::Scalar::Int(self.#field) },
        Kind::Float => quote! { expansion::Scalar::Float(self.#field) },
        Kind::Bool => quote! { expansion::Scalar::Bool(self.#field) },
        _ => quote! { expansion::Scalar::Variant(self.#field.to_string()) },
    }
}

/// The runtime's function that reads a value of this kind.
fn reader(kind: &Kind) -> Ident {
    ident::plain(match kind {
        Kind::Dim => "size",
        Kind::Int => "whole",
        Kind::Float => "real",
        Kind::Bool => "truth",
        _ => "variant",
    })
}
