"""SGD: every batch is a random sample."""

import numpy as np


def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    """Return params, losses."""
    fwd, bwd = model
    p = {name: np.array(value) for name, value in params.items()}
    n = len(x)
    losses = []
    for _ in range(epochs):
        left = n
        acc = 0.0
        while left > 0:
            m = min(batch_size, left)
            xb = x[rng.integers(0, n, size=m)]
            y, cache = fwd(xb, p)
            r = y - xb
            acc += m * (r**2).mean()
            g = bwd(2 * r / r.size, cache)
            for name in p:
                p[name] = p[name] - learning_rate * g[name]
            left -= m
        losses.append(acc / n)
    return p, losses


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
