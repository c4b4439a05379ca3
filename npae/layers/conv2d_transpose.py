"""The transposed convolution: the way back of a convolution, used as a way forward to larger images."""

from __future__ import annotations

from npae.geometry import check_padding, pair, transpose_output_size, window_pads
from npae.kernels import conv2d_transpose
from npae.layers.layer import Layer, check_activation, check_count, check_image_shape, kernel_and_bias


class Conv2DTranspose(Layer):
    """Every input pixel adds a copy of the kernel, times its value, to the output; then bias and activation.

    Parameters
    ----------
    filters : int
        Number of output channels.
    kernel_size, strides : int or (int, int)
        Vertical and horizontal; one int stands for both. The stride is the distance of the copies.
    padding : {"valid", "same"}
        "same" gives an output of ``size * stride``, "valid" one of ``(size - 1) * stride + max(kernel,
        stride)``.
    output_padding : None, int or (int, int)
        None for the sizes above; a number asks for ``(size - 1) * stride + kernel + output_padding``, less
        ``2 * (kernel // 2)`` for "same" (see `npae.geometry.transpose_output_size`).
    activation : {None, "linear", "relu", "sigmoid", "tanh"}
    kernel_initializer, bias_initializer : str
        Keys of `npae.initializers.INITIALIZERS`.

    Notes
    -----
    Shapes: x (n, c_in, h_in, w_in), kernel (c_in, c_out, kh, kw), bias (c_out,), y (n, c_out, h_out, w_out).

    Let C be the convolution, with this kernel, strides and padding, that leads from images of the *output's*
    shape to images of the *input's* shape. It is linear, a matrix; this layer multiplies by its transpose::

        z[i, o, r, s] = bias[o] + sum_{c, p, q, a, b} kernel[c, o, a, b] x[i, c, p, q]
                                                                    over p*sh + a = r, q*sw + b = s

    which is the formula for dx of `Conv2D`, read as a forward pass. So backward is made of C itself. With
    ``dz = dy * activation'(z)``::

        dx      = C(dz)                                 (n, c_in, h_in, w_in)
        dkernel = dkernel of C, with dz in the place of its input and x in the place of its dz
        dbias   = dz summed over all but the channels

    Cached are ``x``, for dkernel, and ``y``, which tells the activation's derivative.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        output_padding: int | tuple[int, int] | None = None,
        activation: str | None = None,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
    ):
        super().__init__()
        self.filters = check_count(filters, "filters")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.strides = pair(strides, "strides")
        self.padding = check_padding(padding)
        self.output_padding = (
            None if output_padding is None else pair(output_padding, "output_padding", least=0)
        )
        self.activation = check_activation(activation)
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer

    def build_shape(self, input_shape):
        _, *size = check_image_shape(input_shape)
        window = (self.kernel_size, self.strides, self.padding)
        output_size = transpose_output_size(tuple(size), *window, self.output_padding)
        self._pads = window_pads(output_size, *window)
        return self.filters, *output_size

    def build_params(self, rng, dtype):
        # Keras and PyTorch both count fan_in of this layer as if it were the convolution that it transposes.
        c_in, (kh, kw) = self.input_shape[0], self.kernel_size
        fans = (self.filters * kh * kw, c_in * kh * kw)
        return kernel_and_bias(self, (c_in, self.filters, kh, kw), self.filters, fans, rng, dtype)

    def forward(self, x, rng=None):
        self.check_input(x)
        kernel, bias = self.params["kernel"], self.params["bias"]
        size = self.output_shape[1:]
        y = conv2d_transpose.forward(x, kernel, bias, self.strides, self._pads, size, self.activation)
        return y, (x, y)

    def backward(self, dy, cache, need_dx=True):
        x, y = cache
        self.check_gradient(dy, len(x))
        kernel = self.params["kernel"]
        dx, dkernel, dbias = conv2d_transpose.backward(
            dy, x, y, kernel, self.strides, self._pads, self.activation, need_dx
        )
        return dx, {"kernel": dkernel, "bias": dbias}

    def multiply_adds(self):
        _, h_in, w_in = self.input_shape
        return self.params["kernel"].size * h_in * w_in
