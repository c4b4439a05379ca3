"""The interface of every layer: an explicit cache, no hidden state, no changed arguments."""

from __future__ import annotations

import copy
import inspect
import math
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from npae import arguments, geometry
from npae.arguments import FLOATS, brief
from npae.geometry import Shape  # of one example, without the batch axis
from npae.initializers import INITIALIZERS, initial_values
from npae.kernels import activations

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
    shape of its output in `build_shape`, and defines `forward` and `backward`. Both begin with a check, which
    turns lists and the like into arrays: `check_input`, and `check_backward` or `check_gradient`.
    """

    rearranges = False  # True if the output is the input in another shape: Flatten, Reshape
    caches: tuple[str, ...] = ()  # the cache's arrays, with the shape of "x", of "y" or `cached_shape`
    cached_dtypes: tuple[np.dtype, ...] = FLOATS
    cached_at_inference: int | None = None  # how many of these it holds at inference, if not all
    couples_examples = False  # whether an output depends on other examples of the batch, in training
    activation = "linear"  # the last step of forward

    def __init__(self) -> None:
        self.params: dict[str, np.ndarray] = {}
        self.input_shape: Shape | None = None
        self.output_shape: Shape | None = None

    def build(
        self, input_shape: Shape, rng: Generator | int | None = None, dtype: DTypeLike = np.float32
    ) -> Shape:
        """Compute the shapes, draw the parameters' initial values, and return the shape of one output.

        Parameters
        ----------
        input_shape : tuple of int
        rng : numpy.random.Generator or int, optional
            The generator of the initial values, or its seed. Default: seed 0.
        dtype : float32 or float64

        Raises
        ------
        ValueError
            If the layer does not accept inputs of that shape.
        """
        rng, dtype = arguments.generator(rng), arguments.float_dtype(dtype)
        self.input_shape, self.output_shape = geometry.shape(input_shape, "input_shape"), None
        self.output_shape = tuple(self.build_shape(self.input_shape))
        arguments.fits_memory(self.output_shape, f"{self!r}: an output")
        self.params = self.build_params(rng, dtype)
        return self.output_shape

    def built(self) -> tuple[Shape, Shape]:
        """Return ``(input_shape, output_shape)``; raise ValueError if the layer is not built yet."""
        if self.input_shape is None or self.output_shape is None:
            raise ValueError(f"{self.describe()} is not built yet; call build(input_shape, rng) first")
        return self.input_shape, self.output_shape

    def is_built(self, input_shape: Shape, dtype: DTypeLike) -> bool:
        """Return whether the layer was built for such inputs; a model then does not build it again."""
        built = self.output_shape is not None and self.input_shape == geometry.shape(
            input_shape, "input_shape"
        )
        return built and (self.dtype is None or self.dtype == arguments.float_dtype(dtype))

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

    def check_input(self, x: np.ndarray, rng: Generator | None = None, name: str = "x") -> np.ndarray:
        """Return ``x`` as an array; raise ValueError unless it is a batch that the layer was built for."""
        if rng is not None and not isinstance(rng, Generator):
            raise ValueError(f"rng must be a numpy.random.Generator, or None for inference, not {brief(rng)}")
        (input_shape, _), dtype, given = self.built(), self.dtype, getattr(x, "dtype", None)
        x = arguments.array(x, name, dtype)
        if x.shape[1:] != input_shape or x.ndim != len(input_shape) + 1 or not len(x):
            expected = "(n, " + ", ".join(str(size) for size in input_shape) + ")"
            raise ValueError(
                f"{self.describe()} was given an array of shape {x.shape}; expected {expected} for {name}"
            )
        if dtype is not None and (x.dtype != dtype or given == np.uint8):  # bytes may be pixels, not scaled
            raise ValueError(
                f"{self.describe()} was given {given} and has {dtype} parameters; convert one of them, "
                f"for instance {name}.astype({str(dtype)!r})"
            )
        return x

    def check_gradient(self, dy: np.ndarray, n: int | None = None) -> np.ndarray:
        """Return ``dy`` as an array; raise ValueError unless it fits y, of n examples if that is known.

        The compiled kernels do not check: if dy were too large, they would write outside their arrays.
        """
        dtype = self.dtype
        dy = arguments.array(dy, "dy", dtype)
        shape = (*(dy.shape[:1] if n is None else (n,)), *self.built()[1])
        if dy.shape != shape or not dy.ndim:
            raise ValueError(f"{self.describe()} was given a dy of shape {dy.shape}; its y has shape {shape}")
        if dtype is not None and dy.dtype != dtype:
            raise ValueError(f"{self.describe()} was given a dy of {dy.dtype}; its parameters are {dtype}")
        return dy

    def check_backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray, ...]:
        """Return ``dy`` and the arrays of ``cache``; raise ValueError unless they fit (see ``caches``)."""
        arguments.flag(need_dx, "need_dx")
        held = cache if isinstance(cache, tuple) else () if cache is None else (cache,)
        fits, n = len(held) in (len(self.caches), self.cached_at_inference), None
        for each, name in zip(held, self.caches):
            fits = fits and type(each) is np.ndarray and each.dtype in self.cached_dtypes and each.ndim > 0
            n = len(held[0]) if fits else None
            fits = fits and n is not None and each.shape == self.cached_shape(name, n)
        if not fits:
            raise ValueError(
                f"cache must be what forward of this {self.describe()} returned beside y, arrays of the "
                f"shapes that its caches name, {self.caches}, not {brief(cache)}"
            )
        return self.check_gradient(dy, n), *held

    def cached_shape(self, name: str, n: int) -> Shape:
        """Return the shape of a cached array, named in ``caches``, for n examples."""
        return (n, *self.built()[name == "y"])

    def moved(self, cache: Any) -> Grads:
        """Return the values to which the trainer sets parameters after a step: moving averages."""
        return {}

    def describe(self) -> str:
        """Return the name of the layer for messages."""
        return type(self).__name__

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.config().items())
        return f"{type(self).__name__}({arguments})"


class KernelLayer(Layer):
    """A layer with a kernel, an activation and, with ``use_bias``, a bias: Dense, Conv2D, Conv2DTranspose.

    A subclass defines `kernel_shape`; its cache is ``(x, y)``.
    """

    caches = ("x", "y")

    def __init__(
        self, activation: str | None, use_bias: bool, kernel_initializer: str, bias_initializer: str
    ):
        super().__init__()
        self.use_bias = arguments.flag(use_bias, "use_bias")
        name = "linear" if activation is None else activation  # as in Keras
        self.activation = arguments.choice(name, "activation", activations.NAMES)
        self.kernel_initializer = arguments.choice(kernel_initializer, "kernel_initializer", INITIALIZERS)
        self.bias_initializer = arguments.choice(bias_initializer, "bias_initializer", INITIALIZERS)

    def kernel_shape(self) -> Shape:
        """Return (inputs, units), or for images (outputs, inputs, kh, kw) of the convolution."""
        raise NotImplementedError

    def build_params(self, rng: Generator, dtype: np.dtype) -> dict[str, np.ndarray]:
        """Draw the kernel, then the bias."""
        shape, units = self.kernel_shape(), self.built()[1][:1]
        arguments.fits_memory(shape, f"{self!r}: a kernel")
        inputs, outputs = shape if len(shape) == 2 else (shape[1], shape[0])
        fan_in, fan_out = inputs * math.prod(shape[2:]), outputs * math.prod(shape[2:])
        params = {"kernel": initial_values(self.kernel_initializer, shape, fan_in, fan_out, rng, dtype)}
        if self.use_bias:
            params["bias"] = initial_values(self.bias_initializer, units, fan_in, fan_out, rng, dtype)
        return params

    def multiply_adds(self) -> int:
        return math.prod(self.kernel_shape())

    def named(self, dkernel: np.ndarray, dbias: np.ndarray) -> Grads:
        """Return the gradients of the parameters by name, without dbias if there is no bias."""
        return {"kernel": dkernel, **({"bias": dbias} if self.use_bias else {})}


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
