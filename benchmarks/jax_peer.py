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

from benchmarks.peer import Operations, Peer, channels_last_images, functions
from benchmarks.tasks import EPSILON, Data, build_model, loss_name
from npae.interop import to_keras

ORDER = ("NHWC", "HWIO", "NHWC")
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
        weights = to_keras(model)
        params = [
            [jnp.asarray(weights[f"{layer}/{key}"]) for key in block.params]
            for layer, block in model.leaves()
        ]
        zeros = jax.tree.map(jnp.zeros_like, params)
        loss = loss_name(name)
        layers = functions(model, OPERATIONS, bare=loss == "binary_crossentropy")

        def forward(params, x):
            for function, values in zip(layers, params):
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


def _conv(x, kernel, strides, pads):
    return lax.conv_general_dilated(x, kernel, strides, pads, dimension_numbers=ORDER)


def _conv_transpose(x, kernel, strides, pads, size):
    around = []  # what is added around the stretched image
    for n, wanted, k, stride, (start, _) in zip(x.shape[1:], size, kernel.shape, strides, pads):
        ahead = k - 1 - start
        around.append((ahead, wanted - 1 + k - ((n - 1) * stride + 1) - ahead))
    return lax.conv_transpose(x, kernel, strides, around, dimension_numbers=ORDER, transpose_kernel=True)


def _max_pool(x, window, strides, pads):
    """Windows side by side become axes: measured, XLA's gradient is then a third faster on CPUs."""
    (kh, kw), around = window, ((0, 0), *pads, (0, 0))
    if window != strides:
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, kh, kw, 1), (1, *strides, 1), around)
    x = jnp.pad(x, around, constant_values=-jnp.inf)
    n, h, w, c = x.shape
    return x[:, : h // kh * kh, : w // kw * kw].reshape(n, h // kh, kh, w // kw, kw, c).max((2, 4))


def _up_sample(x, size):
    return jnp.repeat(jnp.repeat(x, size[0], axis=1), size[1], axis=2)


OPERATIONS = Operations(
    *(_conv, _conv_transpose, _max_pool, _up_sample),
    {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh},
)


def _arrays(data: Data) -> list[jax.Array | None]:
    arrays = map(channels_last_images, (data.x, data.y))
    return [None if array is None else jnp.asarray(array) for array in arrays]


def _batch(data: Data, images, targets, indices):
    def prepared(values):
        return values.astype("float32") * data.scale + data.offset if values.dtype == "uint8" else values

    x = prepared(images[indices])
    return x, x if targets is None else prepared(targets[indices])
