//! A checkpoint that fits a model: its tensors under the model's paths.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use super::layout;
use super::plan::{Fill, LoadPlan, LoadRequest};
use super::report::LoadReport;
use crate::error::{Error, Problem, codes};
use crate::gguf::PackedTensor;
use crate::name::nearest_help;
use crate::source::{TensorInfo, TensorSource};
use crate::tensor::{Dtype, HostTensor};

/// A checkpoint seen through a plan. As a [`TensorSource`] it has the tensors that it fills, under the model's paths.
#[derive(Clone)]
pub struct Checkpoint {
    source: Arc<dyn TensorSource>,
    plan: LoadPlan,
    infos: IndexMap<String, TensorInfo>,
}

impl Checkpoint {
    /// Plans how a checkpoint fills a model, and checks that what should be equal is.
    pub fn new(request: &LoadRequest<'_>, source: Arc<dyn TensorSource>) -> Result<Checkpoint, Error> {
        let plan = LoadPlan::new(request, source.as_ref())?;
        let slots = request.instance.tensors().into_iter();
        let infos = slots.filter_map(|slot| match plan.fills.get(&slot.path)? {
            Fill::Read(recipe) => {
                let stored = source.tensors().get(&recipe.source)?;
                let dtype = match (recipe.add == 0.0, stored.dtype) {
                    (true, dtype) | (false, dtype @ Dtype::F64) => dtype,
                    (false, _) => Dtype::F32,
                };
                let shape = slot.shape;
                Some((slot.path, TensorInfo { dtype, shape }))
            }
            Fill::Tied(_) | Fill::Fresh => None,
        });
        let infos = infos.collect();
        let checkpoint = Checkpoint { source, plan, infos };
        checkpoint.check_equalities()?;
        Ok(checkpoint)
    }

    /// Reads a tensor of the model by its path. `None` when the checkpoint does not fill it: it is tied, or fresh.
    ///
    /// A window into the checkpoint when no step changes the layout.
    pub fn read(&self, path: &str) -> Result<Option<HostTensor>, Error> {
        match self.plan.fills.get(path) {
            Some(Fill::Read(recipe)) => recipe.read(self.source.as_ref()).map(Some),
            Some(Fill::Tied(_) | Fill::Fresh) => Ok(None),
            None => Err(self.no_such_path(path)),
        }
    }

    /// What fills each tensor of the model.
    pub fn plan(&self) -> &LoadPlan {
        &self.plan
    }

    /// What became of every tensor.
    pub fn report(&self) -> LoadReport {
        self.plan.report()
    }

    /// The checkpoint as it is stored.
    pub fn source(&self) -> &Arc<dyn TensorSource> {
        &self.source
    }

    fn check_equalities(&self) -> Result<(), Error> {
        let mut problems = Vec::new();
        for equality in &self.plan.equalities {
            let copy = equality.recipe.read(self.source.as_ref())?;
            let Some(Fill::Read(recipe)) = self.plan.fills.get(&equality.path) else {
                continue;
            };
            if layout::equal(&copy, &recipe.read(self.source.as_ref())?) {
                continue;
            }
            let (name, owner) = (&equality.recipe.source, &recipe.source);
            problems.push(
                Problem::new(codes::UNEQUAL, format!("`{name}` and `{owner}` differ"))
                    .tensor(name)
                    .expected(format!("both to be `{}`", equality.path))
                    .help("the weights are not tied in this checkpoint: say so in the params (`tied=false`), or remove one of the two"),
            );
        }
        Error::unless_empty(problems, ()).map_err(|error| error.in_file(self.source.origin()))
    }

    fn no_such_path(&self, path: &str) -> Error {
        let paths = self.plan.fills.keys().map(String::as_str);
        Problem::new(codes::NO_SUCH_PATH, format!("the model has no tensor `{path}`"))
            .help(nearest_help(path, paths, "tensors"))
            .into()
    }
}

impl TensorSource for Checkpoint {
    fn origin(&self) -> &Path {
        self.source.origin()
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        Checkpoint::read(self, name)?.ok_or_else(|| self.no_such_path(name))
    }

    fn packed(&self, name: &str) -> Option<PackedTensor> {
        match self.plan.fills.get(name)? {
            Fill::Read(recipe) => recipe.packed(self.source.as_ref()),
            Fill::Tied(_) | Fill::Fresh => None,
        }
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("origin", &self.source.origin())
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}
