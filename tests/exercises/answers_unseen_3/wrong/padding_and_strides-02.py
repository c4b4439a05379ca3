"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


def same_padding(size, k, s):
    number_of_windows = int(np.ceil(size / s))
    needed = (number_of_windows - 1) * s + k
    missing = max(needed - size, 0)
    after = missing // 2
    before = missing - after
    return before, after


def _pad(image, vertical, horizontal):
    """Surround the images by zeros."""
    batch, channels, height, width = image.shape
    bigger = np.zeros((batch, channels, height + sum(vertical), width + sum(horizontal)), dtype=image.dtype)
    bigger[:, :, vertical[0] : vertical[0] + height, horizontal[0] : horizontal[0] + width] = image
    return bigger


def _columns(padded, kernel_shape, strides, out_shape):
    """One column for each place of the kernel: (n, p, q, c, i, j) as a matrix."""
    _, channels, kernel_height, kernel_width = kernel_shape
    rows = strides[0] * np.arange(out_shape[0])[:, None] + np.arange(kernel_height)
    cols = strides[1] * np.arange(out_shape[1])[:, None] + np.arange(kernel_width)
    patches = padded[:, :, rows[:, None, :, None], cols[None, :, None, :]]
    return patches.transpose(0, 2, 3, 1, 4, 5).reshape(-1, channels * kernel_height * kernel_width)


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    vertical = horizontal = (0, 0)
    if padding == "same":
        vertical = same_padding(x.shape[2], kernel.shape[2], strides[0])
        horizontal = same_padding(x.shape[3], kernel.shape[3], strides[1])
    padded = _pad(x, vertical, horizontal)
    out_shape = tuple((padded.shape[2 + a] - kernel.shape[2 + a]) // strides[a] + 1 for a in range(2))
    columns = _columns(padded, kernel.shape, strides, out_shape)
    flat = columns @ kernel.reshape(len(kernel), -1).T + bias
    y = flat.reshape(len(x), *out_shape, len(kernel)).transpose(0, 3, 1, 2)
    return y, (x.shape, padded.shape, columns, kernel, strides, vertical, horizontal)


def conv2d_backward(dy, cache):
    x_shape, padded_shape, columns, kernel, strides, vertical, horizontal = cache
    flat = dy.transpose(0, 2, 3, 1).reshape(-1, len(kernel))
    dkernel = (flat.T @ columns).reshape(kernel.shape)
    dbias = flat.sum(axis=0)
    _, channels, kernel_height, kernel_width = kernel.shape
    _, _, out_height, out_width = dy.shape
    patches = (flat @ kernel.reshape(len(kernel), -1)).reshape(
        len(dy), out_height, out_width, channels, kernel_height, kernel_width
    )
    dpadded = np.zeros(padded_shape, dy.dtype)
    for i in range(kernel_height):
        for j in range(kernel_width):
            dpadded[
                :,
                :,
                i : i + out_height * strides[0] : strides[0],
                j : j + out_width * strides[1] : strides[1],
            ] += patches[:, :, :, :, i, j].transpose(0, 3, 1, 2)
    dx = dpadded[
        :,
        :,
        vertical[0] : vertical[0] + x_shape[2],
        horizontal[0] : horizontal[0] + x_shape[3],
    ]
    return dx, dkernel, dbias
