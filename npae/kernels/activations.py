"""Activation functions, forward and backward, alone or fused with the bias; see `npae.layers.activations`."""

from __future__ import annotations

import math

import numpy as np

from npae.kernels import arrays
from npae.kernels.backend import choose, compiled_for, inline, jit

NAMES = ("linear", "relu", "sigmoid", "tanh", "leaky_relu", "elu")
BELOW = {"leaky_relu": 0.2, "elu": 1.0}  # ``below`` of the two with a parameter: Keras's values


def forward(z: np.ndarray, activation: str, below: float | None = None) -> np.ndarray:
    """Return ``y = f(z)``, element by element.

    Parameters
    ----------
    z : ndarray of any shape, float32 or float64
    activation : str
        One of `NAMES`.
    below : float, optional
        The factor of what is below 0: negative_slope of "leaky_relu", alpha of "elu". Default: `BELOW`.

    Returns
    -------
    ndarray like z, NaN where z is NaN; for "linear", z itself.
    """
    return choose(forward_numpy, forward_numba, z)(z, activation, below)


def backward(dy: np.ndarray, y: np.ndarray, activation: str, below: float | None = None) -> np.ndarray:
    """Return ``dz = dy f'(z)``, with f'(z) computed from the output y.

    Parameters
    ----------
    dy : ndarray, gradient of the loss with respect to y
    y : ndarray of the same shape, the result of `forward`
    activation, below : as in `forward`

    Returns
    -------
    ndarray like dy, gradient with respect to z; for "linear", dy itself.
    """
    return choose(backward_numpy, backward_numba, dy, y)(dy, y, activation, below)


def check(activation: str, below: float | None = None) -> float:
    """Return ``below`` or its default; raise a ValueError unless ``activation`` is one of `NAMES`."""
    if activation not in NAMES:
        raise ValueError(f"unknown activation {activation!r}; expected one of {', '.join(NAMES)}")
    return float(BELOW.get(activation, 0.0) if below is None else below)


def check_gradient(dy: np.ndarray, y: np.ndarray) -> None:
    """Raise a ValueError unless ``dy`` has the shape of ``y``; compiled kernels do not check."""
    if dy.shape != y.shape:
        raise ValueError(f"dy has shape {dy.shape} and y {y.shape}; they must be the same")


# Compiled code compares integers, not strings: an activation is its index in NAMES.

CODES = {name: code for code, name in enumerate(NAMES)}
LINEAR, RELU, SIGMOID, TANH, LEAKY_RELU, ELU = CODES.values()


# 1. Loops: the definition, for one number. Numba compiles it, and `forward_loops` runs it in Python.


@inline
def value(z, activation, below):
    """Return f(z)."""
    zero, one, two = type(z)(0), type(z)(1), type(z)(2)
    if activation == RELU:
        return zero if z <= zero else z  # in this order, NaN stays NaN
    if activation == SIGMOID:
        e = exp_minus(abs(z))
        return (e if z < zero else one) / (one + e)
    if activation == TANH:  # (1 - e) / (1 + e) with e = exp(-2|z|); e - 1 keeps its digits for small z
        less = expm1_minus(two * abs(z))
        t = -less / (two + less)
        return -t if z < zero else t
    if activation == LEAKY_RELU:
        return z if z > zero else below * z
    if activation == ELU:
        return z if z > zero else below * expm1_minus(abs(z))
    return z


@inline
def times_slope(dy, y, activation, below):
    """Return dy f'(z), with f'(z) computed from y = f(z)."""
    zero, one = type(y)(0), type(y)(1)
    if activation == RELU:
        return dy if y > zero else zero
    if activation == SIGMOID:
        return dy * y * (one - y)
    if activation == TANH:
        return dy * (one - y * y)
    if activation == LEAKY_RELU:
        return dy if y > zero else dy * below
    if activation == ELU:
        return dy if y > zero else dy * (below + y)
    return dy


def forward_loops(z, activation, below=None):
    below = check(activation, below)
    y = np.empty_like(z)
    for index in np.ndindex(z.shape):
        y[index] = value(float(z[index]), CODES[activation], below)
    return y


def backward_loops(dy, y, activation, below=None):
    below = check(activation, below)
    dz = np.empty_like(dy)
    for index in np.ndindex(dy.shape):
        dz[index] = times_slope(float(dy[index]), float(y[index]), CODES[activation], below)
    return dz


# 2. NumPy.


def forward_numpy(z, activation, below=None):
    below = check(activation, below)
    if activation == "linear":
        return z
    y = arrays.empty(z.shape, z.dtype)
    if activation == "relu":
        return np.maximum(z, 0, out=y)
    if activation == "tanh":
        return np.tanh(z, out=y)
    if activation in BELOW:
        curve = z if activation == "leaky_relu" else np.expm1(np.minimum(z, 0))
        np.multiply(curve, below, out=y)
        np.copyto(y, z, where=z > 0)
        return y
    np.exp(np.minimum(z, 0), out=y)  # the argument is never positive, so exp cannot overflow
    y /= 1 + np.exp(-np.abs(z))
    return y


