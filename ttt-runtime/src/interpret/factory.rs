//! From a schema and numbers to a model.

use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use indexmap::IndexMap;
use ttt_dsl::check::check;
use ttt_dsl::instance::path::join;
use ttt_dsl::instance::{Instance, InstanceBlock, InstanceLeaf, InstanceNode, Scalar, Values, instantiate};
use ttt_dsl::program::{CheckedBlock, CheckedForward, Program};
use ttt_dsl::spec::Spec;

use super::block::{DynBlock, DynPart};
use super::error::BuildError;
use super::forward::Forward;
use super::head::DynHead;
use super::leaf::{DynLeaf, LeafModule};
use super::model::DynModel;
use super::param::AnyParam;
use super::resolve::resolve;
use super::user_leaf::{LeafFunction, UserLeaf};
use crate::initial::Init;
use crate::leaf::{Dropout, Embedding, LayerNorm, Linear, Matrix, RmsNorm, Rope, Tensor3, Tensor4, Vector};
use crate::transform::marked;

/// Builds interpreted models. It knows the standard leaves and those that are registered.
#[derive(Clone, Default)]
pub struct ModuleFactory {
    leaves: IndexMap<String, Arc<dyn LeafFunction>>,
}

impl ModuleFactory {
    /// A factory of models that use the standard leaves only.
    pub fn new() -> ModuleFactory {
        ModuleFactory::default()
    }

    /// Registers the Rust code of a leaf that schemas declare with a path.
    pub fn register_leaf(&mut self, name: impl Into<String>, function: Arc<dyn LeafFunction>) {
        self.leaves.insert(name.into(), function);
    }

    /// Checks a schema of one model and builds it, with a head when one is named. `params` holds what differs from the
    /// defaults.
    pub fn from_spec(
        &self,
        spec: &Spec,
        params: &Values,
        head: Option<&str>,
        init: &Init,
    ) -> Result<DynModel, BuildError> {
        let checked = check(spec);
        let program = match checked.program {
            Some(program) if !checked.report.has_errors() => program,
            _ => return Err(BuildError::Schema(checked.report)),
        };
        let [model] = program.models.as_slice() else {
            let names = program.models.iter().map(|model| model.body.name.clone());
            return Err(BuildError::WhichModel(names.collect()));
        };
        let instance = instantiate(&program, &model.body.name, head, params)?;
        instance.check_size()?;
        self.from_instance(Arc::new(program), instance, init)
    }

    /// Builds an instance of a program.
    pub fn from_instance(
        &self,
        program: Arc<Program>,
        instance: Instance,
        init: &Init,
    ) -> Result<DynModel, BuildError> {
        let model = program
            .model(&instance.model)
            .ok_or_else(|| mismatch("", format!("`{}` is not in it", instance.model)))?;
        let mut builder = Builder {
            program: &program,
            leaves: &self.leaves,
            init,
            forwards: HashMap::new(),
        };
        let base = builder.block(&instance.root, &model.body, "")?;
        let head = match &instance.head {
            None => None,
            Some((name, block)) => {
                let checked = model
                    .head(name)
                    .ok_or_else(|| mismatch("", format!("`{name}` is not in it")))?;
                let block_of_head = builder.block(block, &checked.body, name)?;
                Some(DynHead::new(model, checked, block_of_head, &base, &program))
            }
        };
        let marks = instance.clone();
        let model = DynModel::new(program.clone(), instance, base, head);
        Ok(marked(model, &marks)?)
    }
}

struct Builder<'a> {
    program: &'a Program,
    leaves: &'a IndexMap<String, Arc<dyn LeafFunction>>,
    init: &'a Init,
    /// What copies that are alike, which are one block of the instance, share.
    forwards: HashMap<*const InstanceBlock, Arc<Forward>>,
}

