//! The head that a model was built with.

use std::sync::Arc;

use ttt_dsl::program::{CheckedHead, CheckedModel, HeadInput, Program};

use super::block::DynBlock;
use super::forward::{Input, Signature};
use super::resolve::signature;

/// A head.
#[derive(Clone, Debug)]
pub(super) struct DynHead {
    /// Its parts and computation; the block's name is the head's.
    pub block: DynBlock,
    /// How it stands to its base.
    pub joint: Arc<Joint>,
}

/// How a head stands to its base.
#[derive(Debug)]
pub(super) struct Joint {
    /// Where each input of the head comes from.
    pub sources: Vec<HeadInput>,
    /// The base's inputs as callers give them, where the head folds a dimension of theirs.
    pub folded: Option<Signature>,
    /// Whether it treats every position of a sequence alike.
    pub positionwise: bool,
}

impl DynHead {
    pub fn new(
        model: &CheckedModel,
        head: &CheckedHead,
        block: DynBlock,
        base: &DynBlock,
        program: &Program,
    ) -> DynHead {
        let forwards = model.body.forward.as_ref().zip(base.forward.as_ref());
        let folded = forwards
            .filter(|_| head.fold.is_some())
            .map(|(checked, forward)| {
                let checked = head.folded_forward(checked);
                signature(&checked.inputs, &checked.bound, &forward.signature.values)
            });
        DynHead {
            block,
            joint: Arc::new(Joint {
                sources: head.inputs.clone(),
                folded,
                positionwise: head.is_positionwise(program),
            }),
        }
    }

    /// Its name, with which the paths of its parameters begin.
    pub fn name(&self) -> &str {
        &self.block.block
    }

    /// The inputs that the caller gives beside the model's.
    pub fn given_inputs(&self) -> impl Iterator<Item = &Input> {
        let own = self
            .block
            .forward
            .iter()
            .flat_map(|forward| &forward.signature.inputs);
        own.zip(&self.joint.sources)
            .filter(|(_, source)| **source == HeadInput::Given)
            .map(|(input, _)| input)
    }

    /// The same head with another block.
    pub fn map_block(self, map: impl FnOnce(DynBlock) -> DynBlock) -> DynHead {
        DynHead {
            block: map(self.block),
            ..self
        }
    }
}
