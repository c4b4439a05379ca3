"""Activation functions, forward and backward, alone or fused with the bias; see `npae.layers.activations`."""

from __future__ import annotations

import math

import numpy as np

from npae.kernels import arrays
from npae.kernels.backend import choose, jit

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


# 1. Loops: the definition.


def forward_loops(z, activation, below=None):
    """Compute `forward` by its definition, in plain loops."""
    below = check(activation, below)
    y = np.empty_like(z)
    for index in np.ndindex(z.shape):
        if activation == "linear" or math.isnan(z[index]):
            y[index] = z[index]
        elif activation == "relu":
            y[index] = max(z[index], 0)
        elif activation == "leaky_relu":
            y[index] = z[index] if z[index] > 0 else below * z[index]
        elif activation == "elu":
            y[index] = z[index] if z[index] > 0 else below * math.expm1(z[index])
        elif activation == "tanh":
            y[index] = math.tanh(z[index])
        elif z[index] >= 0:
            y[index] = 1 / (1 + math.exp(-z[index]))
        else:  # the same value, but exp cannot overflow
            y[index] = math.exp(z[index]) / (1 + math.exp(z[index]))
    return y


def backward_loops(dy, y, activation, below=None):
    """Compute `backward` by its definition, in plain loops."""
    below = check(activation, below)
    dz = np.empty_like(dy)
    for index in np.ndindex(dy.shape):
        slope = {
            "linear": 1,
            "relu": 1 if y[index] > 0 else 0,
            "sigmoid": y[index] * (1 - y[index]),
            "tanh": 1 - y[index] * y[index],
            "leaky_relu": 1 if y[index] > 0 else below,
            "elu": 1 if y[index] > 0 else y[index] + below,
        }[activation]
        dz[index] = dy[index] * slope
    return dz


# 2. NumPy.


def forward_numpy(z, activation, below=None):
    """`forward`, on whole arrays."""
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
    """`backward`, on whole arrays."""
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
    """`forward`, compiled."""
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
    """`backward`, compiled."""
    below = check(activation, below)
    check_gradient(dy, y)
    if activation == "linear":
        return dy
    dz = arrays.empty(dy.shape, dy.dtype)
    dy, y = np.ascontiguousarray(dy), np.ascontiguousarray(y)
    through_backward(dy.reshape(1, -1), y.reshape(1, -1), CODES[activation], below, dz.reshape(1, -1), None)
    return dz


# Compiled code compares integers, not strings: an activation is its index in NAMES.

CODES = {name: code for code, name in enumerate(NAMES)}
LINEAR, RELU, SIGMOID, TANH, LEAKY_RELU, ELU = CODES.values()


@jit
def through(y, bias, activation, below):
    """Overwrite y (n, units), which holds z, with f(z + bias); bias may be None."""
    for i in range(y.shape[0]):
        if activation == RELU:
            _relu(y[i], bias)
        elif activation == SIGMOID:
            _sigmoid(y[i], bias)
        elif activation == TANH:
            _tanh(y[i], bias)
        elif activation == LEAKY_RELU:
            _leaky_relu(y[i], bias, y.dtype.type(below))
        elif activation == ELU:
            _elu(y[i], bias, y.dtype.type(below))
        elif bias is not None:
            for u in range(y.shape[1]):
                y[i, u] += bias[u]


@jit
def through_backward(dy, y, activation, below, dz, dbias):
    """Fill dz (n, units) with dy f'(z), and add its rows to dbias, unless dbias is None.

    For "linear", dz equals dy and is not filled: pass dy.
    """
    if activation in (LEAKY_RELU, ELU):
        _bent_backward(dy, y, activation == ELU, dy.dtype.type(below), dz, dbias)
        return
    zero, one = dy.dtype.type(0), dy.dtype.type(1)
    for i in range(dy.shape[0]):
        dy_i, y_i, dz_i = dy[i], y[i], dz[i]
        for u in range(dy.shape[1]):  # LLVM compiles one loop for each activation
            if activation == RELU:
                d = dy_i[u] if y_i[u] > 0 else zero
            elif activation == SIGMOID:
                d = dy_i[u] * y_i[u] * (one - y_i[u])
            elif activation == TANH:
                d = dy_i[u] * (one - y_i[u] * y_i[u])
            else:
                d = dy_i[u]
            if activation != LINEAR:
                dz_i[u] = d
            if dbias is not None:
                dbias[u] += d


