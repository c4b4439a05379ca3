"""Adam: one step, in place; `npae.training.optimizers.Adam` has the formulas.

Once a gradient stays at 0, the averages m and v shrink at every step, until they are denormal: smaller than
``numpy.finfo(dtype).tiny``, where processors take a hundred times as long for a product. So averages, and
squares of gradients, that would be denormal become 0. With such an m, Adam's step is at most 1e-31 of the
learning rate.
"""

from __future__ import annotations

import numpy as np

from npae.kernels.backend import choose, jit


def update(
    params: np.ndarray,
    grads: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    learning_rate: float = 1e-3,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    weight_decay: float = 0.0,
) -> None:
    """Take one step: overwrite ``params``, ``m`` and ``v``, and leave ``grads`` unchanged.

    Parameters
    ----------
    params, grads, m, v : ndarray (count,), all float32 or all float64
        ``m`` and ``v`` are zeros before the first step.
    step : int
        The number of the step, from 1; the same for all parameters.
    learning_rate, beta_1, beta_2, epsilon, weight_decay : float

    Raises
    ------
    ValueError
        If ``step`` is below 1.
    """
    if step < 1:
        raise ValueError(f"step is {step}, but Adam counts its steps from 1; pass 1 at the first update")
    version = choose(update_numpy, update_numba, params, grads, m, v)
    version(params, grads, m, v, step, learning_rate, beta_1, beta_2, epsilon, weight_decay)


def above(least, x):
    """Return x, with 0 for what is smaller than ``least``."""
    return np.where(np.abs(x) < least, 0, x)


def update_loops(
    params, grads, m, v, step, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=0.0
):
    tiny = np.finfo(params.dtype).tiny
    for i in range(len(params)):
        m[i] = above(tiny, beta_1 * m[i] + (1 - beta_1) * grads[i])
        v[i] = above(tiny, beta_2 * v[i] + (1 - beta_2) * above(np.sqrt(tiny), grads[i]) ** 2)
        m_hat = m[i] / (1 - beta_1**step)
        v_hat = v[i] / (1 - beta_2**step)
        params[i] -= learning_rate * weight_decay * params[i]
        params[i] -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)


def update_numpy(
    params, grads, m, v, step, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=0.0
):
    tiny = np.finfo(params.dtype).tiny
    m[...] = above(tiny, beta_1 * m + (1 - beta_1) * grads)
    v[...] = above(tiny, beta_2 * v + (1 - beta_2) * above(np.sqrt(tiny), grads) ** 2)
    root = np.sqrt(v / (1 - beta_2**step))
    root += epsilon
    params *= 1 - learning_rate * weight_decay
    params -= m * (learning_rate / (1 - beta_1**step)) / root


def update_numba(
    params, grads, m, v, step, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=0.0
):
    rate, unbias = learning_rate / (1 - beta_1**step), 1 / (1 - beta_2**step)
    keep = 1 - learning_rate * weight_decay
    _update(params, grads, m, v, rate, unbias, beta_1, beta_2, epsilon, keep)


@jit
def _update(params, grads, m, v, rate, unbias, beta_1, beta_2, epsilon, keep):
    # One pass over the four arrays. One float64 among float32 numbers would make Numba compute everything in
    # float64, so the scalars are converted first.
    number = params.dtype.type
    rate, unbias, epsilon, keep = number(rate), number(unbias), number(epsilon), number(keep)
    keep_m, add_m, keep_v, add_v = number(beta_1), number(1 - beta_1), number(beta_2), number(1 - beta_2)
    tiny = np.finfo(number).tiny
    least, zero = np.sqrt(tiny), number(0)
    for i in range(params.size):
        g = grads[i]
        m_new = keep_m * m[i] + add_m * g
        m_new = zero if abs(m_new) < tiny else m_new
        g = zero if abs(g) < least else g
        v_new = keep_v * v[i] + add_v * (g * g)
        v_new = zero if v_new < tiny else v_new
        m[i] = m_new
        v[i] = v_new
        params[i] = keep * params[i] - rate * m_new / (np.sqrt(unbias * v_new) + epsilon)
