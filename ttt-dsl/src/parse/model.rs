//! Models, heads, presets.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::body::{BODY, keeps_its_name};
use super::recovery::Until;
use super::token::at_label;
use super::{Parse, Parser};
use crate::place::Place;
use crate::spec::{Body, Edit, Expr, Head, Loss, Model, Name, Preset};

const MODEL_WORDS: [&str; 13] = [
    "params",
    "let",
    "require",
    "tie",
    "forward",
    "head",
    "preset",
    "config",
    "weights",
    "checkpoint",
    "remove",
    "replace",
    "transform",
];
const HEAD_WORDS: [&str; 6] = ["let", "require", "tie", "forward", "fold", "loss"];

impl Parser {
    /// `model Gpt2 extends Other { … }`
    pub(crate) fn model(&mut self, input: ParseStream, doc: String) -> Parse<Model> {
        let name = self.name(input, "the name of a model")?;
        let extends = match self.take_meant(input, "extends") {
            Some(_) => Some(self.name(input, "the name of a model")?),
            None => None,
        };
        let mut model = empty_model(doc, name, extends);
        self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.sequence(content, BODY, |parser, input| {
                let keeps_its_name = keeps_its_name(input);
                let read = parser.model_item(input, &mut model);
                model.body.incomplete |= read.is_err() && !keeps_its_name;
                read
            });
        })?;
        removals_first(&mut model.edits);
        Ok(model)
    }

    fn model_item(&mut self, input: ParseStream, model: &mut Model) -> Parse<()> {
        let doc = self.item_doc(input);
        if at_label(input) {
            return self.part_item(input, doc, &mut model.body);
        }
        let begun = self.keyword(input, "a model", &MODEL_WORDS)?;
        match begun.0 {
            "params" => {
                let (params, _) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
                    parser.params(content)
                })?;
                model.params.extend(params);
            }
            "head" => model.heads.push(self.head(input, doc)?),
            "preset" => model.presets.push(self.preset(input, doc)?),
            "config" => model.configs.push(self.config(input)?),
            "weights" => model.weights.push(self.weights(input)?),
            "checkpoint" => {
                let checkpoint = self.checkpoint(input)?;
                model.checkpoints.push(checkpoint);
            }
            "remove" => {
                let path = self.path(input)?;
                model.edits.push(Edit::Remove(path));
                self.expect(input, ";")?;
            }
            "transform" => self.transforms(input, &mut model.transforms)?,
            "replace" => {
                let part = self.replacement(input, doc)?;
                model.edits.push(part);
                self.expect(input, ";")?;
            }
            _ => self.body_item(input, begun, &mut model.body)?,
        }
        Ok(())
    }

    fn replacement(&mut self, input: ParseStream, doc: String) -> Parse<Edit> {
        let name = self.name(input, "the name of a part of the copied model")?;
        if self.take_meant(input, "with").is_none() {
            return Err(self.unexpected(input, "`with`"));
        }
        Ok(Edit::Replace(self.part(input, doc, name)?))
    }

    fn head(&mut self, input: ParseStream, doc: String) -> Parse<Head> {
        let name = self.name(input, "the name of a head")?;
        let params = match input.peek(syn::token::Paren) {
            true => self.params_in_brackets(input)?,
            false => Vec::new(),
        };
        let mut head = Head {
            doc,
            name,
            params,
            fold: None,
            body: Body::default(),
            losses: Vec::new(),
        };
        self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.sequence(content, BODY, |parser, input| {
                let keeps_its_name = keeps_its_name(input);
                let read = parser.head_item(input, &mut head);
                head.body.incomplete |= read.is_err() && !keeps_its_name;
                read
            });
        })?;
        Ok(head)
    }

    fn head_item(&mut self, input: ParseStream, head: &mut Head) -> Parse<()> {
        let doc = self.item_doc(input);
        if at_label(input) {
            return self.part_item(input, doc, &mut head.body);
        }
        let begun = self.keyword(input, "a head", &HEAD_WORDS)?;
        match begun.0 {
            "loss" => {
                let loss = self.loss(input)?;
                head.losses.push(loss);
            }
            "fold" => {
                let name = self.folded(input)?;
                if head.fold.replace(name).is_some() {
                    self.said_twice(begun.1, "fold");
                }
            }
            _ => return self.body_item(input, begun, &mut head.body),
        }
        self.expect(input, ";").map(|_| ())
    }

    /// The dimension that a head folds.
    pub(crate) fn folded(&mut self, input: ParseStream) -> Parse<Name> {
        self.name(input, "the name of a dimension")
    }

    /// `cross_entropy(logits: mc_logits)`
    pub(crate) fn loss(&mut self, input: ParseStream) -> Parse<Loss> {
        let name = self.name(input, "the name of a loss")?;
        let args = match input.peek(syn::token::Paren) {
            true => self.arguments(input)?.0,
            false => Vec::new(),
        };
        Ok(Loss { name, args })
    }

    fn preset(&mut self, input: ParseStream, doc: String) -> Parse<Preset> {
        let name = self.name(input, "the name of a preset")?;
        let (values, _) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            let until = Until {
                words: &[],
                labels: true,
                texts: false,
            };
            parser.list(content, until, Parser::preset_value, missing_value)
        })?;
        Ok(Preset { doc, name, values })
    }

    fn preset_value(&mut self, input: ParseStream) -> Parse<(Name, Expr)> {
        let name = self.name(input, "the name of a param")?;
        self.expect(input, ":")?;
        Ok((name, self.expression(input)?))
    }
}

/// A preset's value of which at most the name could be read.
fn missing_value(read: Option<(Name, Expr)>, place: Place) -> Option<(Name, Expr)> {
    let name = read.map_or(Name::MISSING, |(name, _)| name);
    Some((name, Expr::missing(place)))
}

/// A model without items.
pub(crate) fn empty_model(doc: String, name: Name, extends: Option<Name>) -> Model {
    Model {
        doc,
        name,
        extends,
        edits: Vec::new(),
        params: Vec::new(),
        body: Body::default(),
        transforms: Vec::new(),
        heads: Vec::new(),
        presets: Vec::new(),
        configs: Vec::new(),
        weights: Vec::new(),
        checkpoints: Vec::new(),
    }
}

/// Both spellings give edits in the same order, though TOML keeps removals and replacements apart.
fn removals_first(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| matches!(edit, Edit::Replace(_)));
}
