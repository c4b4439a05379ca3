"""Loss functions and their gradients; `npae.objectives.losses` has the formulas.

``count`` is the number of elements of the whole batch, of which the arguments may be a shard: the losses and
gradients of the shards then add up to those of the batch. Each function returns the loss and the gradient
with respect to its first argument, and raises ValueError if the shapes of output and target differ.
"""

from __future__ import annotations

import math

import numpy as np

from npae.kernels import arrays
from npae.kernels.activations import exp_minus
from npae.kernels.backend import choose, jit

SMALLEST_PROBABILITY = 1e-7  # as in Keras


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


# 1. Loops: the definition.


def mean_squared_error_loops(y, t, count):
    """Compute `mean_squared_error` by its definition, in plain loops."""
    _check(y, t)
    terms, dy = [], np.empty_like(y)
    for index in np.ndindex(y.shape):
        difference = float(y[index]) - float(t[index])
        terms.append(difference**2)
        dy[index] = 2 * difference / count
    return math.fsum(terms) / count, dy


def mean_absolute_error_loops(y, t, count):
    """Compute `mean_absolute_error` by its definition, in plain loops."""
    _check(y, t)
    terms, dy = [], np.empty_like(y)
    for index in np.ndindex(y.shape):
        difference = float(y[index]) - float(t[index])
        terms.append(abs(difference))
        dy[index] = np.sign(difference) / count
    return math.fsum(terms) / count, dy


def huber_loops(y, t, count, delta=1.0):
    """Compute `huber` by its definition, in plain loops."""
    _check(y, t)
    terms, dy = [], np.empty_like(y)
    for index in np.ndindex(y.shape):
        difference = float(y[index]) - float(t[index])
        inside = not abs(difference) > delta
        terms.append(difference**2 / 2 if inside else delta * (abs(difference) - delta / 2))
        dy[index] = (difference if inside else math.copysign(delta, difference)) / count
    return math.fsum(terms) / count, dy


def binary_crossentropy_loops(p, t, count):
    """Compute `binary_crossentropy` by its definition, in plain loops."""
    _check(p, t)
    terms, dp = [], np.empty_like(p)
    low, high = p.dtype.type(SMALLEST_PROBABILITY), p.dtype.type(1 - SMALLEST_PROBABILITY)
    for index in np.ndindex(p.shape):
        q, target = float(min(max(p[index], low), high)), float(t[index])
        terms.append(-target * math.log(q) - (1 - target) * math.log(1 - q))
        outside = p[index] < low or p[index] > high
        dp[index] = 0 if outside else (q - target) / (q * (1 - q)) / count
    return math.fsum(terms) / count, dp


def binary_crossentropy_from_logits_loops(z, t, count):
    """Compute `binary_crossentropy_from_logits` by its definition, in plain loops."""
    _check(z, t)
    terms, dz = [], np.empty_like(z)
    for index in np.ndindex(z.shape):
        logit, target = float(z[index]), float(t[index])
        e = math.exp(-abs(logit))
        terms.append(max(logit, 0) - logit * target + math.log1p(e))
        dz[index] = ((1 if logit >= 0 else e) / (1 + e) - target) / count
    return math.fsum(terms) / count, dz


# 2. NumPy.


def mean_squared_error_numpy(y, t, count):
    """`mean_squared_error`, on whole arrays."""
    _check(y, t)
    dy = np.subtract(y, t, out=arrays.empty(y.shape, y.dtype))
    loss = np.sum(dy * dy, dtype=np.float64)
    dy *= 2 / count
    return float(loss) / count, dy


def mean_absolute_error_numpy(y, t, count):
    """`mean_absolute_error`, on whole arrays."""
    _check(y, t)
    dy = np.subtract(y, t, out=arrays.empty(y.shape, y.dtype))
    loss = np.sum(np.abs(dy), dtype=np.float64)
    np.sign(dy, out=dy)
    dy *= 1 / count
    return float(loss) / count, dy


