"""Loss functions and their gradients; `npae.objectives.losses` has the formulas.

``count`` is the number of elements of the whole batch, of which the arguments may be a shard: the losses and
gradients of the shards then add up to those of the batch. Each function returns the loss and the gradient
with respect to its first argument, and raises ValueError if the shapes of output and target differ.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from npae.kernels import arrays
from npae.kernels.activations import exp_minus
from npae.kernels.backend import choose, compiled_for, inline, jit

SMALLEST, LARGEST = 1e-7, 1 - 1e-7  # probabilities, as in Keras


def mean_squared_error(y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return the mean squared error of outputs y for targets t, and its gradient dy."""
    return choose(mean_squared_error_numpy, mean_squared_error_numba, y, t)(y, t, count)


def mean_absolute_error(y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return the mean absolute error of outputs y for targets t, and its gradient dy."""
    return choose(mean_absolute_error_numpy, mean_absolute_error_numba, y, t)(y, t, count)


def huber(y: np.ndarray, t: np.ndarray, count: int, delta: float = 1.0) -> tuple[float, np.ndarray]:
    """Return the Huber loss of outputs y for targets t, and its gradient dy."""
    return choose(huber_numpy, huber_numba, y, t)(y, t, count, delta)


def binary_crossentropy(p: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return the binary cross-entropy of probabilities p for targets t from 0 to 1, and its gradient dp."""
    return choose(binary_crossentropy_numpy, binary_crossentropy_numba, p, t)(p, t, count)


def binary_crossentropy_from_logits(z: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return the binary cross-entropy of logits z for targets t from 0 to 1, and its gradient dz."""
    versions = binary_crossentropy_from_logits_numpy, binary_crossentropy_from_logits_numba
    return choose(*versions, z, t)(z, t, count)


# 1. Loops: the definition. Of a number, its target and huber's delta, these functions return the loss and its
# slope. Numba compiles them, too.


@inline
def _squared_error(y, t, _):
    difference = y - t
    return difference * difference, difference + difference


@inline
def _absolute_error(y, t, _):
    difference, zero, one = y - t, type(y)(0), type(y)(1)
    below = -one if difference < zero else zero * difference  # 0 at 0, and NaN of NaN
    return abs(difference), one if difference > zero else below


@inline
def _huber(y, t, delta):
    difference = y - t
    clipped = -delta if difference < -delta else difference
    clipped = delta if clipped > delta else clipped
    return clipped * (difference - type(y)(0.5) * clipped), clipped


@inline
def _crossentropy(p, t, _):
    zero, one, low, high = type(p)(0), type(p)(1), type(p)(SMALLEST), type(p)(LARGEST)
    q = low if p < low else p
    q = high if q > high else q
    slope = (q - t) / (q * (one - q))
    return -(t * _log(q) + (one - t) * _log(one - q)), zero if (p < low) | (p > high) else slope


@inline
def _crossentropy_from_logits(z, t, _):
    # Replacing z by -z and t by 1 - t changes only the sign of the gradient, so |z| replaces every logit.
    # With u = 1 - t (u = t where z is negative), loss and gradient become
    #     |z| u + log(1 + e)          (u - (1 - u) e) / (1 + e)          e = exp(-|z|)
    # Here no digits cancel: a logit of 30 with target 1 has the gradient -1e-13, not 0.
    zero, one, e = type(z)(0), type(z)(1), exp_minus(abs(z))
    u = t if z < zero else one - t
    slope = (u - (one - u) * e) / (one + e)
    return abs(z) * u + _log1p(e), -slope if z < zero else slope


def _one_by_one(term, y, t, count, delta=0.0):
    _check(y, t)
    dy, losses = np.empty_like(y), []
    for index in np.ndindex(y.shape):
        loss, slope = term(y[index], t[index], y.dtype.type(delta))
        losses.append(loss)
        dy[index] = slope / count
    return math.fsum(losses) / count, dy


def _check(y, t):
    if y.shape != t.shape:
        raise ValueError(f"output and target differ in shape: {y.shape} and {t.shape}; expected one shape")


def mean_squared_error_loops(y, t, count):
    return _one_by_one(_squared_error, y, t, count)


def mean_absolute_error_loops(y, t, count):
    return _one_by_one(_absolute_error, y, t, count)


def huber_loops(y, t, count, delta=1.0):
    return _one_by_one(_huber, y, t, count, delta)


def binary_crossentropy_loops(p, t, count):
    return _one_by_one(_crossentropy, p, t, count)


def binary_crossentropy_from_logits_loops(z, t, count):
    return _one_by_one(_crossentropy_from_logits, z, t, count)


# 2. NumPy.


def mean_squared_error_numpy(y, t, count):
    difference = _difference(y, t)
    loss = difference * difference
    difference += difference
    return _mean(loss, difference, count)


def mean_absolute_error_numpy(y, t, count):
    difference = _difference(y, t)
    return _mean(np.abs(difference), np.sign(difference, out=difference), count)


def huber_numpy(y, t, count, delta=1.0):
    """`huber`, on whole arrays; c (d - c/2) is its value, for a difference d that is clipped to c."""
    difference = _difference(y, t)
    clipped = np.clip(difference, -delta, delta)
    return _mean(clipped * (difference - clipped / 2), clipped, count)


def binary_crossentropy_numpy(p, t, count):
    low, high = p.dtype.type(SMALLEST), p.dtype.type(LARGEST)
    q = np.clip(p, low, high)
    dp = _difference(q, t)
    dp /= q * (1 - q)
    dp[(p < low) | (p > high)] = 0
    return _mean(-(t * np.log(q) + (1 - t) * np.log(1 - q)), dp, count)


def binary_crossentropy_from_logits_numpy(z, t, count):
    _check(z, t)
    e = np.exp(-np.abs(z))
    loss = np.maximum(z, 0) - z * t + np.log1p(e)
    dz = np.exp(np.minimum(z, 0), out=arrays.empty(z.shape, z.dtype))
    dz /= 1 + e
    dz -= t
    return _mean(loss, dz, count)


def _difference(y, t):
    _check(y, t)
    return np.subtract(y, t, out=arrays.empty(y.shape, y.dtype))


def _mean(losses, dy, count):
    dy *= 1 / count
    return float(np.sum(losses, dtype=np.float64)) / count, dy


# 3. Numba: loss and gradient in one pass, without temporary arrays.

# The losses of a block are summed in their own dtype, so that each vector holds as many numbers as it can.
# The sums of the blocks are added in float64: a block is too short for rounding errors to accumulate.
BLOCK = 1024

# Before a vectorised loop, compiled code checks whether dy begins within one iteration (up to 64 numbers) of
# y or t. If so, it runs a scalar loop, which sums in another order. Only arrays shorter than that can lie so
# close. A margin around their dy keeps the bits of the loss independent of the addresses.
MARGIN = 64


def _in_one_pass(term, y, t, count, delta=0.0):
    _check(y, t)
    if y.size > MARGIN:
        dy = arrays.empty(y.shape, y.dtype)
    else:
        dy = np.empty(y.size + 2 * MARGIN, y.dtype)[MARGIN:-MARGIN].reshape(y.shape)
    y, t = np.ascontiguousarray(y), np.ascontiguousarray(t, y.dtype)
    total = _compiled(term)(y.reshape(-1), t.reshape(-1), dy.reshape(-1), 1 / count, delta)
    return total / count, dy


@cache
def _compiled(term):
    @jit
    def sum_in_blocks(y, t, dy, scale, delta):
        total, scale, delta = 0.0, y.dtype.type(scale), y.dtype.type(delta)
        for start in range(0, y.size, BLOCK):
            block = slice(start, start + BLOCK)
            y_block, t_block, dy_block = y[block], t[block], dy[block]
            part = y.dtype.type(0)
            for i in range(y_block.size):
                loss, slope = term(y_block[i], t_block[i], delta)
                part += loss
                dy_block[i] = slope * scale
            total += part
        return total

    return sum_in_blocks


def mean_squared_error_numba(y, t, count):
    return _in_one_pass(_squared_error, y, t, count)


def mean_absolute_error_numba(y, t, count):
    return _in_one_pass(_absolute_error, y, t, count)


def huber_numba(y, t, count, delta=1.0):
    return _in_one_pass(_huber, y, t, count, delta)


def binary_crossentropy_numba(p, t, count):
    return _in_one_pass(_crossentropy, p, t, count)


def binary_crossentropy_from_logits_numba(z, t, count):
    return _in_one_pass(_crossentropy_from_logits, z, t, count)


# `math.log` would be one call per number. LLVM vectorises the arithmetic below, 16 float32 numbers at a time.
# Numba knows the dtype when it compiles, and compiles only one side of each `if` on it.


@compiled_for(math.log1p)
def _log1p(x):
    """Return log(1 + x) for x from -0.3 to 1.

    With s = x / (2 + x), 1 + x = (1 + s) / (1 - s), whose logarithm is 2 (s + s³/3 + s⁵/5 + ...). Since s is
    at most 1/3, 6 terms after the first (float64: 15) reach the last bit.
    """
    number = type(x)
    terms = 6 if np.finfo(number).bits == 32 else 15
    s = x / (number(2) + x)
    square, series = s * s, number(2 / (2 * terms + 1))
    for i in range(terms - 1, -1, -1):
        series = series * square + number(2 / (2 * i + 1))
    return s * series


@compiled_for(math.log)
def _log(x):
    """Return log(x) for a positive normal x, and NaN for NaN.

    x = 2^k m with m between √½ and √2, so log(x) = k ln 2 + log(m). The exponent and fraction bits of x give
    k and m. Subtracting the bits of √½ first makes m start at √½ and not at 1.
    """
    number = type(x)
    if np.finfo(number).bits == 32:
        bits = np.float32(x).view(np.int32)
        k = np.int32(np.int32(bits - 0x3F3504F3) >> 23)
        m = number(np.int32(bits - (k << 23)).view(np.float32))
    else:
        bits = np.float64(x).view(np.int64)
        k = np.int64((bits - 0x3FE6A09E667F3BCD) >> 52)
        m = number(np.int64(bits - (k << 52)).view(np.float64))
    logarithm = number(k) * number(0.6931471805599453) + _log1p(m - number(1))
    return x if x != x else logarithm
