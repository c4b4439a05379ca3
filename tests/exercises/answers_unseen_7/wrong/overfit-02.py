"""Exercise 20: a training loop of your own, until ten images are known by heart.

The first thing to try with a new model: can it overfit a handful of images? If not, something is
broken, and ten images show it in a second. The loop is plain gradient descent on minibatches.

Every epoch draws a new order of the n images from rng and cuts it into batches of batch_size. The last
batch may be smaller, so that every epoch trains on every image exactly once.                      (1)

For each batch x_b of n_b images, which are their own targets:

    y, cache = forward(x_b, params)     loss_b = mean over all entries of (y - x_b)²               (2)
    dy = 2 · (y - x_b) / (number of entries of x_b)                                                (3)
    grads = backward(dy, cache)         params[key] <- params[key] - learning_rate · grads[key]    (4)

(4) follows straight after each batch, with the gradient of this batch alone; the next batch sees the new
params. The loss of an epoch is the mean over its images, in which a smaller batch counts for less:

    losses[epoch]  =  Σ_b  n_b · loss_b / n                                                        (5)

Shapes: x is (n, pixels); params and grads are dicts with the same keys.

Worked example: two images of one pixel, a model y = a · x with a = 0, batch_size 1, learning_rate 0.05,
one epoch, and an order that happens to begin with the second image:

    x = [[1], [3]]     batch [[3]]:  y = 0    loss 9     dy = -6    gradient -6·3  = -18     a = 0.9
                       batch [[1]]:  y = 0.9  loss 0.01  dy = -0.2  gradient -0.2·1 = -0.2   a = 0.91
    losses = [(1·9 + 1·0.01) / 2] = [4.505]

When your loop is written, run this file: the loss on the ten digits below sinks under 0.01, and they are
drawn as the model gives them back. The check does the same.
"""

import numpy as np


def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    """Train by formulas (1) to (5); return params, losses."""
    forward, backward = model
    params = {key: value.copy() for key, value in params.items()}
    n = x.shape[0]
    batches = n // batch_size
    losses = []
    for _ in range(epochs):
        order = rng.permutation(n)
        epoch_loss = 0
        for b in range(batches):
            chosen = order[b * batch_size : (b + 1) * batch_size]
            xb = x[chosen]
            y, cache = forward(xb, params)
            loss = np.mean((y - xb) ** 2)
            epoch_loss += len(xb) * loss / n
            dy = 2 * (y - xb) / xb.size
            grads = backward(dy, cache)
            for key in params:
                params[key] -= learning_rate * grads[key]
        losses.append(epoch_loss)
    return params, losses


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
