"""PyTorch-like loop."""

import numpy as np


class Optimizer:
    """Plain SGD with a .grad for every parameter."""

    def __init__(self, params, lr):
        self.params = {name: np.copy(p) for name, p in params.items()}
        self.grad = {name: np.zeros(np.shape(p)) for name, p in params.items()}
        self.lr = lr

    def accumulate(self, grads):
        """Add the gradients to .grad, as loss.backward() does."""
        for name in self.grad:
            self.grad[name] = self.grad[name] + grads[name]

    def step(self):
        """Update."""
        for name in self.params:
            self.params[name] = self.params[name] - self.lr * self.grad[name]


def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    """Return params, losses."""
    forward, backward = model
    optimizer = Optimizer(params, learning_rate)
    losses = []
    for _epoch in range(epochs):
        running_loss = 0.0
        permutation = rng.permutation(len(x))
        for i in range(0, len(x), batch_size):
            inputs = x[permutation[i : i + batch_size]]
            outputs, cache = forward(inputs, optimizer.params)
            loss = np.mean((outputs - inputs) ** 2)
            optimizer.accumulate(backward(2 * (outputs - inputs) / inputs.size, cache))
            optimizer.step()
            running_loss += loss * len(inputs)
        losses.append(running_loss / len(x))
    return optimizer.params, losses


# A small autoencoder and ten images, complete: python 20_overfit.py


def forward(x, params):
    """Return y, cache: pixels to a code of few units, by tanh, and back."""
    code = np.tanh(x @ params["kernel_in"] + params["bias_in"])
    return code @ params["kernel_out"] + params["bias_out"], (x, code, params)


def backward(dy, cache):
    """Return the gradients of all params."""
    x, code, params = cache
    dz = dy @ params["kernel_out"].T * (1 - code**2)
    return {"kernel_in": x.T @ dz, "bias_in": dz.sum(0), "kernel_out": code.T @ dy, "bias_out": dy.sum(0)}


def initial_params(pixels, units, rng):
    """Return normal kernels and zero biases."""
    return {
        "kernel_in": rng.normal(0, pixels**-0.5, (pixels, units)),
        "bias_in": np.zeros(units),
        "kernel_out": rng.normal(0, units**-0.5, (units, pixels)),
        "bias_out": np.zeros(pixels),
    }


DIGITS = """
.###. ..#.. .###. .###. ...#. ##### .###. ##### .###. .###.
#...# .##.. #...# #...# ..##. #.... #.... ....# #...# #...#
#...# ..#.. ...#. ..##. .#.#. ####. ####. ...#. .###. .####
#...# ..#.. ..#.. #...# ##### ....# #...# ..#.. #...# ....#
.###. .###. ##### .###. ...#. ####. .###. ..#.. .###. .###.
"""


def ten_images():
    """Return the digits as an array of zeros and ones, (10, 25)."""
    rows = np.array([[list(part) for part in line.split()] for line in DIGITS.split("\n") if line])
    return (rows == "#").swapaxes(0, 1).reshape(10, 25).astype(float)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    images = ten_images()
    params, losses = overfit(images, initial_params(25, 12, rng), (forward, backward), 400, 4, 0.5, rng)
    print(f"loss of the first epoch {losses[0]:.4f}, of the last {losses[-1]:.4f}")
    for rows in forward(images, params)[0].reshape(10, 5, 5).swapaxes(0, 1):
        print(" ".join("".join(".#"[int(pixel > 0.5)] for pixel in row) for row in rows))
