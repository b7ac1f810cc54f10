//! A model as a tree, with shapes, parameter counts and memory.

use std::fmt::Write;

use ttt_dsl::instance::{Instance, InstanceBlock, InstanceLeaf, InstanceNode};
pub use ttt_dsl::print::grouped;

/// The tree of an instance. `bytes` is the average size of a number.
pub fn tree(instance: &Instance, doc: &str, signature: &str, bytes: f64) -> String {
    let count = instance.parameter_count();
    let head = instance
        .head
        .as_ref()
        .map(|(name, _)| format!(" with head {name}"))
        .unwrap_or_default();
    let mut text = format!(
        "{}{head}: {} parameters, {}\n",
        instance.model,
        grouped(count),
        memory((count as f64 * bytes) as usize)
    );
    if let Some(line) = doc.lines().next().filter(|line| !line.is_empty()) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "{signature}");
    let mut rows = Vec::new();
    block_rows(&instance.root, "", &mut rows);
    if let Some((name, block)) = &instance.head {
        rows.push(Row {
            prefix: String::new(),
            name: name.clone(),
            what: "head".into(),
            count: block.parameter_count(),
        });
        block_rows(block, "  ", &mut rows);
    }
    align(&rows, &mut text);
    text
}

struct Row {
    prefix: String,
    name: String,
    what: String,
    count: usize,
}

fn block_rows(block: &InstanceBlock, prefix: &str, rows: &mut Vec<Row>) {
    let present: Vec<_> = block
        .parts
        .iter()
        .filter(|part| part.node != InstanceNode::Absent)
        .collect();
    for (position, part) in present.iter().enumerate() {
        let last = position + 1 == present.len();
        let (branch, below) = if last {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        let row = |what: String| Row {
            prefix: format!("{prefix}{branch}"),
            name: part.name.clone(),
            what,
            count: part.node.parameter_count(),
        };
        rows.push(row(describe(&part.node)));
        if let Some(inner) = inner_block(&part.node) {
            block_rows(inner, &format!("{prefix}{below}"), rows);
        }
    }
}

/// The block whose parts stand below a node's line. Copies of a repeat are alike, so the first stands for all.
fn inner_block(node: &InstanceNode) -> Option<&InstanceBlock> {
    match node {
        InstanceNode::Block(block) => Some(block),
        InstanceNode::Repeat(copies) => copies.first().and_then(|copy| inner_block(copy)),
        InstanceNode::Leaf(_) | InstanceNode::Absent => None,
    }
}

fn describe(node: &InstanceNode) -> String {
    match node {
        InstanceNode::Absent => String::new(),
        InstanceNode::Leaf(leaf) => describe_leaf(leaf),
        InstanceNode::Block(block) => block.block.clone(),
        InstanceNode::Repeat(copies) => {
            format!(
                "{} × {}",
                copies.len(),
                copies.first().map(|copy| describe(copy)).unwrap_or_default()
            )
        }
    }
}

fn describe_leaf(leaf: &InstanceLeaf) -> String {
    let weights = leaf.weights.iter().map(|weight| {
        let sizes: Vec<String> = weight.shape.iter().map(ToString::to_string).collect();
        let tied = weight
            .tied
            .as_ref()
            .map(|owner| format!(" = {owner}"))
            .unwrap_or_default();
        format!("{} [{}]{tied}", weight.name, sizes.join(", "))
    });
    let weights: Vec<String> = weights.collect();
    if weights.is_empty() {
        leaf.leaf.clone()
    } else {
        format!("{}  {}", leaf.leaf, weights.join(", "))
    }
}

fn align(rows: &[Row], text: &mut String) {
    let labels: Vec<String> = rows
        .iter()
        .map(|row| format!("{}{}", row.prefix, row.name))
        .collect();
    let label_width = labels
        .iter()
        .map(|label| label.chars().count())
        .max()
        .unwrap_or(0);
    let what_width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    let counts: Vec<String> = rows.iter().map(|row| grouped(row.count)).collect();
    let count_width = counts.iter().map(String::len).max().unwrap_or(0);
    for ((row, label), count) in rows.iter().zip(&labels).zip(&counts) {
        let count = if row.count == 0 { "" } else { count };
        let line = format!(
            "{label:<label_width$}  {:<what_width$}  {count:>count_width$}",
            row.what
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// `474.7 MiB`
pub fn memory(bytes: usize) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}
