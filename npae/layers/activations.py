"""Activations as layers of their own; the same functions serve as ``activation=`` of other layers."""

from __future__ import annotations

from npae.kernels import activations
from npae.layers.layer import Layer


class Activation(Layer):
    """``y = f(x)``, entry by entry, with f named by the class attribute ``activation``.

    Notes
    -----
    Shapes: any; y has the shape of x. Since every entry of y depends on one entry of x, ``dx = dy * f'(x)``,
    entry by entry. All three derivatives can be told from y, so y is what is cached.
    """

    activation = "linear"

    def forward(self, x, rng=None):
        self.check_input(x)
        y = activations.forward(x, self.activation)
        return y, y

    def backward(self, dy, cache, need_dx=True):
        y = cache
        self.check_gradient(dy, len(y))
        return activations.backward(dy, y, self.activation), {}


class ReLU(Activation):
    """``y = max(x, 0)``; ``dx = dy`` where ``y > 0``, else 0 (at the kink too)."""

    activation = "relu"


class Sigmoid(Activation):
    """``y = 1 / (1 + exp(-x))``; ``dx = dy * y * (1 - y)``."""

    activation = "sigmoid"


class Tanh(Activation):
    """``y = tanh(x)``; ``dx = dy * (1 - y**2)``."""

    activation = "tanh"
