//! The way back: the model's tensors under a format's names, in its layout.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use ttt_dsl::instance::Instance;
use ttt_dsl::program::Program;
use ttt_dsl::spec::WeightsTable;

use super::binding::{Binding, Bindings};
use super::frequencies::Frequencies;
use super::layout;
use super::missing::no_entry;
use super::slot::shares_nothing;
use crate::error::{Error, Problem, codes};
use crate::source::{TensorInfo, TensorSource, no_such_tensor};
use crate::tensor::{Dtype, HostTensor};

/// A model's tensors as a format stores them, made one at a time when read.
pub struct Export {
    model: Arc<dyn TensorSource>,
    bindings: Bindings,
    /// The format's names, each with the index of its binding.
    exported: IndexMap<String, usize>,
    infos: IndexMap<String, TensorInfo>,
    left_out: Vec<String>,
    /// What the format says in a tensor that the model has as params.
    factors: Option<(String, HostTensor)>,
}

impl Export {
    /// The tensors of `model`, which are named by the instance's paths, through a weights table. Tied tensors are left
    /// out; what the table calls the same is written under each name, since readers may look for any; the prefix is
    /// written where there is a head.
    pub fn new(
        program: &Program,
        instance: &Instance,
        table: &WeightsTable,
        model: Arc<dyn TensorSource>,
    ) -> Result<Export, Error> {
        let bindings = Bindings::new(program, instance, table)?;
        let mut export = Export {
            model,
            exported: IndexMap::new(),
            infos: IndexMap::new(),
            left_out: Vec::new(),
            factors: None,
            bindings,
        };
        let prefix = prefix(instance, table).map_or_else(String::new, |prefix| format!("{prefix}."));
        let problems = export.name(program, instance, table, &prefix);
        let frequencies = program
            .model(&instance.model)
            .and_then(|model| Frequencies::of(table, model));
        if let Some(frequencies) = frequencies
            && let Some(tensor) = frequencies.write(&instance.values)
        {
            let name = frequencies.source.to_string();
            export.infos.insert(name.clone(), tensor.info());
            export.factors = Some((name, tensor));
        }
        Error::unless_empty(problems, export)
    }

    /// The model's tensors that the format has no place for.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    fn name(
        &mut self,
        program: &Program,
        instance: &Instance,
        table: &WeightsTable,
        prefix: &str,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut stored: Vec<&str> = Vec::new();
        let slots = &self.bindings.slots;
        let shares_nothing = |path: &String| shares_nothing(program, instance, path);
        for (index, binding) in self.bindings.bindings.iter().enumerate() {
            let is_tied = |path: &String| slots.get(path).is_some_and(|slot| slot.tied.is_some());
            let is_leftover = binding.is_same && binding.paths.iter().any(&shares_nothing);
            if is_leftover || binding.paths.iter().all(is_tied) {
                continue;
            }
            stored.extend(binding.paths.iter().map(String::as_str));
            match self.info(binding) {
                Ok(info) => {
                    let prefix = if binding.is_base { prefix } else { "" };
                    let name = format!("{prefix}{}", binding.source);
                    self.exported.insert(name.clone(), index);
                    self.infos.insert(name, info);
                }
                Err(problem) => problems.push(*problem),
            }
        }
        for (path, slot) in slots {
            if slot.tied.is_some() || stored.contains(&path.as_str()) {
                continue;
            }
            match table.lacks.iter().any(|lacking| is_within(path, lacking)) {
                true => self.left_out.push(path.clone()),
                false => problems.push(no_entry(path, table)),
            }
        }
        problems
    }

    /// The description of a stored tensor, after checking what the model has for it.
    fn info(&self, binding: &Binding) -> Result<TensorInfo, Box<Problem>> {
        let mut dtype: Option<Dtype> = None;
        for path in &binding.paths {
            let Some(found) = self.model.tensors().get(path) else {
                return Err(
                    Problem::new(codes::MISSING_TENSOR, format!("`{path}` is missing"))
                        .file(self.model.origin())
                        .help("give every tensor of the model")
                        .into(),
                );
            };
            let shape = &self.bindings.slots[path].shape;
            if found.shape != *shape {
                return Err(Problem::new(
                    codes::TENSOR_SHAPE,
                    format!("`{path}` has another shape than the model needs"),
                )
                .found(format!("{:?}", found.shape))
                .expected(format!("{shape:?}"))
                .into());
            }
            match dtype {
                Some(dtype) if dtype != found.dtype => {
                    return Err(Problem::new(
                        codes::TENSOR_DTYPE,
                        format!(
                            "`{}` is stored as one, but its parts have different dtypes",
                            binding.source
                        ),
                    )
                    .found(format!("{dtype} and {}", found.dtype))
                    .help("convert the parts to one dtype first")
                    .into());
                }
                _ => dtype = Some(found.dtype),
            }
        }
        let dtype = match dtype {
            Some(dtype) if binding.add == 0.0 || dtype == Dtype::F64 => dtype,
            _ => Dtype::F32,
        };
        let shape = binding.shape.clone();
        Ok(TensorInfo { dtype, shape })
    }

    fn part(&self, path: &str, add: f64) -> Result<HostTensor, Error> {
        let mut tensor = self.model.read(path)?;
        if add != 0.0 {
            tensor = layout::add(&tensor, -add);
        }
        if let Some(width) = self.bindings.rotary(path) {
            tensor = layout::interleave_pairs(&tensor, width);
        }
        Ok(tensor)
    }
}

/// Whether a tensor's path leads through a part or head, whose path has no indices.
fn is_within(path: &str, part: &ttt_dsl::spec::Path) -> bool {
    let mut segments = path
        .split('.')
        .filter(|segment| segment.parse::<usize>().is_err());
    let mut names = part.segments.iter();
    names.all(|name| segments.next() == Some(name.name.as_str()))
}

/// What stands before the names of the base's tensors where there is a head.
fn prefix<'a>(instance: &Instance, table: &'a WeightsTable) -> Option<&'a String> {
    let (head, _) = instance.head.as_ref()?;
    let own = table
        .prefixes
        .iter()
        .find(|of_head| of_head.head.as_str() == head);
    own.map(|of_head| &of_head.prefix)
        .or(table.options.prefix.as_ref())
}

impl TensorSource for Export {
    fn origin(&self) -> &Path {
        self.model.origin()
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        if let Some((factors, tensor)) = &self.factors
            && factors == name
        {
            return Ok(tensor.clone());
        }
        let index = self
            .exported
            .get(name)
            .ok_or_else(|| no_such_tensor(self, name))?;
        let binding = &self.bindings.bindings[*index];
        let parts: Result<Vec<HostTensor>, Error> = binding
            .paths
            .iter()
            .map(|path| self.part(path, binding.add))
            .collect();
        let tensor = match parts?.as_slice() {
            [part] => part.clone(),
            parts => layout::stack_rows(parts),
        };
        match tensor.shape.last() {
            Some(columns) if binding.transpose => Ok(layout::transpose(&tensor, &(0..*columns))),
            _ => Ok(tensor),
        }
    }
}
