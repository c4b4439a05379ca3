// The page: what is drawn, and what follows from a drag, a key or a click.

const model = readModel(document.getElementById("model").textContent);
const [channels, height, width] = model.image, pixels = height * width;
const MOST_SLIDERS = 16;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const at = (id) => document.getElementById(id);
const largest = (values) => values.reduce((a, b) => Math.max(a, b)); // too many for Math.max(...values)

function paint(id, fill) { // fill(data) sets red, green, blue and opacity of every pixel, from 0 to 255
  const context = at(id).getContext("2d"), picture = context.createImageData(width, height);
  fill(picture.data);
  context.putImageData(picture, 0, 0);
}

function paintImage(id, x, marked) {
  paint(id, (data) => {
    data.fill(255);
    for (let k = 0; k < pixels; k++) {
      for (let c = 0; c < 3; c++) { // what is below 0 or above 255 is cut off
        data[4 * k + c] = (255 * (x[(channels === 3 ? c : 0) * pixels + k] - model.offset)) / model.scale;
      }
    }
    if (marked >= 0) data.set([255, 60, 60, 255], 4 * marked);
  });
}

let waiting = false;
function soon(show) { // at most once a frame
  if (!waiting) requestAnimationFrame(() => { waiting = false; show(); });
  waiting = true;
}

// Call go(x, y, pressed), from 0 to 1 from the top left, where a canvas is pressed, and for arrow keys: these
// go from place(), in `steps` across and down.
function steer(id, place, go, steps, show) {
  const canvas = at(id), move = (x, y, pressed) => {
    go(...[x, y].map((share) => Math.min(1, Math.max(0, share))), pressed);
    soon(show);
  };
  const press = (event) => {
    const box = canvas.getBoundingClientRect();
    move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, true);
  };
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointerdown", press);
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) press(event); });
  canvas.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    move(...place().map((share, k) => share + STEPS[event.key][k] / steps[k]), false);
  });
}

function choices(id, texts, chosen, choose) {
  at(id).replaceChildren(...texts.map(([value, text]) => new Option(text, value, false, value === chosen)));
  at(id).addEventListener("change", () => choose(Number(at(id).value)));
}

// --- The plane of codes ---

const dark = matchMedia("(prefers-color-scheme: dark)");
const stored = bytes(model.images), size = channels * pixels;
const samples = model.labels.map((_, i) => Float64Array.from(
  stored.subarray(i * size, (i + 1) * size), (byte) => (byte / 255) * model.scale + model.offset));
const codes = samples.map((x) => encode(model, x));
const units = Array.from({ length: model.code }, (_, u) => { // where the codes are, along each unit
  const values = codes.map((code) => code[u]), low = Math.min(...values), high = Math.max(...values);
  const margin = 0.1 * (high - low) || 1;
  return { u, spread: high - low, low: low - margin, high: high + margin };
});
const widest = [...units].sort((a, b) => b.spread - a.spread || a.u - b.u).map(({ u }) => u);
const [across, up] = [widest[0], widest[1] ?? 0].sort((a, b) => a - b);
const state = { code: Float64Array.from(codes[0]), across, up, pen: 0, target: 0 };
const share = (code, u) => (code[u] - units[u].low) / (units[u].high - units[u].low);

function drawPlane() {
  const context = at("plane").getContext("2d"), { width: w, height: h } = at("plane");
  const place = (code) => [share(code, state.across) * w, (1 - share(code, state.up)) * h];
  context.clearRect(0, 0, w, h);
  context.font = "12px sans-serif";
  codes.forEach((code, i) => {
    const [x, y] = place(code), label = model.labels[i]; // "?" of images without labels
    context.fillStyle = label === "?" ? "grey" : `hsl(${36 * label}, 75%, ${dark.matches ? 65 : 45}%)`;
    context.fillText(label, x - 3, y + 4);
  });
  context.strokeStyle = getComputedStyle(document.body).color;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(...place(state.code), 9, 0, 2 * Math.PI);
  context.stroke();
}
dark.addEventListener("change", drawPlane);

function showCode() {
  drawPlane();
  paintImage("decoded", last(forward(model.decoder, state.code)));
  const numbers = [state.across, state.up].map((u) => `unit ${u}: ${state.code[u].toFixed(3)}`);
  at("place").textContent = `Code: ${[...new Set(numbers)].join(", ")}`;
  for (const slider of at("sliders").parentElement.open ? at("sliders").querySelectorAll("input") : []) {
    slider.value = state.code[slider.dataset.unit];
    slider.nextElementSibling.textContent = Number(slider.value).toFixed(3);
  }
}

function moveCode(x, y) {
  for (const [u, share] of [[state.across, x], [state.up, 1 - y]]) {
    state.code[u] = units[u].low + share * (units[u].high - units[u].low);
  }
}

const ring = () => [share(state.code, state.across), 1 - share(state.code, state.up)];
steer("plane", ring, moveCode, [50, 50], showCode);

