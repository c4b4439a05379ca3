"""Models as users of Keras write them exchange weights with npae's, and compute the same."""

from __future__ import annotations

import os

import numpy as np
import pytest
from systems import LATENT2D, SYSTEMS, agree, built, images_for, weights_of

import npae
from npae import interop

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture
def keras():
    return pytest.importorskip("keras", reason="Keras is missing; pip install keras tensorflow brings it")


def keras_system(keras, name):
    """Return a system in Keras's words; the variational one has two heads."""
    layers, inputs = keras.layers, keras.Input
    conv, transposed, dense = layers.Conv2D, layers.Conv2DTranspose, layers.Dense
    same = {"activation": "relu", "padding": "same"}
    stride = {**same, "strides": 2}
    if name == "dense":
        return keras.Sequential([inputs((784,)), dense(32, "relu"), dense(784, "sigmoid")])
    if name == "latent2d":
        hidden = [dense(width, None if width == 2 else "relu") for width in LATENT2D]
        return keras.Sequential([inputs((784,)), *hidden, dense(784, "tanh")])
    if name == "variational":
        image = inputs((28, 28, 1))
        h = layers.Flatten()(conv(64, 3, **stride)(conv(32, 3, **stride)(image)))
        h = dense(16, "relu")(h)
        mean, _ = dense(2, name="z_mean")(h), dense(2, name="z_log_var")(h)
        decoder = keras.Sequential(
            [
                *(inputs((2,)), dense(7 * 7 * 64, "relu"), layers.Reshape((7, 7, 64))),
                *(transposed(64, 3, **stride), transposed(32, 3, **stride)),
                transposed(1, 3, activation="sigmoid", padding="same"),
            ]
        )
        encoder = keras.Model(image, [mean, _])
        return keras.Model(image, [decoder(encoder(image)[0]), encoder(image)[1]])
    pool, up = (lambda: layers.MaxPooling2D(2, padding="same")), (lambda: layers.UpSampling2D(2))
    last = {"activation": "sigmoid", "padding": "same"}
    bodies = {
        "conv": lambda: [
            *(conv(16, 3, **same), pool(), conv(8, 3, **same), pool(), conv(8, 3, **same), up()),
            *(conv(16, 3, **same), up(), conv(1, 3, **last)),
        ],
        "strided-denoiser": lambda: [
            *(conv(16, 3, **stride), conv(8, 3, **stride), transposed(8, 3, **stride)),
            *(transposed(16, 3, **stride), conv(1, 3, **last)),
        ],
        "transposed-denoiser": lambda: [
            *(conv(32, 3, **same), pool(), conv(64, 3, **same), pool()),
            *(
                transposed(32, 2, strides=2, activation="relu"),
                transposed(1, 2, strides=2, activation="sigmoid"),
            ),
        ],
    }
    return keras.Sequential([inputs((28, 28, 1)), *bodies[name]()])


def in_keras(model, x):
    images = np.moveaxis(x, 1, -1) if x.ndim == 4 else x
    y = model.predict(images, verbose=0)
    y = y[0] if isinstance(y, list) else y
    return np.moveaxis(y, -1, 1) if y.ndim == 4 else y


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_and_keras_exchange_weights(name, keras, rng):
    model, theirs, two = built(name, 1), keras_system(keras, name), name == "variational"
    for value in theirs.weights:
        value.assign(weights_of(value.shape, value.shape[-1], rng))
    x = images_for(model, rng)
    interop.from_keras(model, theirs.get_weights(), two_heads=two)
    agree(model.reconstruct(x), in_keras(theirs, x))
    other = built(name, 2)
    theirs.set_weights(list(interop.to_keras(other, two_heads=two).values()))
    np.testing.assert_allclose(other.reconstruct(x), in_keras(theirs, x), rtol=0, atol=1e-5)


def test_colour_images_through_a_flat_code_agree_with_keras(keras, rng):
    layers = keras.layers
    theirs = keras.Sequential(
        [
            *(keras.Input((6, 5, 3)), layers.Conv2D(4, (2, 3), activation="tanh"), layers.Flatten()),
            *(layers.Dense(7, "tanh"), layers.Dense(2 * 3 * 5), layers.Activation("tanh")),
            *(layers.Reshape((2, 3, 5)), layers.Conv2DTranspose(3, (3, 2), activation="tanh")),
        ]
    )
    model = npae.Sequential(
        [
            *(npae.Conv2D(4, (2, 3), activation="tanh"), npae.Flatten(), npae.Dense(7, "tanh")),
            *(npae.Dense(30), npae.Tanh(), npae.Reshape((5, 2, 3))),
            npae.Conv2DTranspose(3, (3, 2), activation="tanh"),
        ]
    )
    model.build((3, 6, 5), 1)
    x = rng.standard_normal((3, 3, 6, 5), np.float32)
    interop.from_keras(model, {each.path: each.numpy() for each in theirs.weights})
    agree(model.forward(x)[0], in_keras(theirs, x))
