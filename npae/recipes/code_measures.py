"""What `npae evaluate` measures beyond reconstructions: likeness, what codes tell, and what is foreign."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from npae import datasets
from npae.datasets import Dataset
from npae.measures import metrics
from npae.measures.metrics import PCA
from npae.measures.probes import k_nearest_neighbours, linear_probe
from npae.recipes.codes import encode
from npae.recipes.measures import reconstruction_metrics
from npae.recipes.views import plain_batches
from npae.training.evaluation import predict

VOTERS = 20_000  # training codes that the nearest neighbours are looked for among
LARGEST_CODE = 1024  # numbers; to read the classes from larger ones takes minutes


def all_metrics(run) -> Iterator[dict[str, float]]:
    """Yield all numbers of a run by name, as they are measured: each once, also where its recipe adds one of
    those that stand here.
    """
    for measure in dict.fromkeys(
        (reconstruction_metrics, run.recipe.measure, likeness, code_metrics, foreign)
    ):
        if measure:
            yield measure(run)


def likeness(run) -> dict[str, float]:
    """Return the mean structural similarity (SSIM) of reconstructions, and of corrupted inputs, to the clean
    images.
    """
    inputs, clean = run.test_images()
    outputs = run.pixels(predict(run.model, inputs, run.threads))
    numbers = {"test_ssim": metrics.ssim(outputs, run.pixels(clean))}
    if run.recipe.corruption:
        numbers["noisy_test_ssim"] = metrics.ssim(run.pixels(inputs), run.pixels(clean))
    return numbers


def code_metrics(run) -> dict[str, float]:
    """Return how much of the classes the codes of clean images tell, beside as many principal components.

    "linear_probe" is the test accuracy of softmax regression on the codes, "5nn" that of a vote among the
    five nearest of the first 20,000 training codes (among all, where there are fewer than five). Those of
    PCA, and its squared error, have "_pca" in their names; they are missing where a code has as many numbers
    as an image has pixels, or more.
    """
    train, test = run.train_images(), plain_batches(run.recipe, run.dataset.test_images).batch(slice(None))[0]
    labels = run.dataset.train_labels, run.dataset.test_labels
    codes = [_flat(encode(run.model, images, run.threads)) for images in (train, test)]
    size = codes[0].shape[1]
    numbers = {"code_size": size}
    if size <= LARGEST_CODE:
        numbers |= _readings(codes, labels, "")
    train, test = _flat(train), _flat(test)
    if size >= train.shape[1]:
        return numbers
    pca = PCA(size).fit(train)
    components = [pca.transform(images) for images in (train, test)]
    error = metrics.mean_squared_error(pca.inverse_transform(components[1]), test)
    numbers["test_mse_pca"] = error / (255 * run.recipe.scale) ** 2  # in pixels from 0 to 1
    return numbers | (_readings(components, labels, "_pca") if size <= LARGEST_CODE else {})


def foreign(run) -> dict[str, float]:
    """Return the area under the ROC curve of the reconstruction error as a sign that an image is foreign.

    Foreign are the test images of the other data set, digits or clothes; where that is not on this machine,
    nothing is returned.
    """
    other = next((name for name in datasets.NAMES if name != run.dataset.name), None)
    if run.dataset.name not in datasets.NAMES or not any(place.found for place in datasets.where(other)):
        return {}
    strangers: Dataset = datasets.load(other, download_missing=False, report=lambda line: None)
    own, foreign_errors = (
        _errors(run, images) for images in (run.dataset.test_images, strangers.test_images)
    )
    scores = np.concatenate([own, foreign_errors])
    return {f"roc_auc_against_{other}": metrics.roc_auc(scores, np.arange(len(scores)) >= len(own))}


def _readings(codes, labels, suffix: str) -> dict[str, float]:
    (train, test), (train_labels, test_labels) = codes, labels
    voters, k = slice(VOTERS), min(5, len(train))
    return {
        f"linear_probe{suffix}": linear_probe(train, train_labels, test, test_labels),
        f"5nn{suffix}": k_nearest_neighbours(train[voters], train_labels[voters], test, test_labels, k),
    }


def _errors(run, images: np.ndarray) -> np.ndarray:
    x = plain_batches(run.recipe, images).batch(slice(None))[0]
    outputs = predict(run.model, x, run.threads)
    return metrics.squared_error_per_image(run.pixels(outputs), run.pixels(x))


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1)