const named = widest.slice(0, 64).sort((a, b) => a - b).map((u) => [u, `unit ${u}`]);
const tests = model.labels.map((label, i) => [i, `${i} (${label})`]);
for (const id of ["across", "up"]) choices(id, named, state[id], (u) => { state[id] = u; showCode(); });
choices("start", tests, 0, (i) => { state.code = Float64Array.from(codes[i]); showCode(); });
for (const u of widest.slice(0, MOST_SLIDERS).sort((a, b) => a - b)) {
  const [label, slider] = ["label", "input"].map((tag) => document.createElement(tag));
  const { low, high } = units[u];
  Object.assign(slider, { type: "range", min: low, max: high, step: (high - low) / 200 });
  slider.dataset.unit = u;
  slider.addEventListener("input", () => { state.code[u] = Number(slider.value); soon(showCode); });
  label.append(`unit ${u}`, slider, document.createElement("output"));
  at("sliders").append(label);
}

at("sliders").parentElement.addEventListener("toggle", showCode);

// --- An image of one's own ---

let drawn = Float64Array.from(samples[0]);
const layers = [...model.encoder, ...model.decoder];

let pause;
function showImage() {
  const first = forward(model.encoder, drawn);
  const second = forward(model.decoder, last(first).slice(0, model.code));
  paintImage("input", drawn, at("input").matches(":focus-visible") ? state.pen : -1);
  paintImage("output", last(second), state.target);
  clearTimeout(pause); // a drag goes on while the gradient takes longer than a frame
  pause = setTimeout(() => {
    showSource(first, second);
    showLayers([...first.slice(1), ...second.slice(1)]);
  }, 50);
}

function showSource(first, second) { // the gradient of a pixel, by every number of the input
  const dy = new Float64Array(last(second).length), dcode = new Float64Array(last(first).length);
  dy[state.target] = 1;
  dcode.set(backward(model.decoder, second, dy)); // the variances of a variational code get no gradient
  const gradient = backward(model.encoder, first, dcode), sizes = gradient.map(Math.abs);
  const most = largest(sizes), strongest = sizes.indexOf(most);
  paint("source", (data) => {
    for (let k = 0; k < pixels; k++) {
      let slope = 0;
      for (let c = 0; c < channels; c++) slope += gradient[c * pixels + k] / (most || 1);
      data.set([...(slope > 0 ? [90, 160, 255] : [255, 150, 60]), 255 * Math.abs(slope)], 4 * k);
    }
  });
  const where = (j) => `row ${Math.floor((j % pixels) / width)}, column ${j % width}`;
  at("pixel").textContent = `Output at ${where(state.target)}: ${last(second)[state.target].toFixed(4)}. `
    + `The input at ${where(strongest)} moves it most: ${gradient[strongest].toExponential(2)} for 1. `
    + "Blue pixels raise it, orange ones lower it.";
}

function showLayers(values) {
  const [body] = at("layers").tBodies;
  body.replaceChildren();
  values.forEach((y, k) => {
    const row = body.insertRow(), above = y.filter((value) => value > 0).length / y.length;
    const ends = [-largest(y.map((value) => -value)), largest(y)].map((value) => value.toFixed(3));
    const texts = [layers[k].name, layers[k].outputs.join(" x "), ...ends, `${(100 * above).toFixed(0)} %`];
    for (const text of texts) row.insertCell().textContent = text;
  });
}

function pixel(row, column) { // the nearest one within the image
  const within = (place, size) => Math.min(size - 1, Math.max(0, Math.floor(place)));
  return within(row, height) * width + within(column, width);
}

function stroke(k) { // a pen a little wider than a pixel
  const row = Math.floor(k / width), column = k % width;
  for (const [dr, dc, ink] of [[0, 1, 0.6], [1, 0, 0.6], [0, -1, 0.6], [-1, 0, 0.6], [0, 0, 1]]) {
    for (let c = 0; c < channels; c++) {
      const j = c * pixels + pixel(row + dr, column + dc);
      drawn[j] = Math.max(drawn[j], ink * model.scale + model.offset);
    }
  }
}

const centre = (k) => [((k % width) + 0.5) / width, (Math.floor(k / width) + 0.5) / height];
steer("input", () => centre(state.pen), (x, y, pressed) => {
  state.pen = pixel(y * height, x * width);
  if (pressed) stroke(state.pen);
}, [width, height], showImage);
steer("output", () => centre(state.target), (x, y) => {
  state.target = pixel(y * height, x * width);
}, [width, height], showImage);
const clear = () => { drawn.fill(model.offset); soon(showImage); };
at("input").addEventListener("keydown", (event) => {
  if (event.key === " ") stroke(state.pen);
  else if (event.key === "Delete") clear();
  else return;
  event.preventDefault();
  soon(showImage);
});
at("clear").addEventListener("click", clear);
at("noise").addEventListener("click", () => {
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  drawn = drawn.map((value) => value + (model.noise || 0.3 * model.scale) * normal());
  showImage();
});
choices("sample", tests, 0, (i) => { drawn = Float64Array.from(samples[i]); showImage(); });

for (const canvas of document.querySelectorAll("canvas.image")) Object.assign(canvas, { width, height });
state.target = pixel(height / 2, width / 2);
showCode();
showImage();
