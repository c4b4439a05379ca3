"""The fully connected layer: every output looks at every input."""

from __future__ import annotations

from npae.kernels import dense
from npae.layers.layer import Layer, check_activation, check_count, kernel_and_bias


class Dense(Layer):
    """``y = activation(x @ kernel + bias)``.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : {None, "linear", "relu", "sigmoid", "tanh"}
    kernel_initializer, bias_initializer : str
        Keys of `npae.initializers.INITIALIZERS`.

    Notes
    -----
    Shapes: x (n, in), kernel (in, units), bias (units,), y (n, units).

    With ``z = x @ kernel + bias``, one entry is ``z[i, u] = sum_k x[i, k] kernel[k, u] + bias[u]``. A change
    of ``kernel[k, u]`` moves ``z[i, u]`` by ``x[i, k]``, in every example i; so, with ``dz = dy *
    activation'(z)``::

        dkernel = x.T @ dz           (in, units)     summed over the batch by the product
        dbias   = dz.sum(axis=0)     (units,)
        dx      = dz @ kernel.T      (n, in)

    Cached are ``x``, for dkernel, and ``y``, since the derivative of each activation here can be told from
    its output: no need to keep z as well.
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
    ):
        super().__init__()
        self.units = check_count(units, "units")
        self.activation = check_activation(activation)
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer

    def build_shape(self, input_shape):
        if len(input_shape) != 1:
            raise ValueError(
                f"expected flat inputs of shape (features,), not {input_shape}; "
                "a Flatten before this layer makes them so"
            )
        return (self.units,)

    def build_params(self, rng, dtype):
        fans = (self.input_shape[0], self.units)
        return kernel_and_bias(self, fans, self.units, fans, rng, dtype)

    def forward(self, x, rng=None):
        self.check_input(x)
        y = dense.forward(x, self.params["kernel"], self.params["bias"], self.activation)
        return y, (x, y)

    def backward(self, dy, cache, need_dx=True):
        x, y = cache
        self.check_gradient(dy, len(x))
        dx, dkernel, dbias = dense.backward(dy, x, y, self.params["kernel"], self.activation, need_dx)
        return dx, {"kernel": dkernel, "bias": dbias}

    def multiply_adds(self):
        return self.input_shape[0] * self.units
