// Draws the diagram of the data in the page, and lets it be folded, searched and read.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const picture = byId("picture"), stage = byId("stage"), details = byId("details");
  const BEND = 7;
  const SVG = "http://www.w3.org/2000/svg";

  let view = data.views[data.chosen];
  let opened = new Set();
  let selected = null;
  let scale = 1;
  let words = [];

  // ---- drawing ------------------------------------------------------------------------------------------------------

  function element(name, attributes, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const written = (x, y, kind, text) => element("text", { x: round(x), y: round(y), class: kind }, text);
  const round = (value) => Math.round(value * 10) / 10;

  function path(points) {
    const distance = (a, b) => Math.abs(b[0] - a[0]) + Math.abs(b[1] - a[1]);
    const clamp = (value, reach) => Math.max(-reach, Math.min(reach, value));
    const toward = (a, b, reach) => [a[0] + clamp(b[0] - a[0], reach), a[1] + clamp(b[1] - a[1], reach)].map(round).join(" ");
    let text = `M${points[0].map(round).join(" ")}`;
    for (let i = 1; i + 1 < points.length; i++) {
      const reach = Math.min(BEND, distance(points[i - 1], points[i]) / 2, distance(points[i], points[i + 1]) / 2);
      text += `L${toward(points[i], points[i - 1], reach)}Q${points[i].map(round).join(" ")} ${toward(points[i], points[i + 1], reach)}`;
    }
    return `${text}L${points[points.length - 1].map(round).join(" ")}`;
  }

  function tip(points) {
    const [before, [x, y]] = points.slice(-2);
    if (before[0] < x - 0.5) return `M${round(x)} ${round(y)}l-6 -3.5v7z`;
    if (before[0] > x + 0.5) return `M${round(x)} ${round(y)}l6 -3.5v7z`;
    return `M${round(x)} ${round(y)}l-3.5 -6h7z`;
  }

  function drawGraph(into, graph, at, level) {
    graph.edges.forEach((edge, index) => {
      const ends = { "data-from": graph.nodes[edge.from].id, "data-to": graph.nodes[edge.to].id };
      into.append(element("path", { class: "wire", d: path(at.wires[index]), ...ends }));
      into.append(element("path", { class: "tip", d: tip(at.wires[index]), ...ends }));
    });
    graph.nodes.forEach((node, index) => node.outputs.forEach((port, output) => {
      drawLabel(into, port, at.nodes[index].labels[output]);
    }));
    // The order of the page is that of reading: from the top down.
    for (const index of graph.rows.flat()) into.append(drawNode(graph.nodes[index], at.nodes[index], level));
  }

  function drawLabel(into, port, [x, y]) {
    const first = port.name ? `${port.name} ${port.shape}` : port.shape;
    const told = port.sizes !== port.shape;
    into.append(element("rect", { class: "back", x: round(x - port.width / 2 + 4), y: round(y + 5), width: round(port.width - 8), height: told ? 27 : 14 }));
    into.append(written(x, y + 15, "middle", first));
    if (told) into.append(written(x, y + 28, "middle muted", port.sizes));
  }

  const rect = (kind, at, width, height, rx) => element("rect", { class: kind, x: at, y: at, width: round(width), height: round(height), rx });

  function drawNode(node, at, level) {
    const isPart = ["leaf", "block", "head"].includes(node.kind);
    const kind = node.kind === "block" || node.kind === "head" ? "part" : node.kind;
    const group = element("g", {
      class: `node ${kind} ${node.category}${at.inner ? " opened" : ""}${matches(node) ? " found" : ""}${holds(node) ? " holds" : ""}${selected === node.id ? " selected" : ""}`,
      transform: `translate(${round(at.x)} ${round(at.y)})`,
      tabindex: "0", role: "treeitem", "aria-level": level, "aria-label": spoken(node), "data-id": node.id,
      "aria-selected": selected === node.id,
    });
    if (node.inner) group.setAttribute("aria-expanded", String(!!at.inner));
    if (node.repeat > 1) for (const step of [8, 4]) group.append(rect("below", step, at.width, at.height - 2 * step, 9));
    if (isPart) drawPart(group, node, at, level);
    else if (node.kind === "arithmetic") {
      group.append(rect("box", 0, at.width, at.height, at.height / 2));
      group.append(written(at.width / 2, at.height / 2 + 5, "title middle", node.title));
    } else {
      group.append(rect("box", 0, at.width, at.height, node.subtitle ? 9 : at.height / 2));
      group.append(written(at.width / 2, 17, "title middle", node.title));
      if (node.subtitle) group.append(written(at.width / 2, 32, "muted middle", node.subtitle));
    }
    return group;
  }

  function drawPart(group, node, at, level) {
    group.append(rect("box", 0, at.width, at.height, 9));
    const indent = node.inner ? 28 : 14;
    if (node.inner) {
      group.append(element("path", { class: "sign", d: at.inner ? "M12 13l4 4l4 -4" : "M14 11l4 4l-4 4" }));
    }
    const title = written(indent, 20, "title", node.title);
    if (node.repeat) title.append(element("tspan", { class: "times" }, ` ×${node.repeat}`));
    group.append(title);
    if (node.subtitle) group.append(written(14, 36, "muted", node.subtitle));
    if (node.parameters) group.append(written(at.width - 14, 20, "end", short(node.parameters)));
    if (node.mark) group.append(written(at.width - 14, 36, "end muted", node.mark));
    if (at.inner) {
      const body = element("g", { class: "body", role: "group", transform: `translate(${round(at.corner)} ${HEADER})` });
      drawGraph(body, node.inner, at.inner, level + 1);
      group.append(body);
    }
  }

  function draw() {
    const at = placed(view.graph, (node) => opened.has(node.id));
    picture.replaceChildren();
    const all = element("g", { class: words.length ? "searching" : "" });
    drawGraph(all, view.graph, at, 1);
    picture.append(all);
    picture.setAttribute("viewBox", `0 0 ${round(at.width)} ${round(at.height)}`);
    picture.dataset.width = at.width;
    picture.setAttribute("width", Math.round(at.width * scale));
    picture.setAttribute("height", Math.round(at.height * scale));
    picture.setAttribute("aria-label", `${data.model}: what flows where`);
    light();
  }

  function light() {
    for (const line of picture.querySelectorAll(".lit")) line.classList.remove("lit");
    if (!selected) return;
    for (const line of picture.querySelectorAll(".wire, .tip")) {
      if (line.dataset.from === selected || line.dataset.to === selected) line.classList.add("lit");
    }
  }

  const spoken = (node) => [
    node.title, node.repeat > 1 ? `${node.repeat} times` : "", node.subtitle,
    node.parameters ? `${grouped(node.parameters)} parameters` : "",
    node.outputs.map((port) => port.sizes).join(" "),
  ].filter(Boolean).join(", ");

  function short(count) {
    for (const [size, unit] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]) {
      if (count >= size) return (count / size).toFixed(1) + unit;
    }
    return String(count);
  }

  const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

  // ---- searching ----------------------------------------------------------------------------------------------------

  const text = (node) => [
    node.title, node.subtitle, node.part ?? "", node.category, ...(node.docs ?? []),
    ...node.outputs.map((port) => `${port.shape} ${port.sizes}`),
    ...(node.tensors ?? []).map((tensor) => `${tensor.name} ${tensor.sizes} ${tensor.tied ?? ""} ${tensor.stored ?? ""}`),
    ...(node.lines ?? []).map((line) => line.text),
  ].join("\n").toLowerCase();

  const matches = (node) => words.length > 0 && words.every((word) => text(node).includes(word));
  const holds = (node) => !!node.inner && node.inner.nodes.some((inner) => matches(inner) || holds(inner));

  function visit(graph, see) {
    for (const node of graph.nodes) {
      see(node);
      if (node.inner) visit(node.inner, see);
    }
  }

  function search() {
    words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    visit(view.graph, (node) => {
      if (matches(node)) count += 1;
      if (holds(node)) opened.add(node.id);
    });
    byId("found").textContent = words.length ? `${count} found` : "";
    draw();
    picture.querySelector(".found")?.scrollIntoView({ block: "center", inline: "center" });
  }

  // ---- details ------------------------------------------------------------------------------------------------------

  function html(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function table(title, rows) {
    if (!rows.length) return;
    const cells = (row) => row.map((cell) => html("td", {}, ...(Array.isArray(cell) ? cell : [cell])));
    details.append(html("h3", {}, title), html("table", {}, ...rows.map((row) => html("tr", {}, ...cells(row)))));
  }

  function tell(node) {
    details.replaceChildren();
    if (!node) return tellModel();
    details.append(html("h2", {}, node.part ?? node.title));
    const copies = node.repeat > 1 ? `${node.repeat} copies · ` : "";
    const count = node.parameters ? ` · ${grouped(node.parameters)} parameters` : "";
    details.append(html("p", { class: "what" }, `${copies}${node.subtitle || node.kind}${count}`));
    (node.docs ?? []).forEach((doc) => details.append(html("p", {}, doc)));
    table("Makes", node.outputs.map((port) => [port.name || "value", shapes(port)]));
    table("Tensors", (node.tensors ?? []).map((tensor) => [
      [tensor.name, ...[tensor.tied && `is ${tensor.tied}`, tensor.stored].filter(Boolean).flatMap((said) => [html("br", {}), html("small", {}, said)])],
      shapes(tensor),
    ]));
    table("Called with", (node.arguments ?? []).map((argument) => [
      argument.name,
      argument.written === argument.value ? argument.value : [html("small", {}, `${argument.written} = `), argument.value],
    ]));
    if (node.lines?.length) details.append(html("h3", {}, "Written"));
    for (const line of node.lines ?? []) {
      details.append(html("span", { class: "place" }, `${line.file}:${line.line}`), html("pre", {}, line.text));
    }
  }

  const shapes = (shaped) => shaped.shape === shaped.sizes ? shaped.shape : [shaped.shape, html("br", {}), html("small", {}, shaped.sizes)];

  function tellModel() {
    details.append(html("h2", {}, data.model + (view.head ? ` with ${view.head}` : "")));
    details.append(html("p", { class: "what" }, `${grouped(view.parameters)} parameters · ${data.source}`));
    [data.doc, view.doc].filter(Boolean).forEach((doc) => details.append(html("p", {}, doc)));
    if (view.losses?.length) details.append(html("p", {}, `Trained with ${view.losses.join(" + ")}.`));
    table("Params", data.params.map((param) => [
      param.doc ? [param.name, html("br", {}), html("small", {}, param.doc)] : param.name, param.value,
    ]));
    table("Heads that these params do not allow", (data.left_out ?? []).map((out) => [out.head, html("small", {}, out.reason)]));
    details.append(html("h3", {}, "Keys"));
    const keys = [["/", "search"], ["Enter", "open or fold"], ["↑ ↓", "go on, go back"], ["→ ←", "open, fold"], ["Esc", "let go"]];
    for (const [key, does] of keys) details.append(html("p", {}, html("kbd", {}, key), ` ${does}`));
  }

  function find(id) {
    let found = null;
    visit(view.graph, (node) => { if (node.id === id) found = node; });
    return found;
  }

  // ---- doing --------------------------------------------------------------------------------------------------------

  function select(id) {
    selected = id;
    for (const node of picture.querySelectorAll(".node")) {
      node.classList.toggle("selected", node.dataset.id === id);
      node.setAttribute("aria-selected", String(node.dataset.id === id));
    }
    light();
    tell(id === null ? null : find(id));
  }

  const drawn = (id) => picture.querySelector(`[data-id="${CSS.escape(id)}"]`);

  // Folds or opens, and keeps the box where it is on the screen.
  function turn(id, open) {
    const before = drawn(id)?.getBoundingClientRect();
    if (open) opened.add(id);
    else opened.delete(id);
    draw();
    const after = drawn(id)?.getBoundingClientRect();
    if (before && after) {
      stage.scrollTop += after.top - before.top;
      stage.scrollLeft += after.left + after.width / 2 - (before.left + before.width / 2);
    }
    drawn(id)?.focus({ preventScroll: true });
  }

  function show(head) {
    view = data.views.find((candidate) => (candidate.head ?? "") === head) ?? data.views[0];
    opened = new Set(view.graph.nodes.filter((node) => node.inner).map((node) => node.id));
    selected = null;
    byId("model").textContent = data.model + (view.head ? ` with ${view.head}` : "");
    byId("summary").textContent = [`${grouped(view.parameters)} parameters`, data.source, data.doc.split("\n")[0]].filter(Boolean).join(" · ");
    tell(null);
    if (words.length) search();
    else draw();
  }

  function zoom(to) {
    scale = Math.max(0.2, Math.min(3, to));
    draw();
  }

  const fitting = () => Math.min(1, (stage.clientWidth - 48) / Number(picture.dataset.width));

  picture.addEventListener("click", (event) => {
    const node = event.target.closest(".node");
    if (!node) return select(null);
    const id = node.dataset.id, known = find(id);
    select(id);
    // A click into the body of an opened block chooses it; one on its upper part folds it.
    const top = (event.clientY - node.getBoundingClientRect().top) / scale;
    if (known.inner && (!opened.has(id) || top < HEADER)) turn(id, !opened.has(id));
  });

  picture.addEventListener("focusin", (event) => {
    const node = event.target.closest(".node");
    if (node && node.matches(":focus-visible") && node.dataset.id !== selected) select(node.dataset.id);
  });

  picture.addEventListener("keydown", (event) => {
    const node = event.target.closest(".node");
    if (!node) return;
    const id = node.dataset.id, folds = !!find(id)?.inner, open = opened.has(id);
    const all = [...picture.querySelectorAll(".node")];
    const step = (by) => all[all.indexOf(node) + by]?.focus();
    const act = {
      Enter: () => folds && turn(id, !open),
      " ": () => folds && turn(id, !open),
      ArrowRight: () => (folds && !open ? turn(id, true) : step(1)),
      ArrowLeft: () => (folds && open ? turn(id, false) : (node.parentElement.closest(".node") ?? node).focus()),
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select")) {
      event.preventDefault();
      byId("search").focus();
    }
    if (event.key === "Escape") {
      byId("search").value = "";
      search();
      select(null);
    }
  });

  byId("search").addEventListener("input", search);
  byId("open").addEventListener("click", () => {
    visit(view.graph, (node) => { if (node.inner) opened.add(node.id); });
    draw();
  });
  byId("fold").addEventListener("click", () => { opened.clear(); draw(); });
  byId("larger").addEventListener("click", () => zoom(scale * 1.2));
  byId("smaller").addEventListener("click", () => zoom(scale / 1.2));
  byId("fit").addEventListener("click", () => zoom(fitting()));
  byId("head").addEventListener("change", (event) => show(event.target.value));
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  for (const candidate of data.views) {
    const option = html("option", { value: candidate.head ?? "" }, candidate.head ?? "none");
    byId("head").append(option);
  }
  byId("head").value = view.head ?? "";
  byId("head").closest("label").hidden = data.views.length < 2;
  show(view.head ?? "");
})();
