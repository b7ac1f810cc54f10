//! One picture that stands alone: the model with the blocks of the chosen view opened, and theirs folded.

use std::fmt::Write;

use super::graph::{Graph, Node, NodeKind, Port};
use super::place::{Placed, PlacedNode, Point, Wire, place};
use super::width::{SMALL, short, width};
use super::{Diagram, View};

/// The letters, and the colours of daylight.
const STYLE: &str = include_str!("diagram.css");
/// The colours of the night.
const DARK: &str = include_str!("dark.css");

/// The style of pictures and pages: dark where the reader's system is, unless the page was told otherwise.
pub(super) fn style() -> String {
    format!(
        "{STYLE}@media (prefers-color-scheme: dark) {{ :root:not([data-theme=\"light\"]) {{\n{DARK}}} }}\n:root[data-theme=\"dark\"] {{\n{DARK}}}\n"
    )
}

/// The height of the heading above the graph.
const HEADING: f64 = 76.0;
/// The radius of the bends of a line.
const BEND: f64 = 7.0;

/// Draws the chosen view.
pub fn svg(diagram: &Diagram) -> String {
    let Some(view) = diagram.views.get(diagram.chosen) else {
        return String::new();
    };
    let outermost: Vec<&str> = view.graph.nodes.iter().map(|node| node.id.as_str()).collect();
    let placed = place(&view.graph, &|node| outermost.contains(&node.id.as_str()));
    let heading = heading(diagram, view);
    let least = heading.iter().map(|line| width(line, 12.5)).fold(420.0, f64::max) + 48.0;
    let (wide, high) = (placed.width.max(least.min(900.0)), placed.height + HEADING);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"diagram\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\">\n<style>\n{3}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
        number(wide),
        number(high),
        escaped(&heading.join(". ")),
        style(),
    );
    for (position, line) in heading.iter().enumerate() {
        let class = if position == 0 { "heading" } else { "remark" };
        let y = 34.0 + 20.0 * position as f64;
        let _ = writeln!(
            text,
            "<text class=\"{class}\" x=\"24\" y=\"{}\">{}</text>",
            number(y),
            escaped(line)
        );
    }
    let shift = Point {
        x: (wide - placed.width) / 2.0,
        y: HEADING,
    };
    group(&mut text, "", shift, |text| graph(text, &view.graph, &placed));
    text.push_str("</svg>\n");
    text
}

/// The name, then what the whole is.
fn heading(diagram: &Diagram, view: &View) -> Vec<String> {
    let head = view
        .head
        .as_ref()
        .map(|head| format!(" with {head}"))
        .unwrap_or_default();
    let doc = diagram.doc.lines().next().unwrap_or_default();
    vec![
        format!("{}{head}", diagram.model),
        format!("{} parameters · {}", short(view.parameters), diagram.source),
        doc.to_string(),
    ]
}

fn graph(text: &mut String, graph: &Graph, placed: &Placed) {
    placed.wires.iter().for_each(|line| wire(text, line));
    for (node, at) in graph.nodes.iter().zip(&placed.nodes) {
        for (port, at) in node.outputs.iter().zip(&at.labels) {
            label(text, port, *at);
        }
    }
    for (node, at) in graph.nodes.iter().zip(&placed.nodes) {
        draw(text, node, at);
    }
}

fn wire(text: &mut String, wire: &Wire) {
    let _ = writeln!(text, "<path class=\"wire\" d=\"{}\"/>", rounded(&wire.points));
    if let [.., before, end] = wire.points.as_slice() {
        let (x, y) = (number(end.x), number(end.y));
        let tip = match (before.x < end.x - 0.5, before.x > end.x + 0.5) {
            (true, _) => format!("M{x} {y}l-6 -3.5v7z"),
            (_, true) => format!("M{x} {y}l6 -3.5v7z"),
            _ => format!("M{x} {y}l-3.5 -6h7z"),
        };
        let _ = writeln!(text, "<path class=\"tip\" d=\"{tip}\"/>");
    }
}

/// A path through the points, with round bends.
fn rounded(points: &[Point]) -> String {
    let Some(first) = points.first() else {
        return String::new();
    };
    let mut path = format!("M{} {}", number(first.x), number(first.y));
    for corner in points.windows(3) {
        let [before, at, after] = corner else { continue };
        let reach = BEND
            .min(distance(before, at) / 2.0)
            .min(distance(at, after) / 2.0);
        let (start, end) = (toward(at, before, reach), toward(at, after, reach));
        let _ = write!(
            path,
            "L{} {}Q{} {} {} {}",
            number(start.x),
            number(start.y),
            number(at.x),
            number(at.y),
            number(end.x),
            number(end.y)
        );
    }
    if let [_, .., last] = points {
        let _ = write!(path, "L{} {}", number(last.x), number(last.y));
    }
    path
}

fn distance(from: &Point, to: &Point) -> f64 {
    (to.x - from.x).abs() + (to.y - from.y).abs()
}

fn toward(from: &Point, to: &Point, reach: f64) -> Point {
    Point {
        x: from.x + (to.x - from.x).clamp(-reach, reach),
        y: from.y + (to.y - from.y).clamp(-reach, reach),
    }
}