@jit
def _bent_backward(dy, y, curved, below, dz, dbias):
    for i in range(dy.shape[0]):
        dy_i, y_i, dz_i = dy[i], y[i], dz[i]
        for u in range(dy.shape[1]):
            slope = below + y_i[u] if curved else below
            d = dy_i[u] if y_i[u] > 0 else dy_i[u] * slope
            dz_i[u] = d
            if dbias is not None:
                dbias[u] += d


# One row. The bias may be None: Numba compiles a version without the branch for that case.


@jit
def _relu(y, bias):
    for u in range(y.size):
        v = y[u] if bias is None else y[u] + bias[u]
        y[u] = 0 if v <= 0 else v  # in this order, NaN stays NaN


@jit
def _sigmoid(y, bias):
    one = y.dtype.type(1)
    for u in range(y.size):
        v = y[u] if bias is None else y[u] + bias[u]
        e = exp_minus(abs(v))
        y[u] = (e if v < 0 else one) / (one + e)


@jit
def _tanh(y, bias):
    # tanh(a) = (1 - e) / (1 + e) with e = exp(-2a); computing e - 1 directly keeps its digits for small a.
    one, two = y.dtype.type(1), y.dtype.type(2)
    for u in range(y.size):
        v = y[u] if bias is None else y[u] + bias[u]
        power, rest = _exp_minus_parts(two * abs(v))
        e_minus_one = power * rest + (power - one)
        t = -e_minus_one / (two + e_minus_one)
        y[u] = -t if v < 0 else t


@jit
def _leaky_relu(y, bias, below):
    for u in range(y.size):
        v = y[u] if bias is None else y[u] + bias[u]
        y[u] = v if v > 0 else below * v


@jit
def _elu(y, bias, below):
    one = y.dtype.type(1)
    for u in range(y.size):
        v = y[u] if bias is None else y[u] + bias[u]
        power, rest = _exp_minus_parts(abs(v))
        e_minus_one = power * rest + (power - one)
        y[u] = v if v > 0 else below * e_minus_one


@jit
def exp_minus(a):
    """Return exp(-a) for a >= 0, to 2 ulp; a is clipped to 87 (float64: 708), so the least result is 1e-38.

    `math.exp` would be one call per number. LLVM vectorises this arithmetic, 16 float32 numbers at a time.
    """
    power, rest = _exp_minus_parts(a)
    return power * (type(a)(1) + rest)


@jit
def _exp_minus_parts(a):
    """Return (2^k, p) with exp(-a) = 2^k (1 + p), and p between about -0.3 and 0.4.

    With k the integer nearest to -a / ln 2, exp(-a) = 2^k exp(r), where |r| = |-a - k ln 2| <= ln 2 / 2: a
    few terms of the Taylor series 1 + r/1 (1 + r/2 (1 + r/3 (...))) reach the last bit. Writing k into the
    exponent bits of a number gives 2^k. Numba knows the dtype and compiles one side of each `if` only.
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
    inner = number(1)
    for i in range(terms, 1, -1):
        inner = number(1) + inner * r * (number(1) / number(i))
    p = inner * r
    p -= (number(1) + p) * (k * low)  # ... and low is the rest of ln 2
    if single:
        return number(np.int32((np.int32(k) + 127) << 23).view(np.float32)), p
    return number(np.int64((np.int64(k) + 1023) << 52).view(np.float64)), p
