"""Exercise 14: max-pooling, with windows that may overlap and values that may tie."""

import numpy as np


class Pool:
    def __init__(self, pool_size, strides):
        self.kh, self.kw = pool_size
        self.sh, self.sw = strides

    def corners(self, h, w):
        for p, top in enumerate(range(0, h - self.kh + 1, self.sh)):
            for q, left in enumerate(range(0, w - self.kw + 1, self.sw)):
                yield p, q, top, left

    def forward(self, x):
        n, c, h, w = x.shape
        out = n, c, (h - self.kh) // self.sh + 1, (w - self.kw) // self.sw + 1
        y = np.empty(out, x.dtype)
        self.number = np.empty(out, int)
        for p, q, top, left in self.corners(h, w):
            window = x[:, :, top : top + self.kh, left : left + self.kw].reshape(n, c, -1)
            self.number[:, :, p, q] = window.argmax(axis=2)
            y[:, :, p, q] = window.max(axis=2)
        return y

    def backward(self, dy):
        n, c, p, q = dy.shape
        seen = (p - 1) * self.sh + self.kh, (q - 1) * self.sw + self.kw
        dx = np.zeros((n, c) + seen, dy.dtype)
        i, j = divmod(self.number, self.kh)
        for place in np.ndindex(dy.shape):
            a, b, p, q = place
            row = min(p * self.sh + i[place], seen[0] - 1)
            column = min(q * self.sw + j[place], seen[1] - 1)
            dx[a, b, row, column] += dy[place]
        return dx


def max_pool2d_forward(x, pool_size, strides):
    pool = Pool(pool_size, strides)
    return pool.forward(x), pool


def max_pool2d_backward(dy, cache):
    return cache.backward(dy)
