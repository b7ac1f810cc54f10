//! Losses of heads: what they read.

use super::Checker;
use super::arguments::{Slot, match_arguments};
use super::scope::Scope;
use crate::diagnostic::codes;
use crate::program::CheckedLoss;
use crate::spec::{Arg, DimItem, Expr, ExprKind, Function, Input, Loss, Name, Output, Param, Signature};
use crate::standard;

impl<'a> Checker<'a> {
    /// Checks a loss of a head whose forward has this signature.
    pub(super) fn check_loss(
        &mut self,
        loss: &Loss,
        head: &Signature,
        scope: &mut Scope<'a>,
    ) -> Option<CheckedLoss> {
        let Some(function) = standard::loss(loss.name.as_str()) else {
            self.unknown_loss(&loss.name);
            return None;
        };
        let inputs = function.inputs.iter().map(|input| Slot {
            name: input.name.as_str(),
            has_default: true,
        });
        let slots: Vec<Slot> = inputs.chain(Slot::of_params(&function.params)).collect();
        let matched = match_arguments(&loss.name, &slots, &loss.args, &mut self.report);
        if !matched.complete {
            return None;
        }
        let (tensors, statics) = matched.given.split_at(function.inputs.len());
        let mut names = Vec::with_capacity(tensors.len());
        for (input, arg) in function.inputs.iter().zip(tensors) {
            // What the head lacks first says that it is another loss's.
            names.push(Some(self.loss_tensor(loss, input, *arg, head, scope)?));
        }
        let statics = self.loss_statics(function, statics, scope);
        Some(CheckedLoss {
            name: loss.name.text.clone(),
            tensors: names.into_iter().collect::<Option<_>>()?,
            statics: statics?,
        })
    }

    fn unknown_loss(&mut self, name: &Name) {
        if name.is_missing() {
            return;
        }
        let losses = standard::losses().iter().map(|loss| loss.name.as_str());
        let list: Vec<&str> = losses.clone().collect();
        self.report
            .error(
                codes::UNKNOWN_LOSS,
                name.place,
                format!("no loss is named `{name}`"),
            )
            .suggest_closest(name.as_str(), losses)
            .help(format!("the losses are {}", list.join(", ")));
    }

    /// The tensor that an input of a loss is: the one that an argument names, else the one of its own name.
    fn loss_tensor(
        &mut self,
        loss: &Loss,
        input: &Input,
        arg: Option<&Arg>,
        head: &Signature,
        scope: &Scope<'a>,
    ) -> Option<String> {
        let (name, place) = match arg.map(|arg| &arg.value) {
            None => (input.name.as_str(), loss.name.place),
            Some(Expr {
                kind: ExprKind::Name(name),
                place,
            }) => (name.as_str(), *place),
            Some(other) => {
                self.report
                    .error(
                        codes::LOSS_INPUT,
                        other.place,
                        "a loss reads whole tensors, by name",
                    )
                    .help("compute it in `forward` and name it as an output");
                return None;
            }
        };
        if input.given {
            return Some(name.to_owned());
        }
        let output_names = head.outputs.iter().map(output_name);
        let Some(output) = head.outputs.iter().find(|output| output_name(output) == name) else {
            if !scope.names.is_news(name) || has_twins(head) {
                return None;
            }
            self.report
                .error(
                    codes::LOSS_INPUT,
                    place,
                    format!("the head has no output `{name}`, which `{}` reads", loss.name),
                )
                .suggest_or_list(name, "outputs", output_names);
            return None;
        };
        self.fits_loss(loss, input, output).then(|| name.to_owned())
    }

    /// Whether an output has the element type and, where it matters, the rank that a loss reads.
    fn fits_loss(&mut self, loss: &Loss, input: &Input, output: &Output) -> bool {
        let leading = input.ty.dims.contains(&DimItem::Rest);
        let fixed = input.ty.dims.len() - usize::from(leading);
        let rank = output.ty.dims.len();
        let fits = output.condition.is_none()
            && output.ty.element == input.ty.element
            && (rank == fixed || (leading && rank > fixed));
        if !fits {
            let condition = if output.condition.is_some() {
                " under a condition"
            } else {
                ""
            };
            self.report
                .error(
                    codes::LOSS_INPUT,
                    loss.name.place,
                    format!(
                        "`{}` takes {} as `{}`, found {}{condition}",
                        loss.name, input.ty, input.name, output.ty
                    ),
                )
                .related(output.ty.place, "the output")
                .help("name the output it reads, as in `loss cross_entropy(logits: scores)`, or choose another loss");
        }
        fits
    }

    fn loss_statics(
        &mut self,
        function: &Function,
        given: &[Option<&Arg>],
        scope: &mut Scope<'a>,
    ) -> Option<Vec<(String, Expr)>> {
        let value = |(param, arg): (&Param, &Option<&Arg>)| {
            let expr = match arg {
                Some(arg) => {
                    self.evaluator(&scope.names, &mut scope.facts)
                        .value(&arg.value, &param.kind)?;
                    &arg.value
                }
                None => param.default.as_ref()?,
            };
            Some((param.name.text.clone(), expr.clone()))
        };
        function.params.iter().zip(given).map(value).collect()
    }

    /// Reports inputs that say `given` where no head is.
    pub(super) fn refuse_given(&mut self, signature: &Signature) {
        for input in signature.inputs.iter().filter(|input| input.given) {
            self.report
                .error(
                    codes::GIVEN,
                    input.name.place,
                    "only a head has inputs that are `given`",
                )
                .help("take the word out: all inputs of a model, block or leaf are given by its caller");
        }
    }
}

fn output_name(output: &Output) -> &str {
    output.name.as_ref().map_or("output", |name| name.as_str())
}

/// Whether two outputs have one name, which is reported.
fn has_twins(head: &Signature) -> bool {
    let outputs = &head.outputs;
    let twin = |(index, output): (usize, &Output)| {
        outputs[..index]
            .iter()
            .any(|other| other.name.is_some() && other.name == output.name)
    };
    outputs.iter().enumerate().any(twin)
}
