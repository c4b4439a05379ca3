"""Layers that only look at the same numbers in another shape."""

from __future__ import annotations

import math
import operator

from npae.layers.layer import Layer


class Reshape(Layer):
    """Give every example the shape ``target_shape``, in row-major order.

    Parameters
    ----------
    target_shape : tuple of int
        Without the batch axis; one entry may be -1 and is then inferred.

    Notes
    -----
    A permutation of nothing: ``dx`` is ``dy`` in the shape of x. Nothing is cached.
    """

    rearranges = True

    def __init__(self, target_shape: tuple[int, ...]):
        super().__init__()
        try:
            self.target_shape = tuple(operator.index(size) for size in target_shape)
        except TypeError:
            raise ValueError(f"target_shape must be a tuple of integers, not {target_shape!r}") from None

    def build_shape(self, input_shape):
        elements = math.prod(input_shape)
        known = math.prod(size for size in self.target_shape if size != -1)
        fits = known > 0 and (
            elements % known == 0 if self.target_shape.count(-1) == 1 else elements == known
        )
        if not fits or self.target_shape.count(-1) > 1:
            given = f"an input of shape {input_shape} ({elements} elements)"
            raise ValueError(f"{given} cannot take the shape {self.target_shape}")
        return tuple(elements // known if size == -1 else size for size in self.target_shape)

    def forward(self, x, rng=None):
        self.check_input(x)
        return x.reshape(len(x), *self.output_shape), None

    def backward(self, dy, cache, need_dx=True):
        self.check_gradient(dy)
        return dy.reshape(len(dy), *self.input_shape), {}


class Flatten(Reshape):
    """Lay every example out as one flat vector; see `Reshape`."""

    def __init__(self):
        super().__init__((-1,))
