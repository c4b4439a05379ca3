"""The members of the family that shape their code: each runs to its end and shows what it is for."""

import json

import numpy as np
import pytest

from npae import datasets
from npae.recipes import contractive, overcomplete, variational, variational_dense

FIGURES = {
    "sparse": {"reconstructions", "filters", "codes", "activity"},
    "overcomplete": {"clean", "noisy", "filters", "copying"},
    "contractive": {"reconstructions", "filters", "singular_values"},
    "variational": {"reconstructions", "elbo", "samples", "interpolations", "manifold", "codes"},
    "variational-dense": {"reconstructions", "elbo", "samples", "interpolations"},
}
PARTS = {
    "sparse": {"plain", "l1-tenfold", "plain-sigmoid", "kl"},
    "overcomplete": {"sparsity", "noise"},
    "contractive": {"plain", "denoising"},
    "variational": {"gaussian", "beta"},
    "variational-dense": set(),
}


@pytest.fixture(scope="module")
def digits():
    arrays = datasets.synthetic_digits(500, 200, seed=1)
    return datasets.Dataset(
        "synthetic", *arrays, source="drawn for the tests", sha256="0" * 64, synthetic=True
    )


@pytest.fixture
def trained(request, tmp_path, digits, monkeypatch, trained_once):
    """Return the name, the folder and the metrics of a short run, in which less is measured than usually."""
    name, limit = request.param
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: digits)
    for page, constant, value in (
        (contractive, "EXAMPLES", 20),
        (contractive, "SPECTRA", 3),
        (overcomplete, "PROBED", 200),
        (variational, "IMAGES", 20),
        (variational, "SAMPLES", 5),
        (variational_dense, "SAMPLES", 5),
    ):
        monkeypatch.setattr(page, constant, value)
    folder = trained_once(["train", name, "--limit", str(limit), "--epochs", "1"], tmp_path / "run")
    return name, folder, json.loads((folder / "metrics.json").read_text())


@pytest.mark.parametrize(
    "trained",
    [
        pytest.param(
            (name, 200),
            marks=pytest.mark.slow if name in ("variational", "overcomplete", "contractive") else (),
        )
        for name in FIGURES
    ],
    indirect=True,
    ids=list(FIGURES),
)
def test_a_member_runs_to_its_end(trained):
    name, folder, metrics = trained
    assert {path.stem for path in folder.glob("*.png")} == FIGURES[name] | {"loss"}
    assert {path.parent.name for path in folder.glob("parts/*/model.npz")} == PARTS[name]
    numbers = [value for value in metrics.values() if isinstance(value, float)]
    assert len(numbers) > 8 and np.isfinite(numbers).all()


@pytest.mark.parametrize(
    "trained",
    [
        pytest.param((name, 1), marks=() if name in ("sparse", "variational-dense") else pytest.mark.slow)
        for name in FIGURES
    ],
    indirect=True,
    ids=list(FIGURES),
)
def test_one_image_is_enough(trained):
    name, folder, _ = trained
    assert {path.stem for path in folder.glob("*.png")} == FIGURES[name] | {"loss"}


@pytest.mark.parametrize("trained", [("variational-dense", 200)], indirect=True, ids=["variational-dense"])
def test_the_bound_is_the_sum_of_its_parts_and_lies_above_the_likelihood(trained):
    _, _, metrics = trained
    parts = metrics["test_elbo_reconstruction"] + metrics["test_elbo_kl"]
    assert metrics["test_negative_elbo"] == pytest.approx(parts)
    assert metrics["test_nll_k5"] < metrics["test_negative_elbo"]


def test_the_warm_up_of_the_rate_counts_epochs_and_thirty_of_them_have_the_rates_they_always_had():
    falling = [2e-3 * min(1, (1 - done / 30) / 0.3) for done in range(3, 30)]
    assert [variational.learning_rate(epoch, 30) for epoch in range(1, 31)] == [2e-4, 1e-3, 1e-3, *falling]
    assert [variational.learning_rate(epoch, 3) for epoch in (1, 2, 3)] == [2e-4, 1e-3, 1e-3]
    assert [variational.early_rate(epoch, 5) for epoch in range(1, 6)] == [2e-4, 1e-3, 1e-3, 2e-3, 2e-3]


def test_beta_weighs_the_code_against_the_reconstruction():
    assert repr(variational.objective(beta=4.0)) == (
        "Objective(BinaryCrossentropy(per='image'), KullbackLeibler(beta=4.0))"
    )
