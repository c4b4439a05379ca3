"""Batch normalisation: every channel gets the mean and the variance that training chooses for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import non_negative, positive_number
from npae.kernels import batch_normalization
from npae.layers.layer import Grads, Layer, Shape


class BatchNormalization(Layer):
    """``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with a mean and variance a channel.

    In training they are those of the batch; at inference the moving averages of them.

    Parameters
    ----------
    momentum : float
        Of the moving averages. Keras's default; PyTorch's ``momentum`` is 1 minus this one.
    epsilon : float
        Keras's default; PyTorch's is 1e-5.

    Notes
    -----
    Shapes: x, y (n, c_in, ...), parameters (c_in,). Let m be the number of values of a channel in the batch,
    ``u = 1 / sqrt(variance + epsilon)`` and ``x_hat = (x - mean) u``. All sums are over these m values::

        mean = sum x / m          variance = sum (x - mean)**2 / m          y = gamma x_hat + beta
        dgamma = sum dy x_hat     dbeta = sum dy

    x_hat depends on x directly, by u, and through both statistics, which every value of the channel moves:
    by the mean, x_hat has the derivative -u, and by the variance -x_hat u**2 / 2. With dmean/dx = 1/m,
    dvariance/dx = 2 (x - mean) / m, and dy gamma as the gradient of x_hat::

        dx = gamma u (dy - dbeta / m - x_hat dgamma / m)

    At inference the statistics are the parameters moving_mean and moving_variance, and the last two terms are
    theirs: ``dmoving_mean = -gamma u dbeta`` and ``dmoving_variance = -gamma u**2 dgamma / 2``. In training y
    does not depend on them, so their gradients are 0 and no optimiser moves them. The trainer does: after
    each step it sets them to `moved`. The layer changes nothing.

    The cache is (x, statistics), or (x,) at inference. A batch is not cut into shards (``couples_examples``).

    Source: Ioffe & Szegedy, *Batch normalization*, 2015.
    """

    caches = ("x", "statistics")
    cached_at_inference = 1
    couples_examples = True

    def __init__(self, momentum: float = 0.99, epsilon: float = 1e-3):
        super().__init__()
        self.momentum = non_negative(momentum, "momentum", most=1)
        self.epsilon = positive_number(epsilon, "epsilon")

    def build_params(self, rng: Generator, dtype: np.dtype) -> Grads:
        names, initial = ("gamma", "beta", "moving_mean", "moving_variance"), (1, 0, 0, 1)
        return {name: np.full(self.built()[0][:1], value, dtype) for name, value in zip(names, initial)}

    def cached_shape(self, name: str, n: int) -> Shape:
        return (2, *self.built()[0][:1]) if name == "statistics" else super().cached_shape(name, n)

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x, (gamma, beta, *moving) = self.check_input(x, rng), self.params.values()
        known = np.stack(moving) if rng is None else None
        y, statistics = batch_normalization.forward(x, gamma, beta, self.epsilon, known)
        return y, (x, statistics) if rng is not None else (x,)

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        (dy, x, *of_batch), (gamma, _, *moving) = (
            self.check_backward(dy, cache, need_dx),
            self.params.values(),
        )
        statistics = of_batch[0] if of_batch else np.stack(moving)
        dx, dgamma, dbeta = batch_normalization.backward(
            dy, x, gamma, self.epsilon, statistics, bool(of_batch)
        )
        u = (statistics[1] + statistics.dtype.type(self.epsilon)) ** -0.5 * (not of_batch)
        dmoving = {"moving_mean": -gamma * u * dbeta, "moving_variance": -gamma * u**2 * dgamma / 2}
        return dx, {"gamma": dgamma, "beta": dbeta, **dmoving}

    def moved(self, cache: Any) -> Grads:
        names, keep = ("moving_mean", "moving_variance"), self.momentum
        new = zip(names, cache[1]) if len(cache) == 2 else ()
        return {name: keep * self.params[name] + (1 - keep) * value for name, value in new}
