"""Exercise 16 with the matrices of exercises 10 and 11: forward is col2im, backward im2col."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    c, h, w = x.shape
    a, b = (h - kh) // sh + 1, (w - kw) // sw + 1
    cols = [x[k, i:i + sh * a:sh, j:j + sw * b:sw].ravel() for k in range(c) for i in range(kh) for j in range(kw)]
    return np.array(cols)


def col2im(cols, shape, kh, kw, sh, sw):
    c, h, w = shape
    a, b = (h - kh) // sh + 1, (w - kw) // sw + 1
    x = np.zeros(shape, dtype=cols.dtype)
    rows = iter(cols)
    for k in range(c):
        for i in range(kh):
            for j in range(kw):
                x[k, i:i + sh * a:sh, j:j + sw * b:sw] += next(rows).reshape(a, b)
    return x


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache: y by formulas (2) and (3), and whatever conv2d_transpose_backward needs."""
    n, c_in, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    shape = c_out, (h - 1) * strides[0] + kh, (w - 1) * strides[1] + kw
    matrix = kernel.reshape(c_in, -1)
    images = [col2im(matrix.T @ image.reshape(c_in, -1), shape, kh, kw, *strides) for image in x]
    return np.array(images) + bias[:, None, None], (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    x, kernel, strides = cache
    c_in, c_out, kh, kw = kernel.shape
    matrix = kernel.reshape(c_in, -1)
    dx = np.empty_like(x)
    for k, image in enumerate(x):
        cols = im2col(dy[k], kh, kw, *strides)
        dx[k] = (matrix @ cols).reshape(image.shape)
        dmatrix = image.reshape(c_in, -1) @ cols.T
    dkernel = dmatrix.reshape(kernel.shape)
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
