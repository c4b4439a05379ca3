"use strict";
// npae's layers in plain JavaScript, for one image: forward, and backward by the input.
//
// A layer is an object from npae.inside.explore: {kind, inputs, outputs, activation, ...} with shapes without
// the batch, pads [[top, bottom], [left, right]], and its parameters as flat arrays. Images are c x h x w,
// flat, as in NumPy: pixel (c, r, s) is number (c * h + r) * w + s. The names of sizes and indices are those of
// the Python files in npae/layers, where every formula is derived. Sums are in double precision.

const ACTIVATIONS = {
  linear: { of: (x) => x, slope: () => 1 },
  relu: { of: (x) => (x > 0 ? x : 0), slope: (y) => (y > 0 ? 1 : 0) },
  sigmoid: { of: (x) => 1 / (1 + Math.exp(-x)), slope: (y) => y * (1 - y) },
  tanh: { of: Math.tanh, slope: (y) => 1 - y * y },
  leaky_relu: { of: (x, below) => (x > 0 ? x : below * x), slope: (y, below) => (y > 0 ? 1 : below) },
  elu: { of: (x, below) => (x > 0 ? x : below * Math.expm1(x)), slope: (y, below) => (y > 0 ? 1 : y + below) },
};
const count = (shape) => shape.reduce((a, b) => a * b, 1);

// Call visit(p, q, a, b, r, s) for every place (a, b) of the window of every output (p, q) that lies on a
// pixel (r, s) of the image.
function overWindows([h_in, w_in], [h_out, w_out], [kh, kw], [sh, sw], [[top], [left]], visit) {
  for (let p = 0; p < h_out; p++) {
    for (let a = 0; a < kh; a++) {
      const r = p * sh + a - top;
      if (r < 0 || r >= h_in) continue;
      for (let q = 0; q < w_out; q++) {
        for (let b = 0; b < kw; b++) {
          const s = q * sw + b - left;
          if (s >= 0 && s < w_in) visit(p, q, a, b, r, s);
        }
      }
    }
  }
}

// Return the first and the last output whose window has a pixel of the image at place `tap`.
function reached(size, outputs, tap, stride, before) {
  return [Math.max(0, Math.ceil((before - tap) / stride)),
    Math.min(outputs - 1, Math.floor((size - 1 + before - tap) / stride))];
}

// Add the sums of kernel * x to y, for a convolution from images of shape `large` to `small`; with
// transposed = true, the other way round. For one weight after the other: it meets whole rows.
function convolve(x, y, large, small, { kernel, window: [kh, kw], strides: [sh, sw], pads }, transposed) {
  const [c_large, h, w] = large, [c_small, h_out, w_out] = small, [[top], [left]] = pads;
  for (let o = 0; o < c_small; o++) {
    for (let c = 0; c < c_large; c++) {
      for (let a = 0; a < kh; a++) {
        const [p_0, p_1] = reached(h, h_out, a, sh, top);
        for (let b = 0; b < kw; b++) {
          const [q_0, q_1] = reached(w, w_out, b, sw, left);
          const weight = kernel[((o * c_large + c) * kh + a) * kw + b];
          for (let p = p_0; p <= p_1; p++) {
            const out = (o * h_out + p) * w_out, at = (c * h + p * sh + a - top) * w + b - left;
            if (transposed) for (let q = q_0; q <= q_1; q++) y[at + q * sw] += weight * x[out + q];
            else for (let q = q_0; q <= q_1; q++) y[out + q] += weight * x[at + q * sw];
          }
        }
      }
    }
  }
  return y;
}

function filled(outputs, bias) { // one number of bias for each channel
  const channels = outputs[0], area = count(outputs) / channels, y = new Float64Array(count(outputs));
  if (bias) for (let o = 0; o < channels; o++) y.fill(bias[o], o * area, (o + 1) * area);
  return y;
}

