// The page: what is drawn, and what follows from a drag, a key or a click.

const model = readModel(document.getElementById("model").textContent);
const [channels, height, width] = model.image, pixels = height * width;
const COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"];
const MOST_SLIDERS = 16;
const at = (id) => document.getElementById(id);

// Bytes of a picture (h, w, channels), as files hold them, become the model's input (channels, h, w) and back.
function inputOf(picture) {
  const x = new Float64Array(channels * pixels);
  for (let k = 0; k < pixels; k++) {
    for (let c = 0; c < channels; c++) x[c * pixels + k] = (picture[k * channels + c] / 255) * model.scale + model.offset;
  }
  return x;
}

const brightness = (value) => 255 * Math.min(1, Math.max(0, (value - model.offset) / model.scale));

function paint(canvas, x) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d"), picture = context.createImageData(width, height);
  for (let k = 0; k < pixels; k++) {
    for (let c = 0; c < 3; c++) picture.data[4 * k + c] = brightness(x[(channels === 3 ? c : 0) * pixels + k]);
    picture.data[4 * k + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
}

// --- The plane of codes ---

const stored = bytes(model.images), samples = [];
for (let i = 0; i < model.labels.length; i++) {
  samples.push(inputOf(stored.subarray(i * channels * pixels, (i + 1) * channels * pixels)));
}
const codes = samples.map((x) => encode(model, x));
const spreads = Array.from({ length: model.code }, (_, u) => {
  const values = codes.map((code) => code[u]), mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
});
const units = spreads.map((_, u) => u).sort((a, b) => spreads[b] - spreads[a] || a - b); // the widest first
const state = { code: Float64Array.from(codes[0]), across: Math.min(units[0], units[1] ?? 0), up: 0, pen: 0, target: 0 };
state.up = model.code > 1 ? Math.max(units[0], units[1]) : 0;

function range(u) {
  const values = codes.map((code) => code[u]), low = Math.min(...values), high = Math.max(...values);
  const margin = 0.1 * (high - low) || 1;
  return [low - margin, high + margin];
}

function drawPlane() {
  const canvas = at("plane"), context = canvas.getContext("2d"), { width: w, height: h } = canvas;
  const [x0, x1] = range(state.across), [y0, y1] = range(state.up);
  const place = (code) => [((code[state.across] - x0) / (x1 - x0)) * w, h - ((code[state.up] - y0) / (y1 - y0)) * h];
  context.clearRect(0, 0, w, h);
  context.font = "12px sans-serif";
  codes.forEach((code, i) => {
    const [x, y] = place(code);
    context.fillStyle = COLOURS[model.labels[i] % COLOURS.length] ?? "grey"; // of images without labels
    context.fillText(model.labels[i], x - 3, y + 4);
  });
  const [x, y] = place(state.code);
  context.strokeStyle = getComputedStyle(document.body).color;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 9, 0, 2 * Math.PI);
  context.stroke();
}

function showCode() {
  drawPlane();
  paint(at("decoded"), last(forward(model.decoder, state.code)));
  const numbers = [state.across, state.up].map((u) => `unit ${u}: ${state.code[u].toFixed(3)}`);
  at("place").textContent = `Code: ${[...new Set(numbers)].join(", ")}`;
  for (const slider of at("sliders").querySelectorAll("input")) {
    slider.value = state.code[slider.dataset.unit];
    slider.nextElementSibling.textContent = Number(slider.value).toFixed(3);
  }
}

let waiting = false;
function soon(show) { // at most once a frame
  if (!waiting) requestAnimationFrame(() => { waiting = false; show(); });
  waiting = true;
}

function moveTo(event) {
  const box = at("plane").getBoundingClientRect();
  const share = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
  [state.across, state.up].forEach((u, k) => {
    const [low, high] = range(u);
    state.code[u] = low + (high - low) * Math.min(1, Math.max(0, share[k]));
  });
  soon(showCode);
}

function drag(canvas, move) {
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); move(event); });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) move(event); });
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
drag(at("plane"), moveTo);
at("plane").addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  [state.across, state.up].forEach((u, k) => {
    const [low, high] = range(u);
    state.code[u] += (step[k] * (high - low)) / 50;
  });
  soon(showCode);
});

function choices(select, texts, chosen, choose) {
  select.replaceChildren(...texts.map(([value, text]) => new Option(text, value, false, value === chosen)));
  select.addEventListener("change", () => choose(Number(select.value)));
}

const named = units.slice(0, 64).map((u) => [u, `unit ${u}`]).sort((a, b) => a[0] - b[0]);
const tests = model.labels.map((label, i) => [i, `${i} (${label})`]);
choices(at("across"), named, state.across, (u) => { state.across = u; showCode(); });
choices(at("up"), named, state.up, (u) => { state.up = u; showCode(); });
choices(at("start"), tests, 0, (i) => { state.code = Float64Array.from(codes[i]); showCode(); });
for (const u of units.slice(0, MOST_SLIDERS).sort((a, b) => a - b)) {
  const [low, high] = range(u), label = document.createElement("label"), slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: low, max: high, step: (high - low) / 200 });
  slider.dataset.unit = u;
  slider.addEventListener("input", () => { state.code[u] = Number(slider.value); soon(showCode); });
  label.append(`unit ${u}`, slider, document.createElement("output"));
  at("sliders").append(label);
}

