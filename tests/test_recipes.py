"""The five systems are the published ones, number by number, and run to their end."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from slow_cases import slow_but

from npae import datasets
from npae.console.cli import main
from npae.recipes import RECIPES, get_recipe
from npae.recipes.folder import Settings
from npae.recipes.measures import reconstruction_metrics
from npae.recipes.run import Run

EXAMPLES = sorted(
    path
    for path in (Path(__file__).parents[1] / "examples").glob("*.py")
    if path.stem != "scikit_learn"  # which test_estimator runs
)

# Parameters as the originals' frameworks count them.
PARAMETERS = {
    "dense": 784 * 32 + 32 + 32 * 784 + 784,
    "conv": 160 + 1160 + 584 + 1168 + 145,
    "strided-denoiser": 160 + 1160 + 584 + 1168 + 145,
    "latent2d": 2 * (784 * 128 + 128 * 64 + 64 * 10 + 10 * 2) + (128 + 64 + 10 + 2) + (10 + 64 + 128 + 784),
    "transposed-denoiser": 320 + 18496 + (64 * 32 * 4 + 32) + (32 * 4 + 1),
    "masking-denoiser": 2 * 784 * 1000 + 1000 + 784,
    "stacked-denoiser": 2 * (784 * 1000 + 2 * 1000 * 1000) + 5 * 1000 + 784,
    "deep": 2 * (784 * 1000 + 1000 * 500 + 500 * 250 + 250 * 30) + 1780 + 1750 + 784,
    "keras-denoiser": 28353,
    "sparse": 784 * 32 + 32 + 32 * 784 + 784,
    "overcomplete": 2 * 784 * 1000 + 1000 + 784,
    "contractive": 2 * 784 * 256 + 256 + 784,
    "variational": 69076 + 65089,
    "variational-dense": 784 * 200 + 200**2 + 200 * 100 + 50 * 200 + 200**2 + 200 * 784 + 4 * 200 + 100 + 784,
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_gives_back_images_and_has_the_published_number_of_parameters(name):
    recipe = RECIPES[name]
    model = recipe.build()
    assert model.build(recipe.input_shape) == recipe.input_shape
    count = sum(value.size for value in model.params.values())
    assert count == PARAMETERS.get(name, count)  # of a recipe of one's own, no number is published


def test_unknown_recipes_are_told_near_names():
    with pytest.raises(ValueError, match="did you mean strided-denoiser"):
        get_recipe("strided_denoise")
    with pytest.raises(ValueError, match="--noise is not for latent2d"):
        RECIPES["latent2d"].with_noise()


@pytest.fixture(scope="module")
def digits():
    arrays = datasets.synthetic_digits(2000, 200, seed=1)
    return datasets.Dataset(
        "synthetic", *arrays, source="drawn for the tests", sha256="0" * 64, synthetic=True
    )


SYSTEMS = ("dense", "conv", "latent2d", "strided-denoiser", "transposed-denoiser")


# The others are in test_family_codes.py and test_family_denoisers.py, with what they are for.
@pytest.mark.parametrize("name", slow_but(SYSTEMS[:2], SYSTEMS))
def test_a_system_runs_to_its_end_on_two_thousand_digits(name, tmp_path, digits, monkeypatch):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: digits)
    options = ["--limit", "2000", "--epochs", "1", "--quiet"]
    assert main(["train", name, *options, "--out", str(tmp_path)]) == 0
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    untrained = reconstruction_metrics(Run(RECIPES[name], Settings(name), digits, tmp_path))
    assert metrics["dataset"]["train"] == 2000 and metrics["test_mse"] < untrained["test_mse"]
    assert ("test_bce_per_pixel" in metrics) == (name in ("dense", "conv"))


@pytest.mark.parametrize("path", slow_but(EXAMPLES[::5], EXAMPLES), ids=lambda path: path.stem)
def test_an_example_runs_and_draws(path, tmp_path, monkeypatch, small_synthetic):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    loss = example.main(epochs=1, limit=200, out=str(tmp_path / "figures"))
    assert np.isfinite(loss) and list((tmp_path / "figures").glob("*.png"))


def test_every_published_recipe_has_an_example():
    assert {path.stem.replace("_", "-") for path in EXAMPLES} == set(PARAMETERS)


@pytest.mark.real_data
@pytest.mark.parametrize("name, bar", slow_but([("dense", 0.33)], [("conv", 0.30), ("dense", 0.33)]))
def test_real_data_are_learned_from_the_first_thousand_steps_on(name, bar, tmp_path, real_data):
    assert main(["train", name, "--limit", "5000", "--epochs", "3", "--out", str(tmp_path), "--quiet"]) == 0
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["dataset"]["name"] == "mnist" and metrics["val_loss"] < bar
