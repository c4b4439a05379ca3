"""A run: a recipe trained on a data set, with all that it leaves in its folder."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

import npae
from npae import datasets, metrics
from npae.batches import Batches
from npae.callbacks import Checkpoint, write_history
from npae.checkpoints import load_checkpoint, save_model, written_whole
from npae.datasets import Dataset
from npae.events import Callback, History
from npae.kernels.backend import get_backend
from npae.losses import get_loss
from npae.model import Sequential
from npae.optimizers import Adam
from npae.recipes import get_recipe
from npae.recipes.folder import (
    CHECKPOINT,
    HISTORY,
    METRICS,
    MODEL,
    Settings,
    load_trained,
    located,
    read_history,
    trained_on,
)
from npae.recipes.recipe import Recipe
from npae.training import evaluate, fit, predict, random_stream
from npae.workers import core_count

FASHION = [
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
]

# The noise on the test set is the same in every run, so that runs with other seeds are measured on the same
# images.
_TEST_NOISE_SEED, _TRAIN, _TEST = 0, 0, 1


class Run:
    """A recipe with its data and its model; ``draw`` functions of recipes get one.

    Attributes
    ----------
    recipe : Recipe
    settings : Settings
    dataset : Dataset
    model : Autoencoder
    directory : Path
    """

    def __init__(self, settings: Settings, dataset: Dataset, directory: str | os.PathLike, model=None):
        recipe = get_recipe(settings.recipe)
        self.recipe: Recipe = recipe.with_noise() if settings.noise else recipe
        self.settings = replace(
            settings,
            data=located(settings.data),
            epochs=settings.epochs or recipe.epochs,
            batch_size=settings.batch_size or recipe.batch_size,
        )
        self.dataset = limited(dataset, settings.limit)
        self.directory = Path(directory)
        self.model: Sequential = model or self._new_model()
        if model is None:
            self.history = {}

    @cached_property
    def history(self) -> dict[str, list[float]]:
        """The numbers of each epoch; those of a run that was trained before are read when they are needed."""
        return read_history(self.path(HISTORY))

    @property
    def class_names(self) -> list[str] | None:
        """Names of the ten classes, where they are not the digits."""
        return FASHION if self.dataset.name == "fashion-mnist" else None

    def path(self, name: str) -> Path:
        """Return the path of a file of this run."""
        return self.directory / name

    def train_batches(self) -> Batches:
        """Return the training set as the model sees it, corrupted as the recipe says."""
        if self.recipe.corruption and self.recipe.drawn_once:
            return self._corrupted_once(self.dataset.train_images, random_stream(self.settings.seed, _TRAIN))
        return self._batches(self.dataset.train_images, corruption=self.recipe.corruption)

    def test_batches(self) -> Batches:
        """Return the test set; its corruption is drawn once and is the same in every run."""
        if self.recipe.corruption:
            return self._corrupted_once(self.dataset.test_images, random_stream(_TEST_NOISE_SEED, _TEST))
        return self._batches(self.dataset.test_images)

    def test_images(self, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return ``(inputs, clean targets)`` of the first ``count`` test images, (count, *input_shape)."""
        return self.test_batches().batch(slice(count))

    def train_images(self) -> np.ndarray:
        """Return all clean training images, scaled, (n, *input_shape)."""
        return self._batches(self.dataset.train_images).batch(slice(None))[1]

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """Return model values as images (n, 28, 28) from 0 to 1, for drawing."""
        return ((values - self.recipe.offset) / (255 * self.recipe.scale)).reshape(-1, 28, 28).clip(0, 1)

    def train(self, callbacks: list[Callback], threads: int | None = None, resume: bool = False) -> None:
        """Train to the last epoch, leaving a checkpoint after each one, then write what `finish` writes."""
        optimizer, history = Adam(), History()
        if resume:
            history = History(self._resume(optimizer))
        self.history = history.values
        fit(
            self.model,
            self.train_batches(),
            loss=self.recipe.loss,
            optimizer=optimizer,
            epochs=self.settings.epochs,
            batch_size=self.settings.batch_size,
            validation_data=self.test_batches(),
            callbacks=[*callbacks, Checkpoint(self.directory, self._facts())],
            seed=self.settings.seed,
            threads=threads,
            history=history,
        )
        self.finish(threads)

    def finish(self, threads: int | None = None) -> None:
        """Write model, history and metrics, then draw the figures, which may add metrics."""
        facts = self._facts()
        save_model(self.path(MODEL), self.model, facts)
        write_history(self.path(HISTORY), self.history)
        numbers = self.measure(threads)
        report = {
            "recipe": self.settings.recipe,
            "source": self.recipe.source,
            **facts,
            "threads": threads or core_count(),
            "backend": get_backend(),
            "versions": versions(),
            "seconds_per_epoch": float(np.median(self.history["seconds"])),
            "loss": self.history["loss"][-1],
            "val_loss": self.history["val_loss"][-1],
            **numbers,
        }
        self._write_metrics(report)
        further = self.draw(numbers)
        if further:
            self._write_metrics({**report, **further})

    def measure(self, threads: int | None = None) -> dict[str, float]:
        """Return the metrics of the test set, by name."""
        batches, loss = self.test_batches(), get_loss(self.recipe.loss)
        value = evaluate(self.model, batches, loss=loss, threads=threads)
        sums: dict[str, float] = {}
        for start in range(0, len(batches), 1000):  # in parts, for the sake of memory; every metric is a mean
            inputs, clean = batches.batch(slice(start, start + 1000))
            outputs = self.pixels(predict(self.model, inputs, threads))
            inputs, clean = self.pixels(inputs), self.pixels(clean)
            means = {"test_mse": metrics.mean_squared_error(outputs, clean)}
            means["test_psnr_db"] = metrics.psnr(outputs, clean)
            if self.recipe.corruption:
                means["noisy_test_mse"] = metrics.mean_squared_error(inputs, clean)
            if loss.name == "binary_crossentropy":
                means["test_entropy_floor"] = metrics.entropy_floor(clean)
            for name, mean in means.items():
                sums[name] = sums.get(name, 0.0) + mean * len(clean)
        numbers = {"test_loss": value, **{name: total / len(batches) for name, total in sums.items()}}
        pixels_of_an_image = clean[0].size
        numbers["test_squared_error_per_image"] = numbers["test_mse"] * pixels_of_an_image
        if loss.name == "binary_crossentropy":
            numbers["test_nats_per_image"] = value * pixels_of_an_image
        return numbers

    def draw(self, numbers: dict[str, float]) -> dict[str, float]:
        """Draw the loss curve and the recipe's own figures.

        Parameters
        ----------
        numbers : dict
            What `measure` returned.

        Returns
        -------
        The metrics that the recipe adds.
        """
        from npae import plotting

        loss = get_loss(self.recipe.loss)
        plotting.loss_curves(
            self.path("loss.png"),
            self.history,
            f"{self.settings.recipe} on {self.dataset.name}",
            f"{loss.name.replace('_', ' ')}, {loss.unit}",
            floor=numbers.get("test_entropy_floor"),
            reference=self.recipe.published if self.dataset.name == self.recipe.dataset else None,
        )
        return self.recipe.draw(self) or {}

    def _new_model(self) -> Sequential:
        model = self.recipe.build()
        model.build(self.recipe.input_shape, np.random.default_rng(self.settings.seed))
        return model

    def _write_metrics(self, report: dict[str, Any]) -> None:
        with written_whole(self.path(METRICS)) as file:
            file.write((json.dumps(report, indent=2) + "\n").encode())

    def _resume(self, optimizer: Adam) -> dict[str, list[float]]:
        path = self.path(CHECKPOINT)
        values, metadata = load_checkpoint(path, self.model, optimizer)
        Settings.from_metadata(metadata, path)
        if metadata["dataset"]["sha256"] != self.dataset.sha256:
            raise ValueError(f"{_other_data(self, metadata)}; it goes on only with what it began with")
        wanted = ("loss", "val_loss", "seconds")
        if not isinstance(values, dict) or not all(values.get(name) for name in wanted):
            raise ValueError(f"{path} holds no history with {', '.join(wanted)}; start a new run")
        done = len(values["loss"])
        if done > self.settings.epochs:
            raise ValueError(f"the run in {self.directory} has {done} epochs already; ask for more than that")
        return values

    def _batches(self, images: np.ndarray, corruption=None) -> Batches:
        recipe = self.recipe
        return Batches(
            images, scale=recipe.scale, offset=recipe.offset, shape=recipe.input_shape, corruption=corruption
        )

    def _corrupted_once(self, images: np.ndarray, rng: np.random.Generator) -> Batches:
        recipe = self.recipe
        clean = self._batches(images)
        noisy = np.empty((len(images), *recipe.input_shape), np.float32)
        for start in range(0, len(images), 1000):
            part = slice(start, start + 1000)
            noisy[part] = recipe.corruption(clean.batch(part)[0], rng)
        return Batches(noisy, images, scale=recipe.scale, offset=recipe.offset, shape=recipe.input_shape)

    def _facts(self) -> dict[str, Any]:
        corruption = self.recipe.corruption
        return {
            "settings": asdict(self.settings),
            "dataset": self.dataset.describe(),
            "corruption": corruption.describe() if corruption else None,
        }


