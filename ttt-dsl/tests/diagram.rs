//! The diagrams of the model families: what stands in them, and where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::program;
use ttt_dsl::diagram::{Diagram, Graph, Node, NodeKind, Placed, Point, Source, diagram, html, place, svg};
use ttt_dsl::instance::path::join;
use ttt_dsl::instance::{InstanceBlock, InstanceNode, Scalar, Values, instantiate};
use ttt_dsl::parse::parse_text;

const FAMILIES: [&str; 3] = ["gpt2", "llama", "bert"];

fn drawn(name: &str, text: &str, lines_before: usize, head: Option<&str>, values: &Values) -> Diagram {
    let parsed = parse_text(text);
    let program = program(text);
    let source = Source {
        name,
        text,
        spec: &parsed.spec,
        places: &parsed.places,
        lines_before,
    };
    diagram(&program, &program.models[0].body.name, head, values, &source).unwrap()
}

fn family(name: &str) -> Diagram {
    // Two lines of a family's file stand before its schema.
    drawn(
        &format!("models/src/{name}.rs"),
        &common::family(name),
        2,
        None,
        &Values::new(),
    )
}

const SMALL: &str = "
    /// Adds what it makes.
    block Layer(dim) {
        up: Linear(dim, 2 * dim);
        down: Linear(2 * dim, dim, bias: false);
        forward(x: [B, T, dim]) -> [B, T, dim] { x + down(relu(up(x))) }
    }
    /// As small as can be.
    model Small {
        params { vocab = 10, dim = 4, layers = 3 }
        words: Embedding(vocab, dim);
        layer: [Layer(dim); layers];
        forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { layer(words(input_ids)) }
        /// Scores.
        head lm {
            logits: Linear(dim, vocab, bias: false);
            tie logits.weight = words.weight;
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
            loss next_token;
        }
    }";

#[test]
fn a_small_model_is_drawn() {
    let small = drawn("small.ttt", SMALL, 0, Some("lm"), &Values::new());
    let picture = svg(&small);
    // The style is the same for all.
    let (before, rest) = picture.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    insta::assert_snapshot!("diagram_small_svg", format!("{before}{after}"));
    insta::assert_snapshot!(
        "diagram_small_json",
        serde_json::to_string_pretty(&small.views[1]).unwrap()
    );
}

/// Every part that exists is drawn, under its path, once for each call; what is drawn exists.
#[test]
fn every_part_occurs_once() {
    for name in FAMILIES {
        let program = program(&common::family(name));
        for view in family(name).views {
            let model = &program.models[0].body.name;
            let instance = instantiate(&program, model, view.head.as_deref(), &Values::new()).unwrap();
            let mut expected = BTreeSet::new();
            parts("", &instance.root, &mut expected);
            if let Some((head, block)) = &instance.head {
                expected.insert(head.clone());
                parts(head, block, &mut expected);
            }
            let mut found = BTreeSet::new();
            let mut ids = BTreeSet::new();
            view.graph.visit(&mut |node| {
                assert!(ids.insert(node.id.clone()), "{name}: two nodes are {}", node.id);
                if let Some(part) = &node.part {
                    let again = !found.insert(part.clone());
                    assert_eq!(again, node.id.contains('#'), "{name}: {}", node.id);
                }
            });
            assert_eq!(found, expected, "{name} {:?}", view.head);
        }
    }
}

fn parts(path: &str, block: &InstanceBlock, found: &mut BTreeSet<String>) {
    for part in &block.parts {
        let (path, node) = match &part.node {
            InstanceNode::Repeat(copies) => (join(path, &format!("{}[i]", part.name)), &*copies[0]),
            node => (join(path, &part.name), node),
        };
        if *node == InstanceNode::Absent {
            continue;
        }
        if let InstanceNode::Block(inner) = node {
            parts(&path, inner, found);
        }
        found.insert(path);
    }
}

/// Parameters of the parts that are drawn add up to those of the whole.
#[test]
fn counts_add_up() {
    for name in FAMILIES {
        for view in family(name).views {
            let own = view.graph.nodes.iter().filter(|node| !node.id.contains('#'));
            let sum: usize = own.map(|node| node.parameters).sum();
            assert_eq!(sum, view.parameters, "{name} {:?}", view.head);
        }
    }
}

