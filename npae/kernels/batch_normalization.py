"""Batch normalisation, forward and backward; `npae.layers.batch_normalization` derives it.

Shapes: x, y, dx, dy (n, c_in, ...), with any number of axes, or none, behind the channels; gamma, beta,
dgamma, dbeta (c_in,); statistics (2, c_in), the mean and the variance of every channel. m is the number of
values of a channel.
"""

from __future__ import annotations

import math

import numpy as np

from npae.kernels import arrays
from npae.kernels.backend import choose, jit


def forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float, statistics: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``gamma (x - mean) / sqrt(variance + epsilon) + beta``, and the statistics that it used.

    ``statistics`` (2, c_in) are mean and variance of every channel. Default: those of x.
    """
    return choose(forward_numpy, forward_numba, x, gamma, beta)(x, gamma, beta, epsilon, statistics)


def backward(
    dy: np.ndarray,
    x: np.ndarray,
    gamma: np.ndarray,
    epsilon: float,
    statistics: np.ndarray,
    of_batch: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dgamma, dbeta).

    Parameters
    ----------
    dy, x, gamma, epsilon, statistics
        x, gamma and epsilon as in `forward`, and the statistics that it returned.
    of_batch : bool
        Whether these are of x, so that they depend on it.
    """
    version = choose(backward_numpy, backward_numba, dy, x, gamma, statistics)
    return version(dy, x, gamma, epsilon, statistics, of_batch)


# 1. Loops: the definition.


def forward_loops(x, gamma, beta, epsilon, statistics=None):
    m, y = x.size // x.shape[1], np.empty_like(x)
    if statistics is None:
        statistics = np.zeros((2, x.shape[1]), x.dtype)
        for at in np.ndindex(x.shape):
            statistics[0, at[1]] += x[at] / m
        for at in np.ndindex(x.shape):
            statistics[1, at[1]] += (x[at] - statistics[0, at[1]]) ** 2 / m
    for at in np.ndindex(x.shape):
        mean, variance = statistics[:, at[1]]
        y[at] = gamma[at[1]] * (x[at] - mean) / math.sqrt(variance + epsilon) + beta[at[1]]
    return y, statistics


def backward_loops(dy, x, gamma, epsilon, statistics, of_batch=True):
    m, (mean, variance) = x.size // x.shape[1], statistics
    dx, x_hat, dgamma, dbeta = np.empty_like(x), np.empty_like(x), np.zeros_like(gamma), np.zeros_like(gamma)
    for at in np.ndindex(x.shape):
        c = at[1]
        x_hat[at] = (x[at] - mean[c]) / math.sqrt(variance[c] + epsilon)
        dgamma[c] += dy[at] * x_hat[at]
        dbeta[c] += dy[at]
    for at in np.ndindex(x.shape):
        c = at[1]
        through_statistics = (dbeta[c] + x_hat[at] * dgamma[c]) / m if of_batch else 0
        dx[at] = gamma[c] / math.sqrt(variance[c] + epsilon) * (dy[at] - through_statistics)
    return dx, dgamma, dbeta


# 2. NumPy.


def forward_numpy(x, gamma, beta, epsilon, statistics=None):
    lines = x.reshape(*x.shape[:2], -1)
    if statistics is None:
        statistics = np.stack([lines.mean(axis=(0, 2)), lines.var(axis=(0, 2))])
    mean, scale = statistics[0], gamma / np.sqrt(statistics[1] + epsilon)
    y = (lines - mean[:, None]) * scale[:, None] + beta[:, None]
    return y.reshape(x.shape), statistics


def backward_numpy(dy, x, gamma, epsilon, statistics, of_batch=True):
    dlines, lines = (array.reshape(*x.shape[:2], -1) for array in (dy, x))
    unit = 1 / np.sqrt(statistics[1] + epsilon)
    x_hat = (lines - statistics[0][:, None]) * unit[:, None]
    dgamma, dbeta = (dlines * x_hat).sum(axis=(0, 2)), dlines.sum(axis=(0, 2))
    if of_batch:
        dlines = dlines - (dbeta[:, None] + x_hat * dgamma[:, None]) / (x.size // x.shape[1])
    return (dlines * (gamma * unit)[:, None]).reshape(x.shape), dgamma, dbeta


# 3. Numba: one channel of one image at a time, which is contiguous. A line is summed in its own dtype, and
# the sums of the lines are added in float64.


def forward_numba(x, gamma, beta, epsilon, statistics=None):
    lines = np.ascontiguousarray(x).reshape(*x.shape[:2], -1)
    if statistics is None:
        statistics = np.empty((2, x.shape[1]), x.dtype)
        _moments(lines, statistics)
    y, unit = arrays.empty(x.shape, x.dtype), 1 / np.sqrt(statistics[1] + x.dtype.type(epsilon))
    _scale(lines, statistics[0], gamma * unit, np.ascontiguousarray(beta), y.reshape(lines.shape))
    return y, statistics


def backward_numba(dy, x, gamma, epsilon, statistics, of_batch=True):
    dlines, lines = (np.ascontiguousarray(array).reshape(*x.shape[:2], -1) for array in (dy, x))
    dx, dgamma, dbeta = arrays.empty(x.shape, x.dtype), np.empty_like(gamma), np.empty_like(gamma)
    unit = 1 / np.sqrt(statistics[1] + x.dtype.type(epsilon))
    share = x.dtype.type(x.shape[1] / x.size if of_batch else 0)
    factors = unit, gamma * unit, share
    _backward(dlines, lines, statistics[0], factors, dx.reshape(lines.shape), (dgamma, dbeta))
    return dx, dgamma, dbeta


@jit
def _moments(x, statistics):
    n, c_in, size = x.shape
    for c in range(c_in):
        for k in range(2):
            mean, total = x.dtype.type(0) if k == 0 else statistics[0, c], 0.0
            for i in range(n):
                line, part = x[i, c], x.dtype.type(0)
                for s in range(size):
                    difference = line[s] - mean
                    part += difference if k == 0 else difference * difference
                total += part
            statistics[k, c] = total / (n * size)


@jit
def _scale(x, mean, scale, beta, y):
    n, c_in, size = x.shape
    for i in range(n):
        for c in range(c_in):
            line, out = x[i, c], y[i, c]
            for s in range(size):
                out[s] = (line[s] - mean[c]) * scale[c] + beta[c]


@jit
def _backward(dy, x, mean, factors, dx, gradients):
    (n, c_in, size), (unit, scale, share), (dgamma, dbeta) = x.shape, factors, gradients
    for c in range(c_in):
        total, product = 0.0, 0.0
        for i in range(n):
            line, up = x[i, c], dy[i, c]
            part, second = x.dtype.type(0), x.dtype.type(0)
            for s in range(size):
                part += up[s]
                second += up[s] * (line[s] - mean[c])
            total += part
            product += second
        dbeta[c], dgamma[c] = total, product * unit[c]
        low, slope = dbeta[c] * share, dgamma[c] * share * unit[c]
        for i in range(n):
            line, up, out = x[i, c], dy[i, c], dx[i, c]
            for s in range(size):
                out[s] = scale[c] * (up[s] - low - slope * (line[s] - mean[c]))
