"""Draws a code from the distribution that a variational encoder outputs: the reparameterisation trick."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.layers.layer import Grads, Layer, Shape


class Sampling(Layer):
    """Draw ``y = μ + σ ε`` with ``ε ~ N(0, 1)`` in training; ``y = μ`` at inference.

    Each row of the input (n, 2d) holds d means μ, then d logarithms of variances, v = log σ²; the output is
    (n, d). The layer before this one may output any v, since ``σ = exp(v/2)`` is always positive.

    Notes
    -----
    A random draw has no derivative. The trick is to draw ε, which depends on no parameter, and to compute the
    code y = μ + σ ε from it. For a given ε, y is a smooth function of μ and v::

        ∂y/∂μ = 1          ∂y/∂v = σ ε / 2          dx = [dy, dy * σ ε / 2]

    The cache is σ ε, or None at inference, where y does not depend on v.

    Source: Kingma & Welling, *Auto-encoding variational Bayes* (2013), section 2.4.
    """

    caches = ("y",)
    cached_at_inference = 0

    def build_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1 or input_shape[0] % 2:
            raise ValueError(
                f"expected flat inputs (2d,), d means and d logarithms of variances, not {input_shape}"
            )
        return (input_shape[0] // 2,)

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        means, log_variances = np.split(x, 2, axis=1)
        if rng is None:
            return means.copy(), None
        noise = np.exp(log_variances / 2)
        noise *= rng.standard_normal(noise.shape, noise.dtype)
        return means + noise, noise

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, *noise = self.check_backward(dy, cache, need_dx)
        slope = dy * noise[0] / 2 if noise else np.zeros_like(dy)
        return np.concatenate([dy, slope], axis=1), {}
