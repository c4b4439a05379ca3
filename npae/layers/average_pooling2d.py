"""Average pooling: a smaller image of the windows' means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import flag
from npae.geometry import PaddingArgument, check_padding, pair, window_output_size, window_pads
from npae.kernels import average_pooling2d
from npae.layers.layer import Grads, Layer, Shape, check_image_shape


class AveragePooling2D(Layer):
    """``y[i, c, p, q]`` is the mean of ``x[i, c]`` over the window that starts at ``(p*sh, q*sw)``.

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the window.
    strides : None, int or (int, int)
        Distance between windows. Default: ``pool_size``, so that the windows tile the image.
    padding : "valid", "same", int, (int, int) or ((int, int), (int, int))
        As of `Conv2D`, and smaller than the window.
    count_include_pad : bool
        False: the mean of the pixels of the image that lie in the window, as in Keras. True: padding counts
        as zeros, so that the divisor is always kh*kw, as in PyTorch's ``AvgPool2d`` by default.

    Notes
    -----
    Shapes: x (n, c_in, h_in, w_in), y (n, c_in, h_out, w_out).

    With m[p, q] the number of pixels that count in a window::

        y[i, c, p, q]  = sum_{a, b} x[i, c, p*sh + a, q*sw + b] / m[p, q]
        dx[i, c, r, s] = sum_{p, q, a, b} dy[i, c, p, q] / m[p, q]   over p*sh + a = r, q*sw + b = s

    The derivative depends on the geometry alone, so the cache is None.
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: PaddingArgument = "valid",
        count_include_pad: bool = False,
    ):
        super().__init__()
        self.pool_size = pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else pair(strides, "strides")
        self.padding = check_padding(padding, self.pool_size)
        self.count_include_pad = flag(count_include_pad, "count_include_pad")

    def build_shape(self, input_shape: Shape) -> Shape:
        c, h_in, w_in = check_image_shape(input_shape)
        window = self.pool_size, self.strides, self.padding
        self.pads = window_pads((h_in, w_in), *window)
        return c, *window_output_size((h_in, w_in), *window)

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        window = self.pool_size, self.strides, self.pads, self.count_include_pad
        return average_pooling2d.forward(x, *window), None

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        (dy,) = self.check_backward(dy, cache, need_dx)
        window = self.pool_size, self.strides, self.pads, self.count_include_pad
        return average_pooling2d.backward(dy, (len(dy), *self.built()[0]), *window), {}
