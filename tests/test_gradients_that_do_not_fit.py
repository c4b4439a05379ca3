"""A wrong upstream gradient is refused in words: compiled kernels would go out of bounds."""

import numpy as np
import pytest

from npae import (
    ELU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    ReLU,
    Reshape,
    Sigmoid,
    UpSampling2D,
)

LAYERS = [
    Conv2D(4, 3, padding="same", activation="relu"),
    Conv2DTranspose(4, 3, strides=2, padding="same"),
    MaxPool2D(2),
    UpSampling2D(2),
    ReLU(),
    Sigmoid(),
    Dropout(0.5),
    Flatten(),
    Reshape((4, 32)),
    Conv2D(3, (3, 2), 2, ((0, 2), (1, 3)), "elu", use_bias=False),
    Conv2DTranspose(3, 3, 2, 1, 1, "leaky_relu"),
    AveragePooling2D((2, 3), padding=1),
    BatchNormalization(),
    ELU(),
]


def wrong(y):
    """Yield what a learner's slip may hand back: other batch, channels, size, rank."""
    yield np.ones((len(y) + 300, *y.shape[1:]), y.dtype)
    yield np.ones((*y.shape[:-1], y.shape[-1] + 70), y.dtype)
    yield np.ones((y.shape[0], y.shape[1] + 1, *y.shape[2:]), y.dtype)
    yield np.ones(y.shape[1:], y.dtype)


@pytest.mark.parametrize("layer", [*LAYERS, Dense(300, "relu")], ids=repr)
def test_a_dy_that_does_not_fit_is_refused(backend, rng, layer):
    shape = (5,) if isinstance(layer, Dense) else (2, 8, 8)
    layer.build(shape, rng)
    y, cache = layer.forward(rng.random((3, *shape), np.float32), rng)
    takes_any_batch = cache is None
    for position, dy in enumerate(wrong(y)):
        if takes_any_batch and position == 0:
            continue
        with pytest.raises(ValueError, match="was given a dy of shape"):
            layer.backward(dy, cache)


@pytest.mark.parametrize("layer", [Conv2D(4, 3), Dense(3)], ids=repr)
def test_a_float64_dy_does_not_leak_into_a_float32_layer(backend, rng, layer):
    shape = (5,) if isinstance(layer, Dense) else (2, 8, 8)
    layer.build(shape, rng)
    y, cache = layer.forward(rng.random((3, *shape), np.float32))
    with pytest.raises(ValueError, match="dy of float64; its parameters are float32"):
        layer.backward(y.astype(np.float64), cache)
