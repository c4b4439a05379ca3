"""Minibatches: gathered from arrays in memory, scaled, and optionally corrupted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

Corruption = Callable[[np.ndarray, np.random.Generator], np.ndarray]

_CHUNK = 4096  # images checked at a time


class Batches:
    """A data set of inputs and targets, from which `batch` prepares one minibatch at a time.

    Parameters
    ----------
    x : ndarray (n, ...)
        Inputs. uint8 pixels stay bytes in memory and become ``x * scale + offset`` in a batch; floats do not
        change.
    y : ndarray (n, ...), optional
        Targets, scaled like x. Default: the inputs before corruption, as for an autoencoder.
    scale, offset : float
        For uint8 pixels; with the defaults, values are from 0 to 1.
    shape : tuple of int, optional
        The shape of one example for the model, such as (784,) or (1, 28, 28). Default: that of x.
    corruption : callable, optional
        ``corruption(x, rng) -> x'``, applied to the inputs of every batch with new noise. For noise that is
        drawn once, pass the corrupted data set as ``x`` and the clean one as ``y``.
    sample : callable, optional
        ``sample(x, rng) -> x'``, applied to every batch before the corruption; its result is input and
        target. An example is `npae.datasets.bernoulli`, which uses grey values as probabilities.
    dtype : float32 or float64
        The dtype of the batches.

    Raises
    ------
    ValueError
        If x or y are not numeric arrays of examples, are empty, differ in length, or cannot be reshaped to
        ``shape``, or if both y and ``sample`` are given.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray | None = None,
        *,
        scale: float = 1 / 255,
        offset: float = 0.0,
        shape: tuple[int, ...] | None = None,
        corruption: Corruption | None = None,
        sample: Corruption | None = None,
        dtype: DTypeLike = np.float32,
    ):
        self.x = _examples(x, "x")
        self.y = None if y is None else _examples(y, "y")
        if self.y is not None and len(self.y) != len(self.x):
            raise ValueError(f"x has {len(self.x)} examples and y has {len(self.y)}; expected equally many")
        self.shape = self.x.shape[1:] if shape is None else tuple(shape)
        for name, array in (("x", self.x), ("y", self.y)):
            if shape is not None and array is not None and math.prod(array.shape[1:]) != math.prod(shape):
                raise ValueError(
                    f"{name} has examples of shape {array.shape[1:]}, which cannot be reshaped to {shape}"
                )
        if sample is not None and y is not None:
            raise ValueError("sample computes inputs and targets from x; leave out y or sample")
        self._reshape_targets = shape is not None
        self.scale = scale
        self.offset = offset
        self.corruption = corruption
        self.sample = sample
        self.dtype: np.dtype[Any] = np.dtype(dtype)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def draws(self) -> bool:
        """Whether a batch needs random numbers."""
        return self.corruption is not None or self.sample is not None

    def batch(
        self, indices: np.ndarray | slice, rng: np.random.Generator | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return ``(inputs, targets)`` of these examples; sample and corruption draw from ``rng``.

        Without corruption and y, inputs and targets are the same array.
        """
        draw: Any = rng  # a user's corruption may need no generator and accept None
        clean = self._prepare(self.x[indices]).reshape(-1, *self.shape)
        if self.sample is not None:
            clean = self.sample(_read_only(clean), draw)
        inputs = clean if self.corruption is None else self.corruption(_read_only(clean), draw)
        if self.y is None:
            return inputs, clean
        targets = self._prepare(self.y[indices])
        return inputs, targets.reshape(-1, *self.shape) if self._reshape_targets else targets

    def target_range(self) -> tuple[float, float]:
        """Return the smallest and the largest target; NaN where a target is NaN."""
        targets = self.x if self.y is None else self.y
        if targets.dtype == np.uint8:
            ends = self._prepare(np.array([targets.min(), targets.max()]))
            return float(ends.min()), float(ends.max())
        return float(targets.min()), float(targets.max())

    def check_inputs(self) -> None:
        """Raise ValueError if an input is NaN or infinite."""
        if self.x.dtype.kind != "f":
            return
        for start in range(0, len(self.x), _CHUNK):
            part = self.x[start : start + _CHUNK]
            finite = np.isfinite(part.reshape(len(part), -1)).all(axis=1)
            if not finite.all():
                first = start + int(finite.argmin())
                raise ValueError(f"x holds NaN or infinite values, first in example {first}")

    def _prepare(self, values: np.ndarray) -> np.ndarray:
        if values.dtype != np.uint8:
            return np.ascontiguousarray(values, self.dtype)
        scaled = np.multiply(values, self.dtype.type(self.scale), dtype=self.dtype)
        if self.offset:
            scaled += self.dtype.type(self.offset)
        return scaled


def as_batches(x: np.ndarray | Batches, y: np.ndarray | None = None) -> Batches:
    """Return ``x`` itself if it is a `Batches`, otherwise a `Batches` of the arrays x and y."""
    if isinstance(x, Batches):
        if y is not None:
            raise ValueError("x is a Batches, which has its own targets; leave out y")
        return x
    return Batches(x, y)


def _read_only(array: np.ndarray) -> np.ndarray:
    """Return a read-only view: a corruption must not change the targets or the data set."""
    view = array.view()
    view.flags.writeable = False
    return view


def _examples(array: np.ndarray, name: str) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise ValueError(
            f"{name} has dtype {array.dtype}; expected uint8 pixels from 0 to 255, or floating-point numbers"
        )
    if array.ndim < 2 or len(array) == 0:
        raise ValueError(f"{name} has shape {array.shape}; expected (n, ...) with at least one example")
    return array
