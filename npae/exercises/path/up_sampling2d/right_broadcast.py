"""A broadcast view with two more axes; backward by einsum, and the whole of x in the cache."""

import numpy as np


def up_sampling2d_forward(x, size):
    n, c, h, w = x.shape
    sh, sw = size
    view = np.broadcast_to(x[:, :, :, None, :, None], (n, c, h, sh, w, sw))
    return view.reshape(n, c, h * sh, w * sw), (x, size)


def up_sampling2d_backward(dy, cache):
    x, (sh, sw) = cache
    n, c, h, w = x.shape
    return np.einsum("ncaibj->ncab", dy.reshape(n, c, h, sh, w, sw))
