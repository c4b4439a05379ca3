"""The estimator keeps scikit-learn's conventions, without scikit-learn; with it, its own checks pass."""

from __future__ import annotations

import copy
import pickle
import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest

import npae
from npae import AutoencoderTransformer

pytestmark = pytest.mark.filterwarnings("ignore:npae:UserWarning")
EXAMPLES = Path(__file__).parents[1] / "examples"

# Checks of scikit-learn that do not apply, and why: none at present.
EXPECTED_TO_FAIL: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _numpy():
    with npae.use_backend("numpy"):
        yield


@pytest.fixture
def sklearn():
    return pytest.importorskip("sklearn", reason="pip install scikit-learn brings what is compared with")


def small(**changes):
    return AutoencoderTransformer(**{"n_components": 2, "epochs": 3, "random_state": 0, **changes})


@pytest.fixture
def x(rng):
    return rng.random((40, 3)) @ rng.random((3, 6))


def test_codes_and_reconstructions_have_their_shapes(x):
    estimator = small(hidden_layer_sizes=(5, 4))
    codes = estimator.fit_transform(x)
    assert codes.shape == (40, 2) and codes.dtype == np.float64
    again = estimator.inverse_transform(codes)
    assert again.shape == x.shape
    assert estimator.score(x) == pytest.approx(-np.mean((again - x) ** 2))
    units = [layer.units for _, layer in estimator.model_.leaves()]
    assert units == [5, 4, 2, 4, 5, 6] and len(estimator.history_) == 3
    assert list(estimator.get_feature_names_out()) == ["autoencodertransformer0", "autoencodertransformer1"]


def test_training_reconstructs_better(x):
    few, many = (small(epochs=epochs, n_components=3).fit(x) for epochs in (1, 60))
    assert many.score(x) > few.score(x) / 2  # both are negative
    assert few.set_params(epochs=60).fit(x).score(x) == many.score(x)


def test_float32_stays_float32(x):
    assert small().fit_transform(x.astype(np.float32)).dtype == np.float32
    assert small().fit_transform((9 * x).astype(int)).dtype == np.float64


def test_a_seed_gives_the_same_and_none_another_code(x):
    assert np.array_equal(small().fit_transform(x), small().fit_transform(x))
    none = small(random_state=None)
    assert not np.array_equal(none.fit_transform(x), none.fit_transform(x))
    for kind in (np.random.RandomState, np.random.default_rng):
        a, b = (small(random_state=kind(3)).fit_transform(x) for _ in range(2))
        assert np.array_equal(a, b)


def test_a_model_of_ones_own_is_built(x):
    def build(n_features, n_components):
        encoder = npae.Sequential(
            [
                npae.Reshape((1, 2, n_features // 2)),
                npae.Conv2D(2, 2),
                npae.Flatten(),
                npae.Dense(n_components),
            ]
        )
        return npae.Autoencoder(encoder, npae.Sequential([npae.Dense(n_features)]))

    assert small(build=build).fit_transform(x).shape == (40, 2)
    wrong = [npae.Sequential([npae.Dense(3)]), npae.Sequential([npae.Dense(5)])]
    with pytest.raises(ValueError, match=r"build must return a model with flat codes and outputs \(6,\)"):
        small(build=lambda n, k: npae.Autoencoder(*wrong)).fit(x)
    with pytest.raises(ValueError, match=r"build\(...\) must be of class Autoencoder"):
        small(build=lambda n, k: None).fit(x)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"n_components": 0}, "n_components must be a positive integer, not 0"),
        ({"hidden_layer_sizes": 3}, "hidden_layer_sizes must be of class list or tuple, not 3"),
        ({"hidden_layer_sizes": (3, "a")}, "hidden_layer_sizes must be a positive integer"),
        ({"epochs": 1.5}, "epochs must be"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"learning_rate": -1}, "learning_rate must be"),
        ({"loss": "mae?"}, "loss"),
        ({"activation": "snake"}, "activation"),
        ({"random_state": "a"}, "random_state must be"),
    ],
)
def test_a_wrong_parameter_is_named_by_fit(changes, told, x):
    with pytest.raises(ValueError, match=told):
        small(**changes).fit(x)


