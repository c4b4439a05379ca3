import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    kh, kw = pool_size
    sh, sw = strides
    n, c, h, w = x.shape
    out = [[x[:, :, a * sh:a * sh + kh, b * sw:b * sw + kw].max((2, 3)) for b in range((w - kw) // sw)]
           for a in range((h - kh) // sh)]
    y = np.array(out)
    return y.transpose(2, 3, 0, 1), (x, pool_size, strides)


def max_pool2d_backward(dy, cache):
    x, (kh, kw), (sh, sw) = cache
    dx = np.zeros_like(x)
    for n, c, p, q in np.ndindex(*dy.shape):
        win = x[n, c, p * sh:p * sh + kh, q * sw:q * sw + kw]
        i, j = divmod(int(win.argmin()), kw)
        dx[n, c, p * sh + i, q * sw + j] += dy[n, c, p, q]
    return dx