def huber_numpy(y, t, count, delta=1.0):
    """`huber`, on whole arrays; c (d - c/2) is its value, for a difference d that is clipped to c."""
    _check(y, t)
    difference = y - t
    dy = np.clip(difference, -delta, delta, out=arrays.empty(y.shape, y.dtype))
    loss = np.sum(dy * (difference - dy / 2), dtype=np.float64)
    dy *= 1 / count
    return float(loss) / count, dy


def binary_crossentropy_numpy(p, t, count):
    """`binary_crossentropy`, on whole arrays."""
    _check(p, t)
    low, high = p.dtype.type(SMALLEST_PROBABILITY), p.dtype.type(1 - SMALLEST_PROBABILITY)
    q = np.clip(p, low, high)
    loss = -np.sum(t * np.log(q) + (1 - t) * np.log(1 - q), dtype=np.float64)
    dp = np.subtract(q, t, out=arrays.empty(p.shape, p.dtype))
    dp /= q * (1 - q)
    dp *= 1 / count
    dp[(p < low) | (p > high)] = 0
    return float(loss) / count, dp


def binary_crossentropy_from_logits_numpy(z, t, count):
    """`binary_crossentropy_from_logits`, on whole arrays."""
    _check(z, t)
    e = np.exp(-np.abs(z))
    loss = np.sum(np.maximum(z, 0) - z * t + np.log1p(e), dtype=np.float64)
    dz = np.exp(np.minimum(z, 0), out=arrays.empty(z.shape, z.dtype))
    dz /= 1 + e
    dz -= t
    dz *= 1 / count
    return float(loss) / count, dz


def _check(y, t):
    if y.shape != t.shape:
        raise ValueError(f"output and target differ in shape: {y.shape} and {t.shape}; expected one shape")


# 3. Numba: loss and gradient in one pass, without temporary arrays.


def mean_squared_error_numba(y, t, count):
    """`mean_squared_error`, compiled."""
    return _in_one_pass(_mean_squared_error, y, t, count)


def mean_absolute_error_numba(y, t, count):
    """`mean_absolute_error`, compiled."""
    return _in_one_pass(_mean_absolute_error, y, t, count)


def huber_numba(y, t, count, delta=1.0):
    """`huber`, compiled."""
    return _in_one_pass(_huber, y, t, count, y.dtype.type(delta))


def binary_crossentropy_numba(p, t, count):
    """`binary_crossentropy`, compiled."""
    return _in_one_pass(_binary_crossentropy, p, t, count)


def binary_crossentropy_from_logits_numba(z, t, count):
    """`binary_crossentropy_from_logits`, compiled."""
    return _in_one_pass(_binary_crossentropy_from_logits, z, t, count)


# Before a vectorised loop, compiled code checks whether dy begins within one iteration (up to 64 numbers) of
# y or t. If so, it runs a scalar loop, which sums in another order. Only arrays shorter than that can lie so
# close. A margin around their dy keeps the bits of the loss independent of the addresses.
MARGIN = 64


def _in_one_pass(kernel, y, t, count, *further):
    _check(y, t)
    if y.size > MARGIN:
        dy = arrays.empty(y.shape, y.dtype)
    else:
        dy = np.empty(y.size + 2 * MARGIN, y.dtype)[MARGIN:-MARGIN].reshape(y.shape)
    y, t = np.ascontiguousarray(y), np.ascontiguousarray(t, y.dtype)
    total = kernel(y.reshape(-1), t.reshape(-1), dy.reshape(-1), y.dtype.type(1 / count), *further)
    return total / count, dy


# The losses of a block are summed in their own dtype, so that each vector holds as many numbers as it can.
# The sums of the blocks are added in float64: a block is too short for rounding errors to accumulate.
BLOCK = 1024


@jit
def _mean_squared_error(y, t, dy, scale):
    total = 0.0
    for start in range(0, y.size, BLOCK):
        block = slice(start, start + BLOCK)
        y_block, t_block, dy_block = y[block], t[block], dy[block]
        part = y.dtype.type(0)
        for i in range(y_block.size):
            difference = y_block[i] - t_block[i]
            part += difference * difference
            dy_block[i] = (difference + difference) * scale
        total += part
    return total


