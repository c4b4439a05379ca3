"""The transposed convolution: the input gradient of a convolution, used as a forward pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import integer
from npae.geometry import PaddingArgument, check_padding, pair, transpose_output_size, window_pads
from npae.kernels import conv2d_transpose
from npae.layers.layer import Grads, KernelLayer, Shape, check_image_shape


class Conv2DTranspose(KernelLayer):
    """Add the kernel times each input pixel to the output; then apply bias and activation.

    Parameters
    ----------
    filters : int
        Number of output channels.
    kernel_size, strides : int or (int, int)
        Vertical and horizontal; one int means both. The stride is the distance between the copies of the
        kernel of two neighbouring pixels.
    padding : "valid", "same", int, (int, int) or ((int, int), (int, int))
        The output size is ``size * stride`` for "same", and ``(size - 1) * stride + max(kernel, stride)`` for
        "valid". Numbers, as of `Conv2D`, are cut off the output: ``(size - 1) * stride + kernel - top -
        bottom``, as in PyTorch.
    output_padding : None, int or (int, int)
        Rows and columns more at the bottom and right. None: the sizes above. For "valid" and "same", see
        `npae.geometry.transpose_output_size`.
    activation : str, optional
        See `npae.layers.activations`.
    use_bias : bool
    kernel_initializer, bias_initializer : str
        Keys of `npae.initializers.INITIALIZERS`.

    Notes
    -----
    Shapes: x (n, c_in, h_in, w_in), kernel (c_in, c_out, kh, kw), bias (c_out,), y (n, c_out, h_out, w_out).

    Let C be the convolution with this kernel, strides and padding that maps images of the *output's* shape to
    images of the *input's* shape. C is linear, so it is a matrix. This layer multiplies by its transpose::

        z[i, o, r, s] = bias[o] + sum_{c, p, q, a, b} kernel[c, o, a, b] x[i, c, p, q]
                                                                    over p*sh + a = r, q*sw + b = s

    This is the formula for dx of `Conv2D`, used as a forward pass. The backward pass uses C itself. With
    ``dz = dy * activation'(z)``::

        dx      = C(dz)                                 (n, c_in, h_in, w_in)
        dkernel = dkernel of C, with dz as its input and x as its dz
        dbias   = dz summed over all axes but the filters'

    The cache is ``(x, y)``: dkernel needs x, and the derivative of the activation is computed from y.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: PaddingArgument = "valid",
        output_padding: int | tuple[int, int] | None = None,
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
        self.output_padding = (
            None if output_padding is None else pair(output_padding, "output_padding", least=0)
        )

    def build_shape(self, input_shape: Shape) -> Shape:
        _, h_in, w_in = check_image_shape(input_shape)
        window = self.kernel_size, self.strides, self.padding
        output_size = transpose_output_size((h_in, w_in), *window, self.output_padding)
        self.pads = window_pads(output_size, *window)
        return self.filters, *output_size

    def kernel_shape(self) -> Shape:  # of the convolution that this layer transposes, and so are the fans
        return self.built()[0][0], self.filters, *self.kernel_size

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        kernel, bias = self.params["kernel"], self.params.get("bias")
        _, h_out, w_out = self.built()[1]
        y = conv2d_transpose.forward(
            x, kernel, bias, self.strides, self.pads, (h_out, w_out), self.activation
        )
        return y, (x, y)

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, x, y = self.check_backward(dy, cache, need_dx)
        kernel = self.params["kernel"]
        dx, dkernel, dbias = conv2d_transpose.backward(
            dy, x, y, kernel, self.strides, self.pads, self.activation, need_dx
        )
        return dx, self.named(dkernel, dbias)

    def multiply_adds(self) -> int:
        _, h_in, w_in = self.built()[0]
        return self.params["kernel"].size * h_in * w_in
