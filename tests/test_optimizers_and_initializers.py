"""Optimisers step as their papers say; initial values have the spread that they promise."""

import numpy as np
import pytest

from npae import SGD, Adam
from npae.initializers import INITIALIZERS, initial_values


def test_adam_advances_its_step_once_for_all_parameters(backend, rng):
    params, m, v = rng.standard_normal(7), np.zeros(7), np.zeros(7)
    ours, optimizer = params.copy(), Adam(learning_rate=0.01)
    for t in range(1, 6):
        g = rng.standard_normal(7)
        optimizer.update(ours, g)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        params = params - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
        np.testing.assert_allclose(ours, params, rtol=1e-12)
    assert optimizer.state["step"] == 5


@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd_follows_keras_formula(backend, rng, nesterov):
    params, velocity = rng.standard_normal(7), np.zeros(7)
    ours, optimizer = params.copy(), SGD(0.1, momentum=0.9, nesterov=nesterov)
    for _ in range(4):
        g = rng.standard_normal(7)
        optimizer.update(ours, g)
        velocity = 0.9 * velocity - 0.1 * g
        params = params + (0.9 * velocity - 0.1 * g if nesterov else velocity)
        np.testing.assert_allclose(ours, params, rtol=1e-12)


@pytest.mark.parametrize(
    "make", [lambda: Adam(0), lambda: Adam(beta_1=1), lambda: SGD(np.nan), lambda: SGD(momentum=1.5)]
)
def test_settings_that_cannot_work_are_refused(make):
    with pytest.raises(ValueError, match="must be"):
        make()


def test_an_optimiser_refuses_another_model():
    optimizer = Adam()
    optimizer.update(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="updated 3 parameters before, not 4"):
        optimizer.update(np.zeros(4), np.ones(4))


@pytest.mark.parametrize(
    "name, variance",
    [("glorot_uniform", 2 / (200 + 300)), ("he_normal", 2 / 200), ("pytorch_uniform", 1 / (3 * 200))],
)
def test_initial_values_have_the_variance_of_their_source(rng, name, variance):
    values = initial_values(name, (200, 300), 200, 300, rng, np.float64)
    assert values.var() == pytest.approx(variance, rel=0.03) and abs(values.mean()) < 3 * np.sqrt(
        variance / 60000
    )


def test_both_dtypes_start_from_the_same_point():
    single, double = (
        initial_values("glorot_uniform", (4, 5), 4, 5, np.random.default_rng(1), dtype)
        for dtype in (np.float32, np.float64)
    )
    assert single.dtype == np.float32 and np.array_equal(single, double.astype(np.float32))


def test_an_unknown_initializer_names_those_there_are(rng):
    with pytest.raises(ValueError, match=", ".join(INITIALIZERS)):
        initial_values("xavier", (2,), 1, 1, rng, np.float32)


def test_adams_epsilon_hat_is_added_to_the_uncorrected_root():
    """The last lines of section 2 of Kingma & Ba, which Keras computes, with an epsilon that is felt."""
    rng = np.random.default_rng(0)
    params, m, v = rng.normal(size=7), np.zeros(7), np.zeros(7)
    ours, optimizer = params.copy(), Adam(epsilon=0.1, epsilon_hat=True)
    for t in range(1, 6):
        g = rng.normal(size=7)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        params -= 1e-3 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 0.1)
        optimizer.update(ours, g)
    np.testing.assert_allclose(ours, params, rtol=1e-12)


@pytest.mark.parametrize("make", [Adam, lambda: SGD(momentum=0.9)])
def test_an_optimiser_continues_from_a_restored_state(make, rng):
    grads = rng.standard_normal((4, 7))
    whole, params = make(), np.zeros(7)
    for g in grads[:2]:
        whole.update(params, g)
    resumed, copied = make(), params.copy()
    resumed.restore(
        {name: np.copy(value) if np.ndim(value) else value for name, value in whole.state.items()}
    )
    for g in grads[2:]:
        whole.update(params, g)
        resumed.update(copied, g)
    np.testing.assert_array_equal(copied, params)


@pytest.mark.parametrize(
    "state, words",
    [
        ({"velocity": np.zeros(3)}, "has a state of"),
        ({"step": -1, "m": np.zeros(3), "v": np.zeros(3)}, "step must be an integer of at least 0, not -1"),
        ({"step": 1, "m": np.zeros(3), "v": np.zeros(4)}, "vectors must have one length"),
    ],
)
def test_a_state_that_is_not_adams_is_refused(state, words):
    optimizer = Adam()
    with pytest.raises(ValueError, match=words):
        optimizer.restore(state)
    assert optimizer.state == {}
