//! Lines that name checkpoints. The files are for others to read: nothing here opens one.

use super::Checker;
use crate::diagnostic::codes;
use crate::spec::{Checkpoint, HeadChoice, Model, Name};

impl Checker<'_> {
    /// Checks that what the lines name is there, and that each says something new.
    pub(super) fn check_checkpoints(&mut self, model: &Model) {
        for (index, checkpoint) in model.checkpoints.iter().enumerate() {
            if let Some(preset) = &checkpoint.preset {
                self.check_preset_choice(preset, model);
            }
            if let Some(HeadChoice::Head(head)) = &checkpoint.head {
                self.check_head_choice(head, model);
            }
            if let Some(layout) = &checkpoint.layout {
                self.check_layout(layout, model);
            }
            let mut earlier = model.checkpoints[..index].iter();
            if let Some(first) = earlier.find(|earlier| *earlier == checkpoint) {
                self.named_before(checkpoint, first);
            }
        }
    }

    fn check_preset_choice(&mut self, preset: &Name, model: &Model) {
        if model.preset(preset.as_str()).is_some() || preset.is_missing() {
            return;
        }
        let presets = model.presets.iter().map(|preset| preset.name.as_str());
        self.report
            .error(
                codes::CHECKPOINT_PRESET,
                preset.place,
                format!("the model has no preset `{preset}`"),
            )
            .suggest_or_list(preset.as_str(), "presets", presets);
    }

    fn check_head_choice(&mut self, head: &Name, model: &Model) {
        let is_known = model.head(head.as_str()).is_some();
        if is_known || head.is_missing() || !self.model.is_news(head.as_str()) {
            return;
        }
        let heads = model.heads.iter().map(|head| head.name.as_str());
        self.report
            .error(
                codes::CHECKPOINT_HEAD,
                head.place,
                format!("the model has no head `{head}`"),
            )
            .suggest_or_list(head.as_str(), "choices", heads.chain(["base"]));
    }

    fn check_layout(&mut self, layout: &Name, model: &Model) {
        let is_known = layout.as_str() == Checkpoint::OWN_LAYOUT || model.weights(layout.as_str()).is_some();
        if is_known || layout.is_missing() {
            return;
        }
        let formats = model.weights.iter().map(|table| table.format.as_str());
        self.report
            .error(
                codes::CHECKPOINT_LAYOUT,
                layout.place,
                format!("the model has no weights table `{layout}`"),
            )
            .suggest_or_list(
                layout.as_str(),
                "layouts",
                formats.chain([Checkpoint::OWN_LAYOUT]),
            );
    }

    fn named_before(&mut self, checkpoint: &Checkpoint, first: &Checkpoint) {
        self.report
            .error(
                codes::CHECKPOINT_TWICE,
                checkpoint.place,
                format!("the checkpoint {:?} is named twice", checkpoint.path),
            )
            .related(first.place, "named here first")
            .help("keep one of the lines, or let them name different heads");
    }
}
