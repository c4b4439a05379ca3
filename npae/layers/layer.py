"""The contract that every layer keeps: explicit cache, nothing hidden, nothing mutated."""

from __future__ import annotations

import copy
import inspect
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from npae.initializers import initial_values
from npae.kernels import activations

Shape: TypeAlias = tuple[int, ...]  # of one example, without the batch axis
Grads: TypeAlias = dict[str, np.ndarray]


class Layer:
    """A map with parameters, and its way back.

    A layer is used in this order::

        output_shape = layer.build(input_shape, rng)    # shapes without the batch axis
        y, cache = layer.forward(x)                     # or forward(x, rng) in training
        dx, grads = layer.backward(dy, cache)           # dy = dL/dy, dx = dL/dx, grads[k] = dL/dparams[k]

    What backward needs is exactly what forward returned as ``cache``. Neither changes its arguments or the
    layer, so backward can be called twice, and one layer can be run by several threads at once.

    Attributes
    ----------
    params : dict of str to ndarray
        The learned arrays; empty for a layer that learns nothing.
    input_shape, output_shape : tuple of int or None
        Known after build; without the batch axis.

    A subclass stores its constructor's arguments under their own names (`config` reads them back), computes
    the shape of its output in `build_shape`, and writes `forward` and `backward`.
    """

    rearranges = False  # True where the output is the input in another shape: Flatten, Reshape
    activation = "linear"  # the last step of forward; most layers have none

    def __init__(self) -> None:
        self.params: dict[str, np.ndarray] = {}
        self.input_shape: Shape | None = None
        self.output_shape: Shape | None = None

    def build(self, input_shape: Shape, rng: Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Fix the geometry, draw the parameters' first values, and return the shape of one output.

        Raises
        ------
        ValueError
            If inputs of that shape do not fit the layer.
        """
        self.input_shape, self.output_shape = tuple(input_shape), None
        self.output_shape = tuple(self.build_shape(self.input_shape))
        self.params = self.build_params(rng, np.dtype(dtype))
        return self.output_shape

    def built(self) -> tuple[Shape, Shape]:
        """Return ``(input_shape, output_shape)``; raise ValueError where the layer is not built yet."""
        if self.input_shape is None or self.output_shape is None:
            raise ValueError(f"{self.describe()} is not built yet; call build(input_shape, rng) first")
        return self.input_shape, self.output_shape

    def is_built(self, input_shape: Shape, dtype: DTypeLike) -> bool:
        """Return whether the layer was built for such inputs; a model then leaves it as it is."""
        built = self.output_shape is not None and self.input_shape == tuple(input_shape)
        return built and (self.dtype is None or self.dtype == np.dtype(dtype))  # np.dtype(None) is float64

    @property
    def dtype(self) -> np.dtype | None:
        """The dtype of parameters, inputs and outputs; None without parameters, where inputs decide."""
        for value in self.params.values():
            return value.dtype
        return None

    def build_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output for that of one input; a subclass may store its paddings here."""
        return input_shape

    def build_params(self, rng: Generator, dtype: np.dtype) -> dict[str, np.ndarray]:
        """Return the first values of the parameters."""
        return {}

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        """Return ``(y, cache)``; ``rng=None`` means inference: noise and dropout are off."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        """Return ``(dx, grads)``; ``need_dx=False`` lets a model's first layer leave dx out, as None."""
        raise NotImplementedError

    def multiply_adds(self) -> int:
        """Return the number of multiply-adds of one forward pass of one example."""
        return 0

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments: all that is needed to make this layer again."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def without_activation(self, activation: str) -> Layer | None:
        """Return a layer that shares the parameters and leaves out ``activation``, its last step.

        None where the layer ends otherwise. `npae.objectives.losses.fuse` calls this.
        """
        if self.activation != activation:
            return None
        bare = copy.copy(self)
        bare._stop_at_z()
        return bare

    def _stop_at_z(self) -> None:
        self.activation = "linear"

    def rehome(self, buffer: np.ndarray) -> None:
        """Copy the parameters into ``buffer``, 1-D and of their total size, and keep them as views of it."""
        start = 0
        for key, value in self.params.items():
            home = buffer[start : start + value.size].reshape(value.shape)
            home[...] = value
            self.params[key] = home
            start += value.size

    def check_input(self, x: np.ndarray) -> None:
        """Raise ValueError unless ``x`` is a batch of the inputs that the layer was built for."""
        input_shape, _ = self.built()
        if x.shape[1:] != input_shape or x.ndim != len(input_shape) + 1:
            expected = "(n, " + ", ".join(str(size) for size in input_shape) + ")"
            raise ValueError(f"{self.describe()} was given an array of shape {x.shape}; expected {expected}")
        dtype = self.dtype
        if dtype is not None and x.dtype != dtype:
            raise ValueError(
                f"{self.describe()} was given {x.dtype} and has {dtype} parameters; convert one of them, "
                f"for instance x.astype({str(dtype)!r})"
            )

    def check_gradient(self, dy: np.ndarray, n: int | None = None) -> None:
        """Raise ValueError unless ``dy`` has the shape and dtype of y; n is the batch size, where known.

        The compiled kernels do not check: with a dy that is too large they would write outside their arrays.
        """
        shape = (*(dy.shape[:1] if n is None else (n,)), *self.built()[1])
        if dy.shape != shape:
            raise ValueError(f"{self.describe()} was given a dy of shape {dy.shape}; its y has shape {shape}")
        dtype = self.dtype
        if dtype is not None and dy.dtype != dtype:
            raise ValueError(f"{self.describe()} was given a dy of {dy.dtype}; its parameters are {dtype}")

    def describe(self) -> str:
        """Return the name of the layer in messages."""
        return type(self).__name__

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.config().items())
        return f"{type(self).__name__}({arguments})"


def check_activation(activation: str | None) -> str:
    """Return the name of an activation; None stands for "linear", as in Keras.

    Raises
    ------
    ValueError
        If there is no activation of that name.
    """
    if activation is None:
        return "linear"
    activations.check(activation)
    return activation


def kernel_and_bias(
    initializers: tuple[str, str],
    shape: Shape,
    units: int,
    fans: tuple[int, int],
    rng: Generator,
    dtype: np.dtype,
) -> dict[str, np.ndarray]:
    """Return first values for a kernel of ``shape`` and a bias of ``units`` elements."""
    for_kernel, for_bias = initializers
    return {
        "kernel": initial_values(for_kernel, shape, *fans, rng, dtype),
        "bias": initial_values(for_bias, (units,), *fans, rng, dtype),
    }


def check_image_shape(input_shape: Shape) -> tuple[int, int, int]:
    """Return ``input_shape`` as (channels, height, width).

    Raises
    ------
    ValueError
        If it has another number of axes.
    """
    if len(input_shape) != 3:
        raise ValueError(
            f"expected images of shape (channels, height, width), not inputs of shape {input_shape}; "
            "a Reshape before this layer can make them so"
        )
    channels, height, width = input_shape
    return channels, height, width