@pytest.mark.parametrize(
    ("x", "kind", "told"),
    [
        (np.ones(3), ValueError, r"X has the shape \(3,\); .* Reshape your data"),
        (np.ones((2, 3, 4)), ValueError, "X has the shape"),
        (np.ones((0, 3)), ValueError, "0 sample"),
        (np.ones((3, 0)), ValueError, r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required"),
        (np.array([[1, np.nan]]), ValueError, "X contains NaN or infinity"),
        (np.array([[1, 1e999]]), ValueError, "X contains NaN or infinity"),
        (np.array([[1j]]), ValueError, "Complex data not supported"),
        (np.array([["a"]]), ValueError, "X must hold numbers"),
        (np.array([["a", None]], object), ValueError, "X must hold numbers"),
        (np.array([[{}, 1]], object), TypeError, "X must hold numbers"),
        ([[1.0], [1.0, 2.0]], ValueError, "X must be an array of numbers"),
    ],
)
def test_wrong_data_are_named(x, kind, told):
    with pytest.raises(kind, match=told) as error:
        small().fit(x)
    assert "\n" not in str(error.value)


def test_what_does_not_fit_is_refused(x):
    estimator = small()
    with pytest.raises(ValueError, match="this AutoencoderTransformer is not fitted yet"):
        estimator.transform(x)
    estimator.fit(x)
    with pytest.raises(ValueError, match="X has 5 features, but AutoencoderTransformer is expecting 6"):
        estimator.transform(x[:, :5])
    with pytest.raises(ValueError, match=r"codes with examples of shape \(3,\)"):
        estimator.inverse_transform(x[:, :3])
    with pytest.raises(ValueError, match="Invalid parameter 'width' for AutoencoderTransformer"):
        estimator.set_params(width=3)


def test_it_is_shown_copied_and_pickled(x):
    estimator = AutoencoderTransformer(3, epochs=2)
    assert repr(estimator) == "AutoencoderTransformer(n_components=3, epochs=2)"
    assert AutoencoderTransformer(**estimator.get_params()).get_params() == estimator.get_params()
    estimator.fit(x)
    for twin in (copy.deepcopy(estimator), pickle.loads(pickle.dumps(estimator))):
        assert np.array_equal(twin.transform(x), estimator.transform(x))


def test_names_of_columns_are_compared(x):
    class Table(np.ndarray):
        columns = ["a", "b", "c", "d", "e", "f"]

    table = x.view(Table)
    estimator = small().fit(table)
    assert list(estimator.feature_names_in_) == Table.columns
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        estimator.transform(table)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        estimator.transform(x)
    Other = type("Other", (Table,), {"columns": Table.columns[::-1]})
    with pytest.raises(ValueError, match="The feature names should match"):
        estimator.transform(x.view(Other))
    assert not hasattr(estimator.fit(x), "feature_names_in_")


def test_scikit_learns_own_checks_pass(sklearn):
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(small(), expected_failed_checks=EXPECTED_TO_FAIL, on_fail=None)
    wrong = [(each["check_name"], each["exception"]) for each in results if each["status"] == "failed"]
    assert wrong == [] and sum(each["status"] == "passed" for each in results) > 40


def test_it_is_cloned_and_its_error_is_scikit_learns(sklearn, x):
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError

    estimator = small(n_components=4).fit(x)
    assert clone(estimator).get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        clone(estimator).transform(x)


@pytest.mark.slow
def test_the_example_runs_a_pipeline_and_a_grid_search(sklearn, small_synthetic, capsys):
    main = runpy.run_path(str(EXAMPLES / "scikit_learn.py"))["main"]
    accuracy, best = main(epochs=8, limit=200, widths=(1, 16))
    assert best == {"code__n_components": 16} and accuracy > 0.4  # ten classes
    assert "codes of 1 numbers" in capsys.readouterr().out
