"""The likelihood of images under a variational autoencoder, estimated by importance sampling."""

from __future__ import annotations

import numpy as np

from npae.arguments import integer
from npae.layers import Layer
from npae.model import VariationalAutoencoder
from npae.objectives.losses import Loss, fuse, get_loss
from npae.training.batches import Batches, batches_for
from npae.training.shards import random_stream
from npae.training.workers import workers

ROWS = 500  # codes that a thread decodes at a time; their images fit its cache


def negative_log_likelihood(
    model: VariationalAutoencoder,
    x: np.ndarray | Batches,
    *,
    loss: str | Loss,
    samples: int = 500,
    threads: int | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Estimate ``-log p(x)`` of each image by importance sampling, in nats, float64 (n,).

    Parameters
    ----------
    model : VariationalAutoencoder
    x : ndarray (n, ...) or Batches
        Images. Published values with dynamic binarisation are for images of only black and white pixels.
    loss : str or Loss
        The distribution of the pixels: `npae.objectives.losses.BinaryCrossentropy` or
        `npae.objectives.losses.GaussianNegativeLogLikelihood`. It is summed over the pixels, whatever its
        ``per``.
    samples : int
        The number K of codes per image.
    threads : int, optional
        Default: all cores. The result is the same for any number.
    seed : int
        For drawing the codes.

    Notes
    -----
    The decoder computes p(x|z), and the likelihood of an image is its mean over the prior, ``p(x) = E_p(z)
    p(x|z)``. Codes drawn from the prior hardly ever fit a given image. So codes are drawn from the encoder's
    distribution q(z|x), and weights correct the mean::

        p(x) = E_q(z|x) w(z),  w(z) = p(x|z) p(z) / q(z|x)         -log p(x) ≈ -log (1/K) sum_k w(z_k)

    With ``z = μ + σ ε`` and v = log σ², the constants of the two normal distributions cancel::

        log p(z) - log q(z|x) = sum_j  (ε_j**2 + v_j - z_j**2) / 2

    The weights would overflow, so the sum is computed from their logarithms. By Jensen's inequality the
    estimate is too high on average: at K = 1 it is the negative evidence lower bound, and it falls towards
    -log p(x) as K grows. So state K with each value.

    Source: Burda, Grosse, Salakhutdinov, *Importance weighted autoencoders* (2015), section 5 and eq. 8.

    Raises
    ------
    ValueError
        If ``samples`` is not a positive integer, the model is not a VariationalAutoencoder, the loss is not a
        distribution of pixels, or the images do not fit.
    """
    integer(samples, "samples")
    if not isinstance(model, VariationalAutoencoder):
        raise ValueError(f"a likelihood needs a VariationalAutoencoder, not this {type(model).__name__}")
    batches, pixels = batches_for(model, x), get_loss(loss)
    if pixels.measure != "nats":
        raise ValueError(
            f"{pixels!r} is not a distribution of pixels; use BinaryCrossentropy or GaussianNegative"
            "LogLikelihood"
        )
    pixels.check_targets(*batches.target_range())
    decoder, pixels = fuse(model.decoder, pixels)
    size = max(1, ROWS // samples)  # images at a time

    def estimates(start: int) -> np.ndarray:
        rng = random_stream(seed, start)
        images, targets = batches.batch(slice(start, start + size), rng)
        means, log_variances = model.statistics(images)
        total = np.full(len(images), -np.inf)
        for first in range(0, samples, ROWS):
            draws = min(ROWS, samples - first)
            noise = rng.standard_normal((len(images), draws, means.shape[1]), means.dtype)
            weights = _log_weights(decoder, pixels, targets, means, log_variances, noise)
            total = np.logaddexp(total, np.logaddexp.reduce(weights, axis=1))
        return np.log(samples) - total

    with workers(threads) as pool:
        return np.concatenate(pool.map(estimates, [(start,) for start in range(0, len(batches), size)]))


def _log_weights(
    decoder: Layer, loss: Loss, x: np.ndarray, means: np.ndarray, log_variances: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return log w (n, draws), float64, for images x (n, ...) and codes from noise (n, draws, units)."""
    means, log_variances = means[:, None], log_variances[:, None]
    codes = means + np.exp(log_variances / 2) * noise
    outputs, _ = decoder.forward(codes.reshape(-1, codes.shape[2]))
    outputs = outputs.reshape(*codes.shape[:2], -1)
    costs = loss.elements(outputs, x.reshape(len(x), 1, -1).astype(outputs.dtype, copy=False))
    log_ratio = 0.5 * np.sum(noise**2 + log_variances - codes**2, axis=2)
    return log_ratio.astype(np.float64) - costs.sum(axis=2)
