"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    vertical, horizontal = size
    n_images, n_channels, height, width = x.shape
    # spread the pixels out over the larger image
    y = np.zeros((n_images, n_channels, height * vertical, width * horizontal), dtype=x.dtype)
    y[:, :, ::vertical, ::horizontal] = x
    return y, (height, vertical, width, horizontal)


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    split = dy.reshape(dy.shape[0], dy.shape[1], *cache)
    return split.sum(axis=5).sum(axis=3)
