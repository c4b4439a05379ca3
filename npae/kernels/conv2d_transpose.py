"""Transposed convolution in two dimensions; `npae.layers.conv2d_transpose` derives it.

Shapes: x (n, c_in, h_in, w_in), kernel (c_in, c_out, kh, kw), bias (c_out,), y (n, c_out, h_out, w_out).
The pads are those of the convolution from (h_out, w_out) to (h_in, w_in). With a stride above 1, several
output sizes lead to one input size, so ``output_size`` says which one is meant. In terms of that convolution,
forward is the gradient by its input, dx its forward pass, and dkernel the gradient by its kernel, with dz as
its input and x as its dz.
"""

from __future__ import annotations

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import activations, conv2d, conv2d_fast
from npae.kernels.backend import choose


def forward(
    x, kernel, bias, strides: Pair, pads: Pads, output_size: Pair, activation: str = "linear"
) -> np.ndarray:
    """Return ``activation(transposed convolution of x with kernel + bias)``.

    Parameters
    ----------
    x : (n, c_in, h_in, w_in) array, float32 or float64
    kernel : (c_in, c_out, kh, kw) array
    bias : (c_out,) array, or None for no bias
    strides : (sh, sw)
    pads : ((top, bottom), (left, right)), of the convolution from the output to the input
    output_size : (h_out, w_out)
    activation : str, one of `npae.kernels.activations.NAMES`

    Returns
    -------
    (n, c_out, h_out, w_out) array of the dtype of x
    """
    return choose(forward_numpy, forward_numba, x, kernel)(
        x, kernel, bias, strides, pads, output_size, activation
    )


def backward(dy, x, y, kernel, strides: Pair, pads: Pads, activation: str = "linear", need_dx: bool = True):
    """Return the gradients (dx, dkernel, dbias) of a loss, given its gradient dy by the output.

    Arguments and results are those of `conv2d.backward`, with the shapes above.
    """
    return choose(backward_numpy, backward_numba, x, kernel, dy, y)(
        dy, x, y, kernel, strides, pads, activation, need_dx
    )


# 1. Loops: the definition.


def forward_loops(x, kernel, bias, strides, pads, output_size, activation="linear"):
    """Add the kernel, times each pixel, to the output."""
    z = conv2d.input_gradient_loops(x, kernel, output_size, strides, pads)
    if bias is not None:
        z += bias[:, None, None]
    return activations.forward_loops(z, activation)


def backward_loops(dy, x, y, kernel, strides, pads, activation="linear", need_dx=True):
    """Compute `backward` by the loops of the convolution."""
    dz = activations.backward_loops(dy, y, activation)
    dx = conv2d.forward_loops(dz, kernel, None, strides, pads) if need_dx else None
    return dx, conv2d.kernel_gradient_loops(x, dz, kernel.shape[2:], strides, pads), dz.sum(axis=(0, 2, 3))


# 2. NumPy: the convolution's own three operations, in other roles.


def forward_numpy(x, kernel, bias, strides, pads, output_size, activation="linear"):
    """`forward`: the input gradient of the convolution, bias and activation."""
    z = conv2d.input_gradient_numpy(x, kernel, output_size, strides, pads)
    if bias is not None:
        z += bias[:, None, None]
    return activations.forward_numpy(z, activation)


def backward_numpy(dy, x, y, kernel, strides, pads, activation="linear", need_dx=True):
    """`backward`: the forward pass of the convolution for dx, and its kernel gradient."""
    dz = activations.backward_numpy(dy, y, activation)
    dx = conv2d.forward_numpy(dz, kernel, None, strides, pads) if need_dx else None
    return dx, conv2d.kernel_gradient_numpy(x, dz, kernel.shape[2:], strides, pads), dz.sum(axis=(0, 2, 3))


# 3. Numba: the same, with bias and relu inside of the input gradient, and relu's gate in backward.


def forward_numba(x, kernel, bias, strides, pads, output_size, activation="linear"):
    _, c_out, *_ = kernel.shape
    conv2d.check_shapes((len(x), c_out, *output_size), kernel.shape, None, x.shape, strides, pads)
    if bias is not None and bias.shape != (c_out,):
        raise ValueError(f"{c_out} filters have a bias of shape ({c_out},), not {bias.shape}")
    x, kernel = np.ascontiguousarray(x), np.ascontiguousarray(kernel, x.dtype)
    relu = activation == "relu"
    y = conv2d_fast.input_gradient(x, kernel, bias, output_size, strides, pads, relu)
    return y if activation in ("relu", "linear") else activations.turn_numba(y, activation)


def backward_numba(dy, x, y, kernel, strides, pads, activation="linear", need_dx=True):
    conv2d.check_shapes(dy.shape, kernel.shape, None, x.shape, strides, pads)
    activations.check_gradient(dy, y)
    dy, x, kernel = (np.ascontiguousarray(array, x.dtype) for array in (dy, x, kernel))
    dz, gate = conv2d.gated(dy, y, activation)
    dx = conv2d_fast.forward(dz, kernel, None, strides, pads, gate=gate) if need_dx else None
    return dx, *conv2d_fast.kernel_gradient(x, dz, kernel.shape[2:], strides, pads, gate, transposed=True)
