"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Let every pixel be broadcast to its block."""
    n, c, h, w = x.shape
    blocks = np.broadcast_to(x[:, :, :, None, :, None], (n, c, h, size[0], w, size[1]))
    return blocks.reshape(n, c, h * size[0], w * size[1]), (n, c, h, w) + tuple(size)


def up_sampling2d_backward(dy, cache):
    return dy.reshape(cache).sum(axis=-1).sum(axis=-1)
