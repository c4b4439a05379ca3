"""Minibatches: gathered from arrays in memory, scaled, and optionally corrupted."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from npae import geometry
from npae.arguments import FLOATS, brief, examples, finite, float_dtype, function, instance, real_numbers
from npae.model import Sequential

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
    dtype : float32 or float64, optional
        The dtype of the batches. Default: that of the model that they are given to, else float32.

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
        dtype: DTypeLike | None = None,
    ):
        self.x = examples(x, "x")
        self.y = None if y is None else examples(y, "y")
        self.scale, self.offset = finite(scale, "scale"), finite(offset, "offset")
        self.corruption = None if corruption is None else function(corruption, "corruption")
        self.sample = None if sample is None else function(sample, "sample")
        self.dtype = None if dtype is None else float_dtype(dtype)
        if self.y is not None and len(self.y) != len(self.x):
            raise ValueError(f"x has {len(self.x)} examples and y has {len(self.y)}; expected equally many")
        self.shape = self.x.shape[1:] if shape is None else geometry.shape(shape, "shape")
        for name, array in (("x", self.x), ("y", self.y)):
            if shape is not None and array is not None and math.prod(array.shape[1:]) != math.prod(shape):
                given = f"{name} has examples of shape {array.shape[1:]}"
                raise ValueError(f"{given}, which cannot be reshaped to the shape {self.shape}")
        if sample is not None and y is not None:
            raise ValueError("sample computes inputs and targets from x; leave out y or sample")
        self._reshape_targets = shape is not None

    def __len__(self) -> int:
        return len(self.x)

    def of_dtype(self, dtype: np.dtype) -> Batches:
        """Return these batches in the dtype of a model; raise ValueError if they were given another one."""
        if self.dtype is not None and self.dtype != dtype:
            raise ValueError(
                f"x is a Batches of {self.dtype}, and the model has {dtype} parameters; omit its dtype"
            )
        twin = copy.copy(self)
        twin.dtype = dtype
        return twin

    def first(self, count: int) -> Batches:
        """Return the batches of the first ``count`` examples, or of all if there are fewer."""
        twin = copy.copy(self)
        twin.x, twin.y = self.x[:count], None if self.y is None else self.y[:count]
        return twin

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The shape of one target."""
        return self.shape if self.y is None or self._reshape_targets else self.y.shape[1:]

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
        if not isinstance(indices, slice):
            indices = _indices(indices, len(self))
        if rng is not None:
            instance(rng, np.random.Generator, "rng")
        draw: Any = rng  # a user's corruption may need no generator and accept None
        inputs, targets = self.clean(indices)
        if self.sample is not None:
            inputs = targets = self.sample(_read_only(inputs), draw)
        if self.corruption is not None:
            inputs = self.corruption(_read_only(inputs), draw)
        return inputs, targets

    def clean(self, indices: np.ndarray | slice) -> tuple[np.ndarray, np.ndarray]:
        """Return ``(inputs, targets)`` of these examples, without corruption and sample."""
        inputs = self._prepare(self.x[indices]).reshape(-1, *self.shape)
        if self.y is None:
            return inputs, inputs
        return inputs, self._prepare(self.y[indices]).reshape(-1, *self.target_shape)

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
        dtype = self.dtype or FLOATS[0]
        if values.dtype != np.uint8:
            return np.ascontiguousarray(values, dtype)
        scaled = np.multiply(values, dtype.type(self.scale), dtype=dtype)
        if self.offset:
            scaled += dtype.type(self.offset)
        return scaled


def batches_for(model: Sequential, x: np.ndarray | Batches, y: np.ndarray | None = None) -> Batches:
    """Return ``x``, a `Batches` or an array to which y belongs, as batches in the dtype of the model.

    Raises
    ------
    ValueError
        If the model is not built for examples of this shape.
    """
    if instance(model, Sequential, "model").input_shape is None:
        raise ValueError("the model is not built yet; call build(input_shape) first")
    if isinstance(x, Batches) and y is not None:
        raise ValueError("x is a Batches, which has its own targets; leave out y")
    batches = x if isinstance(x, Batches) else Batches(x, y)
    if batches.shape != model.input_shape:
        raise ValueError(
            f"the model expects x with examples of shape {model.input_shape}; "
            f"the data have shape {batches.shape}"
        )
    return batches.of_dtype(model.dtype or FLOATS[0])


def _read_only(array: np.ndarray) -> np.ndarray:
    """Return a read-only view: a corruption must not change the targets or the data set."""
    view = array.view()
    view.flags.writeable = False
    return view


def _indices(indices: np.ndarray, count: int) -> np.ndarray:
    chosen = real_numbers(indices, "indices")
    if (
        chosen.ndim != 1
        or chosen.dtype.kind not in "iu"
        or not chosen.size
        or not (-count <= chosen.min() and chosen.max() < count)
    ):
        raise ValueError(f"indices must be integers (n,) below {count}, or a slice, not {brief(indices)}")
    return chosen
