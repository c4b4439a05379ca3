"""What all frameworks share as contestants: the loop over minibatches, and models as lists of functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from benchmarks.models import get_model
from benchmarks.tasks import Data, minibatches, paddings, shapes
from npae import layers
from npae.layers.activations import Activation
from npae.model import Sequential

EVALUATED = 250  # examples at a time


class Peer:
    """A contestant whose framework has a function for one step; see `benchmarks.contestants`.

    A subclass defines

    ``stepper(data)``
        returns ``step(indices)``, which trains on the examples of these indices and returns the loss;
    ``loss_of(data)``
        returns ``loss(indices)``, the mean loss of these examples.
    """

    stepper: Callable[[Data], Callable]
    loss_of: Callable[[Data], Callable]

    def __init__(self, name: str):
        self.recipe = get_model(name)

    def train(self, data: Data, shuffle: bool, after_step: Callable[[float], bool]) -> None:
        step = self.stepper(data)
        for indices in minibatches(len(data.x), self.recipe.batch_size, shuffle):
            if after_step(float(step(indices))):
                return

    def mean_loss(self, data: Data) -> float:
        loss_of, count = self.loss_of(data), len(data.x)
        parts = [np.arange(k, min(k + EVALUATED, count)) for k in range(0, count, EVALUATED)]
        return float(np.average([float(loss_of(part)) for part in parts], weights=[len(p) for p in parts]))


def channels_last_images(array: np.ndarray | None) -> np.ndarray | None:
    """Return images (n, h, w, c); flat inputs and labels stay as they are."""
    return array if array is None or array.ndim < 4 else np.ascontiguousarray(np.moveaxis(array, 1, -1))


class Operations(NamedTuple):
    """The functions of a framework from which `functions` builds a model.

    Attributes
    ----------
    conv : ``conv(x, kernel, strides, pads)``, with pads ((top, bottom), (left, right)).
    conv_transpose : ``conv_transpose(x, kernel, strides, pads, size)``
        Its output is ``size`` high and wide, cut out of all pixels behind the first of ``pads``.
    max_pool : ``max_pool(x, window, strides, pads)``
    up_sample : ``up_sample(x, size)``
    activations : dict of "relu", "sigmoid" and "tanh"
    channels_last : bool
        Whether images are (n, h, w, c).
    """

    conv: Callable
    conv_transpose: Callable
    max_pool: Callable
    up_sample: Callable
    activations: Mapping[str, Callable]
    channels_last: bool = True


def functions(model: Sequential, operations: Operations, bare: bool) -> list[Callable]:
    """Return a function (x, *parameters) for each layer; ``bare``: the last one without its activation."""
    leaves = [layer for _, layer in model.leaves()]
    return [_function(layer, operations, bare and layer is leaves[-1]) for layer in leaves]


def _function(layer: Any, operations: Operations, bare: bool) -> Callable:
    before, after = shapes(layer)
    name: str = "linear" if bare else getattr(layer, "activation", "linear")
    activate = operations.activations.get(name, lambda z: z)

    first = len(after) == 3 and not operations.channels_last

    def with_bias(linear: Callable) -> Callable:
        return lambda x, kernel, bias: activate(
            linear(x, kernel) + (bias.reshape((1, -1, 1, 1)) if first else bias)
        )

    if isinstance(layer, layers.Dense):
        return with_bias(lambda x, kernel: x @ kernel)
    if isinstance(layer, layers.Conv2D):
        pads = paddings(before, layer.kernel_size, layer)
        return with_bias(lambda x, kernel: operations.conv(x, kernel, layer.strides, pads))
    if isinstance(layer, layers.Conv2DTranspose):
        cut, size = paddings(after, layer.kernel_size, layer), after[1:]
        return with_bias(lambda x, kernel: operations.conv_transpose(x, kernel, layer.strides, cut, size))
    if isinstance(layer, layers.MaxPool2D):
        pads = paddings(before, layer.pool_size, layer)
        return lambda x: operations.max_pool(x, layer.pool_size, layer.strides, pads)
    if isinstance(layer, layers.UpSampling2D):
        return lambda x: operations.up_sample(x, layer.size)
    if isinstance(layer, layers.Reshape):
        image = (*after[1:], after[0]) if operations.channels_last and len(after) == 3 else after
        return lambda x: x.reshape((len(x), *image))
    if isinstance(layer, Activation):
        return activate
    raise ValueError(f"there is no twin for {layer!r}")
