"""Max-pooling: a smaller image that keeps the largest value of every window."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.geometry import PaddingArgument, check_padding, pair, window_output_size, window_pads
from npae.kernels import max_pool2d
from npae.layers.layer import Grads, Layer, Shape, check_image_shape


class MaxPool2D(Layer):
    """``y[i, c, p, q]`` is the maximum of ``x[i, c]`` over the window that starts at ``(p*sh, q*sw)``.

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the window.
    strides : None, int or (int, int)
        Distance between windows. Default: ``pool_size``, so that the windows tile the image.
    padding : "valid", "same", int, (int, int) or ((int, int), (int, int))
        As of `Conv2D`, and smaller than the window. It is minus infinity, so it is never the maximum.

    Notes
    -----
    Shapes: x (n, c_in, h_in, w_in), y (n, c_in, h_out, w_out).

    The maximum has the derivative 1 by its largest argument and 0 by the others. So backward adds
    ``dy[i, c, p, q]`` to dx at the place (r, s) of that window's maximum. A place that is the maximum of
    several windows gets the *sum* of their dy. At a tie the function has a kink: the first of the largest
    values, row by row, gets all of dy, as in PyTorch and TensorFlow.

    The cache is ``offset``, uint8, of the shape of y: ``a * kw + b`` for a maximum at place (a, b) of its
    window.
    """

    caches = ("y",)
    cached_dtypes = (np.dtype(np.uint8), np.dtype(np.uint16))

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: PaddingArgument = "valid",
    ):
        super().__init__()
        self.pool_size = pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else pair(strides, "strides")
        self.padding = check_padding(padding, self.pool_size)

    def build_shape(self, input_shape: Shape) -> Shape:
        c, h_in, w_in = check_image_shape(input_shape)
        window = self.pool_size, self.strides, self.padding
        self.pads = window_pads((h_in, w_in), *window)
        return c, *window_output_size((h_in, w_in), *window)

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        return max_pool2d.forward(x, self.pool_size, self.strides, self.pads)

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, offset = self.check_backward(dy, cache, need_dx)
        shape = (len(dy), *self.built()[0])
        return max_pool2d.backward(dy, offset, shape, self.pool_size, self.strides, self.pads), {}
