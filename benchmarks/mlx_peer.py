"""MLX as a contestant: functions of `mlx.core`, and one `mlx.core.compile` for a step.

Written as MLX's guide to compilation has it: the parameters and the optimiser's state are inputs and outputs
of the compiled step. Images are (n, h, w, c), the only order that MLX's convolutions take.
"""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim

from benchmarks.peer import Operations, Peer, channels_last_images, functions
from benchmarks.tasks import EPSILON, Data, build_model, channels_last, loss_name

LOSSES: dict[str, Callable] = {
    "mse": nn.losses.mse_loss,
    "binary_crossentropy": nn.losses.binary_cross_entropy,  # from logits
    "softmax_crossentropy": nn.losses.cross_entropy,
}


class Mlx(Peer):
    """Trains a recipe's twin; see `benchmarks.contestants` for the methods."""

    def __init__(self, name: str, threads: int, variant: str = ""):
        super().__init__(name)
        mx.set_default_device(mx.cpu)
        model, loss = build_model(name), loss_name(name)
        layers = functions(model, OPERATIONS, bare=loss == "binary_crossentropy")
        weights = [values for _, values in channels_last(model)]
        self.params = {str(k): [mx.array(value) for value in values] for k, values in enumerate(weights)}
        self.optimizer = optim.Adam(1e-3, eps=EPSILON, bias_correction=True)
        self.optimizer.init(self.params)

        def loss_of(params, x, t):
            for layer, values in zip(layers, params.values()):
                x = layer(x, *values)
            return LOSSES[loss](x, t, reduction="mean")

        self.loss = loss_of

    def stepper(self, data: Data) -> Callable:
        images, targets = _arrays(data)
        gradient = mx.value_and_grad(self.loss)
        state = [self.params, self.optimizer.state, mx.random.state]

        @lambda step: mx.compile(step, inputs=state, outputs=state)
        def step(indices):
            x, t = _batch(data, images, targets, indices)
            if data.noise is not None:
                x = mx.clip(x + data.noise * mx.random.normal(x.shape), 0, 1)
            loss, grads = gradient(state[0], x, t)
            state[0] = self.params = self.optimizer.apply_gradients(grads, state[0])
            return loss

        def one_step(indices):
            loss = step(mx.array(indices))
            mx.eval(loss, state)
            return loss.item()

        return one_step

    def loss_of(self, data: Data) -> Callable:
        images, targets = _arrays(data)
        return lambda k: self.loss(self.params, *_batch(data, images, targets, mx.array(k))).item()


def _conv(x, kernel, strides, pads):
    return mx.conv2d(mx.pad(x, ((0, 0), *pads, (0, 0))), kernel.transpose(3, 0, 1, 2), strides)


def _conv_transpose(x, kernel, strides, pads, size):
    starts = [start for start, _ in pads]
    whole = [(n - 1) * stride + k for n, stride, k in zip(x.shape[1:], strides, kernel.shape)]
    lacking = [max(start + wanted - n, 0) for start, wanted, n in zip(starts, size, whole)]
    y = mx.conv_transpose2d(x, kernel.transpose(2, 0, 1, 3), strides, output_padding=tuple(lacking))
    (top, left), (height, width) = starts, size
    return y[:, top : top + height, left : left + width]


def _max_pool(x, window, strides, pads):
    x = mx.pad(x, ((0, 0), *pads, (0, 0)), constant_values=-float("inf"))
    return nn.MaxPool2d(window, strides)(x)


def _up_sample(x, size):
    return mx.repeat(mx.repeat(x, size[0], axis=1), size[1], axis=2)


OPERATIONS = Operations(
    *(_conv, _conv_transpose, _max_pool, _up_sample),
    {"relu": nn.relu, "sigmoid": mx.sigmoid, "tanh": mx.tanh},
)


def _arrays(data: Data) -> list:
    arrays = map(channels_last_images, (data.x, data.y))
    return [None if array is None else mx.array(array) for array in arrays]


def _batch(data: Data, images, targets, indices):
    def prepared(values):
        return values.astype(mx.float32) * data.scale + data.offset if values.dtype == mx.uint8 else values

    x = prepared(images[indices])
    return x, x if targets is None else prepared(targets[indices])
