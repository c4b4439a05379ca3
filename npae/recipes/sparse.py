"""Sparse autoencoders: a penalty on the code turns most of its units off, for each image or on average."""

import math
from functools import partial

import numpy as np

from npae.layers import Dense
from npae.model import Autoencoder, Sequential
from npae.objectives.losses import MeanSquaredError
from npae.objectives.objective import Objective
from npae.objectives.penalties import L1, KLSparsity
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run
from npae.training.evaluation import evaluate_terms, predict

LOSS = "binary_crossentropy"
SQUARES = MeanSquaredError(per="image")
WEIGHT = 1e-4  # codes become smaller, and decoder weights larger; even ten times that leaves most units on
TARGET = 0.1


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: 784-32-784."""
    return Autoencoder(Sequential([Dense(32, "relu")]), Sequential([Dense(math.prod(shape), "sigmoid")]))


def build_sigmoid(shape: Shape = MNIST) -> Autoencoder:
    """Return a wider model with a sigmoid code, as in UFLDL: 784-200-784."""
    return Autoencoder(Sequential([Dense(200, "sigmoid")]), Sequential([Dense(math.prod(shape), "sigmoid")]))


def models(run: Run) -> dict[str, Autoencoder]:
    """Return the models with each penalty, and without it."""
    build, sigmoid = run.recipe.build, partial(build_sigmoid, run.dataset.image_shape)
    return {
        "plain": run.part("plain", build, loss=LOSS),
        "l1": run.model,
        "l1_tenfold": run.part("l1-tenfold", build, loss=Objective(LOSS, L1(10 * WEIGHT))),
        "plain_sigmoid": run.part("plain-sigmoid", sigmoid, loss=SQUARES, epochs=15),
        "kl": run.part("kl", sigmoid, loss=Objective(SQUARES, KLSparsity(TARGET)), epochs=15),
    }


def active(codes: np.ndarray, name: str) -> np.ndarray:
    """Return which units are on: above 0, or above 1/2 for a sigmoid."""
    return codes > (0.5 if name in ("plain_sigmoid", "kl") else 0)


def measure(run: Run) -> dict[str, float]:
    """Return mean code, share of active units and losses of each model, and the published ratios."""
    numbers = {}
    batches = run.test_batches()
    for name, model in models(run).items():
        codes = predict(model.encoder, batches, run.threads)
        numbers[f"{name}_code_mean"] = float(codes.mean())
        numbers[f"{name}_active_share"] = float(active(codes, name).mean())
        for loss in (LOSS, SQUARES):
            key = "test_loss" if loss is LOSS else "squared_error_per_image"
            numbers[f"{name}_{key}"] = evaluate_terms(model, batches, loss=loss, threads=run.threads)["loss"]
    total = evaluate_terms(run.model, batches, loss=run.recipe.loss, threads=run.threads)["loss"]
    return {
        **numbers,
        "code_mean_ratio": numbers["l1_code_mean"] / numbers["plain_code_mean"],
        "loss_ratio": numbers["l1_test_loss"] / numbers["plain_test_loss"],
        "loss_ratio_with_penalty": total / numbers["plain_test_loss"],
    }


def draw(run: Run) -> None:
    """Draw reconstructions, filters of both models, mean codes of images, and shares of active units."""
    from npae import plotting

    found = models(run)
    names = dict(zip(found, ("no penalty", "L1", "ten times that L1", "sigmoid, no penalty", "sigmoid, KL")))
    x, _ = run.test_images()
    rows = [("original", run.pixels(x[:10]))]
    rows += [(names[name], run.pixels(model.reconstruct(x[:10]))) for name, model in found.items()]
    title = "Test images and the output of each model"
    plotting.image_rows(run.path("reconstructions.png"), rows, title=title)
    codes = {name: model.encode(x) for name, model in found.items()}
    shares = {name: float(active(code, name).mean()) for name, code in codes.items()}
    kernels = [
        (f"{names[name]}: {shares[name]:.1%} of units on", found[name].encoder.layers[0].params["kernel"])
        for name in ("plain", "l1", "plain_sigmoid", "kl")
    ]
    title = "Weights into the first units: 32 rectified ones above, 36 of 200 sigmoids below"
    plotting.filters(run.path("filters.png"), kernels, title, count=36, shape=run.dataset.image_shape)
    means = {names[name]: codes[name].mean(axis=1) for name in ("plain", "l1", "l1_tenfold")}
    title = f"Mean of the 32 units, for each of {len(x):,} test images"
    plotting.histograms(run.path("codes.png"), [("", means)], title, "mean of the code")
    series = {"": [100 * share for share in shares.values()]}
    title = "How many units are on for a test image: above 0 if rectified, above 1/2 if sigmoid"
    groups = [names[name] for name in shares]
    plotting.bars(run.path("activity.png"), series, groups, title, "units that are on, %", form="{:.1f}")


RECIPE = Recipe(
    name="sparse",
    summary="784-32-784 with an L1 penalty on the code, and KL divergence to a target activity",
    source="F. Chollet, Building autoencoders in Keras (2016); A. Ng, Sparse autoencoder (2011)",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss=Objective(LOSS, L1(WEIGHT)),
    epochs=100,
    batch_size=256,
    keras_adam=True,
    draw=draw,
    measure=measure,
    published={"plain_code_mean": {100: 7.3}, "l1_code_mean": {100: 3.33}, "code_mean_ratio": {100: 0.46}},
)