/// Every part of a shipped model says where it is written.
#[test]
fn every_part_has_its_line() {
    for name in FAMILIES {
        let file = std::fs::read_to_string(format!("{}/../models/src/{name}.rs", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
        for view in family(name).views {
            view.graph.visit(&mut |node| {
                let Some(line) = node
                    .part
                    .as_ref()
                    .map(|part| node.lines.first().ok_or(part).unwrap())
                else {
                    return;
                };
                if line.file.starts_with("models/") {
                    assert_eq!(
                        file.lines().nth(line.line - 1).unwrap().trim(),
                        line.text,
                        "{}",
                        node.id
                    );
                }
            });
        }
    }
}

/// However blocks are folded, boxes keep apart, and lines begin and end at boxes and pass no other.
#[test]
fn nothing_overlaps() {
    let ways: [&dyn Fn(&Node) -> bool; 3] = [&|_| false, &|node| !node.id.contains('.'), &|_| true];
    for name in FAMILIES {
        for view in family(name).views {
            for open in ways {
                keeps_apart(&view.graph, &place(&view.graph, open), name);
            }
        }
    }
}

fn keeps_apart(graph: &Graph, placed: &Placed, name: &str) {
    for (index, (node, at)) in graph.nodes.iter().zip(&placed.nodes).enumerate() {
        assert!(
            at.x >= 0.0 && at.x + at.width <= placed.width,
            "{name}: {} is outside",
            node.id
        );
        assert!(
            at.y >= 0.0 && at.y + at.height <= placed.height,
            "{name}: {} is outside",
            node.id
        );
        for (other, beside) in graph.nodes.iter().zip(&placed.nodes).skip(index + 1) {
            let apart = at.x + at.width <= beside.x
                || beside.x + beside.width <= at.x
                || at.y + at.height <= beside.y
                || beside.y + beside.height <= at.y;
            assert!(apart, "{name}: {} overlaps {}", node.id, other.id);
        }
        if let (Some((corner, inner)), Some(body)) = (&at.inner, &node.inner) {
            assert!(
                corner.x >= 0.0 && corner.x + inner.width <= at.width + 0.1,
                "{name}: {}",
                node.id
            );
            keeps_apart(body, inner, name);
        }
    }
    for (edge, wire) in graph.edges.iter().zip(&placed.wires) {
        let said = format!(
            "{name}: {} to {}",
            graph.nodes[edge.from].id, graph.nodes[edge.to].id
        );
        let (from, to) = (&placed.nodes[edge.from], &placed.nodes[edge.to]);
        let (first, last) = (wire.points.first().unwrap(), wire.points.last().unwrap());
        assert_eq!(first.y, from.y + from.height, "{said}");
        assert!(first.x >= from.x && first.x <= from.x + from.width, "{said}");
        let ends = last.x >= to.x - 0.1
            && last.x <= to.x + to.width + 0.1
            && last.y >= to.y
            && last.y <= to.y + to.height;
        assert!(ends, "{said}");
        for pair in wire.points.windows(2) {
            for (at, node) in placed.nodes.iter().zip(&graph.nodes) {
                assert!(
                    !passes(pair, at.x, at.y, at.width, at.height),
                    "{said} passes {}",
                    node.id
                );
            }
        }
    }
}

/// Whether a horizontal or vertical piece runs through the inside of a box.
fn passes(pair: &[Point], x: f64, y: f64, width: f64, height: f64) -> bool {
    let (from, to) = (pair[0], pair[1]);
    from.x.min(to.x) < x + width - 0.1
        && from.x.max(to.x) > x + 0.1
        && from.y.min(to.y) < y + height - 0.1
        && from.y.max(to.y) > y + 0.1
}

/// What is written on a box is not wider than the box, in letters of the usual width of 0.6 of their height.
#[test]
fn labels_fit() {
    let wide = |text: &str, size: f64| text.chars().count() as f64 * size * 0.602;
    for name in FAMILIES {
        for view in family(name).views {
            view.graph.visit(&mut |node| {
                let is_part = matches!(node.kind, NodeKind::Leaf | NodeKind::Block | NodeKind::Head);
                let title = if is_part { 13.0 } else { 11.0 };
                let first = wide(&node.title, title)
                    + if node.parameters > 0 {
                        wide("123.4M", 11.0)
                    } else {
                        0.0
                    };
                let second = wide(&node.subtitle, 11.0) + wide(&node.mark, 11.0);
                assert!(
                    first.max(second) < node.size.0 || node.kind == NodeKind::Arithmetic,
                    "{name}: {}",
                    node.id
                );
            });
        }
    }
}

/// Copies that differ are boxes of their own; eighty of them are placed as one is.
#[test]
fn copies_that_differ_stand_apart() {
    let text = SMALL
        .replace("[Layer(dim); layers]", "[|i| Layer(dim, i); layers]")
        .replace(
            "block Layer(dim) {",
            "block Layer(dim, at: Int) {\n let wide = if at < 2 { 2 * dim } else { 3 * dim };",
        )
        .replace("Linear(dim, 2 * dim)", "Linear(dim, wide)")
        .replace("Linear(2 * dim, dim", "Linear(wide, dim");
    let values = Values::from_iter([("layers".to_string(), Scalar::Int(80))]);
    let deep = drawn("deep.ttt", &text, 0, None, &values);
    let titles: Vec<&str> = deep.views[0]
        .graph
        .nodes
        .iter()
        .map(|node| node.title.as_str())
        .collect();
    assert_eq!(
        titles.iter().filter(|title| title.starts_with("layer")).count(),
        80
    );
    keeps_apart(
        &deep.views[0].graph,
        &place(&deep.views[0].graph, &|_| true),
        "deep",
    );
}

#[test]
fn a_page_stands_alone() {
    let page = html(&family("gpt2")).unwrap();
    for mark in ["{{", "src=", "href=", "url(", "@import", "fetch("] {
        assert!(!page.contains(mark), "{mark}");
    }
    let links: Vec<&str> = page
        .match_indices("http")
        .map(|(at, _)| &page[at..at + 27])
        .collect();
    assert!(
        links
            .iter()
            .all(|link| link.starts_with("http://www.w3.org/2000/svg")),
        "{links:?}"
    );
}

/// What a checkpoint holds is noted at each tensor, of copies at the first.
#[test]
fn tensors_say_what_is_stored() {
    let mut small = drawn("small.ttt", SMALL, 0, None, &Values::new());
    small.note_stored(&|path| path.starts_with("layer.").then(|| format!("F16 from {path}")));
    let mut said = Vec::new();
    small.views[0].graph.visit(&mut |node| {
        let stored = node
            .tensors
            .iter()
            .map(|tensor| tensor.stored.clone().unwrap_or_default());
        said.extend(stored);
    });
    let expected = [
        "",
        "F16 from layer.0.up.weight",
        "F16 from layer.0.up.bias",
        "F16 from layer.0.down.weight",
    ];
    assert_eq!(said, expected);
}

/// A head that the params do not allow is left out with the reason, and asked for, an error.
#[test]
fn heads_that_cannot_be_are_told() {
    let text = common::family("bert");
    let values = Values::from_iter([("pooled".to_string(), Scalar::Bool(false))]);
    let bert = drawn("bert.rs", &text, 2, None, &values);
    let left_out: Vec<&str> = bert.left_out.iter().map(|head| head.head.as_str()).collect();
    assert!(left_out.contains(&"next_sentence"), "{left_out:?}");
    assert!(
        bert.views
            .iter()
            .all(|view| view.head.as_deref() != Some("next_sentence"))
    );
}

/// The picture in the documentation is the tool's. `TTT_UPDATE=1` writes it.
#[test]
fn the_picture_in_the_documentation_is_this_one() {
    let path = format!("{}/../docs/gpt2.svg", env!("CARGO_MANIFEST_DIR"));
    let picture = svg(&family("gpt2"));
    if std::env::var_os("TTT_UPDATE").is_some() {
        std::fs::write(&path, &picture).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == picture,
        "docs/gpt2.svg is not what the tool draws; run this test with TTT_UPDATE=1"
    );
}
