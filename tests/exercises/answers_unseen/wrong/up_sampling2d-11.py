import numpy as np


def up_sampling2d_forward(x, size=(2, 2)):
    y = x.repeat(2, axis=2).repeat(2, axis=3)
    return y, x.shape


def up_sampling2d_backward(dy, cache):
    n, c, h, w = cache
    sh, sw = dy.shape[2] // h, dy.shape[3] // w
    return dy.reshape(n, c, h, sh, w, sw).max(axis=(3, 5))
