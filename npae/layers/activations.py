"""Activations as layers; other layers apply the same functions with their argument ``activation``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from npae.kernels import activations
from npae.layers.layer import Grads, Layer


class Activation(Layer):
    """``y = f(x)``, element by element; the class attribute ``activation`` is the name of f.

    Notes
    -----
    Shapes: any; y has the shape of x. Each element of y depends on one element of x only, so ``dx = dy *
    f'(x)``. All these derivatives can be computed from y, so the cache is y:

    ==========  ===============  ===================================
    activation  y                dy/dx
    ==========  ===============  ===================================
    linear      x                1
    relu        max(x, 0)        1 where y > 0, else 0 (also at 0)
    sigmoid     1/(1 + exp(-x))  y (1 - y)
    tanh        tanh(x)          1 - y**2
    ==========  ===============  ===================================
    """

    activation = "linear"
    caches = ("y",)

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        y = activations.forward(x, self.activation)
        return y, y

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        dy, y = self.check_backward(dy, cache, need_dx)
        return activations.backward(dy, y, self.activation), {}


class ReLU(Activation):
    """``y = max(x, 0)``; see `Activation`."""

    activation = "relu"


class Sigmoid(Activation):
    """``y = 1 / (1 + exp(-x))``; see `Activation`."""

    activation = "sigmoid"


class Tanh(Activation):
    """``y = tanh(x)``; see `Activation`."""

    activation = "tanh"
