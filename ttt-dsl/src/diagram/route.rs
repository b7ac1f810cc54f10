//! How edges run: beside the rows that they skip, between the rows, and into boxes.

use std::collections::HashMap;

use super::graph::{Edge, NodeKind, Side};
use super::place::{LANE, Placer, Point, Wire};

/// The source of a lane, and its side: edges that begin alike share it.
pub(super) type LaneKey = (usize, usize, Side);

/// A horizontal run between two rows: of what a node makes, or of a lane that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Run {
    /// Of a node's output.
    Exit(usize, usize),
    /// Of a lane.
    Entry(LaneKey),
}

/// How an edge reaches its reader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Entry {
    /// From above, at this place.
    Top(f64),
    /// From the left or right, into a circle.
    Side,
}

impl Placer<'_> {
    /// Finds a place for every lane: straight down where nothing stands in the way, else outside of what does; short ones
    /// inside of long ones.
    pub(super) fn assign_lanes(&mut self) {
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
    pub(super) fn entries(&self) -> Vec<Entry> {
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
    pub(super) fn runs(&self, entries: &[Entry]) -> Vec<Vec<Run>> {
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

    pub(super) fn wire(&self, edge: &Edge, entry: Entry, tracks: &HashMap<(usize, Run), f64>) -> Wire {
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
}

fn lane_of(edge: &Edge) -> LaneKey {
    (edge.from, edge.output, edge.side)
}
