"""npae's layers, loss and optimiser, computing with the functions of a learner.

A twin of a model is made whose layers hold the same parameter arrays and call the learner's functions. So a
training of the twin is one of the model, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from npae.layers import Conv2D, Dense, Layer, MaxPool2D, UpSampling2D
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.training.optimizers import Adam

FunctionOf = Callable[[str, str], Callable]  # of an exercise and a name: `plug.Learner.function`


@dataclass(frozen=True)
class Part:
    """Which exercise stands for a layer of npae: its functions, and what they take besides x."""

    exercise: str
    forward: str
    backward: str
    arguments: Callable[[Any], tuple]


def _weights(layer: Layer) -> tuple:
    return layer.params["kernel"], layer.params["bias"]


PARTS: dict[type[Layer], Part] = {
    Dense: Part("dense", "dense_forward", "dense_backward", _weights),
    Conv2D: Part(
        "padding_and_strides",
        "conv2d_forward",
        "conv2d_backward",
        lambda layer: (*_weights(layer), layer.strides, layer.padding),
    ),
    MaxPool2D: Part(
        "max_pool2d",
        "max_pool2d_forward",
        "max_pool2d_backward",
        lambda layer: (layer.pool_size, layer.strides),
    ),
    UpSampling2D: Part(
        "up_sampling2d", "up_sampling2d_forward", "up_sampling2d_backward", lambda layer: (layer.size,)
    ),
}


class LearnersLayer(Layer):
    """A layer that shares its parameters with one of npae's, and computes with the learner's functions."""

    def __init__(self, layer: Layer, function: FunctionOf, activation: str | None = None):
        super().__init__()
        self.layer, self.function = layer, function
        self.params, self.input_shape, self.output_shape = layer.params, layer.input_shape, layer.output_shape
        self.part = PARTS[type(layer)]
        self.activation = str(activation or getattr(layer, "activation", "linear"))

    def forward(self, x, rng=None):
        shape, bent = (len(x), *(self.output_shape or ())), None
        y, cache = self._call(self.part.exercise, self.part.forward, x, *self.part.arguments(self.layer))
        y = _fitting(y, shape, x.dtype, f"y of your {self.part.exercise}")
        if self.activation != "linear":
            y, bent = self._call(self.activation, f"{self.activation}_forward", y)
            y = _fitting(y, shape, x.dtype, f"y of your {self.activation}")
        return y, (cache, bent)

    def backward(self, dy, cache, need_dx=True):
        cache, bent = cache
        if self.activation != "linear":
            dx = self._call(self.activation, f"{self.activation}_backward", dy, bent)
            dy = _fitting(dx, dy.shape, dy.dtype, f"dx of your {self.activation}")
        answer = self._call(self.part.exercise, self.part.backward, dy, cache)
        dx, *grads = answer if self.params else (answer,)
        whose = f"of your {self.part.exercise}"
        named = {
            key: _fitting(grad, self.params[key].shape, dy.dtype, f"d{key} {whose}")
            for key, grad in zip(self.params, grads)
        }
        return _fitting(dx, (len(dy), *(self.input_shape or ())), dy.dtype, f"dx {whose}"), named

    def without_activation(self, activation):
        return LearnersLayer(self.layer, self.function, "linear") if self.activation == activation else None

    def _call(self, exercise: str, name: str, *arguments):
        return self.function(exercise, name)(*arguments)


class LearnersLoss(Loss):
    """The learner's binary cross-entropy of logits, in the place of npae's.

    It is a mean over what it is given; of a shard, it counts for the share that this has of the batch.
    """

    def __init__(self, loss: Loss, function: FunctionOf):
        super().__init__()
        self.loss, self.function = loss, function("binary_crossentropy", "binary_crossentropy")
        self.name, self.measure, self.link = loss.name, loss.measure, loss.link

    def value_and_gradient(self, y, t, count):
        value, dy = self.function(y, t)
        share = y.size / count
        return float(value) * share, _fitting(dy, y.shape, y.dtype, "dz of your binary_crossentropy") * share

    def check_targets(self, lowest, highest):
        self.loss.check_targets(lowest, highest)


class LearnersAdam(Adam):
    """The learner's `adam_step`, on the one vector that all parameters are views of."""

    def __init__(self, function: FunctionOf, epsilon_hat: bool = False):
        super().__init__(epsilon_hat=epsilon_hat)
        self.function, self.remembered, self.steps = function("adam", "adam_step"), None, 0

    def update(self, params, grads):
        self.steps += 1
        hyper = self.learning_rate, self.beta_1, self.beta_2, self.epsilon_at(self.steps)
        moved, self.remembered = self.function(params.copy(), grads.copy(), self.remembered, *hyper)
        params[...] = _fitting(moved, params.shape, params.dtype, "param of your adam")


def exercises_of(model: Sequential) -> list[str]:
    """Return the exercises that training a model takes, in the order in which they are met.

    The last activation is not among them: the loss contains it, since it takes logits.
    """
    names = []
    layers = [layer for _, layer in model.leaves()]
    for layer in layers:
        names.append(PARTS[type(layer)].exercise)
        activation = getattr(layer, "activation", "linear")
        if activation != "linear" and layer is not layers[-1]:
            names.append(activation)
    return list(dict.fromkeys([*names, "binary_crossentropy", "adam"]))


def twin_of(model: Sequential, function: FunctionOf) -> Sequential:
    """Return a twin of a model on the same parameters, which computes with the learner's functions."""
    return model.with_layers(
        [
            twin_of(layer, function) if isinstance(layer, Sequential) else LearnersLayer(layer, function)
            for layer in model.layers
        ]
    )


def _fitting(array, shape: tuple[int, ...], dtype, name: str) -> np.ndarray:
    """Return an array in npae's dtype, or say that its shape is wrong."""
    if np.shape(array) != tuple(shape):
        raise ValueError(f"{name} has shape {np.shape(array)}, but {tuple(shape)} is needed")
    return np.asarray(array, dtype)