// --- An image of one's own ---

let drawn = Float64Array.from(samples[0]);
const layers = [...model.encoder, ...model.decoder];

function pixelGradient(first, second, target) { // of output number `target`, by every number of the input
  const dy = new Float64Array(last(second).length);
  dy[target] = 1;
  const dcode = new Float64Array(last(first).length); // the variances of a variational code get no gradient
  dcode.set(backward(model.decoder, second, dy));
  return backward(model.encoder, first, dcode);
}

function showImage() {
  paint(at("input"), drawn);
  const first = forward(model.encoder, drawn), second = forward(model.decoder, last(first).slice(0, model.code));
  paint(at("output"), last(second));
  const gradient = pixelGradient(first, second, state.target), most = Math.max(...gradient.map(Math.abs)) || 1;
  const canvas = at("source"), context = canvas.getContext("2d");
  canvas.width = width;
  canvas.height = height;
  for (let k = 0; k < pixels; k++) {
    let slope = 0;
    for (let c = 0; c < channels; c++) slope += gradient[c * pixels + k] / most;
    context.fillStyle = slope > 0 ? `rgba(90, 160, 255, ${slope})` : `rgba(255, 150, 60, ${-slope})`;
    context.fillRect(k % width, Math.floor(k / width), 1, 1);
  }
  const k = state.target % pixels;
  mark(at("output"), k);
  const strongest = gradient.reduce((best, slope, j) => (Math.abs(slope) > Math.abs(gradient[best]) ? j : best), 0);
  const where = (j) => `row ${Math.floor((j % pixels) / width)}, column ${j % width}`;
  at("pixel").textContent = `Output at ${where(k)}: ${last(second)[state.target].toFixed(4)}. The input at ${where(strongest)} moves it most: `
    + `${gradient[strongest].toExponential(2)} for 1. Blue pixels raise it, orange ones lower it.`;
  showLayers([...first.slice(1), ...second.slice(1)]);
}

function mark(canvas, k) {
  const context = canvas.getContext("2d");
  context.fillStyle = "rgba(255, 60, 60, 0.8)";
  context.fillRect(k % width, Math.floor(k / width), 1, 1);
}

function showLayers(values) {
  const rows = [["layer", "output", "smallest", "largest", "above 0"]];
  values.forEach((y, k) => {
    const low = Math.min(...y), high = Math.max(...y), above = y.filter((value) => value > 0).length / y.length;
    rows.push([layers[k].name, layers[k].outputs.join(" x "), low.toFixed(3), high.toFixed(3), `${(100 * above).toFixed(0)} %`]);
  });
  at("layers").replaceChildren(...rows.map((texts, row) => {
    const line = document.createElement("tr");
    line.append(...texts.map((text, column) => {
      const cell = document.createElement(row && column ? "td" : "th");
      cell.textContent = text;
      return cell;
    }));
    return line;
  }));
}

function pixelUnder(event, canvas) {
  const box = canvas.getBoundingClientRect(), inside = (share, size) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
  return inside((event.clientY - box.top) / box.height, height) * width + inside((event.clientX - box.left) / box.width, width);
}

function stroke(k) { // a pen a little wider than a pixel
  const row = Math.floor(k / width), column = k % width;
  for (const [dr, dc, ink] of [[0, 0, 1], [0, 1, 0.6], [1, 0, 0.6], [0, -1, 0.6], [-1, 0, 0.6]]) {
    const r = row + dr, s = column + dc;
    if (r < 0 || r >= height || s < 0 || s >= width) continue;
    for (let c = 0; c < channels; c++) {
      const j = c * pixels + r * width + s;
      drawn[j] = Math.max(drawn[j], ink * model.scale + model.offset);
    }
  }
}

function stepped(k, key) {
  const [dx, dy] = STEPS[key], row = Math.floor(k / width) - dy, column = (k % width) + dx;
  return Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column));
}

drag(at("input"), (event) => { state.pen = pixelUnder(event, at("input")); stroke(state.pen); soon(showImage); });
drag(at("output"), (event) => { state.target = pixelUnder(event, at("output")); soon(showImage); });
at("input").addEventListener("keydown", (event) => {
  if (event.key in STEPS) state.pen = stepped(state.pen, event.key);
  else if (event.key === " ") stroke(state.pen);
  else if (event.key === "Delete") at("clear").click();
  else return;
  event.preventDefault();
  showImage();
  mark(at("input"), state.pen);
});
at("output").addEventListener("keydown", (event) => {
  if (!(event.key in STEPS)) return;
  event.preventDefault();
  state.target = stepped(state.target, event.key);
  showImage();
});
at("clear").addEventListener("click", () => { drawn.fill(model.offset); showImage(); });
at("noise").addEventListener("click", () => {
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  drawn = drawn.map((value) => value + (model.noise || 0.3 * model.scale) * normal());
  showImage();
});
choices(at("sample"), tests, 0, (i) => { drawn = Float64Array.from(samples[i]); showImage(); });

state.target = Math.floor(height / 2) * width + Math.floor(width / 2);
showCode();
showImage();
