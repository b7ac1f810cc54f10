//! What a classifier's outputs are called.

use serde_json::Value;

/// The names of a head's outputs, and how they are to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    names: Vec<Option<String>>,
    problem: Option<ProblemType>,
}

/// What a classification head was trained for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemType {
    /// One number, or several: scores are values.
    Regression,
    /// One label of several: scores become probabilities that sum to one.
    SingleLabel,
    /// Any number of labels: each score becomes a probability.
    MultiLabel,
}

impl Labels {
    /// From `id2label` and `problem_type` of a checkpoint's configuration.
    pub fn read(config: Option<&Value>) -> Labels {
        let mut labels = Labels::default();
        let Some(config) = config else {
            return labels;
        };
        let names = config.get("id2label").and_then(Value::as_object);
        for (id, name) in names.into_iter().flatten() {
            let (Ok(id), Some(name)) = (id.parse::<usize>(), name.as_str()) else {
                continue;
            };
            // An id far beyond the others would be a file's mistake, not a label.
            if id < names.map_or(0, serde_json::Map::len) {
                labels.names.resize(labels.names.len().max(id + 1), None);
                labels.names[id] = Some(name.to_string());
            }
        }
        labels.problem = match config.get("problem_type").and_then(Value::as_str) {
            Some("regression") => Some(ProblemType::Regression),
            Some("single_label_classification") => Some(ProblemType::SingleLabel),
            Some("multi_label_classification") => Some(ProblemType::MultiLabel),
            _ => None,
        };
        labels
    }

    /// The name of output `index`; `LABEL_3` where the configuration has none.
    pub fn name(&self, index: usize) -> String {
        match self.names.get(index) {
            Some(Some(name)) => name.clone(),
            _ => format!("LABEL_{index}"),
        }
    }

    /// How scores are read: as the configuration says, else as transformers does, where one output is a label that holds
    /// or not, and several are one label of several.
    pub fn problem(&self, outputs: usize) -> ProblemType {
        self.problem.unwrap_or(if outputs == 1 {
            ProblemType::MultiLabel
        } else {
            ProblemType::SingleLabel
        })
    }
}
