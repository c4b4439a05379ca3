"""Same padding and strides by im2col."""

import numpy as np


def same_padding(size, k, s):
    """Return before, after."""
    h_out = (size - 1) // s + 1
    total = max((h_out - 1) * s + k - size, 0)
    return total // 2, (total + 1) // 2


def _index(h_out, w_out, kh, kw, sh, sw):
    """Rows and columns of all windows, each (h_out * w_out, kh * kw)."""
    p, q = np.divmod(np.arange(h_out * w_out), w_out)
    i, j = np.divmod(np.arange(kh * kw), kw)
    return p[:, None] * sh + i, q[:, None] * sw + j


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache."""
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    sh, sw = strides
    pad_h = pad_w = (0, 0)
    if padding == "same":
        pad_h, pad_w = same_padding(h, kh, sh), same_padding(w, kw, sw)
    xp = np.pad(x, ((0, 0), (0, 0), pad_h, pad_w), mode="edge")
    h_out = (xp.shape[2] - kh) // sh + 1
    w_out = (xp.shape[3] - kw) // sw + 1
    r, c = _index(h_out, w_out, kh, kw, sh, sw)
    cols = xp[:, :, r, c].transpose(0, 2, 1, 3).reshape(n, h_out * w_out, c_in * kh * kw)
    y = cols @ kernel.reshape(c_out, -1).T + bias
    y = y.transpose(0, 2, 1).reshape(n, c_out, h_out, w_out)
    return y, (cols, kernel, r, c, x.shape, xp.shape, pad_h, pad_w)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    cols, kernel, r, c, shape, padded_shape, pad_h, pad_w = cache
    n, c_out = dy.shape[:2]
    c_in, kh, kw = kernel.shape[1:]
    flat = dy.reshape(n, c_out, -1).transpose(0, 2, 1)
    dkernel = np.tensordot(flat, cols, axes=((0, 1), (0, 1))).reshape(kernel.shape)
    dcols = (flat @ kernel.reshape(c_out, -1)).reshape(n, -1, c_in, kh * kw).transpose(0, 2, 1, 3)
    dxp = np.zeros(padded_shape)
    np.add.at(dxp, (slice(None), slice(None), r, c), dcols)
    dx = dxp[:, :, pad_h[0] : pad_h[0] + shape[2], pad_w[0] : pad_w[0] + shape[3]]
    return dx, dkernel, flat.sum((0, 1))
