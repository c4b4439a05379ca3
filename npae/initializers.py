"""Initial values of parameters; their variance determines whether a signal vanishes or explodes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from npae.arguments import choice

Initializer = Callable[..., np.ndarray]

# Given to a model's ``build`` as its generator, it gives parameters that have a shape and take no memory.
SHAPES_ONLY = np.random.default_rng(0)


def zeros(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return zeros; the usual initial value of a bias."""
    return np.zeros(shape)


def glorot_uniform(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from U(-a, a) with ``a = sqrt(6 / (fan_in + fan_out))``.

    The variance ``2 / (fan_in + fan_out)`` is a compromise: ``1 / fan_in`` preserves the variance of the
    signal in the forward pass, ``1 / fan_out`` that of the gradient in the backward pass. Keras's default.

    Source: Glorot & Bengio 2010, eq. 16.
    """
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, shape)


def he_normal(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from N(0, 2 / fan_in): ReLU passes half of the signal, so the variance is doubled.

    Keras truncates this distribution at two standard deviations; the paper and this function do not.

    Source: He et al. 2015, eq. 10.
    """
    return rng.normal(0.0, np.sqrt(2.0 / fan_in), shape)


def pytorch_uniform(
    shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw from U(-a, a) with ``a = 1 / sqrt(fan_in)``, as PyTorch does for kernels and for biases."""
    limit = 1.0 / np.sqrt(fan_in)
    return rng.uniform(-limit, limit, shape)


INITIALIZERS: dict[str, Initializer] = {
    "zeros": zeros,
    "glorot_uniform": glorot_uniform,
    "he_normal": he_normal,
    "pytorch_uniform": pytorch_uniform,
}


def initial_values(
    name: str, shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Return initial values of a parameter.

    Parameters
    ----------
    name : str
        A key of `INITIALIZERS`.
    shape : tuple of int
    fan_in, fan_out : int
        The number of inputs that each output depends on, and of outputs that each input affects.
    rng : numpy.random.Generator
    dtype : float32 or float64
        The values are drawn in float64 and rounded, so that both dtypes start from the same values.

    Raises
    ------
    ValueError
        If there is no initializer of that name.
    """
    choice(name, "initializer", INITIALIZERS)
    if rng is SHAPES_ONLY:
        return np.broadcast_to(np.zeros((), dtype), shape)
    return INITIALIZERS[name](shape, fan_in, fan_out, rng).astype(dtype)
