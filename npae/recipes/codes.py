"""The codes of many images, and a plane in code space for figures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from npae.measures.metrics import PCA
from npae.model import Autoencoder
from npae.training.batches import Batches
from npae.training.workers import workers

_CHUNK = 500  # images at a time, to limit the memory


def encode(model: Autoencoder, images: Batches | np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return the codes (n, ...) of inputs (n, *input_shape); for a variational model, their means."""
    read = (lambda part: images.batch(part)[0]) if isinstance(images, Batches) else images.__getitem__
    return _in_chunks(lambda part: model.encode(read(part)), len(images), threads)


def decode(model: Autoencoder, codes: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return the outputs (n, *output_shape) of the decoder for codes (n, ...)."""
    return _in_chunks(lambda part: model.decode(codes[part]), len(codes), threads)


def _in_chunks(function: Callable[[slice], np.ndarray], n: int, threads: int | None) -> np.ndarray:
    chunks = [(slice(start, start + _CHUNK),) for start in range(0, n, _CHUNK)]
    with workers(threads) as pool:  # it limits BLAS to one thread, so the bits do not depend on the cores
        return np.concatenate(pool.map(function, chunks))


class Plane:
    """Two coordinates of codes: the codes themselves if they have two units, else two principal components.

    Parameters
    ----------
    codes : ndarray (n, ...)
        With at least two units.

    Attributes
    ----------
    names : (str, str)
        Of the two coordinates, for the axes of a figure.
    share : float
        The share of the variance of the codes in the plane; 1 if they have two units.

    Raises
    ------
    ValueError
        If a code has one unit.
    """

    def __init__(self, codes: np.ndarray):
        self.shape, self.dtype = codes.shape[1:], codes.dtype
        flat = codes.reshape(len(codes), -1)
        if flat.shape[1] < 2:
            raise ValueError("codes of a single number lie on a line; a plane needs at least two numbers")
        self.pca = PCA(2).fit(flat) if self.shape != (2,) else None
        self.names = ("first coordinate of the code", "second coordinate")
        self.share = 1.0
        if self.pca:
            self.names = ("first main axis of the codes", "second main axis")
            total = float(np.var(flat, axis=0, dtype=np.float64).sum())
            self.share = float(np.var(self.points(codes), axis=0).sum()) / total if total else 1.0

    def points(self, codes: np.ndarray) -> np.ndarray:
        """Return the coordinates (n, 2) of codes (n, ...)."""
        flat = codes.reshape(len(codes), -1)
        return self.pca.transform(flat) if self.pca else flat

    def codes(self, points: np.ndarray) -> np.ndarray:
        """Return the codes (n, ...) in the plane for coordinates (n, 2)."""
        flat = self.pca.inverse_transform(points) if self.pca else points
        return flat.astype(self.dtype).reshape(len(points), *self.shape)
