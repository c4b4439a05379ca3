"""The fully connected layer, forward and backward; `npae.layers.dense` derives it."""

from __future__ import annotations

import numpy as np

from npae.kernels import activations, arrays
from npae.kernels.activations import CODES, through, through_backward
from npae.kernels.backend import choose, jit
from npae.kernels.products import gemm_for, multiply


def forward(
    x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None, activation: str = "linear"
) -> np.ndarray:
    """Return ``y = activation(x @ kernel + bias)``.

    Parameters
    ----------
    x : ndarray (n, c_in)
    kernel : ndarray (c_in, units)
    bias : ndarray (units,), or None for no bias
    activation : str, one of `npae.kernels.activations.NAMES`

    Returns
    -------
    ndarray (n, units), of x's dtype.
    """
    return choose(forward_numpy, forward_numba, x, kernel)(x, kernel, bias, activation)


def backward(
    dy: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    kernel: np.ndarray,
    activation: str = "linear",
    need_dx: bool = True,
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """Return the gradients (dx, dkernel, dbias), as derived in `npae.layers.dense`.

    Parameters
    ----------
    dy : ndarray (n, units), gradient of the loss with respect to y
    x : ndarray (n, c_in), the input of forward
    y : ndarray (n, units), its output
    kernel : ndarray (c_in, units)
    activation : str, one of `npae.kernels.activations.NAMES`
    need_dx : bool
        False: return None for dx, which the first layer of a model does not need.

    Returns
    -------
    dx : ndarray (n, c_in), or None
    dkernel : ndarray (c_in, units)
    dbias : ndarray (units,)
    """
    return choose(backward_numpy, backward_numba, x, kernel, dy, y)(dy, x, y, kernel, activation, need_dx)


# 1. Loops: the definition.


def forward_loops(x, kernel, bias, activation="linear"):
    n, c_in = x.shape
    units = kernel.shape[1]
    z = np.empty((n, units), x.dtype)
    for i in range(n):
        for u in range(units):
            total = 0 if bias is None else bias[u]
            for k in range(c_in):
                total += x[i, k] * kernel[k, u]
            z[i, u] = total
    return activations.forward_loops(z, activation)


def backward_loops(dy, x, y, kernel, activation="linear", need_dx=True):
    dz = activations.backward_loops(dy, y, activation)
    dx, dkernel, dbias = np.zeros_like(x), np.zeros_like(kernel), np.zeros(kernel.shape[1], x.dtype)
    for i in range(x.shape[0]):
        for u in range(kernel.shape[1]):
            dbias[u] += dz[i, u]
        for k in range(x.shape[1]):
            for u in range(kernel.shape[1]):
                dx[i, k] += dz[i, u] * kernel[k, u]
                dkernel[k, u] += x[i, k] * dz[i, u]
    return (dx if need_dx else None), dkernel, dbias


# 2. NumPy: BLAS computes the three products.


def forward_numpy(x, kernel, bias, activation="linear"):
    z = _product(x, kernel)
    if bias is not None:
        z += bias
    return activations.forward_numpy(z, activation)


def backward_numpy(dy, x, y, kernel, activation="linear", need_dx=True):
    dz = activations.backward_numpy(dy, y, activation)
    dx = _product(dz, kernel.T) if need_dx else None
    return dx, _product(x.T, dz), dz.sum(axis=0)


def _product(a, b):
    return np.matmul(a, b, out=arrays.empty((a.shape[0], b.shape[1]), a.dtype))


# 3. Numba: compiled functions call the same products, and fuse bias, activation and their gradients.


def forward_numba(x, kernel, bias, activation="linear"):
    below = activations.check(activation)
    gemm, units = gemm_for(x.dtype), kernel.shape[1]
    if not gemm:
        return forward_numpy(x, kernel, bias, activation)
    if bias is not None:
        if bias.shape != (units,):
            raise ValueError(f"{units} units have a bias of shape ({units},), not {bias.shape}")
        bias = np.ascontiguousarray(bias, x.dtype)
    x, kernel = np.ascontiguousarray(x), np.ascontiguousarray(kernel, x.dtype)
    y = arrays.empty((len(x), units), x.dtype)
    _forward(gemm, x, kernel, bias, CODES[activation], below, y)
    return y


def backward_numba(dy, x, y, kernel, activation="linear", need_dx=True):
    below = activations.check(activation)
    gemm, shape = gemm_for(x.dtype), (len(x), kernel.shape[1])
    if not gemm:
        return backward_numpy(dy, x, y, kernel, activation, need_dx)
    if not dy.shape == y.shape == shape:
        raise ValueError(f"dy has shape {dy.shape} and y {y.shape}; both must be {shape}")
    dy, x, y, kernel = (np.ascontiguousarray(array, x.dtype) for array in (dy, x, y, kernel))
    dz = arrays.empty(shape, x.dtype) if activation != "linear" else dy if dy.flags.writeable else dy.copy()
    dx = arrays.empty(x.shape, x.dtype) if need_dx else None
    dkernel, dbias = arrays.empty(kernel.shape, x.dtype), arrays.zeros(shape[1:], x.dtype)
    _backward(gemm, dy, x, y, kernel, (CODES[activation], below), dz, dx, (dkernel, dbias))
    return dx, dkernel, dbias


@jit
def _forward(gemm, x, kernel, bias, activation, below, y):
    multiply(gemm, x, kernel, y)
    through(y, bias, activation, below)


@jit
def _backward(gemm, dy, x, y, kernel, activation, dz, dx, gradients):
    (code, below), (dkernel, dbias) = activation, gradients
    through_backward(dy, y, code, below, dz, dbias)
    multiply(gemm, x.T, dz, dkernel)
    if dx is not None:
        multiply(gemm, dz, kernel.T, dx)
