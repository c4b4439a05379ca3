"use strict";
// npae's layers in plain JavaScript, for one image: forward, and backward by the input.
//
// A layer is an object from npae.inside.explore: {kind, inputs, outputs, activation, ...} with shapes without
// the batch, pads [[top, bottom], [left, right]], and its parameters as flat arrays. Images are c x h x w and
// flat, as in NumPy: pixel (c, r, s) is number (c * h + r) * w + s. The names of sizes and indices are those
// of the Python files in npae/layers, where every formula is derived. Sums are in double precision.

const ACTIVATIONS = { // y of x, and dy/dx of y; a is the factor below 0
  linear: { of: (x) => x, slope: () => 1 },
  relu: { of: (x) => (x > 0 ? x : 0), slope: (y) => (y > 0 ? 1 : 0) },
  sigmoid: { of: (x) => 1 / (1 + Math.exp(-x)), slope: (y) => y * (1 - y) },
  tanh: { of: Math.tanh, slope: (y) => 1 - y * y },
  leaky_relu: { of: (x, a) => (x > 0 ? x : a * x), slope: (y, a) => (y > 0 ? 1 : a) },
  elu: { of: (x, a) => (x > 0 ? x : a * Math.expm1(x)), slope: (y, a) => (y > 0 ? 1 : y + a) },
};
const last = (values) => values[values.length - 1];
const count = (shape) => shape.reduce((a, b) => a * b, 1);

// Call visit(tap, out, at, rows, n, steps) for every place `tap` of the window. In `rows` rows, the n outputs
// from `out` on see the pixels from `at` on at that place; steps are from one of these pixels to that of the
// next row, and of the next output. All are numbers within a channel.
function overTaps([, h, w], [, h_out, w_out], layer, visit) {
  const { window: [kh, kw], strides: [sh, sw] = [kh, kw], pads: [[top], [left]] = [[0], [0]] } = layer;
  const inside = (size, outputs, stride, before) => [ // the first output whose pixel exists, and the last + 1
    Math.max(0, Math.ceil(before / stride)), Math.min(outputs, Math.floor((size - 1 + before) / stride) + 1)];
  for (let a = 0; a < kh; a++) {
    const [p, p_end] = inside(h, h_out, sh, top - a);
    for (let b = 0; b < kw; b++) {
      const [q, q_end] = inside(w, w_out, sw, left - b), at = (p * sh + a - top) * w + q * sw + b - left;
      visit(a * kw + b, p * w_out + q, at, p_end - p, q_end - q, [sh * w, sw]);
    }
  }
}

// Call visit(at, out) for every pixel `at` in the window of an output `out`.
function overWindows(large, small, layer, visit) {
  const [channels, h, w] = large, [, h_out, w_out] = small;
  for (let c = 0; c < channels; c++) {
    overTaps(large, small, layer, (_, out, at, rows, n, [down, right]) => {
      for (let p = 0; p < rows; p++) {
        for (let q = 0; q < n; q++) {
          visit(c * h * w + at + p * down + q * right, (c * h_out + p) * w_out + out + q);
        }
      }
    });
  }
}

// The functions below add to y: weighted sums of x of the shape `large`, for y of the shape `small`; with
// back = true, the other way round, with the same weights.

function multiply(x, y, [c_in], [units], { kernel }, back) {
  for (let k = 0; k < c_in; k++) {
    if (back) for (let u = 0; u < units; u++) y[k] += x[u] * kernel[k * units + u];
    else for (let u = 0; u < units; u++) y[u] += x[k] * kernel[k * units + u];
  }
}

function convolve(x, y, large, small, layer, back) {
  const { kernel, window: [kh, kw] } = layer, [from, to] = back ? [small, large] : [large, small];
  const [x_size, y_size] = [from, to].map((shape) => shape[1] * shape[2]); // of a channel
  // Sums of four channels of x for two of y at a time, since each number that is loaded then serves several
  // products. Where fewer are left, the last channel stands for the others, with weight 0.
  const begins = [0, 0, 0, 0, 0, 0], weights = [0, 0, 0, 0, 0, 0, 0, 0];
  overTaps(large, small, layer, (tap, out, at, rows, n, steps) => {
    const next = [small[2], 1], [[x_row, x_step], [y_row, y_step]] = back ? [next, steps] : [steps, next];
    for (let t = 0; t < to[0]; t += 2) {
      for (let f = 0; f < from[0]; f += 4) {
        for (let k = 0; k < 8; k++) {
          const o = Math.min(t + (k >> 2), to[0] - 1), c = Math.min(f + (k & 3), from[0] - 1);
          const pair = back ? c * to[0] + o : o * from[0] + c, isLeft = t + (k >> 2) === o && f + (k & 3) === c;
          weights[k] = isLeft ? kernel[pair * kh * kw + tap] : 0;
          begins[k & 3] = c * x_size + (back ? out : at);
          begins[4 + (k >> 2)] = o * y_size + (back ? at : out);
        }
        for (let p = 0; p < rows; p++) {
          addRows(x, y, begins, weights, p * x_row, x_step, p * y_row, y_step, n);
        }
      }
    }
  });
}