impl Builder<'_> {
    /// A block, model or head.
    fn block(
        &mut self,
        block: &InstanceBlock,
        checked: &CheckedBlock,
        path: &str,
    ) -> Result<DynBlock, BuildError> {
        let mut parts = Vec::with_capacity(block.parts.len());
        for part in &block.parts {
            let path = join(path, &part.name);
            parts.push((part.name.clone(), self.node(&part.node, &path)?));
        }
        let forward = match &checked.forward {
            Some(forward) => Some(self.forward(block, forward, path)?),
            None => None,
        };
        Ok(DynBlock {
            block: block.block.clone(),
            parts,
            forward,
        })
    }

    fn forward(
        &mut self,
        block: &InstanceBlock,
        forward: &CheckedForward,
        path: &str,
    ) -> Result<Arc<Forward>, BuildError> {
        if let Some(forward) = self.forwards.get(&ptr::from_ref(block)) {
            return Ok(forward.clone());
        }
        let parts: Vec<&str> = block.parts.iter().map(|part| part.name.as_str()).collect();
        let forward = resolve(forward, &block.values, &parts).map_err(|what| mismatch(path, what))?;
        let forward = Arc::new(forward);
        self.forwards.insert(ptr::from_ref(block), forward.clone());
        Ok(forward)
    }

    fn node(&mut self, node: &InstanceNode, path: &str) -> Result<DynPart, BuildError> {
        Ok(match node {
            InstanceNode::Absent => DynPart::Absent,
            InstanceNode::Leaf(leaf) => DynPart::Leaf(Box::new(self.leaf(leaf, path)?)),
            InstanceNode::Block(block) => {
                let program = self.program;
                let checked = program
                    .block(&block.block)
                    .ok_or_else(|| mismatch(path, format!("the block `{}` is not in it", block.block)))?;
                DynPart::Block(self.block(block, checked, path)?)
            }
            InstanceNode::Repeat(copies) => {
                let copies = copies.iter().enumerate();
                let copies = copies.map(|(index, copy)| self.node(copy, &join(path, &index.to_string())));
                DynPart::Repeat(copies.collect::<Result<_, _>>()?)
            }
        })
    }

    fn leaf(&self, leaf: &InstanceLeaf, path: &str) -> Result<DynLeaf, BuildError> {
        let declared = self
            .program
            .leaf(&leaf.leaf)
            .ok_or_else(|| mismatch(path, format!("the leaf `{}` is not in it", leaf.leaf)))?;
        let tied = leaf.weights.iter().filter_map(|weight| {
            let owner = weight.tied.clone()?;
            Some((weight.name.clone(), owner))
        });
        let tied: Vec<(String, String)> = tied.collect();
        let module = if declared.rust_path.is_some() {
            self.user_leaf(leaf, path)?
        } else {
            self.standard_leaf(leaf, path, &tied)?
        };
        Ok(DynLeaf { module, tied })
    }

    fn user_leaf(&self, leaf: &InstanceLeaf, path: &str) -> Result<LeafModule, BuildError> {
        let function = self
            .leaves
            .get(&leaf.leaf)
            .ok_or_else(|| BuildError::UnknownLeaf {
                part: path.to_string(),
                leaf: leaf.leaf.clone(),
            })?;
        let mut params = Vec::new();
        for weight in leaf.weights.iter().filter(|weight| weight.tied.is_none()) {
            let initial = function.initial(&weight.name, &leaf.values);
            let param = AnyParam::new(&weight.shape, initial, self.init);
            let param = param.ok_or_else(|| BuildError::TooManyDimensions {
                path: join(path, &weight.name),
                rank: weight.shape.len(),
            })?;
            params.push((weight.name.clone(), param));
        }
        Ok(LeafModule::User(UserLeaf {
            name: leaf.leaf.clone(),
            values: leaf.values.clone(),
            params,
            function: function.clone(),
        }))
    }

    /// The standard leaf of this name. The params stand in the order of `std/leaves.ttt`.
    fn standard_leaf(
        &self,
        leaf: &InstanceLeaf,
        path: &str,
        tied: &[(String, String)],
    ) -> Result<LeafModule, BuildError> {
        let p = Params { leaf, path };
        let init = self.init;
        let releases = |tensor: &str| tied.iter().any(|(name, _)| name == tensor);
        Ok(match leaf.leaf.as_str() {
            "Linear" => {
                let mut linear = Linear::new(
                    p.dim("in_dim")?,
                    p.dim("out_dim")?,
                    p.bool("bias")?,
                    p.float("init_std")?,
                    init,
                );
                if releases("weight") {
                    linear.release_weight();
                }
                LeafModule::Linear(linear)
            }
            "Embedding" => {
                let mut embedding =
                    Embedding::new(p.dim("entries")?, p.dim("dim")?, p.float("init_std")?, init);
                if releases("weight") {
                    embedding.release_weight();
                }
                LeafModule::Embedding(embedding)
            }
            "LayerNorm" => LeafModule::LayerNorm(LayerNorm::new(
                p.dim("dim")?,
                p.float("eps")?,
                p.bool("bias")?,
                init,
            )),
            "RmsNorm" => LeafModule::RmsNorm(RmsNorm::new(p.dim("dim")?, p.float("eps")?, init)),
            "Dropout" => LeafModule::Dropout(Dropout::new(p.float("rate")?, init)),
            "Rope" => LeafModule::Rope(rope(&p, init)?),
            "Vector" => {
                let size = p.dim("size")?;
                LeafModule::Vector(Vector::new(
                    size,
                    p.float("init_mean")?,
                    p.float("init_std")?,
                    init,
                ))
            }
            "Matrix" => LeafModule::Matrix(Matrix::new(
                p.dim("rows")?,
                p.dim("columns")?,
                p.float("init_mean")?,
                p.float("init_std")?,
                init,
            )),
            "Tensor3" => LeafModule::Tensor3(Tensor3::new(
                p.dim("first")?,
                p.dim("second")?,
                p.dim("third")?,
                p.float("init_mean")?,
                p.float("init_std")?,
                init,
            )),
            "Tensor4" => LeafModule::Tensor4(Tensor4::new(
                p.dim("first")?,
                p.dim("second")?,
                p.dim("third")?,
                p.dim("fourth")?,
                p.float("init_mean")?,
                p.float("init_std")?,
                init,
            )),
            name => return Err(mismatch(path, format!("the standard leaf `{name}` is not in it"))),
        })
    }
}

