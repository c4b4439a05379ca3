import numpy as np


def up_sampling2d_forward(x, size):
    # kron puts a block of ones, times the pixel, in the place of every pixel
    return np.kron(x, np.ones(size, dtype=x.dtype)), size


def up_sampling2d_backward(dy, cache):
    sh, sw = cache
    # the sh * sw copies of a pixel are all alike
    return sh * sw * dy[..., ::sh, ::sw]
