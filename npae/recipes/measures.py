"""What is measured of every run on its test set, whatever its recipe."""

from __future__ import annotations

import platform

import numpy as np

import npae
from npae.kernels.backend import get_backend
from npae.measures import metrics
from npae.objectives.objective import Objective, get_objective
from npae.training.evaluation import evaluate_terms, predict

_CHUNK = 1000  # images at a time, for the sake of memory; every metric is a mean


def reconstruction_metrics(run) -> dict[str, float]:
    """Return the metrics of a run's reconstructions of its test set, by name.

    Each is the mean over the images. Pixels count from 0 to 1. "test_loss" is what the training makes small,
    in inference mode, and where that has several terms, each of them is listed too. A binary cross-entropy is
    given per pixel as well, whatever it is summed over in training.
    """
    batches, objective = run.test_batches(), get_objective(run.recipe.loss)
    terms = evaluate_terms(run.model, batches, loss=objective, threads=run.threads)
    crossentropy = objective.reconstruction.name == "binary_crossentropy"
    sums: dict[str, float] = {}
    for start in range(0, len(batches), _CHUNK):
        inputs, clean = batches.batch(slice(start, start + _CHUNK))
        outputs = run.pixels(predict(run.model, inputs, run.threads))
        inputs, clean = run.pixels(inputs), run.pixels(clean)
        means = {"test_mse": metrics.mean_squared_error(outputs, clean)}
        means["test_psnr_db"] = metrics.psnr(outputs, clean)
        if run.recipe.corruption:
            means["noisy_test_mse"] = metrics.mean_squared_error(inputs, clean)
        if crossentropy:
            means["test_entropy_floor"] = metrics.entropy_floor(clean)
        for name, mean in means.items():
            sums[name] = sums.get(name, 0.0) + mean * len(clean)
    numbers = {f"test_{name}": value for name, value in terms.items()}
    numbers |= {name: total / len(batches) for name, total in sums.items()}
    pixels_of_an_image = clean[0].size
    numbers["test_squared_error_per_image"] = numbers["test_mse"] * pixels_of_an_image
    if crossentropy:
        per_image, error = objective.reconstruction.per == "image", terms.get("reconstruction", terms["loss"])
        numbers["test_bce_per_pixel"] = error / pixels_of_an_image if per_image else error
        if not per_image:
            numbers["test_nats_per_image"] = error * pixels_of_an_image
    return numbers


def loss_floor(run, numbers: dict[str, float]) -> float | None:
    """Return the least loss that any model can have, in units of the run's loss, where that is known."""
    floor = numbers.get("test_entropy_floor")
    if not floor:  # of black and white targets it is 0, which says nothing
        return None
    per_image = get_objective(run.recipe.loss).reconstruction.per == "image"
    return floor * run.dataset.test_images[0].size if per_image else floor


def loss_label(objective: Objective) -> str:
    """Return what a loss is called on the axis of a figure, with its unit."""
    names = [objective.reconstruction.name.replace("_", " "), *objective.names[1:]]
    return f"{' + '.join(names).replace('_', ' ')}, {objective.reconstruction.unit}"


def versions() -> dict[str, str]:
    """Return the versions of all that a result depends on."""
    found = {"npae": npae.__version__, "python": platform.python_version(), "numpy": np.__version__}
    if get_backend() == "numba":
        import numba

        found["numba"] = numba.__version__
    return found
