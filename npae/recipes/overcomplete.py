"""A code wider than the input: trained without regularisation, with an L1 penalty, or with noise."""

import math

import numpy as np

from npae.datasets import gaussian_noise
from npae.layers import Dense
from npae.measures.metrics import mean_squared_error
from npae.measures.probes import linear_probe
from npae.model import Autoencoder, Sequential
from npae.objectives.objective import Objective
from npae.objectives.penalties import L1
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run
from npae.training.batches import Batches
from npae.training.evaluation import predict

UNITS = 1000
LOSS = "binary_crossentropy"
NOISE = gaussian_noise(0.5)
PROBED = 10_000  # training images of the linear probe


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: 784-1000-784."""
    return Autoencoder(Sequential([Dense(UNITS, "relu")]), Sequential([Dense(math.prod(shape), "sigmoid")]))


def models(run: Run) -> dict[str, Autoencoder]:
    """Return the models: without regularisation, with sparsity, and with noise."""
    return {
        "alone": run.model,
        "sparsity": run.part("sparsity", run.recipe.build, loss=Objective(LOSS, L1(1e-4))),
        "noise": run.part("noise", run.recipe.build, data=lambda: run.batches(corruption=NOISE)),
    }


def inputs(run: Run) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return inputs and targets: clean test images, and noisy ones."""
    x, _ = run.test_images()
    noisy, _ = run.test_batches(corruption=NOISE).batch(slice(None))
    return {"clean": (x, x), "noisy": (noisy, x)}


def copied(model: Autoencoder, x: np.ndarray, threads: int | None) -> float:
    """Return the ratio of output change to input change, for small changes of grey pixels: 1 for a copy.

    Black and white pixels do not count, since a saturated sigmoid hardly changes.
    """
    change = np.random.default_rng(0).normal(0, 0.05, x.shape).astype(np.float32)
    moved = predict(model, x + change, threads) - predict(model, x, threads)
    change *= (x > 0.2) & (x < 0.8)
    return float(np.vdot(moved, change) / max(np.vdot(change, change), 1e-12))


def measure(run: Run) -> dict[str, float]:
    """Return the errors of each model, its `copied` ratio, and the linear-probe accuracy of its code."""
    tests = inputs(run)
    numbers = {"noise_mse": mean_squared_error(*tests["noisy"])}
    train, x = run.train_images()[:PROBED], tests["clean"][0]
    labels, test_labels = run.dataset.train_labels, run.dataset.test_labels
    probed = labels is not None and test_labels is not None
    if probed:
        numbers["pixels_linear_probe"] = linear_probe(train, labels[:PROBED], x, test_labels)
    for name, model in models(run).items():
        for test, (given, wanted) in tests.items():
            outputs = predict(model, Batches(given), run.threads)
            numbers[f"{name}_{test}_mse"] = mean_squared_error(outputs, wanted)
        numbers[f"{name}_copied_share"] = copied(model, x, run.threads)
        codes, test_codes = (predict(model.encoder, Batches(images), run.threads) for images in (train, x))
        if probed:
            numbers[f"{name}_linear_probe"] = linear_probe(codes, labels[:PROBED], test_codes, test_labels)
        numbers[f"{name}_active_share"] = float((test_codes > 0).mean())
    return numbers


def draw(run: Run) -> None:
    """Draw the outputs of each model for clean and noisy images, its filters, and what it passes on."""
    from npae import plotting

    found, tests = models(run), inputs(run)
    for test, (given, _) in tests.items():
        rows = [("input", run.pixels(given[:10]))]
        rows += [(name, run.pixels(model.reconstruct(given[:10]))) for name, model in found.items()]
        title = f"{test.capitalize()} test images and the output of each model"
        plotting.image_rows(run.path(f"{test}.png"), rows, title=title)
    title = f"What the first 100 of {UNITS} units look at"
    kernels = [(name, model.encoder.layers[0].params["kernel"]) for name, model in found.items()]
    plotting.filters(run.path("filters.png"), kernels, title, shape=run.dataset.image_shape)
    x, noise = tests["clean"][0], mean_squared_error(*tests["noisy"])
    shares = {
        name: [
            copied(model, x, run.threads),
            mean_squared_error(predict(model, tests["noisy"][0], run.threads), x) / noise,
        ]
        for name, model in found.items()
    }
    groups = ["of a small change of grey pixels", "of the squared error of noisy images"]
    named = {"alone": "alone", "sparsity": "with sparsity", "noise": "with noise"}
    shares = {named[name]: values for name, values in shares.items()}
    change, noisy = (
        [name for _, name in sorted((values[k], name) for name, values in shares.items())] for k in range(2)
    )
    title = (
        f"What each model lets through: {change[0]} it passes least of a small change, {change[-1]} most; "
        f"of noise, least {noisy[0]}, most {noisy[-1]}"
    )
    plotting.bars(run.path("copying.png"), shares, groups, title, "share that passes", form="{:.3f}")


RECIPE = Recipe(
    name="overcomplete",
    summary="a code of 1000 for 784 pixels: alone, with sparsity, with noise",
    source="Vincent et al., Extracting and composing robust features (2008); Bengio et al. (2013), section 7",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss=LOSS,
    epochs=12,
    batch_size=256,
    draw=draw,
    measure=measure,
)
