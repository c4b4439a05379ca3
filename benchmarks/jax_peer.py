"""JAX as a contestant, without Keras: functions of `jax.lax` and `jax.numpy`, and one `jax.jit` for a step.

Written as JAX's users write it. A model is a pure function of a list of parameters. Images are (n, h, w, c),
the order in which XLA's convolutions on CPUs are fastest. Batch, noise, forward pass, `jax.value_and_grad`
and Adam are compiled as one function, whose state is donated, so that XLA can update it in place.
Where two ways were measured, the faster one is used.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from benchmarks.peer import Peer, channels_last_images
from benchmarks.tasks import EPSILON, Data, build_model, channels_last, loss_name, paddings, shapes
from npae import layers
from npae.layers.activations import Activation
from npae.model import Sequential

ORDER = ("NHWC", "HWIO", "NHWC")
ACTIVATIONS = {"linear": lambda z: z, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh}
LOSSES: dict[str, Callable] = {
    "mse": lambda y, t: jnp.mean((y - t) ** 2),
    "binary_crossentropy": lambda z, t: jnp.mean(jnp.maximum(z, 0) - z * t + jnp.log1p(jnp.exp(-abs(z)))),
    "softmax_crossentropy": lambda z, t: (
        -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), t[:, None], axis=1))
    ),
}


class Compiled(Peer):
    """Trains with a step that `jax.jit` compiles; Keras on JAX uses it as well.

    Parameters
    ----------
    name : str
    forward : callable
        ``forward(params, x)`` returns the outputs.
    update : callable
        ``update(grads, params, slots)`` returns new parameters and new slots of the optimiser.
    params, slots : pytrees of arrays
    loss : callable
        ``loss(outputs, targets)``.
    """

    def __init__(
        self, name: str, forward: Callable, loss: Callable, update: Callable, params: Any, slots: Any
    ):
        super().__init__(name)
        self.update = update
        self.loss = lambda params, x, t: loss(forward(params, x), t)
        self.state = (params, slots, jax.random.key(0))

    def stepper(self, data: Data) -> Callable:
        @partial(jax.jit, donate_argnums=(0, 1))
        def step(params, slots, key, x, t, indices):
            x, t = _batch(data, x, t, indices)
            key, now = jax.random.split(key)
            if data.noise is not None:
                x = (x + data.noise * jax.random.normal(now, x.shape)).clip(0, 1)
            loss, grads = jax.value_and_grad(self.loss)(params, x, t)
            return loss, (*self.update(grads, params, slots), key)

        arrays = _arrays(data)

        def one_step(indices):
            loss, self.state = step(*self.state, *arrays, indices)
            return loss

        return one_step

    def loss_of(self, data: Data) -> Callable:
        compiled = jax.jit(lambda params, x, t, indices: self.loss(params, *_batch(data, x, t, indices)))
        arrays = _arrays(data)
        return lambda indices: compiled(self.state[0], *arrays, indices)


class Jax(Compiled):
    """Trains a recipe's twin; see `benchmarks.contestants` for the methods."""

    def __init__(self, name: str, threads: int, variant: str = ""):
        model = build_model(name)
        params = [[jnp.asarray(value) for value in values] for _, values in channels_last(model)]
        zeros = jax.tree.map(jnp.zeros_like, params)
        loss = loss_name(name)
        functions = _functions(model, bare=loss == "binary_crossentropy")

        def forward(params, x):
            for function, values in zip(functions, params):
                x = function(x, *values)
            return x

        slots = (jnp.zeros((), jnp.int32), zeros, jax.tree.map(jnp.zeros_like, params))
        super().__init__(name, forward, LOSSES[loss], _adam, params, slots)


def _adam(grads: Any, params: Any, slots: Any) -> tuple[Any, Any]:
    steps, m, v = slots
    steps = steps + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    first, second = 1 - 0.9**steps, 1 - 0.999**steps
    params = jax.tree.map(
        lambda p, m, v: p - 1e-3 * (m / first) / (jnp.sqrt(v / second) + EPSILON), params, m, v
    )
    return params, (steps, m, v)


def _functions(model: Sequential, bare: bool) -> list[Callable]:
    """Return a function (x, *parameters) for each layer; ``bare``: the last one without its activation."""
    leaves = [layer for _, layer in model.leaves()]
    return [_function(layer, bare and layer is leaves[-1]) for layer in leaves]


def _function(layer: Any, bare: bool) -> Callable:
    before, after = shapes(layer)
    activate = ACTIVATIONS["linear" if bare else getattr(layer, "activation", None) or "linear"]
    if isinstance(layer, layers.Dense):
        return lambda x, kernel, bias: activate(x @ kernel + bias)
    if isinstance(layer, layers.Conv2D):
        pads = paddings(before, layer.kernel_size, layer)
        return lambda x, kernel, bias: activate(
            lax.conv_general_dilated(x, kernel, layer.strides, pads, dimension_numbers=ORDER) + bias
        )
    if isinstance(layer, layers.Conv2DTranspose):
        stretched = _transposed_pads(layer)
        return lambda x, kernel, bias: activate(
            lax.conv_transpose(
                x, kernel, layer.strides, stretched, dimension_numbers=ORDER, transpose_kernel=True
            )
            + bias
        )
    if isinstance(layer, layers.MaxPool2D):
        return _max_pool(layer.pool_size, layer.strides, paddings(before, layer.pool_size, layer))
    if isinstance(layer, layers.UpSampling2D):
        return lambda x: jnp.repeat(jnp.repeat(x, layer.size[0], axis=1), layer.size[1], axis=2)
    if isinstance(layer, layers.Reshape):
        return lambda x: x.reshape(len(x), *(after if len(after) < 3 else (*after[1:], after[0])))
    if isinstance(layer, Activation):
        return activate
    raise ValueError(f"there is no JAX twin for {layer!r}")


def _max_pool(window: tuple[int, int], strides: tuple[int, int], pads: Any) -> Callable:
    """Return max-pooling. Windows side by side become axes: XLA's gradient is then a third faster on CPUs."""
    (kh, kw), (sh, sw) = window, strides
    around = ((0, 0), *pads, (0, 0))
    if window != strides:
        return lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, kh, kw, 1), (1, sh, sw, 1), around)

    def pool(x):
        x = jnp.pad(x, around, constant_values=-jnp.inf)
        n, h, w, c = x.shape
        x = x[:, : h // kh * kh, : w // kw * kw]
        return x.reshape(n, h // kh, kh, w // kw, kw, c).max((2, 4))

    return pool


def _transposed_pads(layer: layers.Conv2DTranspose) -> tuple[tuple[int, int], ...]:
    """Return what `jax.lax.conv_transpose` adds around the stretched image, for the output's size."""
    before, after = shapes(layer)
    pads = []
    cut = paddings(after, layer.kernel_size, layer)
    for size, wanted, k, stride, (start, _) in zip(
        before[1:], after[1:], layer.kernel_size, layer.strides, cut
    ):
        ahead = k - 1 - start
        pads.append((ahead, wanted - 1 + k - ((size - 1) * stride + 1) - ahead))
    return tuple(pads)


def _arrays(data: Data) -> list[jax.Array | None]:
    arrays = map(channels_last_images, (data.x, data.y))
    return [None if array is None else jnp.asarray(array) for array in arrays]


def _batch(data: Data, images, targets, indices):
    def prepared(values):
        return values.astype("float32") * data.scale + data.offset if values.dtype == "uint8" else values

    x = prepared(images[indices])
    return x, x if targets is None else prepared(targets[indices])
