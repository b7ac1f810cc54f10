// Tries pages of `ttt show --format html` in a headless Chromium, over its own protocol; no package is needed.
//
//     node scripts/check-diagram.mjs CHROMIUM FOLDER NAME…     reads FOLDER/NAME.html and NAME.svg, writes screenshots
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [, , browser, folder, ...names] = process.argv;

// ---- the browser ----------------------------------------------------------------------------------------------------

const profile = mkdtempSync(join(tmpdir(), "diagram-"));
const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--hide-scrollbars", `--user-data-dir=${profile}`, "--remote-debugging-pipe",
];
const child = spawn(browser, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const waiting = new Map();
const complaints = [];
const events = new Map();
let number = 0, rest = "";
child.stdio[4].on("data", (data) => {
  rest += data;
  for (let end = rest.indexOf("\0"); end >= 0; end = rest.indexOf("\0")) {
    const message = JSON.parse(rest.slice(0, end));
    rest = rest.slice(end + 1);
    if (message.id) waiting.get(message.id)?.(message);
    else if (message.method === "Runtime.exceptionThrown") complaints.push(message.params.exceptionDetails.exception?.description);
    else if (message.method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(message.params.type)) {
      complaints.push(message.params.args.map((arg) => arg.value).join(" "));
    } else if (message.method === "Network.requestWillBeSent") {
      const { url } = message.params.request;
      if (!url.startsWith("file:") && !url.startsWith("data:")) complaints.push(`fetches ${url}`);
    }
    events.get(message.method)?.();
  }
});

const send = (method, params = {}, sessionId) => new Promise((done, fail) => {
  number += 1;
  waiting.set(number, (message) => (message.error ? fail(new Error(`${method}: ${message.error.message}`)) : done(message.result)));
  child.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
});

const { targetId } = await send("Target.createTarget", { url: "about:blank" });
const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
const page = (method, params) => send(method, params, sessionId);
await page("Page.enable");
await page("Runtime.enable");
await page("Network.enable");

const visit = async (file) => {
  const loaded = new Promise((done) => events.set("Page.loadEventFired", done));
  await page("Page.navigate", { url: pathToFileURL(resolve(file)).href });
  await loaded;
};
const evaluate = async (expression) => {
  const { result, exceptionDetails } = await page("Runtime.evaluate", { expression, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? expression);
  return result.value;
};
const press = async (key) => {
  const text = key === "Enter" ? "\r" : undefined;
  await page("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, text, windowsVirtualKeyCode: key === "Enter" ? 13 : undefined });
  await page("Input.dispatchKeyEvent", { type: "keyUp", key, code: key });
};
const colours = (value) => page("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
const size = (width, height) => page("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
const shoot = async (file) => {
  const { data } = await page("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(folder, file), Buffer.from(data, "base64"));
};

// ---- what is tried --------------------------------------------------------------------------------------------------

let tried = 0, failed = 0;
const hold = (what, holds, seen = "") => {
  tried += 1;
  if (holds) return;
  failed += 1;
  console.error(`FAILED ${what} ${seen && JSON.stringify(seen).slice(0, 400)}`);
};

// Every place and line of a drawing, in any order.
const drawing = (root) => `(() => {
  const root = ${root};
  const places = [...root.querySelectorAll("g[class]:not(.searching)")].map((group) => group.getAttribute("transform")).filter(Boolean);
  const wires = [...root.querySelectorAll(".wire")].map((wire) => wire.getAttribute("d"));
  return [...places, ...wires].sort();
})()`;

// Boxes of one graph that overlap, and texts that reach over their box.
const faults = `(() => {
  const found = [];
  const own = (node, kind) => [...node.children].find((child) => child.classList.contains(kind));
  const graphs = [document.querySelector("#picture > g"), ...document.querySelectorAll("#picture .body")];
  for (const graph of graphs) {
    const nodes = [...graph.children].filter((child) => child.classList.contains("node"));
    const boxes = nodes.map((node) => [node.dataset.id, own(node, "box").getBoundingClientRect()]);
    boxes.forEach(([id, a], index) => boxes.slice(index + 1).forEach(([other, b]) => {
      if (a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5) found.push(id + " overlaps " + other);
    }));
    for (const node of nodes) {
      const box = own(node, "box").getBoundingClientRect();
      const texts = [...node.children].filter((child) => child.tagName === "text").map((text) => [text.textContent, text.getBoundingClientRect()]);
      for (const [said, text] of texts) if (text.left < box.left || text.right > box.right + 0.5) found.push(said + " leaves " + node.dataset.id);
      texts.forEach(([said, a], index) => texts.slice(index + 1).forEach(([other, b]) => {
        if (Math.abs(a.top - b.top) < 4 && a.left < b.right && b.left < a.right) found.push(said + " runs into " + other);
      }));
    }
  }
  return found;
})()`;

async function check(name) {
  await colours("light");
  await size(1360, 1000);
  await visit(join(folder, `${name}.svg`));
  const picture = await evaluate(drawing("document.documentElement"));
  await visit(join(folder, `${name}.html`));
  const initial = await evaluate(drawing("document.getElementById('picture')"));
  hold(`${name}: the page stands as the picture does`, JSON.stringify(picture) === JSON.stringify(initial),
    [picture.filter((line) => !initial.includes(line)), initial.filter((line) => !picture.includes(line))]);

  const count = "document.querySelectorAll('#picture .node').length";
  await evaluate("document.getElementById('fold').click()");
  const folded = await evaluate(count);
  hold(`${name}: folds`, (await evaluate("document.querySelectorAll('#picture .body').length")) === 0);
  await evaluate("document.getElementById('open').click()");
  const all = await evaluate(`(() => {
    const count = (graph) => graph.nodes.reduce((sum, node) => sum + 1 + (node.inner ? count(node.inner) : 0), 0);
    const data = JSON.parse(document.getElementById("data").textContent);
    return count(data.views[data.chosen].graph);
  })()`);
  hold(`${name}: opens all`, all === (await evaluate(count)) && all > folded, [folded, all]);
  const faulty = await evaluate(faults);
  hold(`${name}: nothing overlaps`, faulty.length === 0, faulty);

  await evaluate("document.getElementById('fold').click()");
  await evaluate("document.getElementById('picture').querySelector('.node').focus()");
  await evaluate("[...document.querySelectorAll('#picture .node')].find((node) => node.hasAttribute('aria-expanded')).focus()");
  await press("Enter");
  hold(`${name}: Enter opens`, (await evaluate("document.activeElement.getAttribute('aria-expanded')")) === "true");
  await press("ArrowLeft");
  hold(`${name}: the left arrow folds`, (await evaluate("document.activeElement.getAttribute('aria-expanded')")) === "false");
  await press("ArrowDown");
  hold(`${name}: the down arrow goes on`, (await evaluate("document.activeElement.classList.contains('selected')")));
  hold(`${name}: details are told`, (await evaluate("document.querySelector('#details h2').textContent.length")) > 0);

  await evaluate("document.getElementById('search').value = 'linear 768'; document.getElementById('search').dispatchEvent(new Event('input'))");
  const found = await evaluate("document.querySelectorAll('#picture .found').length");
  hold(`${name}: search opens what it finds`, name === "llama" ? found === 0 : found > 3, found);
  await press("Escape");
  hold(`${name}: Escape ends the search`, (await evaluate("document.querySelectorAll('#picture .found').length")) === 0);

  const heads = await evaluate("[...document.getElementById('head').options].map((option) => option.value)");
  for (const head of heads) {
    await evaluate(`document.getElementById('head').value = ${JSON.stringify(head)}; document.getElementById('head').dispatchEvent(new Event('change')); document.getElementById('open').click()`);
    const drawn = await evaluate("document.querySelectorAll('#picture > g > .head').length");
    hold(`${name}: the head ${head} is drawn`, drawn === (head === "" ? 0 : 1), drawn);
    const faulty = await evaluate(faults);
    hold(`${name} with ${head}: nothing overlaps`, faulty.length === 0, faulty);
  }

  const paper = "getComputedStyle(document.body).backgroundColor";
  const light = await evaluate(paper);
  await evaluate("document.getElementById('theme').click()");
  const dark = await evaluate(paper);
  hold(`${name}: the switch darkens`, light !== dark, [light, dark]);
  await visit(join(folder, `${name}.html`));
  await colours("dark");
  hold(`${name}: the system darkens`, (await evaluate(paper)) === dark);
  await size(1360, 1500);
  await shoot(`${name}-dark.png`);
  await colours("light");
  await shoot(`${name}-light.png`);
  await evaluate("document.getElementById('open').click(); document.getElementById('fit').click()");
  await shoot(`${name}-open.png`);
}

try {
  for (const name of names) await check(name);
  hold("no errors in the console, nothing fetched", complaints.length === 0, complaints);
} finally {
  child.kill();
  await new Promise((done) => child.once("exit", done));
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`${tried - failed} of ${tried} hold`);
process.exit(failed ? 1 : 0);
