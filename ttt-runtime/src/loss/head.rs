//! What a head is trained with.

use burn::tensor::{Bool, Int, Tensor};
use indexmap::IndexMap;
use ttt_dsl::instance::{Scalar, Values, evaluate};
use ttt_dsl::program::{CheckedHead, CheckedLoss, Program};
use ttt_dsl::spec::ElementType;
use ttt_dsl::standard;

use super::{IGNORED, LossError, binary, cross_entropy, masked_token, next_token, regression, span};
use crate::context::Context;
use crate::enums::ProblemType;
use crate::interpret::describe;
use crate::tensor::AnyTensor;

/// The losses of a head, and the params that their static arguments read.
#[derive(Clone, Copy, Debug)]
pub struct HeadLoss<'a> {
    /// The schema.
    pub program: &'a Program,
    /// The model's name.
    pub model: &'a str,
    /// The head's name.
    pub head: &'a str,
    /// The model's params.
    pub values: &'a Values,
}

impl HeadLoss<'_> {
    /// The sum of the head's losses, of one number, from the head's outputs and the labels, both by name.
    ///
    /// Labels of tokens do not count where they are -100, nor where the context's attention mask is false.
    ///
    /// # Errors
    ///
    /// When a label is missing, unknown or does not fit the outputs.
    pub fn of<O: Into<String>, L: Into<String>>(
        &self,
        cx: &Context,
        outputs: impl IntoIterator<Item = (O, AnyTensor)>,
        labels: impl IntoIterator<Item = (L, AnyTensor)>,
    ) -> Result<Tensor<1>, LossError> {
        let model = self.program.model(self.model);
        let head = model.and_then(|model| model.head(self.head));
        let head = head
            .filter(|head| !head.losses.is_empty())
            .ok_or_else(|| LossError::None {
                model: format!("{} with {}", self.model, self.head),
            })?;
        let outputs = outputs
            .into_iter()
            .map(|(name, tensor)| (name.into(), tensor))
            .collect();
        let labels = labels
            .into_iter()
            .map(|(name, tensor)| (name.into(), tensor))
            .collect();
        check_known(head, &labels)?;
        let mut total: Option<Tensor<1>> = None;
        for loss in &head.losses {
            let call = LossCall {
                loss,
                tensors: tensors(loss, &outputs, &labels)?,
                mask: cx.attention_mask.as_ref(),
                values: self.values,
            };
            let loss = call.compute()?;
            total = Some(match total {
                Some(total) => total + loss,
                None => loss,
            });
        }
        total.ok_or_else(|| LossError::Program(format!("`{}` has no loss", self.head)))
    }
}

/// The tensors that a loss reads, by the names of its own inputs.
fn tensors<'a>(
    loss: &'a CheckedLoss,
    outputs: &IndexMap<String, AnyTensor>,
    labels: &IndexMap<String, AnyTensor>,
) -> Result<Vec<(&'a str, AnyTensor)>, LossError> {
    let declared = standard::loss(&loss.name).map(|declared| declared.inputs.as_slice());
    let declared = declared.ok_or_else(|| LossError::Program(format!("there is no loss `{}`", loss.name)))?;
    let pairs = declared.iter().zip(&loss.tensors);
    let tensors = pairs.map(|(input, name)| {
        let found = match input.given {
            true => labels.get(name).ok_or_else(|| LossError::Missing {
                labels: name.clone(),
                expected: input.ty.to_string(),
            }),
            false => outputs
                .get(name)
                .ok_or_else(|| LossError::Output { output: name.clone() }),
        };
        found.map(|tensor| (name.as_str(), tensor.clone()))
    });
    tensors.collect()
}

fn check_known(head: &CheckedHead, labels: &IndexMap<String, AnyTensor>) -> Result<(), LossError> {
    let declared = head
        .losses
        .iter()
        .filter_map(|loss| Some((loss, standard::loss(&loss.name)?)));
    let read = declared.flat_map(|(loss, declared)| declared.inputs.iter().zip(&loss.tensors));
    let known: Vec<&String> = read
        .filter(|(input, _)| input.given)
        .map(|(_, name)| name)
        .collect();
    match labels.keys().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(LossError::Unknown {
            labels: name.clone(),
            expected: known.into_iter().cloned().collect(),
        }),
    }
}

