"""Layers that add noise in training and pass the signal unchanged at inference."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import fraction, non_negative
from npae.layers.layer import Grads, Layer


class GaussianNoise(Layer):
    """``y = x + stddev * N(0, 1)`` in training, ``y = x`` at inference.

    Parameters
    ----------
    stddev : float
        Standard deviation of the noise, in the units of x.

    Notes
    -----
    The noise does not depend on x, so ``dx = dy``. The cache is None.
    """

    def __init__(self, stddev: float):
        super().__init__()
        self.stddev = non_negative(stddev, "stddev")

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        if rng is None or self.stddev == 0:
            return x, None
        return x + x.dtype.type(self.stddev) * rng.standard_normal(x.shape, x.dtype), None

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        return self.check_backward(dy, cache, need_dx)[0], {}


class Dropout(Layer):
    """Set a fraction ``rate`` of the entries to 0 in training and scale the others by ``1 / (1 - rate)``.

    Parameters
    ----------
    rate : float
        The probability that an entry is dropped, at least 0 and below 1.

    Notes
    -----
    The scale preserves the expected value, so inference needs no correction. With m the mask times the scale,
    ``y = x * m`` and ``dx = dy * m``. The cache is m, or None at inference.

    Source: Srivastava et al. 2014, in the "inverted" form that Keras uses.
    """

    caches = ("y",)
    cached_at_inference = 0

    def __init__(self, rate: float):
        super().__init__()
        self.rate = fraction(rate, "rate")

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        if rng is None or self.rate == 0:
            return x, None
        kept = rng.random(x.shape, np.float32) >= self.rate
        mask = kept * x.dtype.type(1 / (1 - self.rate))
        return x * mask, mask

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, *mask = self.check_backward(dy, cache, need_dx)
        return (dy * mask[0] if mask else dy), {}
