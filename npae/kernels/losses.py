"""Loss functions: a number that says how wrong y is, and its gradient, in one call.

A minibatch is cut into shards, so each call is told how many elements the whole batch has: the losses and
gradients of the shards then simply add up to those of the batch.
"""

from __future__ import annotations

import math

import numpy as np

from npae.kernels import arrays
from npae.kernels.activations import exp_minus
from npae.kernels.backend import choose, jit

SMALLEST_PROBABILITY = 1e-7  # as in Keras


def mean_squared_error(y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return ``sum (y - t)² / count`` and its gradient ``2 (y - t) / count``.

    Parameters
    ----------
    y, t : ndarray of one shape, output and target
    count : int
        Elements of the whole batch, of which y may be a part.

    Returns
    -------
    loss : float
    dy : ndarray like y

    Raises
    ------
    ValueError
        If the shapes of y and t differ.
    """
    return choose(mean_squared_error_numpy, mean_squared_error_numba)(y, t, count)


def binary_crossentropy(p: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return ``-sum (t log p + (1 - t) log(1 - p)) / count`` and its gradient.

    The gradient is ``(p - t) / (p (1 - p)) / count``. p is clipped to [1e-7, 1 - 1e-7] first, as in Keras,
    since log(0) has no value. Outside, the clipped p no longer changes with p, and the gradient is 0: a model
    that is that sure of a wrong pixel learns nothing from it. `binary_crossentropy_from_logits` needs no such
    thing: prefer it where there are logits.

    Parameters
    ----------
    p, t : ndarray of one shape, output (probabilities) and target (0 to 1)
    count : int
        Elements of the whole batch, of which p may be a part.

    Returns
    -------
    loss : float
    dp : ndarray like p

    Raises
    ------
    ValueError
        If the shapes of p and t differ.
    """
    return choose(binary_crossentropy_numpy, binary_crossentropy_numba)(p, t, count)


def binary_crossentropy_from_logits(z: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return the binary cross-entropy of ``p = σ(z)``, and its gradient with respect to z.

    With ``log σ(z) = -log(1 + exp(-z))`` the cross-entropy becomes

        max(z, 0) - z t + log(1 + exp(-|z|))          and its derivative          σ(z) - t

    in which nothing overflows and no logarithm is near log(0), whatever z is.

    Parameters
    ----------
    z, t : ndarray of one shape, logits and target (0 to 1)
    count : int
        Elements of the whole batch, of which z may be a part.

    Returns
    -------
    loss : float
    dz : ndarray like z

    Raises
    ------
    ValueError
        If the shapes of z and t differ.
    """
    return choose(binary_crossentropy_from_logits_numpy, binary_crossentropy_from_logits_numba)(z, t, count)


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


# 3. Numba: loss and gradient in one pass, without arrays in between.


def mean_squared_error_numba(y, t, count):
    """`mean_squared_error`, compiled."""
    return _in_one_pass(_mean_squared_error, y, t, count)


def binary_crossentropy_numba(p, t, count):
    """`binary_crossentropy`, compiled."""
    return _in_one_pass(_binary_crossentropy, p, t, count)


def binary_crossentropy_from_logits_numba(z, t, count):
    """`binary_crossentropy_from_logits`, compiled."""
    return _in_one_pass(_binary_crossentropy_from_logits, z, t, count)


# Compiled code asks, before a loop over whole vectors, whether dy begins within one turn of it, some 64
# numbers, of y or t. If so, another loop runs, which adds up in another order. Only arrays shorter than that
# can be such neighbours; their dy is kept at a distance, so that a loss has the same bits wherever they lie.
MARGIN = 64


def _in_one_pass(kernel, y, t, count):
    _check(y, t)
    if y.size > MARGIN:
        dy = arrays.empty(y.shape, y.dtype)
    else:
        dy = np.empty(y.size + 2 * MARGIN, y.dtype)[MARGIN:-MARGIN].reshape(y.shape)
    y, t = np.ascontiguousarray(y), np.ascontiguousarray(t, y.dtype)
    total = kernel(y.reshape(-1), t.reshape(-1), dy.reshape(-1), y.dtype.type(1 / count))
    return total / count, dy


# Within a block the losses are added in their own dtype, which keeps the vectors full, and the blocks in
# float64: a block is too short for rounding errors to pile up, whatever the size of the batch.
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
    # Changing the sign of z, and t to 1 - t, changes nothing but the sign of the gradient, so every logit is
    # treated as |z|. With u = 1 - t (t where z was negative) loss and gradient become
    #     |z| u + log(1 + e)          (u - (1 - u) e) / (1 + e)          e = exp(-|z|)
    # the same numbers as above, but no digits cancel: a logit of 30 with target 1 has gradient -1e-13, not 0.
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


# `math.log` would be a call for each number; the functions below are arithmetic only, of which LLVM computes
# 16 float32 at a time. The dtype is known when Numba compiles, so only one side of each `if` on it is left.


@jit
def _log1p(x):
    """Return log(1 + x) for x from -0.3 to 1.

    With s = x / (2 + x), 1 + x = (1 + s) / (1 - s), whose logarithm is 2 (s + s³/3 + s⁵/5 + ...); s is at
    most 1/3, so that 6 terms after the first (float64: 15) reach the last bit.
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

    x = 2^k m with m between √½ and √2, so log(x) = k ln 2 + log(m). k and m are cut out of the bits of x,
    exponent and fraction; subtracting the bits of √½ first makes the cut there and not at 1.
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
