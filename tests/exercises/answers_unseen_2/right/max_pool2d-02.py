import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    kh, kw = pool_size
    sh, sw = strides
    ho, wo = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
    spots = [np.s_[:, :, i : i + sh * ho : sh, j : j + sw * wo : sw] for i in range(kh) for j in range(kw)]
    y = x[spots[0]].copy()
    for s in spots[1:]:
        y = np.maximum(y, x[s])
    masks, free = [], np.ones(y.shape, dtype=bool)  # free: windows without a winner so far
    for s in spots:
        masks.append(free & (x[s] == y))
        free = free & ~masks[-1]
    return y, (spots, masks, x.shape)


def max_pool2d_backward(dy, cache):
    spots, masks, shape = cache
    dx = np.zeros(shape, dtype=dy.dtype)
    for s, m in zip(spots, masks):
        dx[s] += np.where(m, dy, 0)
    return dx
