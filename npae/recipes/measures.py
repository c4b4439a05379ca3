"""Metrics of a run: of its reconstructions and, for `npae evaluate`, of its codes and of foreign images."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib import metadata

import numpy as np

from npae import datasets
from npae.kernels.backend import get_backend
from npae.measures import metrics
from npae.measures.metrics import PCA
from npae.measures.probes import k_nearest_neighbours, linear_probe
from npae.objectives.objective import Objective, get_objective
from npae.recipes.codes import encode
from npae.recipes.run import Run
from npae.recipes.views import plain_batches
from npae.training.evaluation import evaluate_terms, predict

PCA_IMAGES = 2000  # training images to which PCA is fitted, if an image has more than PCA_PIXELS numbers
PCA_PIXELS = 4096
_CHUNK = 1000  # images at a time, to limit the memory; every metric is a mean
VOTERS = 20_000  # training codes among which the nearest neighbours are searched
LARGEST_CODE = 1024  # units; the classifiers take minutes for larger codes


def reconstruction_metrics(run: Run) -> dict[str, float]:
    """Return the metrics of a run's reconstructions of its test set, by name.

    Each is the mean over the images. Pixels are from 0 to 1. "test_loss" is the loss of the training, in
    inference mode; if it has several terms, each of them is listed too. A binary cross-entropy is also given
    per pixel, and per image in nats.
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


def loss_floor(run: Run, numbers: dict[str, float]) -> float | None:
    """Return the smallest possible loss of any model, in units of the run's loss, if it is known."""
    floor = numbers.get("test_entropy_floor")
    if not floor:  # it is 0 for black and white targets
        return None
    per_image = get_objective(run.recipe.loss).reconstruction.per == "image"
    return floor * run.dataset.test_images[0].size if per_image else floor


def loss_label(objective: Objective) -> str:
    """Return the name of a loss for the axis of a figure, with its unit."""
    names = [objective.reconstruction.name.replace("_", " "), *objective.names[1:]]
    return f"{' + '.join(names).replace('_', ' ')}, {objective.reconstruction.unit}"


def npae_version() -> str:
    """Return the installed version of npae, or "not installed"."""
    try:
        return metadata.version("npae")
    except metadata.PackageNotFoundError:
        return "not installed"


def versions() -> dict[str, str]:
    """Return the versions of the software that a result depends on."""
    found = {"npae": npae_version(), "python": platform.python_version(), "numpy": np.__version__}
    if get_backend() == "numba":
        import numba

        found["numba"] = numba.__version__
    return found


def all_metrics(run: Run) -> Iterator[dict[str, float]]:
    """Yield all metrics of a run by name; a metric that the recipe measures too is measured once."""
    measures = reconstruction_metrics, run.recipe.measure, likeness, code_metrics, foreign
    for measure in filter(None, dict.fromkeys(measures)):
        yield measure(run)


def fitted_pca(run: Run, components: int) -> PCA:
    """Return PCA of the clean training images; of the first ones, if they are large.

    The number of components is at most that of the pixels.
    """
    images = _flat(run.train_images())
    large = images.shape[1] > PCA_PIXELS
    return PCA(min(components, images.shape[1])).fit(images[:PCA_IMAGES] if large else images)


def likeness(run: Run) -> dict[str, float]:
    """Return the mean structural similarity (SSIM) of outputs, and of corrupted inputs, to clean images.

    It is not defined for images smaller than its window; the result is then empty.
    """
    if min(run.dataset.image_shape[1:]) < metrics.SSIM_WINDOW:
        return {}
    inputs, clean = run.test_images()
    outputs = run.pixels(predict(run.model, inputs, run.threads))
    numbers = {"test_ssim": metrics.ssim(outputs, run.pixels(clean))}
    if run.recipe.corruption:
        numbers["noisy_test_ssim"] = metrics.ssim(run.pixels(inputs), run.pixels(clean))
    return numbers


def code_metrics(run: Run) -> dict[str, float]:
    """Return how well codes of clean images separate the classes, and the same for PCA codes of that size.

    "linear_probe" is the test accuracy of softmax regression on the codes, "5nn" that of a vote among the
    five nearest of the first 20,000 training codes (of all, if there are fewer than five). The values of PCA,
    and its squared error, have "_pca" in their names; they are missing if a code has at least as many units
    as an image has pixels. Data without labels have no accuracies.
    """
    train, test = run.train_images(), plain_batches(run.recipe, run.dataset.test_images).batch(slice(None))[0]
    labels = run.dataset.train_labels, run.dataset.test_labels
    codes = [_flat(encode(run.model, images, run.threads)) for images in (train, test)]
    size = codes[0].shape[1]
    numbers: dict[str, float] = {"code_size": size}
    if size <= LARGEST_CODE:
        numbers |= _readings(codes, labels, "")
    train, test = _flat(train), _flat(test)
    if size >= train.shape[1]:
        return numbers
    pca = fitted_pca(run, size)
    components = [pca.transform(images) for images in (train, test)]
    error = metrics.mean_squared_error(pca.inverse_transform(components[1]), test)
    numbers["test_mse_pca"] = error / (255 * run.recipe.scale) ** 2  # in pixels from 0 to 1
    return numbers | (_readings(components, labels, "_pca") if size <= LARGEST_CODE else {})


def foreign(run: Run) -> dict[str, float]:
    """Return the area under the ROC curve of the reconstruction error as a score for foreign images.

    The foreign images are the test images of the other data set, digits or clothes. If that is not on this
    machine, the result is empty.
    """
    other = next(name for name in datasets.NAMES if name != run.dataset.name)
    if run.dataset.name not in datasets.NAMES or not any(place.found for place in datasets.where(other)):
        return {}
    strangers = datasets.load(other, download_missing=False, report=lambda line: None)
    own, others = (_errors(run, each.test_images) for each in (run.dataset, strangers))
    scores = np.concatenate([own, others])
    return {f"roc_auc_against_{other}": metrics.roc_auc(scores, np.arange(len(scores)) >= len(own))}


def _readings(
    codes: list[np.ndarray], labels: tuple[np.ndarray | None, np.ndarray | None], suffix: str
) -> dict[str, float]:
    (train, test), (train_labels, test_labels) = codes, labels
    if train_labels is None or test_labels is None:
        return {}
    voters, k = slice(VOTERS), min(5, len(train))
    return {
        f"linear_probe{suffix}": linear_probe(train, train_labels, test, test_labels),
        f"5nn{suffix}": k_nearest_neighbours(train[voters], train_labels[voters], test, test_labels, k),
    }


def _errors(run: Run, images: np.ndarray) -> np.ndarray:
    x = plain_batches(run.recipe, images).batch(slice(None))[0]
    outputs = predict(run.model, x, run.threads)
    return metrics.squared_error_per_image(run.pixels(outputs), run.pixels(x))


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1)
