// Where everything stands: what place.rs does, when a block is folded or opened. A test holds the two together.
"use strict";
const { placed, HEADER } = (() => {
  const BETWEEN = 28, LANE = 18, LABEL = 32, TRACK = 9, ABOVE = 7, BELOW = 15, MARGIN = 16, HEADER = 40, FOOTER = 2;

  // A graph with its coordinates. `isOpen` says which nodes show their body.
  function placed(graph, isOpen) {
    const nodes = graph.nodes.map((node) => box(node, isOpen));
    const rowOf = [];
    graph.rows.forEach((row, number) => row.forEach((node) => (rowOf[node] = number)));
    const labelsWidth = (node) => graph.nodes[node].outputs.reduce((sum, port) => sum + port.width, 0);
    const cell = (node) => Math.max(nodes[node].width, labelsWidth(node));
    const centre = (node) => nodes[node].x + nodes[node].width / 2;
    const exit = (node, output) => {
      const ports = graph.nodes[node].outputs;
      const before = ports.slice(0, output).reduce((sum, port) => sum + port.width, 0);
      return centre(node) - labelsWidth(node) / 2 + before + (ports[output]?.width ?? 0) / 2;
    };
    for (const row of graph.rows) {
      let x = -(row.reduce((sum, node) => sum + cell(node), 0) + BETWEEN * (row.length - 1)) / 2;
      for (const node of row) {
        nodes[node].x = x + (cell(node) - nodes[node].width) / 2;
        x += cell(node) + BETWEEN;
      }
      follow(graph, nodes, row, cell, exit);
    }
    const laneOf = (edge) => `${edge.from}/${edge.output}/${edge.side}`;
    const lanes = lanesOf(graph, rowOf, laneOf, centre, cell, exit);
    const origin = (edge) => (edge.side === "straight" ? exit(edge.from, edge.output) : lanes.get(laneOf(edge)));
    const entries = entriesOf(graph, nodes, rowOf, centre, origin);

    const runs = runsOf(graph, rowOf, exit, origin, entries, laneOf);
    let y = MARGIN, bottom = 0;
    graph.rows.forEach((row, number) => {
      const height = Math.max(...row.map((node) => nodes[node].height));
      row.forEach((node) => (nodes[node].y = y + (height - nodes[node].height) / 2));
      bottom = y + height;
      y += height + (row.some((node) => labelsWidth(node) > 0) ? LABEL : 0) + ABOVE;
      for (const run of runs[number].keys()) {
        runs[number].set(run, y);
        y += TRACK;
      }
      y += BELOW;
    });

    const wires = graph.edges.map((edge, index) => {
      const from = nodes[edge.from], to = nodes[edge.to], straight = edge.side === "straight";
      const start = exit(edge.from, edge.output), end = entries[index];
      const leave = runs[rowOf[edge.from]].get(`exit ${edge.from}/${edge.output}`);
      const points = [[start, from.y + from.height]];
      let x = start;
      if (!straight) {
        x = origin(edge);
        if (Math.abs(x - start) > 0.5) points.push([start, leave], [x, leave]);
      }
      if (end === null) {
        const middle = to.y + to.height / 2;
        points.push([x, middle], [x < to.x ? to.x : to.x + to.width, middle]);
        return points;
      }
      if (!straight) {
        const enter = runs[rowOf[edge.to] - 1].get(`entry ${laneOf(edge)}`);
        points.push([x, enter], [end, enter]);
      } else if (Math.abs(end - start) > 0.5) {
        points.push([start, leave], [end, leave]);
      }
      points.push([end, to.y]);
      return points;
    });

    let half = 0;
    nodes.forEach((_, node) => (half = Math.max(half, Math.abs(centre(node)) + cell(node) / 2)));
    lanes.forEach((x) => (half = Math.max(half, Math.abs(x))));
    half += MARGIN;
    nodes.forEach((node, index) => {
      node.labels = graph.nodes[index].outputs.map((_, output) => [exit(index, output) + half, node.y + node.height]);
    });
    nodes.forEach((node) => (node.x += half));
    wires.forEach((wire) => wire.forEach((point) => (point[0] += half)));
    return { width: 2 * half, height: bottom + MARGIN, nodes, wires };
  }

  function box(node, isOpen) {
    const labels = node.outputs.reduce((sum, port) => sum + port.width, 0);
    let [width, height] = node.size;
    if (node.outputs.length > 1) width = Math.max(width, labels);
    if (!node.inner || !isOpen(node)) return { x: 0, y: 0, width, height };
    const inner = placed(node.inner, isOpen);
    width = Math.max(width, inner.width);
    return { x: 0, y: 0, width, height: HEADER + inner.height + FOOTER, inner, corner: (width - inner.width) / 2 };
  }

  // Moves the boxes of a row of several under what they read, if they then keep apart.
  function follow(graph, nodes, row, cell, exit) {
    if (row.length < 2) return;
    const above = [];
    let edge = -Infinity;
    for (const node of row) {
      const edges = graph.edges.filter((edge) => edge.to === node);
      const near = edges.filter((edge) => edge.side === "straight");
      const exits = (near.length ? near : edges).map((edge) => exit(edge.from, edge.output));
      if (!exits.length) return;
      const x = exits.reduce((sum, exit) => sum + exit, 0) / exits.length;
      if (x - cell(node) / 2 < edge) return;
      edge = x + cell(node) / 2 + BETWEEN;
      above.push(x);
    }
    row.forEach((node, position) => (nodes[node].x = above[position] - nodes[node].width / 2));
  }

  function lanesOf(graph, rowOf, laneOf, centre, cell, exit) {
    const spans = new Map();
    for (const edge of graph.edges) {
      if (edge.side === "straight") continue;
      const span = spans.get(laneOf(edge));
      if (span) span.to = Math.max(span.to, rowOf[edge.to]);
      else {
        const start = exit(edge.from, edge.output);
        spans.set(laneOf(edge), { key: laneOf(edge), side: edge.side, start, from: rowOf[edge.from], to: rowOf[edge.to] });
      }
    }
    const lanes = new Map(), done = [];
    for (const span of [...spans.values()].sort((a, b) => a.to - a.from - (b.to - b.from))) {
      const side = span.side === "left" ? -1 : 1;
      let outermost = 0;
      for (const node of graph.rows.slice(span.from + 1, span.to).flat()) {
        outermost = Math.max(outermost, side * centre(node) + cell(node) / 2);
      }
      for (const other of done) {
        if (other.side === span.side && other.from < span.to && span.from < other.to) {
          outermost = Math.max(outermost, side * lanes.get(other.key));
        }
      }
      lanes.set(span.key, side * Math.max(side * span.start, outermost + LANE));
      done.push(span);
    }
    return lanes;
  }

  // The horizontal runs below each row, in the order in which they cross least.
  function runsOf(graph, rowOf, exit, origin, entries, laneOf) {
    const found = graph.rows.map(() => new Map());
    const add = (row, run, from, to) => {
      const known = found[row].get(run);
      if (known) known.way += to - from;
      else found[row].set(run, { run, from, way: to - from });
    };
    graph.edges.forEach((edge, index) => {
      const start = exit(edge.from, edge.output), end = entries[index], straight = edge.side === "straight";
      const leaving = `exit ${edge.from}/${edge.output}`;
      if (!straight && Math.abs(origin(edge) - start) > 0.5) add(rowOf[edge.from], leaving, start, origin(edge));
      if (straight && end !== null && Math.abs(end - start) > 0.5) add(rowOf[edge.from], leaving, start, end);
      if (!straight && end !== null) add(rowOf[edge.to] - 1, `entry ${laneOf(edge)}`, origin(edge), end);
    });
    const key = ({ from, way }) => (way < 0 ? [0, from] : [1, -from]);
    const order = (a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1];
    return found.map((row) => new Map([...row.values()].sort(order).map(({ run }) => [run, 0])));
  }

  // The place above the box at which each edge enters; null for the side of a circle.
  function entriesOf(graph, nodes, rowOf, centre, origin) {
    const entries = graph.edges.map(() => null);
    const freeSide = (node, x) => {
      if (graph.nodes[node].kind !== "arithmetic") return null;
      const row = graph.rows[rowOf[node]], circle = nodes[node];
      if (x < circle.x - 4 && row[0] === node) return 0;
      if (x > circle.x + circle.width + 4 && row[row.length - 1] === node) return 1;
      return null;
    };
    graph.nodes.forEach((_, node) => {
      const above = [], taken = [false, false];
      graph.edges.forEach((edge, index) => {
        if (edge.to !== node) return;
        const side = freeSide(node, origin(edge));
        if (side !== null && !taken[side]) taken[side] = true;
        else above.push(index);
      });
      above.sort((a, b) => origin(graph.edges[a]) - origin(graph.edges[b]));
      const step = Math.min(nodes[node].width / (above.length + 1), 26);
      above.forEach((index, position) => {
        entries[index] = centre(node) + (position - (above.length - 1) / 2) * step;
      });
    });
    return entries;
  }

  return { placed, HEADER };
})();
