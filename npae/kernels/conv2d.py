"""Convolution in two dimensions and its three gradients; `npae.layers.conv2d` derives them.

Shapes: x (n, c_in, h_in, w_in), kernel (c_out, c_in, kh, kw), bias (c_out,); z, y, dz and dy
(n, c_out, h_out, w_out), with ``h_out = (h_in + top + bottom - kh) // sh + 1``. The window of output (p, q)
begins at pixel ``(p*sh - top, q*sw - left)`` of x, which is zero outside. `im2col` copies each
window of x to a column; `col2im` adds each column to the pixels of its window. With columns = im2col(x) of
shape (c_in*kh*kw, h_out*w_out), the kernel as (c_out, c_in*kh*kw), and z as (c_out, h_out*w_out), one image
gives::

    z = kernel @ columns          dkernel = dz @ columns.T          dx = col2im(kernel.T @ dz)

The gradient by the input is also the forward pass of a transposed convolution, `conv2d_transpose`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import activations, conv2d_fast
from npae.kernels.backend import choose
from npae.kernels.im2col import col2im_numpy, im2col_numpy, output_size, pixels


def forward(x, kernel, bias, strides: Pair, pads: Pads, activation: str = "linear") -> np.ndarray:
    """Return ``activation(x * kernel + bias)``, where ``*`` is the convolution.

    Parameters
    ----------
    x : (n, c_in, h_in, w_in) array, float32 or float64
    kernel : (c_out, c_in, kh, kw) array
    bias : (c_out,) array, or None for no bias
    strides : (sh, sw)
    pads : ((top, bottom), (left, right))
    activation : str, one of `npae.kernels.activations.NAMES`

    Returns
    -------
    (n, c_out, h_out, w_out) array of the dtype of x
    """
    return choose(forward_numpy, forward_numba, x, kernel)(x, kernel, bias, strides, pads, activation)


def backward(dy, x, y, kernel, strides: Pair, pads: Pads, activation: str = "linear", need_dx: bool = True):
    """Return the gradients (dx, dkernel, dbias) of a loss, given its gradient dy by the output.

    Parameters
    ----------
    dy, y : (n, c_out, h_out, w_out) arrays; y is what `forward` returned
    x, kernel, strides, pads, activation : as given to `forward`
    need_dx : bool
        False leaves out dx, which the first layer of a model does not need.

    Returns
    -------
    dx : (n, c_in, h_in, w_in) array, or None
    dkernel : (c_out, c_in, kh, kw) array
    dbias : (c_out,) array
    """
    return choose(backward_numpy, backward_numba, x, kernel, dy, y)(
        dy, x, y, kernel, strides, pads, activation, need_dx
    )


# 1. Loops: the definition.


def _terms(z, kernel, size, strides, pads):
    """Yield the indices of each output, and of a weight and a pixel whose product it adds."""
    _, c_in, *window = kernel
    for i, o, p, q in np.ndindex(z):
        for (a, b), (r, s) in pixels((p, q), size, window, strides, pads):
            for c in range(c_in):
                yield (i, o, p, q), (o, c, a, b), (i, c, r, s)


def forward_loops(x, kernel, bias, strides, pads, activation="linear"):
    size, window = x.shape[2:], kernel.shape[2:]
    z = np.zeros((len(x), len(kernel), *output_size(size, window, strides, pads)), x.dtype)
    if bias is not None:
        z += bias[:, None, None]
    for output, weight, pixel in _terms(z.shape, kernel.shape, size, strides, pads):
        z[output] += kernel[weight] * x[pixel]
    return activations.forward_loops(z, activation)


def backward_loops(dy, x, y, kernel, strides, pads, activation="linear", need_dx=True):
    dz = activations.backward_loops(dy, y, activation)
    dx = input_gradient_loops(dz, kernel, x.shape[2:], strides, pads) if need_dx else None
    return dx, kernel_gradient_loops(dz, x, kernel.shape[2:], strides, pads), dz.sum(axis=(0, 2, 3))


def input_gradient_loops(dz, kernel, size, strides, pads):
    """For each product of the forward pass, add weight times dz to the gradient of its pixel."""
    dx = np.zeros((len(dz), kernel.shape[1], *size), dz.dtype)
    for output, weight, pixel in _terms(dz.shape, kernel.shape, size, strides, pads):
        dx[pixel] += kernel[weight] * dz[output]
    return dx


def kernel_gradient_loops(dz, x, window, strides, pads):
    """For each product of the forward pass, add pixel times dz to the gradient of its weight."""
    dkernel = np.zeros((dz.shape[1], x.shape[1], *window), dz.dtype)
    for output, weight, pixel in _terms(dz.shape, dkernel.shape, x.shape[2:], strides, pads):
        dkernel[weight] += dz[output] * x[pixel]
    return dkernel


# 2. NumPy: im2col and a matrix product; col2im for the gradient by the input.


def forward_numpy(x, kernel, bias, strides, pads, activation="linear"):
    """`forward`: one matrix product per image."""
    (c_out, _, kh, kw), size = kernel.shape, x.shape[2:]
    z = kernel.reshape(c_out, -1) @ im2col_numpy(x, (kh, kw), strides, pads)
    if bias is not None:
        z += bias[:, None]
    z = z.reshape(len(x), c_out, *output_size(size, (kh, kw), strides, pads))
    return activations.forward_numpy(z, activation)


def backward_numpy(dy, x, y, kernel, strides, pads, activation="linear", need_dx=True):
    """`backward`, its two large steps as matrix products."""
    dz = activations.backward_numpy(dy, y, activation)
    dx = input_gradient_numpy(dz, kernel, x.shape[2:], strides, pads) if need_dx else None
    return dx, kernel_gradient_numpy(dz, x, kernel.shape[2:], strides, pads), dz.sum(axis=(0, 2, 3))


def input_gradient_numpy(dz, kernel, size, strides, pads):
    """``col2im(kernel.T @ dz)``."""
    (n, c_out, *_), (_, c_in, kh, kw) = dz.shape, kernel.shape
    columns = kernel.reshape(c_out, -1).T @ dz.reshape(n, c_out, dz.shape[2] * dz.shape[3])
    return col2im_numpy(columns, (n, c_in, *size), (kh, kw), strides, pads)


def kernel_gradient_numpy(dz, x, window, strides, pads):
    """``dz @ im2col(x).T``, summed over the images."""
    (n, c_out, *_), c_in = dz.shape, x.shape[1]
    columns = im2col_numpy(x, window, strides, pads)
    dkernel = np.tensordot(dz.reshape(n, c_out, columns.shape[2]), columns, axes=((0, 2), (0, 2)))
    return dkernel.reshape(c_out, c_in, *window)


# 3. Numba: `conv2d_fast`, for every geometry. It applies relu to each sum before it stores it. In backward it
# sets dy to 0 where y is not above 0 while it copies dy, so that relu needs no array dz.


def forward_numba(x, kernel, bias, strides, pads, activation="linear"):
    check_shapes(x.shape, kernel.shape, None if bias is None else bias.shape, None, strides, pads)
    x, kernel = np.ascontiguousarray(x), np.ascontiguousarray(kernel, x.dtype)
    y = conv2d_fast.forward(x, kernel, bias, strides, pads, relu=activation == "relu")
    return y if activation in ("relu", "linear") else activations.turn_numba(y, activation)


def backward_numba(dy, x, y, kernel, strides, pads, activation="linear", need_dx=True):
    check_shapes(x.shape, kernel.shape, None, dy.shape, strides, pads)
    activations.check_gradient(dy, y)
    dy, x, kernel = (np.ascontiguousarray(array, x.dtype) for array in (dy, x, kernel))
    dz, gate = gated(dy, y, activation)
    size, window = x.shape[2:], kernel.shape[2:]
    dx = conv2d_fast.input_gradient(dz, kernel, None, size, strides, pads, gate=gate) if need_dx else None
    return dx, *conv2d_fast.kernel_gradient(dz, x, window, strides, pads, gate)


def gated(dy, y, activation):
    """Return (dz, None), or for relu (dy, gate) with gate = y: dz is dy where ``gate > 0``, and else 0."""
    if activation == "relu":
        return dy, np.ascontiguousarray(y, dy.dtype)
    return activations.backward_numba(dy, np.ascontiguousarray(y), activation), None


@lru_cache(maxsize=1024)
def check_shapes(x, kernel, bias, z, strides, pads) -> None:
    """Raise ValueError unless a convolution of x with kernel and bias gives z; all four are shapes.

    A bias or z of None is not checked. The compiled functions check nothing and rely on this.
    """
    (n, c_in, *size), (c_out, channels, *window) = x, kernel
    if channels != c_in:
        raise ValueError(f"a kernel of shape {kernel} takes {channels} channels, and is given {c_in}")
    if bias not in (None, (c_out,)):
        raise ValueError(f"{c_out} filters have a bias of shape ({c_out},), not {bias}")
    expected = (n, c_out, *output_size(tuple(size), tuple(window), strides, pads))
    if z not in (None, expected):
        raise ValueError(
            f"from {x} to {z} does not fit a kernel of shape {kernel}; from there it is {expected}"
        )
