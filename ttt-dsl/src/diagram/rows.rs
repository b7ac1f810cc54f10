//! Which row a node stands in, where in its row, and on which side long edges pass.

use super::graph::{Graph, Node, NodeKind, Side};

/// An input that is first read so many rows further down stands near its reader instead of at the top.
const FAR: usize = 5;

/// Fills in rows and sides. Nodes are in order of execution, so every edge leads to a later node.
pub(super) fn arrange(mut graph: Graph) -> Graph {
    let mut row_of = longest_paths(&graph);
    sink(&graph, &mut row_of);
    let count = row_of.iter().map(|row| row + 1).max().unwrap_or(0);
    let mut rows = vec![Vec::new(); count];
    for (node, row) in row_of.iter().enumerate() {
        rows[*row].push(node);
    }
    rows.retain(|row| !row.is_empty());
    for (number, row) in rows.iter().enumerate() {
        row.iter().for_each(|node| row_of[*node] = number);
    }
    order(&graph, &mut rows);
    let offsets = offsets(&rows, graph.nodes.len());
    let inputs: Vec<usize> = (0..graph.nodes.len()).map(|node| graph.inputs_of(node)).collect();
    for edge in &mut graph.edges {
        edge.side = match row_of[edge.to] - row_of[edge.from] {
            1 => Side::Straight,
            _ if inputs[edge.to] > 1 && edge.input > 0 => Side::Right,
            _ if inputs[edge.to] > 1 => Side::Left,
            _ if offsets[edge.to] > 0.0 => Side::Right,
            _ => Side::Left,
        };
    }
    graph.rows = rows;
    graph
}

fn longest_paths(graph: &Graph) -> Vec<usize> {
    let mut row_of = vec![0; graph.nodes.len()];
    for node in 0..graph.nodes.len() {
        let sources = graph.edges.iter().filter(|edge| edge.to == node);
        row_of[node] = sources.map(|edge| row_of[edge.from] + 1).max().unwrap_or(0);
    }
    row_of
}

/// Moves nodes down to the row above their first reader, where no edge becomes longer by it.
fn sink(graph: &Graph, row_of: &mut [usize]) {
    for node in (0..graph.nodes.len()).rev() {
        let readers = graph.edges.iter().filter(|edge| edge.from == node);
        let Some(first) = readers.map(|edge| row_of[edge.to]).min() else {
            continue;
        };
        let target = first - 1;
        let may = match graph.nodes[node].kind {
            NodeKind::Input => target >= row_of[node] + FAR,
            NodeKind::Weight => true,
            _ => graph.inputs_of(node) <= 1 && !has_twin(graph, row_of, node),
        };
        if may {
            row_of[node] = row_of[node].max(target);
        }
    }
}

/// Whether a node that is like this one reads the same value in the same row, as queries, keys and values do.
fn has_twin(graph: &Graph, row_of: &[usize], node: usize) -> bool {
    let sources = |node: usize| {
        let edges = graph.edges.iter().filter(move |edge| edge.to == node);
        edges.map(|edge| (edge.from, edge.output)).collect::<Vec<_>>()
    };
    let word = |node: &Node| node.subtitle.split(' ').next().unwrap_or_default().to_owned();
    (0..graph.nodes.len()).any(|other| {
        other != node
            && row_of[other] == row_of[node]
            && word(&graph.nodes[other]) == word(&graph.nodes[node])
            && sources(other) == sources(node)
    })
}

/// Sorts each row by where its nodes' sources stand.
fn order(graph: &Graph, rows: &mut [Vec<usize>]) {
    let mut offset = vec![0.0; graph.nodes.len()];
    for row in rows {
        let key = |node: usize| {
            let edges = graph.edges.iter().filter(|edge| edge.to == node);
            let sources: Vec<f64> = edges.map(|edge| offset[edge.from]).collect();
            match sources.len() {
                0 => 0.0,
                count => sources.iter().sum::<f64>() / count as f64,
            }
        };
        let mut keyed: Vec<(f64, usize)> = row.iter().map(|node| (key(*node), *node)).collect();
        keyed.sort_by(|left, right| left.0.total_cmp(&right.0));
        *row = keyed.into_iter().map(|(_, node)| node).collect();
        for (position, node) in row.iter().enumerate() {
            offset[*node] = centred(position, row.len());
        }
    }
}

fn offsets(rows: &[Vec<usize>], nodes: usize) -> Vec<f64> {
    let mut offsets = vec![0.0; nodes];
    for row in rows {
        for (position, node) in row.iter().enumerate() {
            offsets[*node] = centred(position, row.len());
        }
    }
    offsets
}

fn centred(position: usize, count: usize) -> f64 {
    position as f64 - (count as f64 - 1.0) / 2.0
}
