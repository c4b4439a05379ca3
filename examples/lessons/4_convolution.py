"""Lesson 4 of 8, ten minutes: a convolution, and what one output pixel sees.

A convolution computes every output pixel from a small window of the input, with the same weights in each
place:

    y[p, q] = bias + sum_{a, b} kernel[a, b] x[p + a, q + b]

Nine weights replace the 784 x 784 of a dense layer. A pixel sees a 3 x 3 window; behind a second convolution,
it sees a window of windows. What an output depends on at all is its receptive field.

Look for: the nine products; the gradient of one weight, a sum over all places; how the field grows, and what
a stride, which keeps every second pixel only, does to it.
"""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting
from npae.inside.receptive_field import as_table, receptive_field
from npae.inside.record import record

EDGES = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])  # left dark, right bright


def main(out: str = "runs/lessons") -> Path:
    print(__doc__)
    npae.set_backend("numpy")
    images, *_ = datasets.synthetic_digits(1, 1, seed=9)
    x = images[:, None] / 255  # (1, 1, 28, 28): one image with one channel
    edges = npae.Conv2D(1, 3, padding="same")
    edges.build((1, 28, 28), dtype=np.float64)
    edges.params["kernel"][0, 0] = EDGES
    y, _ = edges.forward(x)

    print("1. The output pixel with the strongest edge: nine products")
    row, column = (int(i) + 1 for i in np.unravel_index(np.argmax(y[0, 0, 1:-1, 1:-1]), (26, 26)))
    window = x[0, 0, row - 1 : row + 2, column - 1 : column + 2]
    traced = npae.trace(edges, x, f"conv2d,0,{row},{column}")
    print(traced)
    np.testing.assert_allclose(traced.number, np.sum(window * EDGES), rtol=1e-12)

    print("\n2. The same weights everywhere: moved by a pixel, an image gives an output moved by a pixel.")
    moved, _ = edges.forward(np.roll(x, 1, axis=3))
    print(f"  largest difference {np.abs(moved[..., 2:-1] - y[..., 1:-2]).max():.0e}")
    np.testing.assert_allclose(moved[..., 2:-1], y[..., 1:-2], atol=1e-12)

    print("\n3. The gradient of one weight, for the loss mean(y**2): a term from every place that used it")
    weight = npae.trace(edges, x, "conv2d/kernel,0,0,1,2", t=np.zeros_like(y), loss="mse")
    print(weight)
    dy, padded = 2 * y[0, 0] / y.size, np.pad(x[0, 0], 1)
    np.testing.assert_allclose(weight.number, np.sum(dy * padded[1:29, 2:30]), rtol=1e-12)
    assert traced.adds_up and weight.adds_up

    print("\n4. What one pixel of the last convolution sees, layer by layer")
    layers = [
        npae.Conv2D(1, 3, padding="same"),
        npae.Conv2D(1, 3, strides=2, padding="same"),
        npae.Conv2D(1, 3, padding="same"),
    ]
    model = npae.Sequential(layers)
    model.build((1, 28, 28), rng=4, dtype=np.float64)
    found = record(model, x)
    fields = receptive_field(found, found.place(f"{model.names[-1]},0,7,7"))
    print(as_table(fields))
    side = 1
    for convolution, (_, seen) in zip(layers[::-1], fields[1:]):
        side = (side - 1) * convolution.strides[0] + 3  # so many places, strides apart, with a window at each
        assert seen.sum() == side**2

    path = Path(out) / "4_convolution.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    title = "What one pixel of the last convolution sees, in the input and in each output"
    with plotting.sheet(path, title, 360) as body:
        for axes, (name, seen) in zip(body.subplots(1, len(fields)), fields[::-1]):
            values = found.value(name)[0, 0]
            most = np.abs(values).max()
            axes.imshow(values, cmap="RdBu_r", vmin=-most, vmax=most, alpha=np.where(seen[0], 1, 0.3))
            axes.set(title=f"{name}, {seen.sum()} of {seen.size}", xticks=[], yticks=[])
    print(f"\nFigure: {path}")
    print("Question: how large is the field behind a fourth convolution? And if the first had the stride?")
    print("Answer: in answers.md, beside this file. Try both: the list of layers is in part 4.")
    return path


if __name__ == "__main__":
    main()
