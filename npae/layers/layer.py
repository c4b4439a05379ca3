"""The interface of every layer: an explicit cache, no hidden state, no changed arguments."""

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
    """A function with parameters, and its backward pass.

    Call the methods in this order::

        output_shape = layer.build(input_shape, rng)    # shapes without the batch axis
        y, cache = layer.forward(x)                     # or forward(x, rng) in training
        dx, grads = layer.backward(dy, cache)           # dy = dL/dy, dx = dL/dx, grads[k] = dL/dparams[k]

    ``cache`` holds everything that backward needs. Neither method changes its arguments or the layer, so
    backward can be called twice, and several threads can run one layer at once.

    Attributes
    ----------
    params : dict of str to ndarray
        The learned arrays; empty for a layer without parameters.
    input_shape, output_shape : tuple of int or None
        Without the batch axis; None before `build`.

    A subclass stores its constructor's arguments under their own names (`config` reads them), computes the
    shape of its output in `build_shape`, and defines `forward` and `backward`.
    """

    rearranges = False  # True if the output is the input in another shape: Flatten, Reshape
    activation = "linear"  # the last step of forward

    def __init__(self) -> None:
        self.params: dict[str, np.ndarray] = {}
        self.input_shape: Shape | None = None
        self.output_shape: Shape | None = None

    def build(self, input_shape: Shape, rng: Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Compute the shapes, draw the parameters' initial values, and return the shape of one output.

        Raises
        ------
        ValueError
            If the layer does not accept inputs of that shape.
        """
        self.input_shape, self.output_shape = tuple(input_shape), None
        self.output_shape = tuple(self.build_shape(self.input_shape))
        self.params = self.build_params(rng, np.dtype(dtype))
        return self.output_shape

    def built(self) -> tuple[Shape, Shape]:
        """Return ``(input_shape, output_shape)``; raise ValueError if the layer is not built yet."""
        if self.input_shape is None or self.output_shape is None:
            raise ValueError(f"{self.describe()} is not built yet; call build(input_shape, rng) first")
        return self.input_shape, self.output_shape

    def is_built(self, input_shape: Shape, dtype: DTypeLike) -> bool:
        """Return whether the layer was built for such inputs; a model then does not build it again."""
        built = self.output_shape is not None and self.input_shape == tuple(input_shape)
        return built and (self.dtype is None or self.dtype == np.dtype(dtype))  # np.dtype(None) is float64

    @property
    def dtype(self) -> np.dtype | None:
        """The dtype of parameters, inputs and outputs; None without parameters, for inputs of any dtype."""
        for value in self.params.values():
            return value.dtype
        return None

    def build_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output for that of one input; a subclass may store its padding here."""
        return input_shape

    def build_params(self, rng: Generator, dtype: np.dtype) -> dict[str, np.ndarray]:
        """Return the initial values of the parameters."""
        return {}

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        """Return ``(y, cache)``; ``rng=None`` means inference: noise and dropout are off."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        """Return ``(dx, grads)``; with ``need_dx=False``, for a model's first layer, dx may be None."""
        raise NotImplementedError

    def multiply_adds(self) -> int:
        """Return the number of multiply-adds of one forward pass of one example."""
        return 0

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments, from which the same layer can be constructed again."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def without_activation(self, activation: str) -> Layer | None:
        """Return a layer that shares the parameters and does not apply ``activation`` as its last step.

        Return None if this layer has another last step. `npae.objectives.losses.fuse` calls this method.
        """
        if self.activation != activation:
            return None
        bare = copy.copy(self)
        bare._stop_at_z()
        return bare

    def _stop_at_z(self) -> None:
        self.activation = "linear"

    def rehome(self, buffer: np.ndarray) -> None:
        """Copy the parameters into ``buffer``, 1-D and of their total size; replace them by views of it."""
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
        """Raise ValueError unless ``dy`` has the shape and dtype of y; n is the batch size, if known.

        The compiled kernels do not check: if dy were too large, they would write outside their arrays.
        """
        shape = (*(dy.shape[:1] if n is None else (n,)), *self.built()[1])
        if dy.shape != shape:
            raise ValueError(f"{self.describe()} was given a dy of shape {dy.shape}; its y has shape {shape}")
        dtype = self.dtype
        if dtype is not None and dy.dtype != dtype:
            raise ValueError(f"{self.describe()} was given a dy of {dy.dtype}; its parameters are {dtype}")

    def describe(self) -> str:
        """Return the name of the layer for messages."""
        return type(self).__name__

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.config().items())
        return f"{type(self).__name__}({arguments})"


def check_activation(activation: str | None) -> str:
    """Return the name of an activation; None means "linear", as in Keras.

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
    """Return initial values for a kernel of ``shape`` and a bias of ``units`` elements."""
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
            "put a Reshape before this layer"
        )
    channels, height, width = input_shape
    return channels, height, width