// Add four channels of x, weighted, to two of y, in a row of n.
function addRows(x, y, begins, weights, k, x_step, i, y_step, n) {
  const [a, b, c, d, first, second] = begins, [a_1, b_1, c_1, d_1, a_2, b_2, c_2, d_2] = weights;
  for (let end = i + n * y_step; i < end; i += y_step, k += x_step) {
    const x_a = x[a + k], x_b = x[b + k], x_c = x[c + k], x_d = x[d + k];
    y[first + i] += a_1 * x_a + b_1 * x_b + c_1 * x_c + d_1 * x_d;
    y[second + i] += a_2 * x_a + b_2 * x_b + c_2 * x_c + d_2 * x_d;
  }
}

function average(x, y, large, small, layer, back) {
  const members = filled(small);
  overWindows(large, small, layer, (_, out) => { members[out] += 1; });
  if (layer.kind === "UpSampling2D") members.fill(1); // every output is a copy of one pixel
  if (layer.count_include_pad) members.fill(layer.window[0] * layer.window[1]);
  overWindows(large, small, layer, (at, out) => {
    if (back) y[at] += x[out] / members[out];
    else y[out] += x[at] / members[out];
  });
}

function filled(shape, values) { // one number for each channel, or zeros
  const area = count(shape) / shape[0], y = new Float64Array(count(shape));
  if (values) values.forEach((value, c) => y.fill(value, c * area, (c + 1) * area));
  return y;
}

// A layer that adds weighted sums to its bias: from its large to its small shape, or with up = true from its
// small to its large one. Its gradient goes back by the same weights.
function linear(add, up) {
  const pass = (x, y, layer, back) => {
    const [large, small] = up ? [layer.outputs, layer.inputs] : [layer.inputs, layer.outputs];
    add(x, y, large, small, layer, back);
    return y;
  };
  return {
    forward: (x, layer) => pass(x, filled(layer.outputs, layer.bias), layer, up),
    backward: (dz, layer) => pass(dz, filled(layer.inputs), layer, !up),
  };
}

const KINDS = {
  Dense: linear(multiply, false),
  Conv2D: linear(convolve, false),
  Conv2DTranspose: linear(convolve, true),
  AveragePooling2D: linear(average, false),
  UpSampling2D: linear(average, true),
  MaxPool2D: {
    forward(x, layer) {
      const y = filled(layer.outputs).fill(-Infinity);
      overWindows(layer.inputs, layer.outputs, layer, (at, out) => { if (x[at] > y[out]) y[out] = x[at]; });
      return y;
    },
    backward(dz, layer, x, y) { // the first place of a window that holds its maximum
      const dx = filled(layer.inputs), found = new Uint8Array(y.length);
      overWindows(layer.inputs, layer.outputs, layer, (at, out) => {
        if (!found[out] && x[at] === y[out]) { dx[at] += dz[out]; found[out] = 1; }
      });
      return dx;
    },
  },
  BatchNormalization: { // at inference
    forward(x, layer) {
      const [mean, beta] = [layer.moving_mean, layer.beta].map((values) => filled(layer.inputs, values));
      return this.backward(x.map((value, k) => value - mean[k]), layer).map((value, k) => value + beta[k]);
    },
    backward(dz, { inputs, gamma, moving_variance, epsilon }) {
      const scale = filled(inputs, gamma.map((value, c) => value / Math.sqrt(moving_variance[c] + epsilon)));
      return dz.map((value, k) => value * scale[k]);
    },
  },
  Same: { forward: (x) => x, backward: (dz) => dz }, // shapes, activations; noise is off
};

// Return the outputs of all layers, behind the input: values[k] is the input of layer k.
function forward(layers, x) {
  const values = [Float64Array.from(x)];
  for (const layer of layers) {
    const z = KINDS[layer.kind].forward(last(values), layer), { of } = ACTIVATIONS[layer.activation];
    values.push(z.map((value) => of(value, layer.below)));
  }
  return values;
}

// Return the gradient of sum(dy * y) by the input of the first layer, for the values of `forward`.
function backward(layers, values, dy) {
  let gradient = Float64Array.from(dy);
  for (let k = layers.length - 1; k >= 0; k--) {
    const layer = layers[k], y = values[k + 1], { slope } = ACTIVATIONS[layer.activation];
    const dz = gradient.map((value, j) => value * slope(y[j], layer.below));
    gradient = KINDS[layer.kind].backward(dz, layer, values[k], y);
  }
  return gradient;
}

// Take a model as it stands in the page: parameters are base64 of little-endian float32.
function readModel(json) {
  const model = JSON.parse(json);
  for (const layer of [...model.encoder, ...model.decoder]) {
    for (const [name, text] of Object.entries(layer.params)) layer[name] = numbers(text);
  }
  return model;
}

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const numbers = (text) => Float64Array.from(new Float32Array(bytes(text).buffer));

// Return the code of an image: of a variational model, the means.
const encode = (model, x) => last(forward(model.encoder, x)).slice(0, model.code);
