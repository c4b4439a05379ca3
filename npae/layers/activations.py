"""Activations as layers; other layers apply the same functions with their argument ``activation``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import non_negative
from npae.kernels import activations
from npae.layers.layer import Grads, Layer


class Activation(Layer):
    """``y = f(x)``, element by element; the class attribute ``activation`` is the name of f.

    Notes
    -----
    Shapes: any; y has the shape of x. Each element of y depends on one element of x only, so ``dx = dy *
    f'(x)``. All these derivatives can be computed from y, so the cache is y:

    ==========  ===============================  ==================================
    activation  y                                dy/dx
    ==========  ===============================  ==================================
    linear      x                                1
    relu        max(x, 0)                        1 where y > 0, else 0 (also at 0)
    sigmoid     1/(1 + exp(-x))                  y (1 - y)
    tanh        tanh(x)                          1 - y**2
    leaky_relu  x, below 0: negative_slope x     1 where y > 0, else negative_slope
    elu         x, below 0: alpha (exp(x) - 1)   1 where y > 0, else y + alpha
    ==========  ===============================  ==================================

    An argument ``activation`` has Keras's values of the two parameters: negative_slope 0.2 and alpha 1.
    """

    activation = "linear"
    caches = ("y",)
    below: float | None = None  # the parameter of leaky_relu and elu

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        y = activations.forward(x, self.activation, self.below)
        return y, y

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, y = self.check_backward(dy, cache, need_dx)
        return activations.backward(dy, y, self.activation, self.below), {}


class ReLU(Activation):
    """``y = max(x, 0)``; see `Activation`."""

    activation = "relu"


class Sigmoid(Activation):
    """``y = 1 / (1 + exp(-x))``; see `Activation`."""

    activation = "sigmoid"


class Tanh(Activation):
    """``y = tanh(x)``; see `Activation`."""

    activation = "tanh"


class LeakyReLU(Activation):
    """``y = x``, below 0 ``negative_slope * x``; see `Activation`.

    Parameters
    ----------
    negative_slope : float
        At least 0. Keras's name and default; PyTorch's default is 0.01.

    Notes
    -----
    Source: Maas, Hannun & Ng, *Rectifier nonlinearities improve neural network acoustic models*, 2013.
    """

    activation = "leaky_relu"

    def __init__(self, negative_slope: float = 0.3):
        super().__init__()
        self.negative_slope = self.below = non_negative(negative_slope, "negative_slope")


class ELU(Activation):
    """``y = x``, below 0 ``alpha * (exp(x) - 1)``; see `Activation`.

    Parameters
    ----------
    alpha : float
        At least 0; for 1, the derivative has no jump at 0.

    Notes
    -----
    Source: Clevert, Unterthiner & Hochreiter, *Fast and accurate deep network learning by exponential linear
    units*, 2015.
    """

    activation = "elu"

    def __init__(self, alpha: float = 1.0):
        super().__init__()
        self.alpha = self.below = non_negative(alpha, "alpha")
