"""Up-sampling: a larger image in which every pixel is repeated; the counterpart of pooling in a decoder."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.geometry import pair
from npae.kernels import up_sampling2d
from npae.layers.layer import Grads, Layer, Shape, check_image_shape


class UpSampling2D(Layer):
    """``y[i, c, p, q] = x[i, c, p // sh, q // sw]``: repeat every pixel in a block of sh x sw pixels.

    Parameters
    ----------
    size : int or (int, int)
        The factors (sh, sw), vertical and horizontal.

    Notes
    -----
    Shapes: x (n, c_in, h_in, w_in), y (n, c_in, h_in*sh, w_in*sw).

    Each pixel x[i, c, r, s] is copied to sh*sw outputs, so dx[i, c, r, s] is dy summed over that block. The
    cache is None.
    """

    def __init__(self, size: int | tuple[int, int] = 2):
        super().__init__()
        self.size = pair(size, "size")

    def build_shape(self, input_shape: Shape) -> Shape:
        (c, h_in, w_in), (sh, sw) = check_image_shape(input_shape), self.size
        return c, h_in * sh, w_in * sw

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        return up_sampling2d.forward(x, self.size), None

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        (dy,) = self.check_backward(dy, cache, need_dx)
        return up_sampling2d.backward(dy, self.size), {}
