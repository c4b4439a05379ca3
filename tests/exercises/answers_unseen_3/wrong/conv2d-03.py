import numpy as np


def conv2d_forward(x, kernel, bias):
    kh, kw = kernel.shape[-2:]
    H, W = x.shape[2] - kh + 1, x.shape[3] - kw + 1
    total = 0
    for i in range(kh):
        for j in range(kw):
            total = total + np.tensordot(x[:, :, i:i + H, j:j + W], kernel[:, :, i, j], ([1], [1]))
    return np.moveaxis(total + bias, -1, 1), {"x": x, "kernel": kernel}


def conv2d_backward(dy, cache):
    x, kernel = cache["x"], cache["kernel"]
    kh, kw = kernel.shape[-2:]
    H, W = dy.shape[-2:]
    dx = np.zeros(x.shape, dtype=x.dtype)
    planes = []
    for i in range(kh):
        for j in range(kw):
            seen = x[:, :, i:i + H, j:j + W]
            planes.append(np.tensordot(seen, dy, ([0, 2, 3], [0, 2, 3])))
            dx[:, :, i:i + H, j:j + W] += np.moveaxis(
                np.tensordot(dy, kernel[:, :, i, j], ([1], [0])), -1, 1)
    dkernel = np.stack(planes, axis=-1).reshape(planes[0].shape + (kh, kw))
    dbias = dy.sum(axis=3).sum(axis=2).sum(axis=0)
    return dx, dkernel, dbias
