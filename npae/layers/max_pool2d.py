"""Max-pooling: a smaller image that keeps the strongest response of every window."""

from __future__ import annotations

from npae.geometry import check_padding, pair, window_output_size, window_pads
from npae.kernels import max_pool2d
from npae.layers.layer import Layer, check_image_shape


class MaxPool2D(Layer):
    """``y[i, c, p, q]`` is the maximum of ``x[i, c]`` over the window that starts at ``(p*sh, q*sw)``.

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the window.
    strides : None, int or (int, int)
        Distance of the windows; None takes ``pool_size``, so that they lie side by side.
    padding : {"valid", "same"}
        Padding never wins: it counts as minus infinity.

    Notes
    -----
    Shapes: x (n, c, h_in, w_in), y (n, c, h_out, w_out).

    The maximum has slope 1 in its largest argument and 0 in the others. So backward sends ``dy[i, c, p, q]``
    to the place that won window (p, q), and where windows overlap, a place that won several gets the *sum*.
    Where two places tie, the function has a kink; the first of them, in reading order, takes all, as in the
    large frameworks.

    Cached is ``offset``, uint8, of the shape of y: the number of the winner within its window, row by row.
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
    ):
        super().__init__()
        self.pool_size = pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else pair(strides, "strides")
        self.padding = check_padding(padding)

    def build_shape(self, input_shape):
        channels, *size = check_image_shape(input_shape)
        self._pads = window_pads(size, self.pool_size, self.strides, self.padding)
        return channels, *window_output_size(size, self.pool_size, self.strides, self.padding)

    def forward(self, x, rng=None):
        self.check_input(x)
        y, offset = max_pool2d.forward(x, self.pool_size, self.strides, self._pads)
        return y, offset

    def backward(self, dy, cache, need_dx=True):
        offset = cache
        self.check_gradient(dy, len(offset))
        shape = (len(dy), *self.input_shape)
        return max_pool2d.backward(dy, offset, shape, self.pool_size, self.strides, self._pads), {}
