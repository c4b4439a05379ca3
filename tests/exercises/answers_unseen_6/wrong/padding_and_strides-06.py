"""Exercise 13."""

import numpy as np


def same_padding(size, k, s):
    """Return before, after."""
    # how many windows do we begin?
    n_windows = int(np.ceil(size / s))
    # how many pixels do those windows need, and how many are missing?
    needed = (n_windows - 1) * s + k
    missing = max(needed - size, 0)
    # half of them on each side
    after = missing // 2
    before = missing - after
    return before, after


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache."""
    # unpack all the shapes
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    sh, sw = strides
    # padding, if any
    if padding == "same":
        rows = same_padding(h, kh, sh)
        columns = same_padding(w, kw, sw)
    else:
        rows = columns = (0, 0)
    xp = np.pad(x, ((0, 0), (0, 0), rows, columns))
    # sizes of the output (formula 1 holds for the padded image in both cases)
    h_out = (xp.shape[2] - kh) // sh + 1
    w_out = (xp.shape[3] - kw) // sw + 1
    # slide the window over the image
    y = np.empty((n, c_out, h_out, w_out))
    for p in range(h_out):
        for q in range(w_out):
            window = xp[:, None, :, p * sh : p * sh + kh, q * sw : q * sw + kw]
            y[:, :, p, q] = (window * kernel[None]).sum(axis=(2, 3, 4)) + bias
    return y, (x, xp, kernel, strides, rows, columns)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    # get everything back
    x, xp, kernel, (sh, sw), rows, columns = cache
    kh, kw = kernel.shape[2:]
    # the gradients start from zero
    dxp = np.zeros(xp.shape)
    dkernel = np.zeros(kernel.shape)
    # slide the window once more
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            g = dy[:, :, p, q]
            place = (slice(None), slice(None), slice(p * sh, p * sh + kh), slice(q * sw, q * sw + kw))
            dxp[place] = np.einsum("no,ocij->ncij", g, kernel)
            dkernel += np.einsum("no,ncij->ocij", g, xp[place])
    # cut the padding away
    dx = dxp[:, :, rows[0] : rows[0] + x.shape[2], columns[0] : columns[0] + x.shape[3]]
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
