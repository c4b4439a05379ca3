"""The fully connected layer: every output depends on every input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import integer
from npae.kernels import dense
from npae.layers.layer import Grads, KernelLayer, Shape


class Dense(KernelLayer):
    """``y = activation(x @ kernel + bias)``.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str, optional
        See `npae.layers.activations`.
    use_bias : bool
    kernel_initializer, bias_initializer : str
        Keys of `npae.initializers.INITIALIZERS`.

    Notes
    -----
    Shapes: x (n, c_in), kernel (c_in, units), bias (units,), y (n, units).

    With ``z = x @ kernel + bias``, one entry is ``z[i, u] = sum_k x[i, k] kernel[k, u] + bias[u]``. Its
    derivative is x[i, k] by kernel[k, u], 1 by bias[u], and kernel[k, u] by x[i, k]. The chain rule sums over
    all entries of z that depend on the variable. With ``dz = dy * activation'(z)``::

        dkernel[k, u] = sum_i x[i, k] dz[i, u]         dkernel = x.T @ dz         (c_in, units)
        dbias[u]      = sum_i dz[i, u]                 dbias   = dz.sum(axis=0)   (units,)
        dx[i, k]      = sum_u dz[i, u] kernel[k, u]    dx      = dz @ kernel.T    (n, c_in)

    The cache is ``(x, y)``: dkernel needs x, and the derivative of the activation is computed from y
    (`npae.layers.activations`), so z is not stored.
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
    ):
        super().__init__(activation, use_bias, kernel_initializer, bias_initializer)
        self.units = integer(units, "units")

    def build_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ValueError(
                f"expected flat inputs of shape (features,), not {input_shape}; "
                "put a Flatten before this layer"
            )
        return (self.units,)

    def kernel_shape(self) -> Shape:
        return *self.built()[0], self.units

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        y = dense.forward(x, self.params["kernel"], self.params.get("bias"), self.activation)
        return y, (x, y)

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, x, y = self.check_backward(dy, cache, need_dx)
        dx, dkernel, dbias = dense.backward(dy, x, y, self.params["kernel"], self.activation, need_dx)
        return dx, self.named(dkernel, dbias)
