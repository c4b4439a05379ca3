"""The Jacobian by unit vectors sent back: against the formula for one layer, and finite differences."""

import numpy as np
import pytest

from npae.layers import Conv2D, Dense, Flatten
from npae.measures.jacobian import frobenius_norms, jacobians, singular_values
from npae.model import Sequential
from npae.objectives.penalties import Contractive
from npae.training.batches import Batches


def sigmoid_encoder(rng, inputs=6, units=4):
    encoder = Sequential([Dense(units, "sigmoid")])
    encoder.build((inputs,), rng, np.float64)
    return encoder


def test_of_one_layer_it_is_the_slope_times_the_kernel(rng):
    encoder, x = sigmoid_encoder(rng), rng.normal(size=(3, 6))
    h = encoder.forward(x)[0]
    expected = (h * (1 - h))[:, :, None] * encoder.params["dense/kernel"].T
    np.testing.assert_allclose(jacobians(encoder, x), expected, rtol=1e-12)


def test_of_any_encoder_it_is_what_finite_differences_say(rng):
    encoder = Sequential([Conv2D(3, (3, 2), strides=(2, 1), activation="tanh"), Flatten(), Dense(5, "tanh")])
    encoder.build((2, 5, 4), rng, np.float64)
    x, step = rng.normal(size=(2, 2, 5, 4)), 1e-6
    columns = []
    for unit in np.eye(40).reshape(40, 2, 5, 4):
        columns.append(
            (encoder.forward(x + step * unit)[0] - encoder.forward(x - step * unit)[0]) / (2 * step)
        )
    np.testing.assert_allclose(jacobians(encoder, x), np.stack(columns, axis=2), atol=1e-9)


@pytest.mark.parametrize("units", [4, 9])
def test_singular_values_are_those_of_numpy(units, rng, monkeypatch):
    monkeypatch.setattr("npae.measures.jacobian.BLOCK", 100)  # several blocks, the last one smaller
    encoder, x = sigmoid_encoder(rng, units=units), rng.normal(size=(7, 6))
    batches = Batches(x, dtype=np.float64)
    expected = np.linalg.svd(jacobians(encoder, x), compute_uv=False)
    np.testing.assert_allclose(singular_values(encoder, batches), expected, rtol=1e-7)
    np.testing.assert_allclose(frobenius_norms(encoder, batches), np.sqrt(np.sum(expected**2, axis=1)))


def test_the_square_of_the_norm_is_what_the_contractive_penalty_says(rng):
    encoder, x = sigmoid_encoder(rng), rng.normal(size=(5, 6))
    norms = frobenius_norms(encoder, Batches(x, dtype=np.float64))
    penalty = Contractive(1.0).elements(encoder, encoder.forward(x)[0]).sum(axis=1)
    np.testing.assert_allclose(norms**2, penalty)


def test_an_encoder_that_is_not_built_or_takes_other_inputs_is_refused(rng):
    with pytest.raises(ValueError, match="not built yet"):
        frobenius_norms(Sequential([Dense(2)]), np.ones((1, 6), np.float32))
    with pytest.raises(ValueError, match=r"\(6,\); the data have shape \(7,\)"):
        singular_values(sigmoid_encoder(rng), Batches(np.ones((1, 7)), dtype=np.float64))
