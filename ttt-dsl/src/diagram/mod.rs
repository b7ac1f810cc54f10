//! A model as a picture: what flows where, with shapes, counts and the lines that say so.
//!
//! [`diagram()`] evaluates a program and gives a [`Diagram`], plain data that serialises to JSON; [`svg()`] draws it as one
//! picture and [`html()`] as a page in which blocks fold, heads are chosen and names are searched.

mod category;
mod forward;
mod graph;
mod html;
mod line;
mod node;
mod place;
mod route;
mod rows;
mod shape;
mod stored;
mod svg;
mod value;
mod view;
mod width;

pub use graph::{Argument, Edge, Graph, Node, NodeKind, Port, Side, Tensor};
pub use html::html;
pub use line::{Line, Source};
pub use place::{Placed, PlacedNode, Point, Wire, place};
pub use svg::svg;

use serde::Serialize;

use crate::instance::{InstanceError, Scalar, Values, instantiate};
use crate::program::{CheckedModel, Program};

/// A model with everything that can be shown of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagram {
    /// The model's name.
    pub model: String,
    /// Its documentation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The name of the source.
    pub source: String,
    /// Its params with their values.
    pub params: Vec<DiagramParam>,
    /// The model as it is, then with each head that its params allow.
    pub views: Vec<View>,
    /// Heads that the params do not allow, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The index of the view that is shown first.
    pub chosen: usize,
}

/// A param and its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DiagramParam {
    /// Its name.
    pub name: String,
    /// Its kind, as the schema writes it.
    pub kind: String,
    /// Its value.
    pub value: String,
    /// Its documentation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
}

/// The model, perhaps with one of its heads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// The head's name; none for the model itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The head's documentation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// How many numbers are stored; tied tensors count once.
    pub parameters: usize,
    /// What the head is trained with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<String>,
    /// What flows where.
    pub graph: Graph,
}

/// A head that the params do not allow.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// The head.
    pub head: String,
    /// What does not hold.
    pub reason: String,
}

/// The diagram of a model with these params, and the defaults of the others. `head` is shown first. `source` is the
/// text that `program` was read from; what the standard library declares is found by itself.
///
/// # Errors
///
/// When the params do not make a model, or `head` is not one of its heads.
pub fn diagram(
    program: &Program,
    model: &str,
    head: Option<&str>,
    given: &Values,
    source: &Source,
) -> Result<Diagram, InstanceError> {
    let base = instantiate(program, model, None, given)?;
    let checked = program.model(model).ok_or_else(|| node::lacks(model))?;
    let lines = line::Lines::new(source);
    let mut views = vec![view::view(program, checked, &base, &lines)?];
    let mut left_out = Vec::new();
    for candidate in &checked.heads {
        let name = &candidate.body.name;
        match instantiate(program, model, Some(name), given) {
            Ok(instance) => views.push(view::view(program, checked, &instance, &lines)?),
            Err(error) if head == Some(name) => return Err(error),
            Err(error) => left_out.push(LeftOut {
                head: name.clone(),
                reason: error.message,
            }),
        }
    }
    let chosen = match head {
        None => 0,
        Some(name) => {
            let position = views.iter().position(|view| view.head.as_deref() == Some(name));
            position.ok_or_else(|| node::lacks(name))?
        }
    };
    Ok(Diagram {
        model: model.to_string(),
        doc: checked.body.doc.clone(),
        source: source.name.to_string(),
        params: params(checked, &base.values),
        views,
        left_out,
        chosen,
    })
}

fn params(model: &CheckedModel, values: &Values) -> Vec<DiagramParam> {
    let param = |param: &crate::spec::Param| DiagramParam {
        name: param.name.text.clone(),
        kind: param.kind.to_string(),
        value: values
            .get(param.name.as_str())
            .map(Scalar::to_string)
            .unwrap_or_default(),
        doc: param.doc.clone(),
    };
    model.body.params.iter().map(param).collect()
}
