"""PaddlePaddle as a contestant: functions of `paddle.nn.functional`, eager, and Paddle's Adam.

Written as PaddlePaddle's guide to custom training loops has it. Images are (n, c, h, w), its default.
"""

from __future__ import annotations

from collections.abc import Callable

import paddle
from paddle.nn import functional

from benchmarks.peer import Operations, Peer, functions
from benchmarks.tasks import EPSILON, Data, build_model, loss_name

LOSSES: dict[str, Callable] = {
    "mse": functional.mse_loss,
    "binary_crossentropy": functional.binary_cross_entropy_with_logits,
    "softmax_crossentropy": functional.cross_entropy,
}


class Paddle(Peer):
    """Trains a recipe's twin; see `benchmarks.contestants` for the methods."""

    def __init__(self, name: str, threads: int, variant: str = ""):
        super().__init__(name)
        paddle.set_device("cpu")
        model, loss = build_model(name), loss_name(name)
        layers = functions(model, OPERATIONS, bare=loss == "binary_crossentropy")
        params = [
            [paddle.to_tensor(value, stop_gradient=False) for value in layer.params.values()]
            for _, layer in model.leaves()
        ]
        every = [value for values in params for value in values]
        self.optimizer = paddle.optimizer.Adam(1e-3, epsilon=EPSILON, parameters=every)

        def loss_of(x, t):
            for layer, values in zip(layers, params):
                x = layer(x, *values)
            return LOSSES[loss](x, t)

        self.loss = loss_of

    def stepper(self, data: Data) -> Callable:
        images, targets = _tensors(data)

        def step(indices):
            x, t = _batch(data, images, targets, indices)
            if data.noise is not None:
                x = (x + data.noise * paddle.randn(x.shape)).clip(0, 1)
            loss = self.loss(x, t)
            loss.backward()
            self.optimizer.step()
            self.optimizer.clear_grad()
            return loss

        return step

    def loss_of(self, data: Data) -> Callable:
        images, targets = _tensors(data)

        @paddle.no_grad()
        def loss_of(indices):
            return self.loss(*_batch(data, images, targets, indices))

        return loss_of


def _conv(x, kernel, strides, pads):
    return functional.conv2d(x, kernel, stride=strides, padding=[(0, 0), (0, 0), *pads])


def _conv_transpose(x, kernel, strides, pads, size):
    starts = [start for start, _ in pads]
    whole = [(n - 1) * stride + k for n, stride, k in zip(x.shape[2:], strides, kernel.shape[2:])]
    lacking = [max(start + wanted - n, 0) for start, wanted, n in zip(starts, size, whole)]
    y = functional.conv2d_transpose(x, kernel, stride=strides, output_padding=lacking)
    (top, left), (height, width) = starts, size
    return y[:, :, top : top + height, left : left + width]


def _max_pool(x, window, strides, pads):
    return functional.max_pool2d(x, window, strides, [(0, 0), (0, 0), *pads])


OPERATIONS = Operations(
    *(_conv, _conv_transpose, _max_pool),
    lambda x, size: functional.interpolate(x, scale_factor=list(size), mode="nearest"),
    {"relu": functional.relu, "sigmoid": functional.sigmoid, "tanh": paddle.tanh},
    channels_last=False,
)


def _tensors(data: Data) -> list:
    return [None if array is None else paddle.to_tensor(array) for array in (data.x, data.y)]


def _batch(data: Data, images, targets, indices):
    indices = paddle.to_tensor(indices)

    def prepared(tensor):
        values = paddle.gather(tensor, indices)
        return values.astype("float32") * data.scale + data.offset if values.dtype == paddle.uint8 else values

    x = prepared(images)
    return x, x if targets is None else prepared(targets)
