"""Anomaly detection by reconstruction error, with every class as the anomaly or as the only normal one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from npae.datasets import Dataset
from npae.layers import Dense
from npae.measures.metrics import roc_auc, squared_error_per_image
from npae.model import Autoencoder, Sequential
from npae.recipes.folder import read_history
from npae.training.batches import Batches
from npae.training.evaluation import predict
from npae.training.kept import HISTORY, Compute, Plan, train_in
from npae.training.optimizers import Adam

SHOWN = 10  # normal and anomalous images whose reconstructions are kept for the figures


def build_dense(code: int, pixels: int = 784) -> Autoencoder:
    """Return one layer each for encoder and decoder, as in the recipe dense."""
    return Autoencoder(
        Sequential([Dense(code, activation="relu")]), Sequential([Dense(pixels, activation="sigmoid")])
    )


def build_deep(code: int, pixels: int = 784) -> Autoencoder:
    """Return three layers each for encoder and decoder, with a linear code."""
    encoder = [Dense(256, activation="relu"), Dense(64, activation="relu"), Dense(code)]
    decoder = [
        Dense(64, activation="relu"),
        Dense(256, activation="relu"),
        Dense(pixels, activation="sigmoid"),
    ]
    return Autoencoder(Sequential([*encoder]), Sequential([*decoder]))


@dataclass(frozen=True)
class Detector:
    """A column of the table: a model, and which classes are normal.

    Attributes
    ----------
    model : str
        "dense" or "deep".
    code : int
        The units of its code.
    alone : bool
        True: one class is normal and all others are anomalies. False: one class is the anomaly.
    epochs : int
    """

    model: str
    code: int
    alone: bool
    epochs: int

    @property
    def name(self) -> str:
        """The name for files."""
        return f"{self.model}-{self.code}-{'normal' if self.alone else 'anomaly'}"

    def build(self, pixels: int) -> Autoencoder:
        """Return the model for images of so many pixels, not yet built."""
        return MODELS[self.model](self.code, pixels)

    def role(self, label: str) -> str:
        """Return a phrase for the class of that name: the anomaly, or the only normal class."""
        return f"{label} as the only normal class" if self.alone else f"{label} as the anomaly"


MODELS: dict[str, Callable[[int, int], Autoencoder]] = {"dense": build_dense, "deep": build_deep}

# By whether only one class is normal; the training set is then a tenth of the images.
CODES = {("dense", False): 32, ("deep", False): 2, ("dense", True): 32, ("deep", True): 16}
EPOCHS, BATCH = {False: 10, True: 20}, {False: 256, True: 64}


@dataclass(frozen=True)
class Trial:
    """The scores of the test images from one detector, for one class.

    Attributes
    ----------
    label : int
        The class that is the anomaly, or the only normal one.
    scores : ndarray (n,)
        The squared error of each test image.
    anomalous : ndarray (n,) of bool
    auc : float
    outputs : dict
        For anomalous (True) and normal (False) test images: some indices, and reconstructions (k, pixels).
    seconds : float
    """

    label: int
    scores: np.ndarray
    anomalous: np.ndarray
    auc: float
    outputs: dict[bool, tuple[np.ndarray, np.ndarray]]
    seconds: float


def detectors(model: str | None = None, code: int | None = None, epochs: int | None = None) -> list[Detector]:
    """Return the columns of the table.

    Parameters
    ----------
    model : "dense" or "deep", optional
        Default: deep, with a small and a large code if one class is the anomaly.
    code : int, optional
        The units of that model's code.
    epochs : int, optional
        Of every training.

    Raises
    ------
    ValueError
        If ``code`` is given without ``model``.
    """
    if code is not None and model is None:
        raise ValueError(f"--code {code} needs a model: add --model {' or --model '.join(MODELS)}")
    if model is None:
        chosen = [("deep", 2, False), ("deep", 32, False), ("deep", 16, True)]
    else:
        chosen = [(model, code or CODES[model, alone], alone) for alone in (False, True)]
    return [Detector(*column, epochs or EPOCHS[column[-1]]) for column in chosen]


def try_all(
    dataset: Dataset,
    columns: list[Detector],
    seed: int,
    compute: Compute,
    keep: Callable[..., tuple[Trial, bool]],
) -> dict[Detector, list[Trial]]:
    """Train every detector once for every class, and compute the scores of all test images.

    Parameters
    ----------
    dataset : Dataset
    columns : list of Detector
    seed : int
        Of every training.
    compute : Compute
        Its ``report`` gets a line of text after each training.
    keep : callable
        `npae.recipes.trials.FinishedTrials.trial`, which reads a finished trial or saves a new one.

    Raises
    ------
    ValueError
        If the training or the test set lacks a class.
    """
    classes = classes_of(dataset)
    found: dict[Detector, list[Trial]] = {column: [] for column in columns}
    began, done, made, total = time.perf_counter(), 0, 0, len(columns) * len(classes)
    for column in columns:
        for label in classes:
            trial, new = keep(column, label, partial(try_one, dataset, column, label, seed, compute))
            found[column].append(trial)
            done += 1
            if not new:
                continue
            made += 1
            left = (time.perf_counter() - began) / made * (total - done)
            name = class_name(dataset, label)
            line = f"{column.model}, code of {column.code}, {column.role(name)}: ROC-AUC {trial.auc:.3f}"
            count = f"[{done:>{len(str(total))}}/{total}]"
            compute.report(f"{count} {line}, {trial.seconds:.1f} s, {left:.0f} s to go")
    return found


def try_one(
    dataset: Dataset,
    column: Detector,
    label: int,
    seed: int,
    compute: Compute,
    folder: Path,
    facts: dict[str, Any],
    check: Callable[[dict[str, list[float]], dict[str, Any]], None] | None = None,
) -> Trial:
    """Train a detector for one class in a folder, and compute the scores of all test images.

    ``facts`` and ``check`` are those of `npae.training.kept.train_in`.
    """
    normal = (dataset.train_labels == label) == column.alone
    shape = (math.prod(dataset.image_shape),)
    model = column.build(*shape)
    model.build(shape, np.random.default_rng(seed))
    train = Batches(dataset.train_images[normal], shape=shape)
    plan = Plan("binary_crossentropy", column.epochs, BATCH[column.alone], 1e-3, seed, Adam)
    train_in(folder, model, (train, None), plan, facts, compute, check=check)
    began, test = time.perf_counter(), Batches(dataset.test_images, shape=shape)
    outputs = predict(model, test, compute.threads)
    scores = squared_error_per_image(outputs, test.batch(slice(None))[1])
    anomalous = (dataset.test_labels == label) != column.alone
    kept = {kind: (places := shown(anomalous, kind), outputs[places]) for kind in (False, True)}
    seconds = sum(read_history(folder / HISTORY).get("seconds", [])) + time.perf_counter() - began
    return Trial(label, scores, anomalous, roc_auc(scores, anomalous), kept, seconds)


def shown(anomalous: np.ndarray, kind: bool) -> np.ndarray:
    """Return the indices of the first test images that are anomalous, or not: those in the figures."""
    return np.flatnonzero(anomalous == kind)[:SHOWN]


def class_name(dataset: Dataset, label: int) -> str:
    """Return the name of a class: the digit, or the name of the clothes."""
    return dataset.class_names[label] if dataset.class_names else str(label)


def classes_of(dataset: Dataset) -> list[int]:
    """Return the classes, in order.

    Raises
    ------
    ValueError
        If there are no labels, the training or the test set lacks a class, or there are fewer than two.
    """
    if dataset.train_labels is None or dataset.test_labels is None:
        raise ValueError(
            f"{dataset.name} has no labels, and npae anomaly needs classes; npae train and npae score do not"
        )
    train, test = (np.unique(labels).tolist() for labels in (dataset.train_labels, dataset.test_labels))
    if train != test or len(train) < 2:
        raise ValueError(
            f"every class must be in the training and in the test set, and there must be two or more; got "
            f"{train} and {test}; a larger --limit may help"
        )
    return train