def limited(dataset: Dataset, limit: int | None) -> Dataset:
    """Return a data set cut to its first ``limit`` training images, and as many test images at most."""
    if limit is None:
        return dataset
    return replace(
        dataset,
        train_images=dataset.train_images[:limit],
        train_labels=dataset.train_labels[:limit],
        test_images=dataset.test_images[:limit],
        test_labels=dataset.test_labels[:limit],
    )


def load_run(
    directory: str | os.PathLike, data: str | None = None, report: Callable[[str], None] | None = None
) -> Run:
    """Return a run that was trained before, with its model and data set.

    Parameters
    ----------
    directory : path
        Where ``npae train`` wrote to.
    data : str, optional
        Another data set than that of the training.
    report : callable, optional
        Gets a line of text if ``data`` is indeed another one, and what `npae.datasets.load` has to say; by
        default it is printed on stderr.

    Raises
    ------
    ValueError
        If the folder holds no trained model, or the data set of the training cannot be found, or is no longer
        what it was.
    """
    report = report or (lambda line: print(line, file=sys.stderr))
    model, settings, metadata = load_trained(directory)
    preferred = get_recipe(settings.recipe).dataset
    dataset = datasets.load(data or trained_on(metadata), preferred, report=report)
    run = Run(settings, dataset, directory, model)
    if metadata["dataset"]["sha256"] != dataset.sha256:
        if data is None:
            advice = "put that back, or let npae evaluate measure on this with --data"
            raise ValueError(f"{_other_data(run, metadata)}; {advice}")
        report(f"npae: {_other_data(run, metadata)}")
    return run


def _other_data(run: Run, metadata: dict[str, Any]) -> str:
    before, now = metadata["dataset"], run.dataset
    sums = f"SHA-256 {before['sha256'][:12]} and {now.sha256[:12]}"
    return (
        f"the run in {run.directory} was trained on {before['name']}, and {now.name} is other data ({sums})"
    )


def versions() -> dict[str, str]:
    """Return the versions of all that a result depends on."""
    found = {"npae": npae.__version__, "python": platform.python_version(), "numpy": np.__version__}
    if get_backend() == "numba":
        import numba

        found["numba"] = numba.__version__
    return found
