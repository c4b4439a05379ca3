"""The step of a variational autoencoder from a distribution to a code: the reparameterisation trick."""

from __future__ import annotations

import numpy as np

from npae.layers.layer import Layer


class Sampling(Layer):
    """Draw ``z = μ + σ ε`` with ``ε ~ N(0, 1)`` in training; ``z = μ`` at inference.

    The input (n, 2k) holds k means μ and behind them k logarithms of variances, v = log σ²; the output is (n,
    k). Logarithms, since a layer may give any number, and exp(v/2) makes a standard deviation of it.

    Notes
    -----
    Drawing has no derivative. The trick is to draw ε, which depends on nothing, and to compute z from it:
    then z is a smooth function of μ and v, with ``σ = exp(v/2)``::

        dz/dμ = 1          dz/dv = σ ε / 2          dx = [dz, dz * σ ε / 2]

    Cached is σ ε, or None at inference, where z does not depend on v.

    Source: Kingma & Welling, *Auto-encoding variational Bayes* (2013), section 2.4.
    """

    def build_shape(self, input_shape):
        if len(input_shape) != 1 or input_shape[0] % 2:
            raise ValueError(
                f"expected flat inputs (2k,), k means and k logarithms of variances, not {input_shape}"
            )
        return (input_shape[0] // 2,)

    def forward(self, x, rng=None):
        self.check_input(x)
        means, log_variances = np.split(x, 2, axis=1)
        if rng is None:
            return means.copy(), None
        noise = np.exp(log_variances / 2)
        noise *= rng.standard_normal(noise.shape, noise.dtype)
        return means + noise, noise

    def backward(self, dy, cache, need_dx=True):
        noise = cache
        self.check_gradient(dy, None if noise is None else len(noise))
        slope = np.zeros_like(dy) if noise is None else dy * noise / 2
        return np.concatenate([dy, slope], axis=1), {}
