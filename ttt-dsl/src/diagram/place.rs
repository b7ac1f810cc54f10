//! Where everything stands, in pixels.
//!
//! Rows are centred under each other. An edge from one row to the next bends between them; one that skips rows runs
//! beside them, outside of the widest. `page.js` does the same when a block is folded or opened, and a test holds
//! the two together.

use std::collections::HashMap;

use super::graph::{Edge, Graph, Node, NodeKind, Side};

/// Between the boxes of a row.
const BETWEEN: f64 = 28.0;
/// Between a box and an edge that passes it, and between two such edges.
const LANE: f64 = 18.0;
/// The height of a label of two lines.
pub(super) const LABEL: f64 = 32.0;
/// Between two horizontal runs of edges.
const TRACK: f64 = 9.0;
/// Above the tracks between two rows, and below them, where the arrows are.
const ABOVE: f64 = 7.0;
const BELOW: f64 = 15.0;
/// Around a graph.
const MARGIN: f64 = 16.0;
/// The height of an opened block above its body, and below.
pub(super) const HEADER: f64 = 40.0;
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

/// The source of a lane, and its side: edges that begin alike share it.
type LaneKey = (usize, usize, Side);

struct Placer<'a> {
    graph: &'a Graph,
    row_of: Vec<usize>,
    nodes: Vec<PlacedNode>,
    /// The horizontal place of each lane.
    lanes: HashMap<LaneKey, f64>,
}

/// A horizontal run between two rows: of what a node makes, or of a lane that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Run {
    Exit(usize, usize),
    Entry(LaneKey),
}

