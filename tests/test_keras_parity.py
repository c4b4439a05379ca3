"""Adam with epsilon-hat steps as Keras's Adam does: from the same weights, on the same batches."""

from __future__ import annotations

import numpy as np
import pytest

from npae import Adam, fit
from npae.datasets import synthetic_digits
from npae.recipes import RECIPES

keras = pytest.importorskip("keras", reason="Keras is missing; pip install keras tensorflow brings it")

STEPS, BATCH = 8, 64


@pytest.fixture(scope="module")
def images():
    return synthetic_digits(STEPS * BATCH, 1)[0].reshape(-1, 784).astype(np.float32) / 255


@pytest.fixture(scope="module")
def weights_of_keras(images):
    """Return the weights of `dense` before and after Keras's steps."""
    model = RECIPES["dense"].build()
    model.build((784,), 0)
    start = list(model.params.values())
    dense = keras.layers.Dense
    twin = keras.Sequential([keras.Input((784,)), dense(32, "relu"), dense(784, "sigmoid")])
    twin.set_weights(start)
    twin.compile(keras.optimizers.Adam(1e-3, epsilon=1e-7), "binary_crossentropy")
    twin.fit(images, images, batch_size=BATCH, shuffle=False, verbose=0)
    return start, twin.get_weights()


def weights_of_npae(images, epsilon_hat):
    model = RECIPES["dense"].build()
    model.build((784,), 0)
    optimizer = Adam(epsilon_hat=epsilon_hat)
    fit(model, images, loss="binary_crossentropy", batch_size=BATCH, shuffle=False, optimizer=optimizer)
    return list(model.params.values())


def furthest(some, others):
    return max(np.abs(a - b).max() for a, b in zip(some, others))


def test_steps_with_epsilon_hat_are_keras_steps(images, weights_of_keras):
    start, expected = weights_of_keras
    assert furthest(start, expected) > 5e-3  # so that agreeing means something
    assert furthest(weights_of_npae(images, True), expected) < 2e-5


def test_steps_with_the_corrected_root_are_others(images, weights_of_keras):
    assert furthest(weights_of_npae(images, False), weights_of_keras[1]) > 5e-4
