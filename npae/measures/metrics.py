"""Metrics of reconstructions and codes, with their conventions."""

from __future__ import annotations

import numpy as np

from npae.arguments import array, integer, positive_number, real_numbers
from npae.kernels.blas import single_threaded_blas

MOST_DECIBELS = 100.0  # of one image; that of a perfect image is infinite
_WIDE = 4096  # numbers of an example; PCA then compares the examples, if these are fewer
SSIM_WINDOW, SSIM_STDDEV = 11, 1.5  # pixels, of the paper's Gaussian window
SSIM_K1, SSIM_K2 = 0.01, 0.03


def mean_squared_error(y: np.ndarray, t: np.ndarray) -> float:
    """Return the mean over all elements of ``(y - t)**2``.

    Raises
    ------
    ValueError
        If the shapes of y and t differ.
    """
    return float(np.mean(_squared_errors(y, t)))


def squared_error_per_image(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return the sum of ``(y - t)**2`` over each image's pixels, float64 (n,): a score for anomalies.

    Raises
    ------
    ValueError
        If the shapes of y and t differ.
    """
    errors = _squared_errors(y, t)
    return np.sum(errors.reshape(len(errors), -1), axis=1)


def psnr(y: np.ndarray, t: np.ndarray, peak: float = 1.0) -> float:
    """Return the mean over images of the peak signal-to-noise ratio, in decibels.

    It is the mean of ``10 log10(peak**2 / MSE)`` of each image, not the PSNR of the mean MSE, which is lower.
    The PSNR of an image is clipped to 100 dB (`MOST_DECIBELS`), since that of a perfect image is infinite.

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
    errors, peak = _squared_errors(y, t), positive_number(peak, "peak")
    per_image = np.mean(errors, axis=tuple(range(1, errors.ndim)))
    least = peak**2 / 10 ** (MOST_DECIBELS / 10)
    return float(np.mean(10 * np.log10(peak**2 / np.maximum(per_image, least))))


def ssim(y: np.ndarray, t: np.ndarray, peak: float = 1.0) -> float:
    """Return the mean over images of the structural similarity: 1 for equal images, about 0 for unrelated.

    Two images are compared inside a Gaussian window of 11 x 11 pixels (standard deviation 1.5), at every
    place inside the image. With the means ``m``, variances ``v`` and covariance ``c`` in the window, the
    similarity there is::

        (2 m_y m_t + a) (2 c + b) / ((m_y**2 + m_t**2 + a) (v_y + v_t + b))

    ``a = (0.01 peak)**2`` and ``b = (0.03 peak)**2`` prevent a division by zero where images are flat. The
    first factor compares brightness, the second contrast and structure. The similarity of two images is the
    mean over places (and channels), computed in float64.

    Parameters
    ----------
    y, t : ndarray (n, h, w) or (n, c, h, w)
        With h and w at least 11.
    peak : float
        The largest value that a pixel can have.

    Raises
    ------
    ValueError
        If the shapes of y and t differ, or are not one of those above.

    References
    ----------
    Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli: Image quality assessment: from error visibility to
    structural similarity, IEEE Transactions on Image Processing 13 (2004).
    """
    (y, t), peak = _pair(y, t), positive_number(peak, "peak")
    if y.ndim not in (3, 4) or not y.size or min(y.shape[-2:]) < SSIM_WINDOW:
        raise ValueError(
            f"ssim compares images (n, h, w) or (n, c, h, w), at least {SSIM_WINDOW} pixels high and wide; "
            f"got shape {y.shape}"
        )
    parts = range(0, len(y), 100)  # 100 images at a time stay in the processor's cache
    total = sum(_ssim_of_images(y[k : k + 100], t[k : k + 100], peak).sum() for k in parts)
    return float(total / len(y))


def _ssim_of_images(y: np.ndarray, t: np.ndarray, peak: float) -> np.ndarray:
    """Return the structural similarity of each pair of images, float64 (n,)."""
    y, t = y.astype(np.float64), t.astype(np.float64)
    down, across = _gaussian_windows(y.shape[-2]), _gaussian_windows(y.shape[-1]).T
    with single_threaded_blas():  # threads do not make products of such small matrices faster
        mean_y, mean_t, mean_yt = (down @ x @ across for x in (y, t, y * t))
        mean_squares = down @ (y * y + t * t) @ across
    product, squares = mean_y * mean_t, mean_y**2 + mean_t**2
    a, b = (SSIM_K1 * peak) ** 2, (SSIM_K2 * peak) ** 2
    places = (2 * product + a) * (2 * (mean_yt - product) + b)
    places /= (squares + a) * (mean_squares - squares + b)
    return places.reshape(len(y), -1).mean(axis=1)


def _gaussian_windows(size: int) -> np.ndarray:
    """Return (size - 10, size): row p has the weights of the window at place p.

    The two-dimensional window is the outer product of two such rows. So the product with this matrix from the
    left and with its transpose from the right gives the weighted means in all windows.
    """
    places = np.arange(size - SSIM_WINDOW + 1)[:, None]
    distances = np.arange(size) - places - SSIM_WINDOW // 2
    weights = np.exp(-(distances**2) / (2 * SSIM_STDDEV**2)) * (np.abs(distances) <= SSIM_WINDOW // 2)
    return weights / weights.sum(axis=1, keepdims=True)


def roc_auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Return the area under the receiver operating characteristic of a score that is high for positives.

    It is the probability that a random positive has a higher score than a random negative; a tie counts one
    half (Mann and Whitney's U, divided by the number of pairs). So 1 is perfect and 0.5 is guessing. Below
    0.5, negatives have higher scores.

    Parameters
    ----------
    scores : ndarray (n,)
        On any scale, since only their order matters.
    positive : ndarray (n,) of bool
        True for positives, for instance anomalies.

    Raises
    ------
    ValueError
        If the shapes do not fit, a score is NaN, or positives or negatives are missing.
    """
    scores, positive = real_numbers(scores, "scores"), real_numbers(positive, "positive")
    if scores.ndim != 1 or positive.shape != scores.shape or positive.dtype != bool:
        raise ValueError(
            f"roc_auc needs scores (n,) and equally many booleans, True for positives; got shapes "
            f"{scores.shape} and {positive.shape}, {positive.dtype}"
        )
    if np.isnan(scores).any():
        raise ValueError(f"scores cannot be ranked: {np.isnan(scores).sum()} of {len(scores)} are NaN")
    positives, negatives = scores[positive], np.sort(scores[~positive])
    if not len(positives) or not len(negatives):
        raise ValueError(
            f"roc_auc needs both positives and negatives; got {len(positives)} and {len(negatives)}"
        )
    below = np.searchsorted(negatives, positives, side="left")  # negatives with a lower score
    not_above = np.searchsorted(negatives, positives, side="right")  # negatives with no higher score
    return float(np.mean((below + not_above) / 2) / len(negatives))


def entropy_floor(t: np.ndarray) -> float:
    """Return the smallest binary cross-entropy that any model can reach on grey targets t, in nats per pixel.

    At ``y = t``, the loss of a target between 0 and 1 is the target's entropy
    ``-t log t - (1 - t) log(1 - t)``.

    Raises
    ------
    ValueError
        If a target is not from 0 to 1.
    """
    t, total = real_numbers(t, "t"), 0.0
    for part in np.array_split(t, max(1, len(t) // 1000)):  # float64 copies of all pixels would be large
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
    """Return ``(y - t)**2`` in float64, since uint8 would overflow."""
    y, t = _pair(y, t)
    if not y.size:
        raise ValueError(f"y and t are empty, of shape {y.shape}")
    return np.square(np.subtract(y, t, dtype=np.float64))


def _pair(y: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, t = real_numbers(y, "y"), real_numbers(t, "t")
    if y.shape != t.shape or not y.ndim:
        raise ValueError(f"y and t differ in shape: {y.shape} and {t.shape}; expected one shape (n, ...)")
    return y, t


def _wide_axes(centred: np.ndarray, components: int) -> np.ndarray:
    """Return the axes (d, at least ``components``) of few rows (n, d), from their (n, n) inner products.

    If ``x x' u = s u``, then ``x' u`` is an eigenvector of ``x' x`` with the same eigenvalue. Directions
    without variance are zero.
    """
    _, vectors = np.linalg.eigh((centred @ centred.T).astype(np.float64))
    axes = centred.T.astype(np.float64) @ vectors
    lengths = np.sqrt(np.square(axes).sum(axis=0))
    axes *= np.where(lengths > 1e-6 * lengths.max(initial=0), 1 / np.maximum(lengths, 1e-300), 0)
    missing = np.zeros((len(axes), max(0, components - len(centred))))
    return np.concatenate([missing, axes], axis=1)


class PCA:
    """The best linear autoencoder: codes are coordinates along the directions of largest variance.

    Parameters
    ----------
    components : int
        The size of the code.

    Notes
    -----
    `fit` centres x (n, d) and computes the eigenvectors of its covariance (d, d) with the largest
    eigenvalues. Of all linear autoencoders with a code of that size, this one has the smallest squared error
    (Baldi & Hornik 1989).
    """

    def __init__(self, components: int):
        self.components = integer(components, "components", least=0)

    def fit(self, x: np.ndarray) -> PCA:
        """Learn the mean (d,) and the axes (d, components) from x (n, d), and return self."""
        x = self._rows(x, "x", None)
        if not 1 <= self.components <= x.shape[1]:
            raise ValueError(f"components must be from 1 to {x.shape[1]}, not {self.components}")
        self.mean = x.mean(axis=0, dtype=np.float64)
        centred = (x - self.mean).astype(np.float32)
        with single_threaded_blas():  # the number of threads must not change the result
            if centred.shape[1] > max(len(centred), _WIDE):
                vectors = _wide_axes(centred, self.components)
            else:
                _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        axes = vectors[:, : -self.components - 1 : -1]
        # The sign of an eigenvector is arbitrary; a fixed sign makes figures the same on every machine.
        self.axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(self.components)])
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Return the codes (n, components) of x (n, d)."""
        x = self._rows(x, "x", 0)
        with single_threaded_blas():
            return (x - self.mean) @ self.axes

    def inverse_transform(self, codes: np.ndarray) -> np.ndarray:
        """Return the reconstructions (n, d) of codes (n, components)."""
        codes = self._rows(codes, "codes", 1)
        with single_threaded_blas():
            return codes @ self.axes.T + self.mean

    def _rows(self, value: np.ndarray, name: str, axis: int | None) -> np.ndarray:
        """Return rows (n, d); d is the size of that axis of `axes`, or any size."""
        rows = array(value, name)
        if axis is not None and not hasattr(self, "axes"):
            raise ValueError("this PCA has no axes yet; call fit(x) first")
        if rows.ndim != 2 or not rows.size or (axis is not None and rows.shape[1] != self.axes.shape[axis]):
            expected = "(n, d)" if axis is None else f"(n, {self.axes.shape[axis]})"
            raise ValueError(f"{name} must be an array {expected}, not of shape {rows.shape}")
        return rows
