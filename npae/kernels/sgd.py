"""SGD with momentum: one step, in place; `npae.training.optimizers.SGD` has the formulas."""

from __future__ import annotations

import numpy as np

from npae.kernels.adam import above
from npae.kernels.backend import choose, jit


def update(
    params: np.ndarray,
    grads: np.ndarray,
    velocity: np.ndarray,
    learning_rate: float,
    momentum: float = 0.0,
    nesterov: bool = False,
) -> None:
    """Take one step: overwrite ``params`` and ``velocity``, and leave ``grads`` unchanged.

    Parameters
    ----------
    params, grads, velocity : ndarray (count,), all float32 or all float64
        ``velocity`` is zeros before the first step.
    learning_rate, momentum : float
    nesterov : bool
    """
    version = choose(update_numpy, update_numba, params, grads, velocity)
    version(params, grads, velocity, learning_rate, momentum, nesterov)


def update_loops(params, grads, velocity, learning_rate, momentum=0.0, nesterov=False):
    tiny = np.finfo(params.dtype).tiny
    for i in range(len(params)):
        velocity[i] = above(tiny, momentum * velocity[i] - learning_rate * grads[i])
        params[i] += momentum * velocity[i] - learning_rate * grads[i] if nesterov else velocity[i]


def update_numpy(params, grads, velocity, learning_rate, momentum=0.0, nesterov=False):
    step = learning_rate * grads
    velocity[...] = above(np.finfo(params.dtype).tiny, momentum * velocity - step)
    params += momentum * velocity - step if nesterov else velocity


def update_numba(params, grads, velocity, learning_rate, momentum=0.0, nesterov=False):
    _update(params, grads, velocity, float(learning_rate), float(momentum), bool(nesterov))


@jit
def _update(params, grads, velocity, learning_rate, momentum, nesterov):
    # One float64 among float32 numbers would make Numba compute everything in float64.
    learning_rate, momentum = params.dtype.type(learning_rate), params.dtype.type(momentum)
    tiny, zero = np.finfo(params.dtype.type).tiny, params.dtype.type(0)
    for i in range(params.size):
        step = learning_rate * grads[i]
        v = momentum * velocity[i] - step
        v = zero if abs(v) < tiny else v  # see `npae.kernels.adam`
        velocity[i] = v
        params[i] += momentum * v - step if nesterov else v