/// One loss with what it reads.
struct LossCall<'a> {
    loss: &'a CheckedLoss,
    /// In the order of the loss's inputs, each with its name in the head.
    tensors: Vec<(&'a str, AnyTensor)>,
    /// `[rows, T]`
    mask: Option<&'a Tensor<2, Bool>>,
    values: &'a Values,
}

impl LossCall<'_> {
    fn compute(&self) -> Result<Tensor<1>, LossError> {
        match self.loss.name.as_str() {
            "next_token" => self.tokens(next_token),
            "masked_token" => self.tokens(masked_token),
            "cross_entropy" => self.cross_entropy(),
            "binary" => self.by_score(binary),
            "regression" => self.by_score(regression),
            "span" => self.span(),
            "problem_type" => match self.problem()? {
                ProblemType::Regression => self.by_score(regression),
                ProblemType::MultiLabel => self.by_score(binary),
                _ => self.cross_entropy(),
            },
            name => Err(LossError::Program(format!("there is no loss `{name}`"))),
        }
    }

    /// What the labels mean where nothing says it: as transformers decides.
    fn problem(&self) -> Result<ProblemType, LossError> {
        let (_, expr) = self
            .loss
            .statics
            .first()
            .ok_or_else(|| LossError::Program("`problem_type` has no `problem`".to_string()))?;
        let declared = match evaluate(expr, self.values)? {
            Scalar::Variant(name) => name
                .parse()
                .map_err(|error| LossError::Program(format!("{error}")))?,
            other => return Err(LossError::Program(format!("`problem` is {other}"))),
        };
        let [(_, logits), (_, labels)] = self.pair()?;
        Ok(match (declared, logits.shape().last(), labels.element()) {
            (ProblemType::ByLabels, Some(1), _) => ProblemType::Regression,
            (ProblemType::ByLabels, _, ElementType::Int) => ProblemType::SingleLabel,
            (ProblemType::ByLabels, ..) => ProblemType::MultiLabel,
            (declared, ..) => declared,
        })
    }

    /// A loss of every token: `[.., T, V]` and `[.., T]`.
    fn tokens(
        &self,
        loss: fn(Tensor<3>, Tensor<2, Int>, Option<Tensor<2, Bool>>) -> Tensor<1>,
    ) -> Result<Tensor<1>, LossError> {
        let [logits, labels] = self.pair()?;
        let classes = self.check_classes(logits, labels)?;
        let length = labels.1.shape().last().copied().unwrap_or_default();
        let rows = labels.1.shape().iter().rev().skip(1).product();
        let mask = self.token_mask(rows, length)?;
        let labels = labels.1.clone().reshape(&[rows, length]).into_tensor();
        Ok(loss(scores(logits, &[rows, length, classes])?, labels, mask))
    }

    /// Labels of several dimensions are those of tokens.
    fn cross_entropy(&self) -> Result<Tensor<1>, LossError> {
        let [logits, labels] = self.pair()?;
        let classes = self.check_classes(logits, labels)?;
        let shape = labels.1.shape();
        let count: usize = shape.iter().product();
        let mask = match shape.as_slice() {
            [leading @ .., length] if !leading.is_empty() => {
                self.token_mask(leading.iter().product(), *length)?
            }
            _ => None,
        };
        let mask = mask.map(|mask| mask.reshape([count]));
        let labels = labels.1.clone().reshape(&[count]).into_tensor();
        Ok(cross_entropy(scores(logits, &[count, classes])?, labels, mask))
    }

    /// A loss of every score by itself. Labels may be whole numbers; the dimension of a single score may be left out.
    fn by_score(&self, loss: fn(Tensor<2>, Tensor<2>) -> Tensor<1>) -> Result<Tensor<1>, LossError> {
        let [logits, (name, labels)] = self.pair()?;
        let shape = logits.1.shape();
        let classes = shape.last().copied().unwrap_or_default();
        let rows = shape.iter().product::<usize>() / classes.max(1);
        let without_last = shape.split_last().map(|(_, leading)| leading);
        let fits = labels.shape() == shape || (classes == 1 && without_last == Some(&labels.shape()[..]));
        let flat = labels.clone();
        let labels: Tensor<2> = match flat.element() {
            _ if !fits => return Err(wrong(name, &format!("{shape:?}"), labels)),
            ElementType::Float => flat.reshape(&[rows, classes]).into_tensor(),
            ElementType::Int => flat.reshape(&[rows, classes]).into_tensor::<2, Int>().float(),
            ElementType::Bool => flat.reshape(&[rows, classes]).into_tensor::<2, Bool>().float(),
        };
        Ok(loss(scores(logits, &[rows, classes])?, labels))
    }

    fn span(&self) -> Result<Tensor<1>, LossError> {
        let [start_logits, end_logits, starts, ends] = self.tensors.as_slice() else {
            return Err(self.inconsistent());
        };
        let shape = start_logits.1.shape();
        let [batch, _] = shape[..] else {
            return Err(wrong(start_logits.0, "[B, T]", &start_logits.1));
        };
        if end_logits.1.shape() != shape {
            return Err(wrong(end_logits.0, &format!("{shape:?}"), &end_logits.1));
        }
        let positions = |(name, tensor): &(&str, AnyTensor)| {
            let positions = Some(tensor.clone()).filter(|tensor| tensor.shape() == [batch]);
            let positions = positions.and_then(|tensor| tensor.int::<1>().ok());
            positions.ok_or_else(|| wrong(name, &format!("Int[{batch}]"), tensor))
        };
        Ok(span(
            scores(start_logits, &shape)?,
            scores(end_logits, &shape)?,
            positions(starts)?,
            positions(ends)?,
        ))
    }

    /// The number of classes, where the labels are of the scores' shape without it and each is a class.
    fn check_classes(
        &self,
        (_, logits): &(&str, AnyTensor),
        (name, labels): &(&str, AnyTensor),
    ) -> Result<usize, LossError> {
        let shape = logits.shape();
        let Some((classes, leading)) = shape.split_last() else {
            return Err(self.inconsistent());
        };
        if labels.element() != ElementType::Int || labels.shape() != leading {
            return Err(wrong(name, &format!("Int{leading:?}"), labels));
        }
        let data = labels.clone().into_data();
        let is_class = |label: &i64| *label == IGNORED || (0..*classes as i64).contains(label);
        match data.iter::<i64>().find(|label| !is_class(label)) {
            None => Ok(*classes),
            Some(found) => Err(LossError::Class {
                labels: name.to_string(),
                found,
                classes: *classes,
            }),
        }
    }

    /// The context's mask, of the sizes of the labels.
    fn token_mask(&self, rows: usize, length: usize) -> Result<Option<Tensor<2, Bool>>, LossError> {
        match self.mask {
            Some(mask) if mask.dims() != [rows, length] => Err(wrong(
                "attention_mask",
                &format!("Bool[{rows}, {length}]"),
                &mask.clone().into(),
            )),
            mask => Ok(mask.cloned()),
        }
    }

    fn pair(&self) -> Result<&[(&str, AnyTensor); 2], LossError> {
        let pair = self.tensors.as_slice().try_into();
        pair.map_err(|_| self.inconsistent())
    }

    fn inconsistent(&self) -> LossError {
        LossError::Program(format!("`{}` reads other tensors", self.loss.name))
    }
}

/// Scores under sizes of the same product.
fn scores<const D: usize>(
    (name, tensor): &(&str, AnyTensor),
    shape: &[usize],
) -> Result<Tensor<D>, LossError> {
    let scores = tensor.clone().reshape(shape).float();
    scores.map_err(|_| wrong(name, "real numbers", tensor))
}

fn wrong(name: &str, expected: &str, found: &AnyTensor) -> LossError {
    LossError::Shape {
        name: name.to_string(),
        expected: expected.to_string(),
        found: describe(found),
    }
}