def backward_numpy(dy, y, activation, below=None):
    below = check(activation, below)
    if activation == "linear":
        return dy
    dz = arrays.empty(dy.shape, dy.dtype)
    if activation == "relu":
        return np.multiply(dy, y > 0, out=dz)
    if activation in BELOW:
        np.multiply(dy, below + y if activation == "elu" else below, out=dz)
        np.copyto(dz, dy, where=y > 0)
        return dz
    np.subtract(1, y if activation == "sigmoid" else y * y, out=dz)
    if activation == "sigmoid":
        dz *= y
    dz *= dy
    return dz


# 3. Numba: one pass over memory, which also adds the bias, or sums its gradient.


def forward_numba(z, activation, below=None):
    check(activation)
    if activation == "linear":
        return z
    y = arrays.empty(z.shape, z.dtype)
    np.copyto(y, z)
    return turn_numba(y, activation, below)


def turn_numba(z, activation, below=None):
    """`forward` in place: overwrite the C-contiguous z with y."""
    through(z.reshape(1, -1), None, CODES[activation], check(activation, below))
    return z


def backward_numba(dy, y, activation, below=None):
    below = check(activation, below)
    check_gradient(dy, y)
    if activation == "linear":
        return dy
    dz = arrays.empty(dy.shape, dy.dtype)
    dy, y = np.ascontiguousarray(dy), np.ascontiguousarray(y)
    through_backward(dy.reshape(1, -1), y.reshape(1, -1), CODES[activation], below, dz.reshape(1, -1), None)
    return dz


@jit
def through(y, bias, activation, below):
    """Overwrite y (n, units), which holds z, with f(z + bias); bias may be None."""
    below = y.dtype.type(below)
    for i in range(y.shape[0]):
        row = y[i]
        for u in range(row.size):  # LLVM compiles one loop for each activation
            z = row[u] if bias is None else row[u] + bias[u]
            row[u] = value(z, activation, below)


@jit
def through_backward(dy, y, activation, below, dz, dbias):
    """Fill dz (n, units) with dy f'(z), and add its rows to dbias, unless dbias is None.

    For "linear", dz equals dy and is not filled: pass dy.
    """
    below = dy.dtype.type(below)
    for i in range(dy.shape[0]):
        dy_i, y_i, dz_i = dy[i], y[i], dz[i]
        for u in range(dy.shape[1]):  # LLVM compiles one loop for each activation
            d = times_slope(dy_i[u], y_i[u], activation, below)
            if activation != LINEAR:
                dz_i[u] = d
            if dbias is not None:
                dbias[u] += d


TAYLOR = tuple(1 / math.factorial(i) for i in range(1, 14))


@compiled_for(lambda a: math.exp(-a))
def exp_minus(a):
    """Return exp(-a) for a >= 0, to 2 ulp; a is clipped to 87 (float64: 708), so the least result is 1e-38.

    `math.exp` would be one call per number. LLVM vectorises this arithmetic, 16 float32 numbers at a time.
    """
    power, rest = _exp_minus_parts(a)
    return power * (type(a)(1) + rest)


@compiled_for(lambda a: math.expm1(-a))
def expm1_minus(a):
    """Return exp(-a) - 1 for a >= 0, without rounding exp(-a) first."""
    power, rest = _exp_minus_parts(a)
    return power * rest + (power - type(a)(1))


@jit
def _exp_minus_parts(a):
    """Return (2^k, p) with exp(-a) = 2^k (1 + p), and p between about -0.3 and 0.4.

    With k the integer nearest to -a / ln 2, exp(-a) = 2^k exp(r), where |r| = |-a - k ln 2| <= ln 2 / 2: a
    few terms of the Taylor series, p = r (1/1! + r (1/2! + r (1/3! + ...))), reach the last bit. Writing k
    into the exponent bits of a number gives 2^k. Numba knows the dtype and compiles one side of each `if`.
    """
    number = type(a)
    single = np.finfo(number).bits == 32
    if single:
        terms, largest, high, low = 7, number(87), number(0.693145751953125), number(1.4286068203094172e-06)
    else:
        terms, largest, high, low = 13, number(708), number(0.6931471805598903), number(5.497923018708371e-14)
    a = largest if a > largest else a
    k = np.floor(number(0.5) - a * number(1.4426950408889634))
    r = -(k * high) - a  # high is ln 2 in so few bits that k * high has no rounding error ...
    inner = number(TAYLOR[terms - 1])
    for i in range(terms - 2, -1, -1):
        inner = inner * r + number(TAYLOR[i])
    p = inner * r
    p -= (number(1) + p) * (k * low)  # ... and low is the rest of ln 2
    if single:
        return number(np.int32((np.int32(k) + 127) << 23).view(np.float32)), p
    return number(np.int64((np.int64(k) + 1023) << 52).view(np.float64)), p
