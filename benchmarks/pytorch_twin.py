"""Converts a model of npae to PyTorch's layers, with the same weights, to compare results and speed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.tasks import paddings, shapes
from npae import layers
from npae.interop import to_torch
from npae.interop.layouts import ours, places
from npae.layers.activations import Activation
from npae.model import Sequential

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


class Crop(nn.Module):
    """Cut an image to ``size`` (height, width), from (top, left) on; a view, no copy."""

    def __init__(self, top: int, left: int, size: tuple[int, int]):
        super().__init__()
        self.rows, self.columns = slice(top, top + size[0]), slice(left, left + size[1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, self.rows, self.columns]


def pytorch_twin(model: Sequential) -> nn.Sequential:
    """Return a PyTorch model that computes the same as ``model``, with a copy of its weights.

    Parameters
    ----------
    model : Sequential
        Built; inputs keep their shape, (n, *model.input_shape).

    Raises
    ------
    ValueError
        If a layer of the model has no counterpart here.
    """
    modules = [module for _, layer in model.leaves() for module in _modules(layer)]
    twin = nn.Sequential(*modules)
    weights = to_torch(model, like=twin.state_dict())
    twin.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()}, assign=True)
    return twin.requires_grad_()


def pytorch_loss(twin: nn.Sequential, loss: str) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Return ``f(x, t)``, the loss of the twin; cross-entropy is computed from logits, exactly and fast.

    Parameters
    ----------
    twin : nn.Sequential
    loss : str
        "mse", "binary_crossentropy" or "softmax_crossentropy", as in a recipe; the last takes labels.
    """
    if loss in ("mse", "softmax_crossentropy"):
        function = functional.mse_loss if loss == "mse" else functional.cross_entropy
        return lambda x, t: function(twin(x), t)
    logits = twin[:-1]
    if not isinstance(twin[-1], nn.Sigmoid):
        raise ValueError(f"binary cross-entropy needs a twin that ends in a sigmoid, not in {twin[-1]}")
    return lambda x, t: functional.binary_cross_entropy_with_logits(logits(x), t)


def gradients(model: Sequential, twin: nn.Sequential) -> dict[str, np.ndarray]:
    """Return the gradients of the twin under the names and in the shapes of ``model.params``."""
    grads = [value.grad for value in twin.parameters() if value.grad is not None]
    return ours(places(model, "torch"), grads, model.params)


def _modules(layer: layers.Layer) -> list[nn.Module]:
    before, after = shapes(layer)
    if isinstance(layer, layers.Dense):
        module = nn.Linear(before[0], layer.units)
        return [module, *_activation(layer)]
    if isinstance(layer, layers.Conv2D):
        return _convolution(layer)
    if isinstance(layer, layers.Conv2DTranspose):
        return _transposed_convolution(layer)
    if isinstance(layer, layers.MaxPool2D):
        if paddings(before, layer.pool_size, layer) == ((0, 0), (0, 0)):
            return [nn.MaxPool2d(layer.pool_size, layer.strides)]
        raise ValueError(f"there is no PyTorch twin for the padding of {layer!r}")
    if isinstance(layer, layers.UpSampling2D):
        return [nn.Upsample(scale_factor=tuple(map(float, layer.size)), mode="nearest")]
    if isinstance(layer, layers.Reshape):
        return [nn.Unflatten(1, after) if len(after) > 1 else nn.Flatten()]
    if isinstance(layer, Activation):
        return _activation(layer)
    raise ValueError(f"there is no PyTorch twin for {layer!r}")


def _convolution(layer: layers.Conv2D) -> list[nn.Module]:
    shape, _ = shapes(layer)
    (top, bottom), (left, right) = paddings(shape, layer.kernel_size, layer)
    even = top == bottom and left == right
    module = nn.Conv2d(
        shape[0], layer.filters, layer.kernel_size, layer.strides, padding=(top, left) if even else 0
    )
    pad = [] if even else [nn.ZeroPad2d((left, right, top, bottom))]
    return [*pad, module, *_activation(layer)]


def _transposed_convolution(layer: layers.Conv2DTranspose) -> list[nn.Module]:
    """PyTorch returns all ``(size - 1) * stride + kernel`` pixels; Keras's "same" crops them."""
    (c_in, *size), (c_out, *output_size) = shapes(layer)
    whole = [(s - 1) * stride + k for s, stride, k in zip(size, layer.strides, layer.kernel_size)]
    (top, _), (left, _) = paddings((c_out, *output_size), layer.kernel_size, layer)
    lacking = [max(start + wanted - w, 0) for start, wanted, w in zip((top, left), output_size, whole)]
    module = nn.ConvTranspose2d(c_in, c_out, layer.kernel_size, layer.strides, output_padding=tuple(lacking))
    crop = (
        [Crop(top, left, (output_size[0], output_size[1]))]
        if [w + more for w, more in zip(whole, lacking)] != output_size
        else []
    )
    return [module, *crop, *_activation(layer)]


def _activation(layer: layers.Layer) -> list[nn.Module]:
    name = getattr(layer, "activation", None)  # not every layer has one
    return [ACTIVATIONS[name]()] if name in ACTIVATIONS else []