/// How an edge reaches its reader.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Entry {
    /// From above, at this place.
    Top(f64),
    /// From the left or right, into a circle.
    Side,
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
    fn cell(&self, node: usize) -> f64 {
        self.nodes[node].width.max(self.labels_width(node))
    }

    fn labels_width(&self, node: usize) -> f64 {
        self.graph.nodes[node].outputs.iter().map(|port| port.width).sum()
    }

    fn centre_of(&self, node: usize) -> f64 {
        self.nodes[node].x + self.nodes[node].width / 2.0
    }

    /// The middle of an output's label, under which its edges begin.
    fn exit(&self, node: usize, output: usize) -> f64 {
        let ports = &self.graph.nodes[node].outputs;
        let before: f64 = ports.iter().take(output).map(|port| port.width).sum();
        let own = ports.get(output).map_or(0.0, |port| port.width);
        self.centre_of(node) - self.labels_width(node) / 2.0 + before + own / 2.0
    }

    /// Finds a place for every lane: straight down where nothing stands in the way, else outside of what does; short ones
    /// inside of long ones.
    fn assign_lanes(&mut self) {
        let mut spans: Vec<(LaneKey, usize, usize)> = Vec::new();
        for edge in self.graph.edges.iter().filter(|edge| edge.side != Side::Straight) {
            let key = lane_of(edge);
            let to = self.row_of[edge.to];
            match spans.iter_mut().find(|(known, ..)| *known == key) {
                Some((.., end)) => *end = (*end).max(to),
                None => spans.push((key, self.row_of[edge.from], to)),
            }
        }
        spans.sort_by_key(|(_, from, to)| to - from);
        let mut done: Vec<(LaneKey, usize, usize)> = Vec::new();
        for (key, from, to) in spans {
            let side = if key.2 == Side::Left { -1.0 } else { 1.0 };
            let rows = self.graph.rows[from + 1..to].iter().flatten();
            let cells = rows.map(|node| side * self.centre_of(*node) + self.cell(*node) / 2.0);
            let beside = done
                .iter()
                .filter(|(other, start, end)| other.2 == key.2 && *start < to && from < *end);
            let lanes = beside
                .filter_map(|(other, ..)| self.lanes.get(other))
                .map(|x| side * x);
            let outermost = cells.chain(lanes).fold(0.0, f64::max);
            let straight_down = side * self.exit(key.0, key.1);
            self.lanes.insert(key, side * straight_down.max(outermost + LANE));
            done.push((key, from, to));
        }
    }

    /// Where an edge comes from, seen from its reader.
    fn origin(&self, edge: &Edge) -> f64 {
        match edge.side {
            Side::Straight => self.exit(edge.from, edge.output),
            _ => self.lanes.get(&lane_of(edge)).copied().unwrap_or_default(),
        }
    }

    /// How each edge reaches its reader: circles are entered from the side where that is free, all else from above,
    /// in the order in which the edges come.
    fn entries(&self) -> Vec<Entry> {
        let edges = &self.graph.edges;
        let mut entries = vec![Entry::Side; edges.len()];
        for node in 0..self.graph.nodes.len() {
            let mut from_above: Vec<usize> = Vec::new();
            let mut taken = [false, false];
            for (index, edge) in edges.iter().enumerate().filter(|(_, edge)| edge.to == node) {
                match self.free_side(node, self.origin(edge)) {
                    Some(side) if !taken[side] => taken[side] = true,
                    _ => from_above.push(index),
                }
            }
            from_above
                .sort_by(|left, right| self.origin(&edges[*left]).total_cmp(&self.origin(&edges[*right])));
            let count = from_above.len() as f64;
            let step = (self.nodes[node].width / (count + 1.0)).min(26.0);
            for (position, index) in from_above.into_iter().enumerate() {
                let offset = (position as f64 - (count - 1.0) / 2.0) * step;
                entries[index] = Entry::Top(self.centre_of(node) + offset);
            }
        }
        entries
    }

    /// 0 for left, 1 for right, when the node is a circle and nothing stands between it and `x` or beyond.
    fn free_side(&self, node: usize, x: f64) -> Option<usize> {
        if self.graph.nodes[node].kind != NodeKind::Arithmetic {
            return None;
        }
        let row = &self.graph.rows[self.row_of[node]];
        let circle = &self.nodes[node];
        if x < circle.x - 4.0 && row.first() == Some(&node) {
            Some(0)
        } else if x > circle.x + circle.width + 4.0 && row.last() == Some(&node) {
            Some(1)
        } else {
            None
        }
    }

    /// The horizontal runs below each row, each once, in the order in which they cross least: those that lead to the
    /// left, the leftmost first, then those that lead to the right, the rightmost first.
    fn runs(&self, entries: &[Entry]) -> Vec<Vec<Run>> {
        let mut runs: Vec<Vec<(Run, f64, f64)>> = vec![Vec::new(); self.graph.rows.len()];
        let mut add = |row: usize, run: Run, from: f64, to: f64| match runs[row]
            .iter_mut()
            .find(|(known, ..)| *known == run)
        {
            Some((.., way)) => *way += to - from,
            None => runs[row].push((run, from, to - from)),
        };
        for (edge, entry) in self.graph.edges.iter().zip(entries) {
            let exit = self.exit(edge.from, edge.output);
            let leaving = Run::Exit(edge.from, edge.output);
            let origin = self.origin(edge);
            match (edge.side, entry) {
                (Side::Straight, Entry::Side) => {}
                (Side::Straight, Entry::Top(end)) if (end - exit).abs() <= 0.5 => {}
                (Side::Straight, Entry::Top(end)) => add(self.row_of[edge.from], leaving, exit, *end),
                _ if (origin - exit).abs() <= 0.5 => {}
                _ => add(self.row_of[edge.from], leaving, exit, origin),
            }
            if let (Side::Left | Side::Right, Entry::Top(end)) = (edge.side, entry) {
                add(self.row_of[edge.to] - 1, Run::Entry(lane_of(edge)), origin, *end);
            }
        }
        let key = |(_, from, way): &(Run, f64, f64)| if *way < 0.0 { (0, *from) } else { (1, -*from) };
        for row in &mut runs {
            row.sort_by(|left, right| {
                key(left)
                    .0
                    .cmp(&key(right).0)
                    .then(key(left).1.total_cmp(&key(right).1))
            });
        }
        let names = |row: Vec<(Run, f64, f64)>| row.into_iter().map(|(run, ..)| run).collect();
        runs.into_iter().map(names).collect()
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

    fn wire(&self, edge: &Edge, entry: Entry, tracks: &HashMap<(usize, Run), f64>) -> Wire {
        let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
        let track = |row: usize, run: Run| tracks.get(&(row, run)).copied().unwrap_or_default();
        let exit = self.exit(edge.from, edge.output);
        let leave = track(self.row_of[edge.from], Run::Exit(edge.from, edge.output));
        let start = Point {
            x: exit,
            y: from.y + from.height,
        };
        let mut points = vec![start];
        let mut go = |x: f64, y: f64| points.push(Point { x, y });
        let mut x = exit;
        if edge.side != Side::Straight {
            x = self.origin(edge);
            if (x - exit).abs() > 0.5 {
                go(exit, leave);
                go(x, leave);
            }
        }
        match entry {
            Entry::Side => {
                let y = to.y + to.height / 2.0;
                go(x, y);
                go(if x < to.x { to.x } else { to.x + to.width }, y);
            }
            Entry::Top(end) => {
                if edge.side != Side::Straight {
                    let y = track(self.row_of[edge.to] - 1, Run::Entry(lane_of(edge)));
                    go(x, y);
                    go(end, y);
                } else if (end - exit).abs() > 0.5 {
                    go(exit, leave);
                    go(end, leave);
                }
                go(end, to.y);
            }
        }
        Wire { points }
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

fn lane_of(edge: &Edge) -> LaneKey {
    (edge.from, edge.output, edge.side)
}
