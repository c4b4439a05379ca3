"""Numbers that say how good a reconstruction or a code is, with the conventions spelt out."""

from __future__ import annotations

import numpy as np

MOST_DECIBELS = 100.0  # of one image; a perfect one has infinitely many, which no mean could take


def mean_squared_error(y: np.ndarray, t: np.ndarray) -> float:
    """Return the mean over all elements of ``(y - t)**2``, in squared units of a pixel.

    Raises
    ------
    ValueError
        If the shapes of y and t differ.
    """
    return float(np.mean(_squared_errors(y, t)))


def psnr(y: np.ndarray, t: np.ndarray, peak: float = 1.0) -> float:
    """Return the mean over images of the peak signal-to-noise ratio, in decibels.

    ``10 log10(peak**2 / MSE)`` of each image on its own, then the mean: not the PSNR of the mean MSE, which
    is lower. An image counts for at most 100 dB (`MOST_DECIBELS`): a perfect one would have infinitely many.

    Parameters
    ----------
    y, t : ndarray (n, ...)
    peak : float
        The largest value that a pixel can have.

    Raises
    ------
    ValueError
        If the shapes of y and t differ.
    """
    errors = _squared_errors(y, t)
    per_image = np.mean(errors, axis=tuple(range(1, errors.ndim)))
    least = peak**2 / 10 ** (MOST_DECIBELS / 10)
    return float(np.mean(10 * np.log10(peak**2 / np.maximum(per_image, least))))


def entropy_floor(t: np.ndarray) -> float:
    """Return the smallest binary cross-entropy that any model can reach on grey targets t, in nats per pixel.

    A target between 0 and 1 is itself uncertain: at ``y = t`` what remains is its own entropy
    ``-t log t - (1 - t) log(1 - t)``.

    Raises
    ------
    ValueError
        If a target is not from 0 to 1.
    """
    total = 0.0
    for part in np.array_split(t, max(1, len(t) // 1000)):  # not all at once: float64 takes 8 bytes a pixel
        lowest, highest = part.min(), part.max()
        if not (lowest >= 0 and highest <= 1):
            raise ValueError(
                f"an entropy needs targets from 0 to 1, but some reach from {lowest:g} to {highest:g}; scale "
                "them (pixels: divide by 255)"
            )
        grey = part[(part > 0) & (part < 1)].astype(np.float64)
        total += float(np.sum(-grey * np.log(grey) - (1 - grey) * np.log1p(-grey)))
    return total / t.size


def _squared_errors(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return ``(y - t)**2``; in float64 before anything is subtracted, since bytes would wrap around."""
    if np.shape(y) != np.shape(t):
        raise ValueError(
            f"y and t differ in shape: {np.shape(y)} and {np.shape(t)}; expected one shape, a target for "
            "every pixel"
        )
    return np.square(np.subtract(y, t, dtype=np.float64))


class PCA:
    """The best linear autoencoder: codes are coordinates along the directions of largest variance.

    Parameters
    ----------
    components : int
        Size of the code.

    Notes
    -----
    `fit` centres x (n, d) and takes the eigenvectors of its covariance (d, d) that have the largest
    eigenvalues; among all linear maps to that many numbers and back, this one has the smallest squared error
    (Baldi & Hornik 1989).
    """

    def __init__(self, components: int):
        self.components = components

    def fit(self, x: np.ndarray) -> PCA:
        """Learn the mean (d,) and the axes (d, components) from x (n, d), and return self."""
        if not 1 <= self.components <= x.shape[1]:
            raise ValueError(f"components must be from 1 to {x.shape[1]}, not {self.components}")
        self.mean = x.mean(axis=0, dtype=np.float64)
        centred = (x - self.mean).astype(np.float32)
        _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        axes = vectors[:, : -self.components - 1 : -1]
        # An eigenvector's sign is arbitrary: fixed here, so that figures do not flip from machine to machine.
        self.axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(self.components)])
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Return the codes (n, components) of x (n, d)."""
        return (x - self.mean) @ self.axes

    def inverse_transform(self, codes: np.ndarray) -> np.ndarray:
        """Return the reconstructions (n, d) of codes (n, components)."""
        return codes @ self.axes.T + self.mean
