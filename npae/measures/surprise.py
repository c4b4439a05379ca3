"""How badly a model gives back each place of an image, as a map and as one score: anomaly detection."""

from __future__ import annotations

import numpy as np

from npae.arguments import real_numbers


def error_map(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return the squared error of images, averaged over a small window around each pixel.

    The side of the window is about a sixteenth of the image's shorter side, at least 3 pixels and odd. A
    defect is small: over the whole image its error is lost among that of edges and noise, over one pixel it
    cannot be told from noise.

    Parameters
    ----------
    y, t : ndarray (n, h, w) or (n, c, h, w)
        Reconstructions and images; the error is averaged over channels.

    Returns
    -------
    ndarray of float64 (n, h, w)

    Raises
    ------
    ValueError
        If the shapes differ or are not one of those above.
    """
    y, t = real_numbers(y, "y"), real_numbers(t, "t")
    if y.shape != t.shape or y.ndim not in (3, 4) or not y.size:
        raise ValueError(
            f"y and t must be images of one shape, (n, h, w) or (n, c, h, w), not {y.shape} and {t.shape}"
        )
    errors = np.square(np.subtract(y, t, dtype=np.float64))
    errors = errors.mean(axis=1) if errors.ndim == 4 else errors
    half = max(1, min(errors.shape[1:]) // 32)
    for axis in (1, 2):
        errors = _window_means(errors, axis, half)
    return errors


def scores(errors: np.ndarray) -> np.ndarray:
    """Return the largest value (n,) of each map (n, h, w) of `error_map`."""
    return errors.reshape(len(errors), -1).max(axis=1)


def _window_means(values: np.ndarray, axis: int, half: int) -> np.ndarray:
    """Return means over windows of 2 * half + 1 along an axis; at the ends, over what there is of them."""
    n = values.shape[axis]
    sums = np.cumsum(values, axis=axis)
    sums = np.concatenate([np.zeros_like(np.take(sums, [0], axis)), sums], axis=axis)
    first, last = np.maximum(np.arange(n) - half, 0), np.minimum(np.arange(n) + half + 1, n)
    counts = (last - first).reshape([-1 if k == axis else 1 for k in range(values.ndim)])
    return (np.take(sums, last, axis) - np.take(sums, first, axis)) / counts
