"""Lesson 1 of 8, ten minutes: the gradient of one neuron, in three ways.

A neuron multiplies its inputs by weights, adds a bias, and applies an activation. Its loss L says how far the
output y is from the target t:

    z = w0 x0 + w1 x1 + w2 x2 + b        y = sigmoid(z) = 1 / (1 + exp(-z))        L = (y - t)**2

The gradient dL/dw says how L changes with each weight. The chain rule makes it a product of three slopes:

    dL/dw_k = dL/dy * dy/dz * dz/dw_k = 2 (y - t) * y (1 - y) * x_k

Look for: three ways to the same gradient. By hand; by npae; and by finite differences, which move a weight
and look at the loss, so they need no chain rule. All of npae is checked by the third way.
"""

from pathlib import Path

import numpy as np

import npae
from npae import plotting


def main(out: str = "runs/lessons") -> Path:
    print(__doc__)
    npae.set_backend("numpy")  # small arrays are not worth compiling for
    x, t = np.array([[1.0, 2.0, -1.0]]), np.array([[1.0]])  # one example with three inputs
    w, b = np.array([[0.5], [-1.0], [0.25]]), np.array([0.1])

    print("1. Forward. By hand:")
    z = x @ w + b
    y = 1 / (1 + np.exp(-z))
    print(f"  z = {z.item():.6f}, y = {y.item():.6f}, L = {np.mean((y - t) ** 2):.6f}\nBy npae, as a trace:")
    neuron = npae.Dense(1, activation="sigmoid")
    neuron.build((3,), dtype=np.float64)
    neuron.params["kernel"][...], neuron.params["bias"][...] = w, b
    forward = npae.trace(neuron, x, "dense,0")
    print(forward)
    np.testing.assert_allclose(forward.number, y.item(), rtol=1e-12)

    print("\n2. Backward. By hand:")
    dy = 2 * (y - t)
    dz = dy * y * (1 - y)
    dw = x.T @ dz
    print(f"  dL/dy = {dy.item():.6f}, dL/dz = {dz.item():.6f}, dL/dw = {dw.ravel()}\nBy npae, for w0:")
    backward = npae.trace(neuron, x, "dense/kernel,0,0", t=t, loss="mse")
    print(backward)
    np.testing.assert_allclose(backward.number, dw[0, 0], rtol=1e-12)
    assert forward.adds_up and backward.adds_up

    print("\n3. Finite differences: move w0 by h, and see how much the loss changes.")

    def loss(h: float) -> float:
        y = 1 / (1 + np.exp(-(x @ (w + [[h], [0], [0]]) + b)))
        return float(np.mean((y - t) ** 2))

    steps = 10.0 ** -np.arange(0, 13)
    one_sided = np.array([(loss(h) - loss(0)) / h for h in steps])
    central = np.array([(loss(h) - loss(-h)) / (2 * h) for h in steps])
    print("       h   (L(w0 + h) - L(w0)) / h   (L(w0 + h) - L(w0 - h)) / 2h")
    for h, one, two in zip(steps, one_sided, central):
        print(f"  {h:.0e}  {one:24.12f}  {two:29.12f}")
    print(f"  by hand {dw[0, 0]:51.12f}")
    right = dw[0, 0]
    errors = {"one side of w0": abs(one_sided / right - 1), "both sides of w0": abs(central / right - 1)}
    assert errors["both sides of w0"].min() < 1e-9 < errors["one side of w0"].min()

    path = Path(out) / "1_one_neuron.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    series = {name: (steps, np.maximum(error, 1e-16)) for name, error in errors.items()}
    plotting.lines(path, series, "Finite differences of the loss", "step h", "relative error", log="xy")
    print(f"\nFigure: {path}")
    print("Question: which h is best, and why is a smaller h worse? What would float32 change?")
    print("Answer: in answers.md, beside this file; in full, rule 1 of npae/gradcheck/differences.py.")
    return path


if __name__ == "__main__":
    main()