const image = ([, h, w]) => [h, w];
const KINDS = {
  Dense: {
    forward(x, { inputs: [c_in], outputs: [units], kernel, bias }) {
      const z = filled([units], bias);
      for (let k = 0; k < c_in; k++) for (let u = 0; u < units; u++) z[u] += x[k] * kernel[k * units + u];
      return z;
    },
    backward(dz, { inputs: [c_in], outputs: [units], kernel }) {
      const dx = new Float64Array(c_in);
      for (let k = 0; k < c_in; k++) for (let u = 0; u < units; u++) dx[k] += dz[u] * kernel[k * units + u];
      return dx;
    },
  },
  Conv2D: {
    forward: (x, l) => convolve(x, filled(l.outputs, l.bias), l.inputs, l.outputs, l, false),
    backward: (dz, l) => convolve(dz, new Float64Array(count(l.inputs)), l.inputs, l.outputs, l, true),
  },
  Conv2DTranspose: {
    forward: (x, l) => convolve(x, filled(l.outputs, l.bias), l.outputs, l.inputs, l, true),
    backward: (dz, l) => convolve(dz, new Float64Array(count(l.inputs)), l.outputs, l.inputs, l, false),
  },
  MaxPool2D: {
    forward(x, layer) {
      const y = new Float64Array(count(layer.outputs)).fill(-Infinity);
      KINDS.MaxPool2D.winners(x, layer, (at, out) => { if (x[at] > y[out]) y[out] = x[at]; });
      return y;
    },
    backward(dz, layer, x, y) { // the first place of a window that holds its maximum
      const dx = new Float64Array(x.length), found = new Uint8Array(y.length);
      KINDS.MaxPool2D.winners(x, layer, (at, out) => {
        if (!found[out] && x[at] === y[out]) { dx[at] += dz[out]; found[out] = 1; }
      });
      return dx;
    },
    winners(x, { inputs, outputs, window, strides, pads }, visit) {
      const [h, w] = image(inputs), [h_out, w_out] = image(outputs);
      for (let c = 0; c < inputs[0]; c++) {
        overWindows([h, w], [h_out, w_out], window, strides, pads, (p, q, a, b, r, s) =>
          visit((c * h + r) * w + s, (c * h_out + p) * w_out + q));
      }
    },
  },
  AveragePooling2D: {
    forward: (x, layer) => KINDS.AveragePooling2D.means(x, new Float64Array(count(layer.outputs)), layer, false),
    backward: (dz, layer) => KINDS.AveragePooling2D.means(dz, new Float64Array(count(layer.inputs)), layer, true),
    means(x, y, layer, back) {
      const [, h_out, w_out] = layer.outputs, pixels = new Float64Array(h_out * w_out);
      const geometry = [image(layer.inputs), [h_out, w_out], layer.window, layer.strides, layer.pads];
      overWindows(...geometry, (p, q) => { pixels[p * w_out + q] += 1; });
      if (layer.count_include_pad) pixels.fill(layer.window[0] * layer.window[1]);
      KINDS.MaxPool2D.winners(x, layer, (at, out) => {
        const share = 1 / pixels[out % pixels.length];
        if (back) y[at] += share * x[out];
        else y[out] += share * x[at];
      });
      return y;
    },
  },
  UpSampling2D: {
    forward: (x, layer) => KINDS.UpSampling2D.copies(x, new Float64Array(count(layer.outputs)), layer, false),
    backward: (dz, layer) => KINDS.UpSampling2D.copies(dz, new Float64Array(count(layer.inputs)), layer, true),
    copies(x, y, { inputs: [c, h, w], size: [fh, fw] }, back) {
      for (let out = 0; out < c * h * fh * w * fw; out++) {
        const at = Math.floor(out / (w * fw * fh)) * w + Math.floor((out % (w * fw)) / fw);
        if (back) y[at] += x[out];
        else y[out] = x[at];
      }
      return y;
    },
  },
  BatchNormalization: { // at inference
    forward: (x, layer) => KINDS.BatchNormalization.scaled(x, layer, true),
    backward: (dz, layer) => KINDS.BatchNormalization.scaled(dz, layer, false),
    scaled(x, { inputs, epsilon, gamma, beta, moving_mean, moving_variance }, shifted) {
      const area = count(inputs) / inputs[0];
      return x.map((value, k) => {
        const c = Math.floor(k / area), scale = gamma[c] / Math.sqrt(moving_variance[c] + epsilon);
        return shifted ? (value - moving_mean[c]) * scale + beta[c] : value * scale;
      });
    },
  },
  Same: { forward: (x) => x.slice(), backward: (dz) => dz.slice() }, // shapes, activations; noise is off
};

// Return the outputs of all layers, behind the input: values[k] is the input of layer k.
function forward(layers, x) {
  const values = [Float64Array.from(x)];
  for (const layer of layers) {
    const z = KINDS[layer.kind].forward(values[values.length - 1], layer), { of } = ACTIVATIONS[layer.activation];
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

const last = (values) => values[values.length - 1];

// Take a model as it stands in the page: parameters are base64 of little-endian float32.
function readModel(text) {
  const model = JSON.parse(text);
  for (const layer of [...model.encoder, ...model.decoder]) {
    for (const name of layer.params) layer[name] = numbers(layer[name]);
  }
  return model;
}

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function numbers(text) {
  const view = new DataView(bytes(text).buffer);
  return Float64Array.from({ length: view.byteLength / 4 }, (_, k) => view.getFloat32(4 * k, true));
}

// Return the code of an image: of a variational model, the means.
const encode = (model, x) => last(forward(model.encoder, x)).slice(0, model.code);
