"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np


def up_sampling2d_forward(x, size):
    y = x.repeat(size[0], axis=2).repeat(size[1], axis=3)
    return y, size


def up_sampling2d_backward(dy, cache):
    sh, sw = cache
    n, c, height, width = dy.shape
    return dy.reshape(n, c, height // sh, sh, width // sw, sw).sum(axis=(3, 5))
