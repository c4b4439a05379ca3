"""Exercise 12: convolution with einsum."""

import numpy as np


def places(kernel):
    return np.ndindex(kernel.shape[2], kernel.shape[3])


def conv2d_forward(x, kernel, bias):
    ho = x.shape[2] - kernel.shape[2] + 1
    wo = x.shape[3] - kernel.shape[3] + 1
    y = np.zeros((x.shape[0], kernel.shape[0], ho, wo), dtype=np.result_type(x, kernel, bias))
    for i, j in places(kernel):
        y += np.einsum("ncpq,oc->nopq", x[:, :, i:i + ho, j:j + wo], kernel[:, :, i, j])
    y += bias[:, None, None]
    return y, (x, kernel)


def conv2d_backward(dy, cache):
    x, kernel = cache
    ho, wo = dy.shape[2:]
    dx, dkernel = np.zeros(x.shape), np.zeros(kernel.shape)
    for i, j in places(kernel):
        part = np.s_[:, :, i:i + ho, j:j + wo]
        dx[part] = np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
        dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, x[part])
    return dx, dkernel, np.einsum("nopq->o", dy)