/// The shape of a value: symbolic, and below it with numbers.
fn label(text: &mut String, port: &Port, at: Point) {
    let first = match port.name.as_str() {
        "" => port.shape.clone(),
        name => format!("{name} {}", port.shape),
    };
    let told = port.sizes != port.shape;
    let height = if told { 27.0 } else { 14.0 };
    let wide = if told {
        width(&first, SMALL).max(width(&port.sizes, SMALL))
    } else {
        width(&first, SMALL)
    };
    let _ = writeln!(
        text,
        "<rect class=\"back\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\"/>",
        number(at.x - wide / 2.0),
        number(at.y + 5.0),
        number(wide),
    );
    write_text(text, "middle", at.x, at.y + 15.0, &first);
    if told {
        write_text(text, "middle muted", at.x, at.y + 28.0, &port.sizes);
    }
}

fn draw(text: &mut String, node: &Node, at: &PlacedNode) {
    let opened = if at.inner.is_some() { " opened" } else { "" };
    let class = format!("{} {}{opened}", kind(node.kind), node.category);
    group(text, &class, Point { x: at.x, y: at.y }, |text| {
        let _ = writeln!(text, "<title>{}</title>", escaped(&tooltip(node)));
        if node.repeat.is_some_and(|copies| copies > 1) {
            for step in [8.0, 4.0] {
                rectangle(text, "below", step, at.width, at.height - 2.0 * step, 9.0);
            }
        }
        match node.kind {
            NodeKind::Leaf | NodeKind::Block | NodeKind::Head => part(text, node, at),
            NodeKind::Arithmetic => {
                rectangle(text, "box", 0.0, at.width, at.height, at.height / 2.0);
                write_text(
                    text,
                    "title middle",
                    at.width / 2.0,
                    at.height / 2.0 + 5.0,
                    &node.title,
                );
            }
            _ => pill(text, node, at),
        }
    });
}

fn part(text: &mut String, node: &Node, at: &PlacedNode) {
    rectangle(text, "box", 0.0, at.width, at.height, 9.0);
    let copies = node
        .repeat
        .map(|copies| format!(" ×{copies}"))
        .unwrap_or_default();
    let times = format!("<tspan class=\"times\">{copies}</tspan>");
    let _ = writeln!(
        text,
        "<text class=\"title\" x=\"14\" y=\"20\">{}{}</text>",
        escaped(&node.title),
        if copies.is_empty() { "" } else { &times }
    );
    write_text(text, "muted", 14.0, 36.0, &node.subtitle);
    if node.parameters > 0 {
        write_text(text, "end", at.width - 14.0, 20.0, &short(node.parameters));
    }
    write_text(text, "end muted", at.width - 14.0, 36.0, &node.mark);
    if let (Some((corner, placed)), Some(inner)) = (&at.inner, &node.inner) {
        group(text, "body", *corner, |text| graph(text, inner, placed));
    }
}

fn pill(text: &mut String, node: &Node, at: &PlacedNode) {
    let radius = if node.subtitle.is_empty() {
        at.height / 2.0
    } else {
        9.0
    };
    rectangle(text, "box", 0.0, at.width, at.height, radius);
    write_text(text, "title middle", at.width / 2.0, 17.0, &node.title);
    write_text(text, "muted middle", at.width / 2.0, 32.0, &node.subtitle);
}

/// What a pointer that rests on a box is told.
fn tooltip(node: &Node) -> String {
    let part = node.part.clone().unwrap_or_else(|| node.title.clone());
    let lines = node
        .lines
        .iter()
        .map(|line| format!("{}:{}  {}", line.file, line.line, line.text));
    let said: Vec<String> = std::iter::once(part)
        .chain(node.docs.iter().cloned())
        .chain(lines)
        .collect();
    said.join("\n")
}

fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Input => "input",
        NodeKind::Output => "output",
        NodeKind::Leaf => "leaf",
        NodeKind::Block => "part",
        NodeKind::Head => "part",
        NodeKind::Operation => "operation",
        NodeKind::Arithmetic => "arithmetic",
        NodeKind::Weight => "weight",
    }
}

fn group(text: &mut String, class: &str, at: Point, draw: impl FnOnce(&mut String)) {
    let (x, y) = (number(at.x), number(at.y));
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    };
    let _ = writeln!(text, "<g{class} transform=\"translate({x} {y})\">");
    draw(text);
    text.push_str("</g>\n");
}

fn rectangle(text: &mut String, class: &str, at: f64, width: f64, height: f64, radius: f64) {
    let _ = writeln!(
        text,
        "<rect class=\"{class}\" x=\"{at}\" y=\"{at}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        number(width),
        number(height),
        number(radius)
    );
}

fn write_text(text: &mut String, class: &str, x: f64, y: f64, said: &str) {
    if !said.is_empty() {
        let (x, y) = (number(x), number(y));
        let _ = writeln!(
            text,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>",
            escaped(said)
        );
    }
}

/// A coordinate with a tenth of a pixel.
fn number(value: f64) -> String {
    let tenths = (value * 10.0).round();
    format!("{}", tenths / 10.0)
}

/// A text as XML says it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