@jit
def _mean_absolute_error(y, t, dy, scale):
    total, zero = 0.0, y.dtype.type(0)
    for start in range(0, y.size, BLOCK):
        block = slice(start, start + BLOCK)
        y_block, t_block, dy_block = y[block], t[block], dy[block]
        part = zero
        for i in range(y_block.size):
            difference = y_block[i] - t_block[i]
            part += abs(difference)
            below = -scale if difference < zero else zero * difference  # 0 at 0, and NaN of NaN
            dy_block[i] = scale if difference > zero else below
        total += part
    return total


@jit
def _huber(y, t, dy, scale, delta):
    half, total = y.dtype.type(0.5), 0.0
    for start in range(0, y.size, BLOCK):
        block = slice(start, start + BLOCK)
        y_block, t_block, dy_block = y[block], t[block], dy[block]
        part = y.dtype.type(0)
        for i in range(y_block.size):
            difference = y_block[i] - t_block[i]
            clipped = -delta if difference < -delta else difference
            clipped = delta if clipped > delta else clipped
            part += clipped * (difference - half * clipped)
            dy_block[i] = clipped * scale
        total += part
    return total


@jit
def _binary_crossentropy(p, t, dp, scale):
    number = p.dtype.type
    one, low, high = number(1), number(SMALLEST_PROBABILITY), number(1 - SMALLEST_PROBABILITY)
    total = 0.0
    for start in range(0, p.size, BLOCK):
        block = slice(start, start + BLOCK)
        p_block, t_block, dp_block = p[block], t[block], dp[block]
        part = number(0)
        for i in range(p_block.size):
            q = low if p_block[i] < low else p_block[i]
            q = high if q > high else q
            part -= t_block[i] * _log(q) + (one - t_block[i]) * _log(one - q)
            gradient = (q - t_block[i]) / (q * (one - q)) * scale
            outside = (p_block[i] < low) | (p_block[i] > high)
            dp_block[i] = number(0) if outside else gradient
        total += part
    return total


@jit
def _binary_crossentropy_from_logits(z, t, dz, scale):
    # Replacing z by -z and t by 1 - t changes only the sign of the gradient, so |z| replaces every logit.
    # With u = 1 - t (u = t where z is negative), loss and gradient become
    #     |z| u + log(1 + e)          (u - (1 - u) e) / (1 + e)          e = exp(-|z|)
    # Here no digits cancel: a logit of 30 with target 1 has the gradient -1e-13, not 0.
    number = z.dtype.type
    one = number(1)
    total = 0.0
    for start in range(0, z.size, BLOCK):
        block = slice(start, start + BLOCK)
        z_block, t_block, dz_block = z[block], t[block], dz[block]
        part = number(0)
        for i in range(z_block.size):
            a = abs(z_block[i])
            e = exp_minus(a)
            u = t_block[i] if z_block[i] < 0 else one - t_block[i]
            part += a * u + _log1p(e)
            gradient = (u - (one - u) * e) / (one + e) * scale
            dz_block[i] = -gradient if z_block[i] < 0 else gradient
        total += part
    return total


# `math.log` would be one call per number. LLVM vectorises the arithmetic below, 16 float32 numbers at a time.
# Numba knows the dtype when it compiles, and compiles only one side of each `if` on it.


@jit
def _log1p(x):
    """Return log(1 + x) for x from -0.3 to 1.

    With s = x / (2 + x), 1 + x = (1 + s) / (1 - s), whose logarithm is 2 (s + s³/3 + s⁵/5 + ...). Since s is
    at most 1/3, 6 terms after the first (float64: 15) reach the last bit.
    """
    number = type(x)
    terms = 6 if np.finfo(number).bits == 32 else 15
    s = x / (number(2) + x)
    series = number(0)
    for i in range(terms, 0, -1):
        series = (series + number(1) / number(2 * i + 1)) * (s * s)
    return number(2) * (s + s * series)


@jit
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
