"""Layers that change the shape of their input, and not its elements."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.random import Generator

from npae.geometry import shape
from npae.layers.layer import Grads, Layer, Shape


class Reshape(Layer):
    """Reshape every example to ``target_shape``, in row-major order.

    Parameters
    ----------
    target_shape : tuple of int
        Without the batch axis; one entry may be -1 and is then inferred.

    Notes
    -----
    No element changes, so ``dx`` is ``dy`` in the shape of x. The cache is None.
    """

    rearranges = True

    def __init__(self, target_shape: Shape):
        super().__init__()
        self.target_shape = shape(target_shape, "target_shape", inferred=True)

    def build_shape(self, input_shape: Shape) -> Shape:
        elements = math.prod(input_shape)
        known = math.prod(size for size in self.target_shape if size != -1)
        if elements % known if -1 in self.target_shape else elements != known:
            given = f"an input of shape {input_shape} ({elements} elements)"
            raise ValueError(f"{given} cannot take the shape {self.target_shape}")
        return tuple(elements // known if size == -1 else size for size in self.target_shape)

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        return x.reshape(len(x), *self.built()[1]), None

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        (dy,) = self.check_backward(dy, cache, need_dx)
        return dy.reshape(len(dy), *self.built()[0]), {}


class Flatten(Reshape):
    """Reshape every example to a vector; see `Reshape`."""

    def __init__(self) -> None:
        super().__init__((-1,))
