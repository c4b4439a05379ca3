"""The convolution: the same small kernel at every place of the image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import integer
from npae.geometry import PaddingArgument, check_padding, pair, window_output_size, window_pads
from npae.kernels import conv2d
from npae.layers.layer import Grads, KernelLayer, Shape, check_image_shape


class Conv2D(KernelLayer):
    """``y = activation(x * kernel + bias)``; ``*`` is the cross-correlation, usually called convolution.

    Parameters
    ----------
    filters : int
        Number of output channels.
    kernel_size, strides : int or (int, int)
        Vertical and horizontal; one int means both.
    padding : "valid", "same", int, (int, int) or ((int, int), (int, int))
        "same" gives ``ceil(size / stride)`` outputs; an odd pixel of padding goes to the bottom and right.
        Numbers are rows and columns of zeros: on all sides, (vertical, horizontal) as in PyTorch, or
        ((top, bottom), (left, right)).
    activation : str, optional
        See `npae.layers.activations`.
    use_bias : bool
    kernel_initializer, bias_initializer : str
        Keys of `npae.initializers.INITIALIZERS`.

    Notes
    -----
    Shapes: x (n, c_in, h_in, w_in), kernel (c_out, c_in, kh, kw), bias (c_out,), y (n, c_out, h_out, w_out).

    With x padded with zeros, ``z = x * kernel + bias`` is::

        z[i, o, p, q] = bias[o] + sum_{c, a, b} kernel[o, c, a, b] x[i, c, p*sh + a, q*sw + b]

    Each term is a product, whose derivative by one factor is the other factor. So the derivative of the loss
    by a variable is the sum, over all terms that contain it, of the other factor times dz. With
    ``dz = dy * activation'(z)``::

        dkernel[o, c, a, b] = sum_{i, p, q} dz[i, o, p, q] x[i, c, p*sh + a, q*sw + b]
        dbias[o]            = sum_{i, p, q} dz[i, o, p, q]
        dx[i, c, r, s] = sum_{o, a, b} kernel[o, c, a, b] dz[i, o, p, q]   over p*sh + a = r, q*sw + b = s

    Here (r, s) is a pixel of the padded x; dx keeps only the pixels of x. dx is a convolution too: for stride
    1, of the padded dz with the kernel rotated by 180 degrees and its first two axes exchanged. The cache is
    ``(x, y)``: dkernel needs x, and the derivative of the activation is computed from y.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: PaddingArgument = "valid",
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
    ):
        super().__init__(activation, use_bias, kernel_initializer, bias_initializer)
        self.filters = integer(filters, "filters")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.strides = pair(strides, "strides")
        self.padding = check_padding(padding)

    def build_shape(self, input_shape: Shape) -> Shape:
        _, h_in, w_in = check_image_shape(input_shape)
        window = self.kernel_size, self.strides, self.padding
        self.pads = window_pads((h_in, w_in), *window)
        return self.filters, *window_output_size((h_in, w_in), *window)

    def kernel_shape(self) -> Shape:
        return self.filters, self.built()[0][0], *self.kernel_size

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        kernel, bias = self.params["kernel"], self.params.get("bias")
        y = conv2d.forward(x, kernel, bias, self.strides, self.pads, self.activation)
        return y, (x, y)

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, x, y = self.check_backward(dy, cache, need_dx)
        kernel = self.params["kernel"]
        dx, dkernel, dbias = conv2d.backward(
            dy, x, y, kernel, self.strides, self.pads, self.activation, need_dx
        )
        return dx, self.named(dkernel, dbias)

    def multiply_adds(self) -> int:
        _, h_out, w_out = self.built()[1]
        return self.params["kernel"].size * h_out * w_out
