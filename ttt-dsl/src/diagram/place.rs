//! Where everything stands, in pixels.
//!
//! Rows are centred under each other. An edge from one row to the next bends between them; one that skips rows runs
//! beside them, outside of the widest. `place.js` does the same when a block is folded or opened, and a test holds
//! the two together.

use std::collections::HashMap;

use super::graph::{Graph, Node, Side};
use super::route::{LaneKey, Run};

/// Between the boxes of a row.
const BETWEEN: f64 = 28.0;
/// Between a box and an edge that passes it, and between two such edges.
pub(super) const LANE: f64 = 18.0;
/// The height of a label of two lines.
const LABEL: f64 = 32.0;
/// Between two horizontal runs of edges.
const TRACK: f64 = 9.0;
/// Above the tracks between two rows, and below them, where the arrows are.
const ABOVE: f64 = 7.0;
const BELOW: f64 = 15.0;
/// Around a graph.
const MARGIN: f64 = 16.0;
/// The height of an opened block above its body, and below.
const HEADER: f64 = 40.0;
const FOOTER: f64 = 2.0;

/// A graph with its coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The width of all of it.
    pub width: f64,
    /// The height of all of it.
    pub height: f64,
    /// The boxes, in the order of the graph's nodes.
    pub nodes: Vec<PlacedNode>,
    /// The lines, in the order of the graph's edges.
    pub wires: Vec<Wire>,
}

/// A box. Coordinates are those of its graph.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedNode {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// The centre of the label of each output, and its upper edge.
    pub labels: Vec<Point>,
    /// The body of an opened block, and where its upper left corner stands.
    pub inner: Option<(Point, Placed)>,
}

/// A point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A line of horizontal and vertical pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// Where it begins, bends and ends.
    pub points: Vec<Point>,
}

/// Places a graph. `open` says which blocks show their body.
pub fn place(graph: &Graph, open: &dyn Fn(&Node) -> bool) -> Placed {
    let nodes = graph.nodes.iter().map(|node| folded_or_opened(node, open));
    let mut placer = Placer {
        graph,
        row_of: vec![0; graph.nodes.len()],
        nodes: nodes.collect(),
        lanes: HashMap::new(),
    };
    placer.place()
}

/// A box of the right size, somewhere.
fn folded_or_opened(node: &Node, open: &dyn Fn(&Node) -> bool) -> PlacedNode {
    let (least, height) = node.size;
    // Every output of several begins under the box.
    let labels: f64 = node.outputs.iter().map(|port| port.width).sum();
    let width = if node.outputs.len() > 1 {
        least.max(labels)
    } else {
        least
    };
    let mut placed = PlacedNode {
        x: 0.0,
        y: 0.0,
        width,
        height,
        labels: Vec::new(),
        inner: None,
    };
    if let Some(inner) = node.inner.as_ref().filter(|_| open(node)) {
        let inner = place(inner, open);
        placed.width = width.max(inner.width);
        placed.height = HEADER + inner.height + FOOTER;
        let corner = Point {
            x: (placed.width - inner.width) / 2.0,
            y: HEADER,
        };
        placed.inner = Some((corner, inner));
    }
    placed
}

/// A graph that is being placed.
pub(super) struct Placer<'a> {
    pub(super) graph: &'a Graph,
    pub(super) row_of: Vec<usize>,
    pub(super) nodes: Vec<PlacedNode>,
    /// The horizontal place of each lane.
    pub(super) lanes: HashMap<LaneKey, f64>,
}

