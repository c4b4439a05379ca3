"""Up-sampling: a larger image in which every pixel is repeated; the counterpart of pooling in a decoder."""

from __future__ import annotations

from npae.geometry import pair
from npae.kernels import up_sampling2d
from npae.layers.layer import Layer, check_image_shape


class UpSampling2D(Layer):
    """``y[i, c, p, q] = x[i, c, p // sh, q // sw]``: every pixel becomes a block of sh x sw equal pixels.

    Parameters
    ----------
    size : int or (int, int)
        The factors (sh, sw), vertical and horizontal.

    Notes
    -----
    Shapes: x (n, c, h, w), y (n, c, h*sh, w*sw).

    Each input pixel stands in sh*sw outputs, so dx is dy summed over that block. Nothing is cached.
    """

    def __init__(self, size: int | tuple[int, int] = 2):
        super().__init__()
        self.size = pair(size, "size")

    def build_shape(self, input_shape):
        channels, h, w = check_image_shape(input_shape)
        return channels, h * self.size[0], w * self.size[1]

    def forward(self, x, rng=None):
        self.check_input(x)
        return up_sampling2d.forward(x, self.size), None

    def backward(self, dy, cache, need_dx=True):
        self.check_gradient(dy)
        return up_sampling2d.backward(dy, self.size), {}
