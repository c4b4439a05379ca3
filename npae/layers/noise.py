"""Layers that disturb the signal while training, and are not there at inference."""

from __future__ import annotations

import numpy as np

from npae.layers.layer import Layer


class GaussianNoise(Layer):
    """``y = x + stddev * N(0, 1)`` in training, ``y = x`` at inference.

    Parameters
    ----------
    stddev : float
        Standard deviation of the noise, in the units of x.

    Notes
    -----
    The noise does not depend on x, so ``dx = dy``. Nothing is cached.
    """

    def __init__(self, stddev: float):
        super().__init__()
        if not stddev >= 0:
            raise ValueError(f"stddev must be a number of at least 0, not {stddev!r}")
        self.stddev = stddev

    def forward(self, x, rng=None):
        self.check_input(x)
        if rng is None or self.stddev == 0:
            return x, None
        return x + x.dtype.type(self.stddev) * rng.standard_normal(x.shape, x.dtype), None

    def backward(self, dy, cache, need_dx=True):
        self.check_gradient(dy)
        return dy, {}


class Dropout(Layer):
    """Set a share ``rate`` of the entries to 0 in training and scale the rest by ``1 / (1 - rate)``.

    Parameters
    ----------
    rate : float
        Probability with which an entry is dropped, from 0 up to, but not including, 1.

    Notes
    -----
    The scale keeps the expected value, so that nothing is to be done at inference. With m the mask times the
    scale, ``y = x * m`` and ``dx = dy * m``. Cached is m; None at inference.

    Source: Srivastava et al. 2014, in the "inverted" form that Keras uses.
    """

    def __init__(self, rate: float):
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be at least 0 and below 1, not {rate!r}")
        self.rate = rate

    def forward(self, x, rng=None):
        self.check_input(x)
        if rng is None or self.rate == 0:
            return x, None
        kept = rng.random(x.shape, np.float32) >= self.rate
        mask = kept * x.dtype.type(1 / (1 - self.rate))
        return x * mask, mask

    def backward(self, dy, cache, need_dx=True):
        mask = cache
        self.check_gradient(dy, None if mask is None else len(mask))
        return (dy if mask is None else dy * mask), {}
