"""Exercise 20: a training loop of your own, until ten images are known by heart."""

import numpy as np


class Trainer:
    """Holds what changes during training."""

    def __init__(self, params, model, learning_rate):
        self.params = params.copy()
        self.forward, self.backward = model
        self.learning_rate = learning_rate

    def update(self, grads):
        for key, value in self.params.items():
            value -= self.learning_rate * grads[key]

    def batch(self, images):
        """Train on one batch; return the sum of the images' losses."""
        y, cache = self.forward(images, self.params)
        distance = y - images
        self.update(self.backward(2 * distance / distance.size, cache))
        return (distance**2).mean(axis=1).sum()

    def epoch(self, x, batch_size, rng):
        order = np.arange(len(x))
        rng.shuffle(order)
        losses = [self.batch(x[order[k : k + batch_size]]) for k in range(0, len(x), batch_size)]
        return sum(losses) / len(x)


def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    trainer = Trainer(params, model, learning_rate)
    losses = [trainer.epoch(x, batch_size, rng) for _ in range(epochs)]
    return trainer.params, losses


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
