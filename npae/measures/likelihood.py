"""How probable a variational autoencoder finds images: the integral over all codes, estimated by sampling."""

from __future__ import annotations

import numpy as np

from npae.arguments import integer
from npae.model import Sequential, VariationalAutoencoder
from npae.objectives.losses import Loss, fuse, get_loss
from npae.training.batches import Batches, as_batches
from npae.training.evaluation import check_shape
from npae.training.shards import random_stream
from npae.training.workers import workers

ROWS = 500  # codes that a thread decodes at a time: few enough for what comes of them to stay in its cache


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
        For a decoder that is published with dynamic binarisation: of black and white pixels.
    loss : str or Loss
        Which distribution the decoder stands for: `npae.objectives.losses.BinaryCrossentropy` or
        `npae.objectives.losses.GaussianNegativeLogLikelihood`. Always taken as a sum over the pixels.
    samples : int
        Codes K that are drawn for each image.
    threads : int, optional
        Default: all cores. The result is the same for any number.
    seed : int
        Of the codes.

    Notes
    -----
    A decoder gives p(x|z), and what an image is worth is the integral of that over the prior, ``p(x) = E_p(z)
    p(x|z)``. Codes from the prior hardly ever fit a given image; the encoder knows which do, and weights
    correct for having asked it::

        p(x) = E_q(z|x) w(z),  w(z) = p(x|z) p(z) / q(z|x)         -log p(x) ≈ -log (1/K) sum_k w(z_k)

    With ``z = μ + σ ε`` and v = log σ², the constants of the two normal distributions cancel::

        log p(z) - log q(z|x) = sum_j  (ε_j**2 + v_j - z_j**2) / 2

    The weights themselves would overflow, so their logarithms are added up. By Jensen's inequality the
    estimate is too high on average: at K = 1 it is the negative evidence lower bound, and it falls towards
    the truth as K grows. A number without its K says little.

    Source: Burda, Grosse, Salakhutdinov, *Importance weighted autoencoders* (2015), section 5 and eq. 8.

    Raises
    ------
    ValueError
        If ``samples`` is no positive integer, the model gives no distribution of codes, the loss is no
        distribution of pixels, or the images do not fit.
    """
    integer(samples, "samples")
    if not isinstance(model, VariationalAutoencoder):
        raise ValueError(f"a likelihood needs a VariationalAutoencoder, not this {type(model).__name__}")
    batches, loss = as_batches(x), get_loss(loss)
    if loss.measure != "nats":
        raise ValueError(
            f"{loss!r} is no distribution of pixels; BinaryCrossentropy and GaussianNegativeLogLikelihood are"
        )
    check_shape(model, batches)
    loss.check_targets(*batches.target_range())
    decoder, loss = fuse(model.decoder, loss)
    size = max(1, ROWS // samples)  # images at a time

    def estimates(start: int) -> np.ndarray:
        rng = random_stream(seed, start)
        images, targets = batches.batch(slice(start, start + size), rng)
        means, log_variances = model.statistics(images)
        total = np.full(len(images), -np.inf)
        for first in range(0, samples, ROWS):
            draws = min(ROWS, samples - first)
            noise = rng.standard_normal((len(images), draws, means.shape[1]), means.dtype)
            weights = _log_weights(decoder, loss, targets, means, log_variances, noise)
            total = np.logaddexp(total, np.logaddexp.reduce(weights, axis=1))
        return np.log(samples) - total

    with workers(threads) as pool:
        return np.concatenate(pool.map(estimates, [(start,) for start in range(0, len(batches), size)]))


def _log_weights(
    decoder: Sequential, loss: Loss, x: np.ndarray, means: np.ndarray, log_variances: np.ndarray, noise
) -> np.ndarray:
    """Return log w (n, draws), float64, of images x (n, ...) and the codes that noise (n, draws, k) makes."""
    means, log_variances = means[:, None], log_variances[:, None]
    codes = means + np.exp(log_variances / 2) * noise
    outputs, _ = decoder.forward(codes.reshape(-1, codes.shape[2]))
    outputs = outputs.reshape(*codes.shape[:2], -1)
    costs = loss.elements(outputs, x.reshape(len(x), 1, -1).astype(outputs.dtype, copy=False))
    log_ratio = 0.5 * np.sum(noise**2 + log_variances - codes**2, axis=2)
    return log_ratio.astype(np.float64) - costs.sum(axis=2)