impl Placer<'_> {
    fn place(&mut self) -> Placed {
        let graph = self.graph;
        for (number, row) in graph.rows.iter().enumerate() {
            row.iter().for_each(|node| self.row_of[*node] = number);
            self.centre(row);
            self.follow(row);
        }
        self.assign_lanes();
        let entries = self.entries();
        let runs = self.runs(&entries);
        let heights: Vec<f64> = graph.rows.iter().map(|row| self.row_height(row)).collect();
        let (tops, tracks) = self.stack(&heights, &runs);
        for (row, (top, height)) in graph.rows.iter().zip(tops.iter().zip(&heights)) {
            for node in row {
                let node = &mut self.nodes[*node];
                node.y = top + (height - node.height) / 2.0;
            }
        }
        let wires = graph.edges.iter().zip(&entries);
        let wires: Vec<Wire> = wires
            .map(|(edge, entry)| self.wire(edge, *entry, &tracks))
            .collect();
        let bottom = tops
            .iter()
            .zip(&heights)
            .map(|(top, height)| top + height)
            .fold(0.0, f64::max);
        self.finish(wires, bottom)
    }

    /// Puts the boxes of a row beside each other, around 0.
    fn centre(&mut self, row: &[usize]) {
        let widths: Vec<f64> = row.iter().map(|node| self.cell(*node)).collect();
        let total = widths.iter().sum::<f64>() + BETWEEN * (row.len() as f64 - 1.0);
        let mut x = -total / 2.0;
        for (node, width) in row.iter().zip(widths) {
            self.nodes[*node].x = x + (width - self.nodes[*node].width) / 2.0;
            x += width + BETWEEN;
        }
    }

    /// Moves the boxes of a row of several under what they read, if they then keep apart.
    fn follow(&mut self, row: &[usize]) {
        let above: Option<Vec<f64>> = row.iter().map(|node| self.above(*node)).collect();
        let Some(above) = above.filter(|_| row.len() > 1) else {
            return;
        };
        let mut edge = f64::NEG_INFINITY;
        for (node, x) in row.iter().zip(&above) {
            if x - self.cell(*node) / 2.0 < edge {
                return;
            }
            edge = x + self.cell(*node) / 2.0 + BETWEEN;
        }
        for (node, x) in row.iter().zip(above) {
            self.nodes[*node].x = x - self.nodes[*node].width / 2.0;
        }
    }

    /// The middle of what a node reads: of the row above if it reads anything there.
    fn above(&self, node: usize) -> Option<f64> {
        let edges = || self.graph.edges.iter().filter(|edge| edge.to == node);
        let mut exits: Vec<f64> = edges()
            .filter(|edge| edge.side == Side::Straight)
            .map(|edge| self.exit(edge.from, edge.output))
            .collect();
        if exits.is_empty() {
            exits = edges().map(|edge| self.exit(edge.from, edge.output)).collect();
        }
        (!exits.is_empty()).then(|| exits.iter().sum::<f64>() / exits.len() as f64)
    }

    /// The width of a box or of its labels.
    pub(super) fn cell(&self, node: usize) -> f64 {
        self.nodes[node].width.max(self.labels_width(node))
    }

    pub(super) fn labels_width(&self, node: usize) -> f64 {
        self.graph.nodes[node].outputs.iter().map(|port| port.width).sum()
    }

    pub(super) fn centre_of(&self, node: usize) -> f64 {
        self.nodes[node].x + self.nodes[node].width / 2.0
    }

    /// The middle of an output's label, under which its edges begin.
    pub(super) fn exit(&self, node: usize, output: usize) -> f64 {
        let ports = &self.graph.nodes[node].outputs;
        let before: f64 = ports.iter().take(output).map(|port| port.width).sum();
        let own = ports.get(output).map_or(0.0, |port| port.width);
        self.centre_of(node) - self.labels_width(node) / 2.0 + before + own / 2.0
    }

    fn row_height(&self, row: &[usize]) -> f64 {
        row.iter()
            .map(|node| self.nodes[*node].height)
            .fold(0.0, f64::max)
    }

    /// The upper edge of every row, and the vertical place of every run.
    fn stack(&self, heights: &[f64], runs: &[Vec<Run>]) -> (Vec<f64>, HashMap<(usize, Run), f64>) {
        let mut tops = Vec::new();
        let mut tracks = HashMap::new();
        let mut y = MARGIN;
        for (number, (height, runs)) in heights.iter().zip(runs).enumerate() {
            tops.push(y);
            let labelled = self.graph.rows[number]
                .iter()
                .any(|node| self.labels_width(*node) > 0.0);
            y += height + if labelled { LABEL } else { 0.0 } + ABOVE;
            for run in runs {
                tracks.insert((number, *run), y);
                y += TRACK;
            }
            y += BELOW;
        }
        (tops, tracks)
    }

    /// Moves everything to the right and down of 0, with the middle in the middle.
    fn finish(&mut self, mut wires: Vec<Wire>, bottom: f64) -> Placed {
        let cells = (0..self.nodes.len()).map(|node| self.centre_of(node).abs() + self.cell(node) / 2.0);
        let half = cells
            .chain(self.lanes.values().map(|x| x.abs()))
            .fold(0.0, f64::max)
            + MARGIN;
        for node in 0..self.nodes.len() {
            let bottom = self.nodes[node].y + self.nodes[node].height;
            let ports = 0..self.graph.nodes[node].outputs.len();
            let labels = ports.map(|output| Point {
                x: self.exit(node, output) + half,
                y: bottom,
            });
            self.nodes[node].labels = labels.collect();
        }
        self.nodes.iter_mut().for_each(|node| node.x += half);
        let points = wires.iter_mut().flat_map(|wire| &mut wire.points);
        points.for_each(|point| point.x += half);
        Placed {
            width: 2.0 * half,
            height: bottom + MARGIN,
            nodes: std::mem::take(&mut self.nodes),
            wires,
        }
    }
}