fn rope(p: &Params, init: &Init) -> Result<Rope, BuildError> {
    let scaling = p.variant("scaling")?;
    let scaling = scaling
        .parse()
        .map_err(|_| p.wrong("scaling", "a variant of RopeScaling"))?;
    Ok(Rope::new(
        p.dim("head_dim")?,
        p.float("theta")?,
        scaling,
        p.float("factor")?,
        p.int("original_ctx")?,
        p.float("low_freq_factor")?,
        p.float("high_freq_factor")?,
        p.float("beta_fast")?,
        p.float("beta_slow")?,
        p.float("attention_factor")?,
        p.float("mscale")?,
        p.float("mscale_all_dim")?,
        p.bool("truncate")?,
        init,
    ))
}

/// The params of a leaf, by kind.
struct Params<'a> {
    leaf: &'a InstanceLeaf,
    path: &'a str,
}

impl Params<'_> {
    fn dim(&self, name: &str) -> Result<usize, BuildError> {
        let size = usize::try_from(self.int(name)?);
        size.map_err(|_| self.wrong(name, "a size"))
    }

    fn int(&self, name: &str) -> Result<i64, BuildError> {
        match self.leaf.values.get(name) {
            Some(Scalar::Int(value)) => Ok(*value),
            _ => Err(self.wrong(name, "a whole number")),
        }
    }

    fn float(&self, name: &str) -> Result<f64, BuildError> {
        match self.leaf.values.get(name) {
            Some(Scalar::Float(value)) => Ok(*value),
            Some(Scalar::Int(value)) => Ok(*value as f64),
            _ => Err(self.wrong(name, "a number")),
        }
    }

    fn bool(&self, name: &str) -> Result<bool, BuildError> {
        match self.leaf.values.get(name) {
            Some(Scalar::Bool(value)) => Ok(*value),
            _ => Err(self.wrong(name, "true or false")),
        }
    }

    fn variant(&self, name: &str) -> Result<&str, BuildError> {
        match self.leaf.values.get(name) {
            Some(Scalar::Variant(value)) => Ok(value),
            _ => Err(self.wrong(name, "a variant")),
        }
    }

    fn wrong(&self, name: &str, expected: &'static str) -> BuildError {
        let found = self.leaf.values.get(name);
        BuildError::LeafParam {
            part: self.path.to_string(),
            leaf: self.leaf.leaf.clone(),
            param: name.to_string(),
            expected,
            found: found.map_or_else(|| "absent".to_string(), |value| value.to_string()),
        }
    }
}

fn mismatch(part: &str, what: String) -> BuildError {
    BuildError::Mismatch {
        part: part.to_string(),
        what,
    }
}
